// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.linux.netlink.NetlinkException;
import org.loopstack.linux.netlink.SocketDiagnosis;
import org.loopstack.wire.IpAddress;

/**
 * All sockets of a network namespace, by netlink; raw sockets, of which many kernels do not tell
 * there, and ping sockets, of which none does, by their tables under /proc/net.
 */
public final class KernelSockets {
  private static final int COLUMNS = 10;

  private KernelSockets() {}

  /**
   * Those of the calling thread's network namespace.
   *
   * @param states as of {@link SocketDiagnosis#sockets}, of TCP
   */
  public static List<KernelSocket> read(MachineFiles files, int states) throws IOException {
    List<KernelSocket> all = new ArrayList<>();
    try (SocketDiagnosis diagnosis = SocketDiagnosis.open()) {
      all.addAll(diagnosis.sockets(Protocol.TCP, states));
      all.addAll(diagnosis.sockets(Protocol.UDP, SocketDiagnosis.ALL_STATES));
      try {
        all.addAll(diagnosis.sockets(Protocol.RAW, SocketDiagnosis.ALL_STATES));
      } catch (NetlinkException e) {
        if (!e.is(Errno.ENOENT)) {
          throw e;
        }
        table(all, files, Protocol.RAW, "raw", false);
        table(all, files, Protocol.RAW, "raw6", true);
      }
    }
    table(all, files, Protocol.PING, "icmp", false);
    table(all, files, Protocol.PING, "icmp6", true);
    return all;
  }

  private static void table(
      List<KernelSocket> all, MachineFiles files, Protocol protocol, String name, boolean ipv6) {
    for (String line : files.lines("proc/thread-self/net/" + name)) {
      KernelSocket socket = parse(protocol, ipv6, line.strip());
      if (socket != null) {
        all.add(socket);
      }
    }
  }

  /**
   * A line as {@code 5: 0100007F:0007 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0
   * 4711 2 0000000000000000 0}: number, both ends, state, queues, timer, retransmissions, user,
   * timeout, inode.
   */
  static @Nullable KernelSocket parse(Protocol protocol, boolean ipv6, String line) {
    String[] f = line.split("\\s+", -1);
    if (f.length < COLUMNS || !f[0].endsWith(":")) {
      return null;
    }
    String[] local = f[1].split(":", -1);
    String[] remote = f[2].split(":", -1);
    String[] queues = f[4].split(":", -1);
    return new KernelSocket(
        protocol,
        Integer.parseInt(f[3], 16),
        ipv6,
        ipv6,
        address(local[0]),
        Integer.parseInt(local[1], 16),
        address(remote[0]),
        Integer.parseInt(remote[1], 16),
        0,
        Long.parseLong(queues[1], 16),
        Long.parseLong(queues[0], 16),
        Integer.parseInt(f[7]),
        Long.parseLong(f[9]),
        0,
        0,
        0,
        0,
        null,
        null,
        null,
        0,
        Map.of());
  }

  /** In words of 32 bits, each in the machine's order. */
  private static IpAddress address(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      for (int i = 0; i < bytes.length; i += 4) {
        byte first = bytes[i];
        byte second = bytes[i + 1];
        bytes[i] = bytes[i + 3];
        bytes[i + 1] = bytes[i + 2];
        bytes[i + 2] = second;
        bytes[i + 3] = first;
      }
    }
    return bytes.length == 4 ? IpAddress.readIpv4(bytes, 0) : IpAddress.readIpv6(bytes, 0);
  }
}
