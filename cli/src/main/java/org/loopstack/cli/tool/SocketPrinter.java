// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.wire.IpAddress;

/** Prints sockets in the columns of iproute2's {@code ss}. */
public final class SocketPrinter {
  /**
   * What to show beside the columns.
   *
   * @param protocol the column Netid
   * @param header the line above
   * @param timer of -o
   * @param extended of -e
   * @param memory of -m
   * @param information of -i
   * @param process of -p: what holds a socket; null not to say it
   * @param oneLine of -O
   */
  public record Choice(
      boolean protocol,
      boolean header,
      boolean timer,
      boolean extended,
      boolean memory,
      boolean information,
      @Nullable Function<Socket, @Nullable String> process,
      boolean oneLine) {}

  private static final String[] HEADER = {
    "Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process"
  };

  private static final int LOCAL = 4;
  private static final int PEER = 6;

  private final Choice choice;

  /** Prints what was chosen. */
  public SocketPrinter(Choice choice) {
    this.choice = choice;
  }

  /** A line for each, two where there is much to say. */
  public String text(List<Socket> sockets) {
    List<String[]> rows = new ArrayList<>();
    rows.add(HEADER);
    for (Socket each : sockets) {
      rows.add(cells(each));
    }
    int[] widths = new int[HEADER.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = choice.header ? 0 : 1; i < rows.size(); i++) {
      append(text, rows.get(i), widths);
      if (i > 0) {
        appendMore(text, sockets.get(i - 1));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private void append(StringBuilder text, String[] row, int[] widths) {
    for (int i = choice.protocol ? 0 : 1; i < row.length; i++) {
      if (i == LOCAL || i == PEER) {
        // The address ends, and the port begins, at the colon.
        text.repeat(' ', widths[i] - row[i].length()).append(row[i]).append(':');
      } else {
        text.append(row[i]);
        boolean last = i == row.length - 1;
        text.repeat(' ', last ? 0 : widths[i] - row[i].length() + 1);
      }
    }
  }

  private void appendMore(StringBuilder text, Socket socket) {
    StringBuilder more = new StringBuilder();
    if (choice.memory) {
      more.append(SocketDetailsPrinter.memory(socket));
    }
    if (choice.information) {
      more.append(SocketDetailsPrinter.information(socket));
    }
    if (!more.isEmpty()) {
      text.append(choice.oneLine ? "" : "\n\t").append(more);
    }
  }

  private String[] cells(Socket s) {
    StringBuilder process = new StringBuilder();
    String holder = choice.process == null ? null : choice.process.apply(s);
    if (holder != null) {
      process.append("users:((").append(holder).append("))");
    }
    if (choice.timer) {
      process.append(SocketDetailsPrinter.timer(s));
    }
    if (choice.extended) {
      process.append(SocketDetailsPrinter.options(s));
    }
    return new String[] {
      s.protocol(),
      s.state(),
      "" + s.receiveQueue(),
      "" + s.sendQueue(),
      address(s, s.localAddress()),
      port(s.localPort()),
      address(s, s.remotePort() == 0 ? anyOf(s) : s.remoteAddress()),
      port(s.remotePort()),
      process.toString().strip()
    };
  }

  private static IpAddress anyOf(Socket s) {
    return s.localAddress().isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
  }

  /** A star for what takes IPv4, too. */
  private static String address(Socket s, @Nullable IpAddress address) {
    if (address == null || address.isIpv4()) {
      return address == null ? "0.0.0.0" : address.toString();
    }
    boolean both = s.localAddress().isAny() && !SocketDetailsPrinter.isIpv6Only(s);
    return address.isAny() && both ? "*" : "[" + address + "]";
  }

  private static String port(int port) {
    return port == 0 ? "*" : "" + port;
  }

  /** All that is known of each, as an array on one line. */
  public static String json(List<Socket> sockets) {
    return SocketDetailsPrinter.json(sockets);
  }

  /** What there is of each kind, as {@code ss -s}. */
  public static String summary(List<Socket> sockets) {
    int tcp = count(sockets, "tcp", "", null);
    int timeWait = count(sockets, "tcp", "TIME-WAIT", null);
    int established = count(sockets, "tcp", "ESTAB", null);
    StringBuilder text = new StringBuilder();
    text.append("Total: ").append(sockets.size() - timeWait).append('\n');
    text.append("TCP:   ").append(tcp).append(" (estab ").append(established);
    text.append(", closed ").append(timeWait).append(", orphaned 0, timewait ").append(timeWait);
    text.append(")\n\nTransport Total     IP        IPv6\n");
    for (String protocol : new String[] {"icmp", "udp", "tcp"}) {
      int ipv4 = count(sockets, protocol, "", false) - waits(protocol, sockets, false);
      int ipv6 = count(sockets, protocol, "", true) - waits(protocol, sockets, true);
      text.append(protocol.toUpperCase(Locale.ROOT));
      text.append('\t')
          .append(String.format(Locale.ROOT, "  %-9d %-9d %-9d", ipv4 + ipv6, ipv4, ipv6))
          .append('\n');
    }
    return text.append('\n').toString();
  }

  private static int waits(String protocol, List<Socket> sockets, boolean ipv6) {
    return protocol.equals("tcp") ? count(sockets, "tcp", "TIME-WAIT", ipv6) : 0;
  }

  private static int count(
      List<Socket> sockets, String protocol, String state, @Nullable Boolean ipv6) {
    return (int)
        sockets.stream()
            .filter(s -> s.protocol().equals(protocol))
            .filter(s -> state.isEmpty() || s.state().equals(state))
            .filter(s -> ipv6 == null || s.localAddress().isIpv6() == ipv6)
            .count();
  }
}
