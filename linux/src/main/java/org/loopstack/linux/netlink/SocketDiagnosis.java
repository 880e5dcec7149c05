// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

/**
 * Asks the kernel for its sockets (sock_diag(7)), with what {@code ss -tinoem} shows. Every user
 * sees all sockets of a namespace; which process has one is another question. In the network
 * namespace of the thread that opened it.
 *
 * <p>For one thread at a time.
 */
public final class SocketDiagnosis implements Closeable {
  /** Sockets in any state. */
  public static final int ALL_STATES = -1;

  private static final int SOCK_DIAG_BY_FAMILY = 20;
  private static final int INET_DIAG_MSG = 72;
  private static final int SOCKET_ID = 48;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  private static final int INFO = 2;
  private static final int CONGESTION = 4;
  private static final int TOS = 5;
  private static final int TCLASS = 6;
  private static final int SKMEMINFO = 7;
  private static final int SHUTDOWN = 8;
  private static final int V6ONLY = 11;
  private static final int MARK = 15;
  private static final int CGROUP = 21;

  private final NetlinkSocket socket;

  private SocketDiagnosis(NetlinkSocket socket) {
    this.socket = socket;
  }

  /** Opens it in the network namespace of the calling thread. */
  public static SocketDiagnosis open() throws IOException {
    return new SocketDiagnosis(NetlinkSocket.open(NetlinkSocket.SOCK_DIAG));
  }

  /**
   * The sockets of a protocol, of both IP versions, IPv4 first.
   *
   * @param states bit n for the state n, as {@code 1 << KernelSocket.LISTEN}, or {@link
   *     #ALL_STATES}
   * @throws NetlinkException ENOENT if this kernel does not tell of that protocol
   */
  public List<KernelSocket> sockets(Protocol protocol, int states) throws IOException {
    List<KernelSocket> all = new ArrayList<>();
    for (int family : new int[] {AF_INET, AF_INET6}) {
      try {
        for (NetlinkMessage each :
            socket.dump(request(family, protocol, states), "ask for the sockets")) {
          if (each.body().remaining() >= INET_DIAG_MSG) {
            all.add(socket(protocol, each));
          }
        }
      } catch (NetlinkException e) {
        // A kernel without IPv6 says so only when it is asked.
        if (family == AF_INET || !e.is(Errno.ENOENT)) {
          throw e;
        }
      }
    }
    return all;
  }

  /** struct inet_diag_req_v2. */
  private static NetlinkRequest request(int family, Protocol protocol, int states) {
    int extensions = bit(INFO) | bit(CONGESTION) | bit(TOS) | bit(TCLASS) | bit(SKMEMINFO);
    return new NetlinkRequest(SOCK_DIAG_BY_FAMILY, NetlinkRequest.DUMP)
        .u8(family)
        .u8(protocol.number())
        .u8(extensions | bit(SHUTDOWN))
        .u8(0)
        .u32(states)
        .zeros(SOCKET_ID);
  }

  private static int bit(int extension) {
    return 1 << extension - 1;
  }

  /** struct inet_diag_msg. */
  private static KernelSocket socket(Protocol protocol, NetlinkMessage message) {
    ByteBuffer b = message.body();
    Attributes a = message.attributes(INET_DIAG_MSG);
    boolean ipv6 = b.get(0) == AF_INET6;
    return new KernelSocket(
        protocol,
        b.get(1),
        ipv6,
        a.u8(V6ONLY, 0) != 0,
        address(b, 8, ipv6),
        port(b, 4),
        address(b, 24, ipv6),
        port(b, 6),
        b.getInt(40),
        Integer.toUnsignedLong(b.getInt(56)),
        Integer.toUnsignedLong(b.getInt(60)),
        b.getInt(64),
        Integer.toUnsignedLong(b.getInt(68)),
        Integer.toUnsignedLong(b.getInt(44)) | (long) b.getInt(48) << 32,
        b.get(2),
        b.get(3),
        Integer.toUnsignedLong(b.getInt(52)),
        memory(a.raw(SKMEMINFO)),
        protocol == Protocol.TCP ? TcpInfoFormat.parse(a.raw(INFO)) : null,
        a.text(CONGESTION),
        cgroup(a.raw(CGROUP)),
        options(a));
  }

  private static int port(ByteBuffer b, int at) {
    return Short.toUnsignedInt(b.duplicate().order(ByteOrder.BIG_ENDIAN).getShort(at));
  }

  private static IpAddress address(ByteBuffer b, int at, boolean ipv6) {
    byte[] bytes = new byte[ipv6 ? 16 : 4];
    b.get(at, bytes);
    return ipv6 ? IpAddress.readIpv6(bytes, 0) : IpAddress.readIpv4(bytes, 0);
  }

  /** An array of numbers, SK_MEMINFO_RMEM_ALLOC and so on; older kernels end earlier. */
  private static KernelSocket.@Nullable Memory memory(@Nullable ByteBuffer b) {
    if (b == null || b.remaining() < 36) {
      return null;
    }
    long[] m = new long[9];
    for (int i = 0; i < m.length; i++) {
      m[i] = Integer.toUnsignedLong(b.getInt(4 * i));
    }
    return new KernelSocket.Memory(m[0], m[1], m[2], m[3], m[4], m[5], m[6], m[7], m[8]);
  }

  private static long cgroup(@Nullable ByteBuffer b) {
    return b == null || b.remaining() < 8 ? 0 : b.getLong(0);
  }

  private static Map<String, Integer> options(Attributes a) {
    Map<String, Integer> options = new TreeMap<>();
    put(options, "tos", a.u8(TOS, 0));
    put(options, "tclass", a.u8(TCLASS, 0));
    put(options, "shutdown", a.u8(SHUTDOWN, 0));
    put(options, "mark", a.i32(MARK, 0));
    return options;
  }

  private static void put(Map<String, Integer> options, String name, int value) {
    if (value != 0) {
      options.put(name, value);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
