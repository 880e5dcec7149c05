// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.wire.PacketPrinter;

/** Packets for people: a line each, with the time since the first. */
final class PacketLines {
  private static final double NANOS = 1e9;

  private PacketLines() {}

  /** The last so many of them. */
  static String last(List<CapturedPacket> packets, int most) {
    return last(packets, most, Set.of());
  }

  /** The last so many of them, those of the set with a mark. */
  static String last(List<CapturedPacket> packets, int most, Set<CapturedPacket> marked) {
    if (packets.isEmpty()) {
      return "no packet";
    }
    StringBuilder text = new StringBuilder();
    int from = Math.max(0, packets.size() - most);
    if (from > 0) {
      text.append(String.format(Locale.ROOT, "... %d before these%n", from));
    }
    long first = packets.getFirst().epochNanos();
    for (CapturedPacket packet : packets.subList(from, packets.size())) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s%12.6f  ",
              marked.contains(packet) ? ">" : " ",
              (packet.epochNanos() - first) / NANOS));
      text.append(PacketPrinter.print(packet.bytes().toByteArray()));
      String comment = packet.comment();
      if (comment != null) {
        text.append("  # ").append(comment);
      }
      text.append('\n');
    }
    return text.toString();
  }
}
