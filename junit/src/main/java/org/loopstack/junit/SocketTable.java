// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketTimer;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.wire.IpAddress;

/** The sockets of a stack as {@code ss -tuanoi} prints them, with what explains a failure. */
final class SocketTable {
  private static final String FORMAT = "%-5s %-11s %6s %6s %26s %26s";

  private SocketTable() {}

  static String print(StackSnapshot snapshot) {
    StringBuilder table = new StringBuilder();
    table.append(
        String.format(
            Locale.ROOT,
            FORMAT,
            "Netid",
            "State",
            "Recv-Q",
            "Send-Q",
            "Local Address:Port",
            "Peer Address:Port"));
    snapshot.sockets().stream()
        .sorted(
            Comparator.comparing(StackSnapshot.Socket::protocol)
                .thenComparingInt(StackSnapshot.Socket::localPort)
                .thenComparingInt(StackSnapshot.Socket::remotePort))
        .forEach(socket -> table.append('\n').append(line(socket)).append(details(socket)));
    return table.toString();
  }

  static String line(StackSnapshot.Socket s) {
    return String.format(
        Locale.ROOT,
        FORMAT,
        s.protocol(),
        s.state(),
        s.receiveQueue(),
        s.sendQueue(),
        address(s.localAddress()) + ":" + s.localPort(),
        remote(s));
  }

  private static String remote(StackSnapshot.Socket s) {
    if (s.remoteAddress() == null) {
      return "*:*";
    }
    if (s.remotePort() == 0) {
      return (s.localAddress().isIpv4() ? "0.0.0.0" : "[::]") + ":*";
    }
    return address(s.remoteAddress()) + ":" + s.remotePort();
  }

  private static String address(@Nullable IpAddress address) {
    String text = String.valueOf(address);
    return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
  }

  /** A second line: what runs, what is on its way, what was sent again; "" if there is nothing. */
  private static String details(StackSnapshot.Socket socket) {
    SocketDetails details = socket.details();
    if (details == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    SocketTimer timer = details.timer();
    if (timer != null) {
      text.append(" timer:(")
          .append(timer.kind().name().toLowerCase(Locale.ROOT))
          .append(',')
          .append(timer.left() / 1_000_000)
          .append("ms,")
          .append(timer.count())
          .append(')');
    }
    TcpInfo tcp = details.tcp();
    if (tcp != null && !socket.state().equals("LISTEN")) {
      connection(text, tcp);
    }
    return text.isEmpty() ? "" : "\n\t" + text.substring(1);
  }

  private static void connection(StringBuilder text, TcpInfo tcp) {
    text.append(String.format(Locale.ROOT, " rto:%.3gms", tcp.rto() / 1e3));
    text.append(
        String.format(Locale.ROOT, " rtt:%.3g/%.3gms", tcp.rtt() / 1e3, tcp.rttvar() / 1e3));
    number(text, "mss", tcp.sndMss());
    number(text, "cwnd", tcp.sndCwnd());
    number(text, "bytes_sent", tcp.bytesSent());
    number(text, "bytes_retrans", tcp.bytesRetrans());
    number(text, "bytes_acked", tcp.bytesAcked());
    number(text, "bytes_received", tcp.bytesReceived());
    number(text, "unacked", tcp.unacked());
    if (tcp.totalRetrans() > 0) {
      text.append(" retrans:").append(tcp.retrans()).append('/').append(tcp.totalRetrans());
    }
    number(text, "lost", tcp.lost());
    number(text, "sacked", tcp.sacked());
    number(text, "notsent", tcp.notsentBytes());
    number(text, "snd_wnd", tcp.sndWnd());
    number(text, "rcv_wnd", tcp.rcvWnd());
  }

  private static void number(StringBuilder text, String name, long value) {
    if (value != 0) {
      text.append(' ').append(name).append(':').append(value);
    }
  }
}
