// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.netlink.NetlinkRequest;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * Addresses and routes of a namespace, as {@code ip(8)} adds them. They go with their interface.
 */
public final class Routing {
  /** Which of the kernel's tables. */
  public enum Table {
    /** The ordinary one. */
    MAIN(254),
    /** The one that is looked at first: what is this host's own. */
    LOCAL(255);

    private final int number;

    Table(int number) {
      this.number = number;
    }
  }

  private static final int RTM_NEWADDR = 20;
  private static final int RTM_NEWROUTE = 24;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;

  /** Without the second in which nobody may use it: there is nobody else on the link. */
  private static final int IFA_F_NODAD = 0x2;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PREFSRC = 7;
  private static final int RTPROT_STATIC = 4;
  private static final int RT_SCOPE_UNIVERSE = 0;
  private static final int RT_SCOPE_LINK = 253;
  private static final int RTN_UNICAST = 1;

  private final NetworkNamespace namespace;

  /** That of a namespace. */
  public Routing(NetworkNamespace namespace) {
    this.namespace = namespace;
  }

  /**
   * {@code ip addr add ADDRESS/LENGTH dev ...}.
   *
   * @param prefixLength what is on the same link; a route to that follows from it
   * @throws org.loopstack.linux.ffi.LinuxException EEXIST if the interface has it, EPERM without
   *     CAP_NET_ADMIN
   */
  public void addAddress(int interfaceIndex, IpAddress address, int prefixLength)
      throws IOException {
    NetlinkRequest b = RouteRequests.toCreate(RTM_NEWADDR);
    // struct ifaddrmsg: family, length, flags, scope, index.
    b.u8(family(address)).u8(prefixLength).u8(address.isIpv6() ? IFA_F_NODAD : 0).u8(0);
    b.u32(interfaceIndex).put(IFA_LOCAL, address).put(IFA_ADDRESS, address);
    RouteRequests.send(namespace, b, "ip addr add " + address + "/" + prefixLength);
  }

  /**
   * {@code ip route add PREFIX [via GATEWAY] dev ... [src SOURCE]}.
   *
   * @param gateway the next hop, or null if the destinations are on the link
   * @param source what the kernel sends from unless a socket is bound, or null to let it choose
   * @throws org.loopstack.linux.ffi.LinuxException EEXIST if there is such a route, EPERM without
   *     CAP_NET_ADMIN
   */
  public void addRoute(
      Table table,
      IpPrefix destinations,
      @Nullable IpAddress gateway,
      int interfaceIndex,
      @Nullable IpAddress source)
      throws IOException {
    IpAddress network = destinations.network();
    NetlinkRequest b = RouteRequests.toCreate(RTM_NEWROUTE);
    // struct rtmsg: family, lengths of destination and source, tos, table, protocol, scope, type.
    b.u8(family(network)).u8(destinations.length()).u8(0).u8(0).u8(table.number);
    b.u8(RTPROT_STATIC).u8(gateway == null ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE).u8(RTN_UNICAST);
    b.u32(0).put(RTA_DST, network).put(RTA_OIF, interfaceIndex);
    if (gateway != null) {
      b.put(RTA_GATEWAY, gateway);
    }
    if (source != null) {
      b.put(RTA_PREFSRC, source);
    }
    RouteRequests.send(namespace, b, "ip route add " + destinations);
  }

  private static int family(IpAddress address) {
    return address.isIpv4() ? AF_INET : AF_INET6;
  }
}
