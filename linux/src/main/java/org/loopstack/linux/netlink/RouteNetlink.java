// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * Asks the kernel for its links, addresses, routes, rules and queueing disciplines, and changes the
 * first two (rtnetlink(7)). In the network namespace of the thread that opened it.
 *
 * <p>For one thread at a time.
 */
public final class RouteNetlink implements Closeable {
  private static final int RTM_NEWLINK = 16;
  private static final int RTM_GETLINK = 18;
  private static final int RTM_NEWADDR = 20;
  private static final int RTM_DELADDR = 21;
  private static final int RTM_GETADDR = 22;
  private static final int RTM_GETROUTE = 26;
  private static final int RTM_GETRULE = 34;
  private static final int RTM_GETQDISC = 38;

  private static final int IFINFOMSG = 16;
  private static final int IFADDRMSG = 8;
  private static final int RTMSG = 12;
  private static final int FIB_RULE_HDR = 12;
  private static final int TCMSG = 20;

  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int RTM_F_CLONED = 0x200;
  private static final int RTM_F_LOOKUP_TABLE = 0x1000;

  private final NetlinkSocket socket;

  private RouteNetlink(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens it in the network namespace of the calling thread. */
  public static RouteNetlink open() throws IOException {
    return new RouteNetlink(NetlinkSocket.open(NetlinkSocket.ROUTE));
  }

  /** All interfaces, by index. */
  public List<Link> links() throws IOException {
    NetlinkRequest request = new NetlinkRequest(RTM_GETLINK, NetlinkRequest.DUMP).zeros(IFINFOMSG);
    List<Link> all = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "ask for the interfaces")) {
      all.add(link(each));
    }
    return all;
  }

  private static Link link(NetlinkMessage message) {
    ByteBuffer head = message.body();
    Attributes a = message.attributes(IFINFOMSG);
    int unknown = 0;
    return new Link(
        head.getInt(4),
        a.text(3, ""),
        head.getInt(8),
        Short.toUnsignedInt(head.getShort(2)),
        a.i32(4, 0),
        a.u8(16, unknown),
        a.text(6, "noop"),
        a.u32(27, 0),
        a.i32(13, 0),
        a.nested(18).text(1),
        a.i32(5, 0),
        bytesOrNull(a, 1),
        bytesOrNull(a, 2),
        statistics(a.raw(23)));
  }

  private static byte @Nullable [] bytesOrNull(Attributes a, int type) {
    byte[] bytes = a.bytes(type);
    return bytes == null || bytes.length == 0 ? null : bytes;
  }

  /** struct rtnl_link_stats64: packets, bytes, errors, dropped; each in, out. */
  private static Link.Statistics statistics(@Nullable ByteBuffer b) {
    if (b == null || b.remaining() < 64) {
      return new Link.Statistics(0, 0, 0, 0, 0, 0, 0, 0);
    }
    return new Link.Statistics(
        b.getLong(0),
        b.getLong(8),
        b.getLong(16),
        b.getLong(24),
        b.getLong(32),
        b.getLong(40),
        b.getLong(48),
        b.getLong(56));
  }

  /** The addresses of all interfaces, IPv4 first, each as the kernel orders them. */
  public List<LinkAddress> addresses() throws IOException {
    NetlinkRequest request = new NetlinkRequest(RTM_GETADDR, NetlinkRequest.DUMP).zeros(IFADDRMSG);
    List<LinkAddress> all = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "ask for the addresses")) {
      LinkAddress address = address(each);
      if (address != null) {
        all.add(address);
      }
    }
    return all;
  }

  private static @Nullable LinkAddress address(NetlinkMessage message) {
    ByteBuffer head = message.body();
    Attributes a = message.attributes(IFADDRMSG);
    // IFA_ADDRESS is the other end of a point-to-point link, IFA_LOCAL this one; else one of both.
    IpAddress peer = a.address(1);
    IpAddress own = a.address(2);
    own = own == null ? peer : own;
    if (own == null) {
      return null;
    }
    // struct ifa_cacheinfo: how long it is preferred, how long it is valid.
    ByteBuffer times = a.raw(6);
    long valid = LinkAddress.FOREVER;
    long preferred = LinkAddress.FOREVER;
    if (times != null && times.remaining() >= 8) {
      preferred = Integer.toUnsignedLong(times.getInt(0));
      valid = Integer.toUnsignedLong(times.getInt(4));
    }
    return new LinkAddress(
        head.getInt(4),
        own,
        peer == null ? own : peer,
        Byte.toUnsignedInt(head.get(1)),
        a.address(4),
        Byte.toUnsignedInt(head.get(3)),
        a.text(3),
        (int) a.u32(8, Byte.toUnsignedLong(head.get(2))),
        valid,
        preferred);
  }

  /** The lines of all route tables, IPv4 first. */
  public List<RouteEntry> routes() throws IOException {
    List<RouteEntry> all = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      NetlinkRequest request =
          new NetlinkRequest(RTM_GETROUTE, NetlinkRequest.DUMP).u8(family).zeros(RTMSG - 1);
      for (NetlinkMessage each : socket.dump(request, "ask for the routes")) {
        add(all, each);
      }
    }
    return all;
  }

  private static void add(List<RouteEntry> all, NetlinkMessage message) {
    ByteBuffer head = message.body();
    int family = head.get(0);
    if (family != AF_INET && family != AF_INET6) {
      return;
    }
    Attributes a = message.attributes(RTMSG);
    ByteBuffer hops = a.raw(9);
    if (hops == null) {
      all.add(route(head, a, a.address(5), a.i32(4, 0)));
      return;
    }
    // struct rtnexthop: length 2, flags 1, weight 1, interface 4; attributes behind it.
    int at = 0;
    while (hops.remaining() - at >= 8) {
      int length = Short.toUnsignedInt(hops.getShort(at));
      if (length < 8 || length > hops.remaining() - at) {
        return;
      }
      Attributes inside = Attributes.of(hops.slice(at, length), 8);
      all.add(route(head, a, inside.address(5), hops.getInt(at + 4)));
      at += Attributes.align(length);
    }
  }

  private static RouteEntry route(
      ByteBuffer head, Attributes a, @Nullable IpAddress gateway, int link) {
    IpAddress any = head.get(0) == AF_INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
    IpAddress to = a.address(1);
    return new RouteEntry(
        IpPrefix.of(to == null ? any : to, Byte.toUnsignedInt(head.get(1))),
        Byte.toUnsignedInt(head.get(7)),
        a.i32(15, Byte.toUnsignedInt(head.get(4))),
        Byte.toUnsignedInt(head.get(5)),
        Byte.toUnsignedInt(head.get(6)),
        gateway,
        link,
        a.address(7),
        a.u32(6, 0),
        a.u8(20, -1),
        (head.getInt(8) & RTM_F_CLONED) != 0);
  }

  /**
   * The way that a datagram takes.
   *
   * @param from the address that a socket is bound to, or null to choose
   * @throws NetlinkException ENETUNREACH, EHOSTUNREACH, EACCES or EINVAL if there is none
   */
  public RouteEntry routeTo(IpAddress to, @Nullable IpAddress from) throws IOException {
    int bits = to.length() * 8;
    NetlinkRequest request =
        new NetlinkRequest(RTM_GETROUTE, NetlinkRequest.ACKNOWLEDGE)
            .u8(to.isIpv4() ? AF_INET : AF_INET6)
            .u8(bits)
            .u8(from == null ? 0 : bits)
            .zeros(5)
            .u32(RTM_F_LOOKUP_TABLE)
            .put(1, to);
    if (from != null) {
      NetlinkRequest _ = request.put(2, from);
    }
    String what = "ask for the way to " + to;
    List<RouteEntry> found = new ArrayList<>();
    for (NetlinkMessage each : socket.ask(request, what)) {
      add(found, each);
    }
    if (found.isEmpty()) {
      throw new NetlinkException(what, "there is no route in it");
    }
    return found.getFirst();
  }

  /** The rules of both IP versions, IPv4 first, in the order in which they are asked. */
  public List<RuleEntry> rules() throws IOException {
    List<RuleEntry> all = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      NetlinkRequest request =
          new NetlinkRequest(RTM_GETRULE, NetlinkRequest.DUMP).u8(family).zeros(FIB_RULE_HDR - 1);
      for (NetlinkMessage each : socket.dump(request, "ask for the rules")) {
        all.add(rule(each));
      }
    }
    return all;
  }

  private static RuleEntry rule(NetlinkMessage message) {
    ByteBuffer head = message.body();
    Attributes a = message.attributes(FIB_RULE_HDR);
    return new RuleEntry(
        head.get(0) == AF_INET6,
        a.u32(6, 0),
        prefix(a.address(2), Byte.toUnsignedInt(head.get(2))),
        prefix(a.address(1), Byte.toUnsignedInt(head.get(1))),
        a.text(3),
        a.text(17),
        a.u32(10, 0),
        a.i32(15, Byte.toUnsignedInt(head.get(4))),
        Byte.toUnsignedInt(head.get(7)));
  }

  private static @Nullable IpPrefix prefix(@Nullable IpAddress address, int length) {
    return address == null ? null : IpPrefix.of(address, length);
  }

  /** The queueing disciplines of all interfaces. */
  public List<Qdisc> qdiscs() throws IOException {
    NetlinkRequest request = new NetlinkRequest(RTM_GETQDISC, NetlinkRequest.DUMP).zeros(TCMSG);
    List<Qdisc> all = new ArrayList<>();
    for (NetlinkMessage each : socket.dump(request, "ask for the queueing disciplines")) {
      ByteBuffer head = each.body();
      Attributes a = each.attributes(TCMSG);
      all.add(new Qdisc(head.getInt(4), a.text(1, ""), head.getInt(8), head.getInt(12)));
    }
    return all;
  }

  /**
   * Brings an interface up or down.
   *
   * @throws NetlinkException EPERM without CAP_NET_ADMIN
   */
  public void setUp(int linkIndex, boolean up) throws IOException {
    NetlinkRequest request =
        new NetlinkRequest(RTM_NEWLINK, NetlinkRequest.ACKNOWLEDGE)
            .u32(0)
            .u32(linkIndex)
            .u32(up ? Link.UP : 0)
            .u32(Link.UP);
    List<NetlinkMessage> _ =
        socket.ask(request, "bring interface " + linkIndex + (up ? " up" : " down"));
  }

  /**
   * Gives an interface an address.
   *
   * @throws NetlinkException EEXIST if it has it, EPERM without CAP_NET_ADMIN
   */
  public void addAddress(int linkIndex, IpAddress address, int prefixLength) throws IOException {
    changeAddress(RTM_NEWADDR, NetlinkRequest.CREATE_NEW, linkIndex, address, prefixLength);
  }

  /**
   * Takes an address from an interface.
   *
   * @throws NetlinkException EADDRNOTAVAIL if it does not have it, EPERM without CAP_NET_ADMIN
   */
  public void removeAddress(int linkIndex, IpAddress address, int prefixLength) throws IOException {
    changeAddress(RTM_DELADDR, 0, linkIndex, address, prefixLength);
  }

  private void changeAddress(int type, int flags, int link, IpAddress address, int length)
      throws IOException {
    NetlinkRequest request =
        new NetlinkRequest(type, flags | NetlinkRequest.ACKNOWLEDGE)
            .u8(address.isIpv4() ? AF_INET : AF_INET6)
            .u8(length)
            .u8(0)
            .u8(address.isLoopback() ? 254 : 0)
            .u32(link)
            .put(2, address)
            .put(1, address);
    String what = (type == RTM_NEWADDR ? "add the address " : "remove the address ") + address;
    List<NetlinkMessage> _ = socket.ask(request, what);
  }

  /**
   * Tells the kernel to do what this class has no method for.
   *
   * @param request with {@link NetlinkRequest#ACKNOWLEDGE}
   * @param what is to be done, for the error
   * @throws NetlinkException if the kernel refuses
   */
  public void tell(NetlinkRequest request, String what) throws IOException {
    List<NetlinkMessage> _ = socket.ask(request, what);
  }

  @Override
  public void close() {
    socket.close();
  }
}
