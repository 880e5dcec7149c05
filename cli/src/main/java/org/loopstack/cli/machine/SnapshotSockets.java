// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketMemory;
import org.loopstack.transport.info.SocketTimer;

/** The kernel's sockets in the words of a snapshot, which are those of {@code ss}. */
final class SnapshotSockets {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private SnapshotSockets() {}

  static StackSnapshot.Socket of(KernelSocket s) {
    return new StackSnapshot.Socket(
        switch (s.protocol()) {
          case TCP -> "tcp";
          case UDP -> "udp";
          case RAW -> "raw";
          case PING -> "icmp";
        },
        state(s.state()),
        s.receiveQueue(),
        s.sendQueue(),
        s.local(),
        s.localPort(),
        s.remotePort() == 0 ? null : s.remote(),
        s.remotePort(),
        details(s));
  }

  /** As {@code ss} names TCP's states, by the kernel's numbers. */
  private static String state(int state) {
    return switch (state) {
      case 1 -> "ESTAB";
      case 2 -> "SYN-SENT";
      case 3, 12 -> "SYN-RECV";
      case 4 -> "FIN-WAIT-1";
      case 5 -> "FIN-WAIT-2";
      case 6 -> "TIME-WAIT";
      case 7, 13 -> "UNCONN";
      case 8 -> "CLOSE-WAIT";
      case 9 -> "LAST-ACK";
      case 10 -> "LISTEN";
      case 11 -> "CLOSING";
      default -> "UNKNOWN";
    };
  }

  private static SocketDetails details(KernelSocket s) {
    KernelSocket.Memory m = s.memory();
    return new SocketDetails(
        timer(s),
        m == null
            ? new SocketMemory(0, 0, 0, 0, 0)
            : new SocketMemory(
                m.received(), m.receiveBuffer(), m.queued(), m.sendBuffer(), m.drops()),
        options(s),
        s.congestion(),
        s.tcp());
  }

  private static @Nullable SocketTimer timer(KernelSocket s) {
    SocketTimer.Kind kind =
        switch (s.timer()) {
          case 1 -> SocketTimer.Kind.ON;
          case 2 -> SocketTimer.Kind.KEEPALIVE;
          case 3 -> SocketTimer.Kind.TIMEWAIT;
          case 4 -> SocketTimer.Kind.PERSIST;
          default -> null;
        };
    return kind == null
        ? null
        : new SocketTimer(kind, s.timerMillis() * NANOS_PER_MILLI, s.timerCount());
  }

  private static Map<String, String> options(KernelSocket s) {
    Map<String, String> options = new TreeMap<>();
    if (s.ipv6Only()) {
      options.put("IPV6_V6ONLY", "on");
    }
    s.options().forEach((name, value) -> options.put(name, "0x" + Integer.toHexString(value)));
    return options;
  }
}
