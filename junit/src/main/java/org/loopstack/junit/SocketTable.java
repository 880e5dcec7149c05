// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.wire.IpAddress;

/** The sockets of a stack as {@code ss -tuan} prints them. */
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
        .forEach(socket -> table.append('\n').append(line(socket)));
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
        s.remoteAddress() == null ? "*:*" : address(s.remoteAddress()) + ":" + s.remotePort());
  }

  private static String address(@Nullable IpAddress address) {
    String text = String.valueOf(address);
    return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
  }
}
