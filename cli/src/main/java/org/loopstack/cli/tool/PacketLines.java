// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.capture.filter.LinkTypes;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.PacketPrinter;

/**
 * Packets as tcpdump prints them, one line each, with what the capture notes about one in brackets
 * behind it.
 *
 * @param times how to print when it passed
 * @param named whether to print the interface and the direction
 * @param bytes whether to print its bytes below
 */
public record PacketLines(Times times, boolean named, boolean bytes) {
  private static final DateTimeFormatter OF_DAY = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS ");
  private static final int BYTES_PER_LINE = 16;

  /** How to print when a packet passed. */
  public enum Times {
    /** The time of day where the user is. */
    OF_DAY,
    /** Not at all. */
    NONE,
    /** Seconds. */
    SINCE_1970
  }

  /** What is printed of a packet, with the line's end. */
  public String of(CapturedPacket packet) {
    StringBuilder line = new StringBuilder(160);
    time(line, packet.epochNanos());
    if (named) {
      source(line, packet);
    }
    byte[] frame = packet.bytes().toByteArray();
    int at = LinkTypes.datagramAt(frame, packet.source().linkType());
    line.append(
        at < 0
            ? "no IP, length " + packet.originalLength()
            : PacketPrinter.print(frame, at, frame.length));
    if (packet.comment() != null) {
      line.append(" (").append(packet.comment()).append(')');
    }
    line.append('\n');
    if (bytes) {
      dump(line, frame);
    }
    return line.toString();
  }

  private void time(StringBuilder line, long epochNanos) {
    switch (times) {
      case OF_DAY ->
          OF_DAY.formatTo(
              Instant.ofEpochSecond(0, epochNanos).atZone(ZoneId.systemDefault()), line);
      case SINCE_1970 ->
          line.append(
              String.format(
                  Locale.ROOT,
                  "%d.%06d ",
                  epochNanos / 1_000_000_000,
                  epochNanos / 1000 % 1_000_000));
      case NONE -> {}
    }
  }

  private static void source(StringBuilder line, CapturedPacket packet) {
    if (!packet.source().name().isEmpty()) {
      line.append(packet.source().name()).append(' ');
    }
    if (packet.direction() != null) {
      line.append(packet.direction() == LinkTap.Direction.IN ? "In " : "Out ");
    }
  }

  private static void dump(StringBuilder line, byte[] frame) {
    HexFormat hex = HexFormat.of();
    for (int at = 0; at < frame.length; at += BYTES_PER_LINE) {
      line.append("\t0x").append(hex.toHexDigits((short) at)).append(": ");
      StringBuilder text = new StringBuilder(BYTES_PER_LINE);
      for (int i = at; i < at + BYTES_PER_LINE; i++) {
        if (i % 2 == 0) {
          line.append(' ');
        }
        if (i < frame.length) {
          line.append(hex.toHexDigits(frame[i]));
          text.append(frame[i] > ' ' && frame[i] < 0x7f ? (char) frame[i] : '.');
        } else {
          line.append("  ");
        }
      }
      line.append("  ").append(text).append('\n');
    }
  }
}
