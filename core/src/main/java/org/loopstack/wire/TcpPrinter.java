// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.HexFormat;

/** The part of {@link PacketPrinter} that prints TCP: flags, numbers and options. */
final class TcpPrinter {
  private static final String FLAG_LETTERS = "FSRP.UEWe";

  private TcpPrinter() {}

  /** Prints the segment, whose header has been validated. */
  static void print(StringBuilder line, byte[] b, int at, int end) {
    int flags = TcpHeader.flags(b, at);
    int length = TcpHeader.payloadLength(b, at, end);
    line.append("Flags [");
    flags(line, flags);
    line.append(']');
    if (length > 0 || (flags & (TcpHeader.SYN | TcpHeader.FIN | TcpHeader.RST)) != 0) {
      int sequence = TcpHeader.sequence(b, at);
      line.append(", seq ").append(SequenceNumber.toString(sequence));
      if (length > 0) {
        int next = SequenceNumber.add(sequence, length);
        line.append(':').append(SequenceNumber.toString(next));
      }
    }
    if ((flags & TcpHeader.ACK) != 0) {
      int acknowledgment = TcpHeader.acknowledgment(b, at);
      line.append(", ack ").append(SequenceNumber.toString(acknowledgment));
    }
    line.append(", win ").append(TcpHeader.window(b, at));
    if ((flags & TcpHeader.URG) != 0) {
      line.append(", urg ").append(TcpHeader.urgentPointer(b, at));
    }
    if (TcpHeader.headerLength(b, at) > TcpHeader.MIN_LENGTH) {
      line.append(", options [");
      options(line, b, at + TcpHeader.MIN_LENGTH, TcpHeader.payloadAt(b, at));
      line.append(']');
    }
    line.append(", length ").append(length);
  }

  private static void flags(StringBuilder line, int flags) {
    if (flags == 0) {
      line.append("none");
    }
    for (int i = 0; i < FLAG_LETTERS.length(); i++) {
      if ((flags & 1 << i) != 0) {
        line.append(FLAG_LETTERS.charAt(i));
      }
    }
  }

  private static void options(StringBuilder line, byte[] b, int from, int end) {
    var one = new TcpOptions();
    int p = from;
    while (p < end) {
      if (p > from) {
        line.append(',');
      }
      int kind = Bytes.u8(b, p);
      if (kind == TcpOptions.END) {
        line.append("eol");
        return;
      }
      if (kind == TcpOptions.NOP) {
        line.append("nop");
        p++;
        continue;
      }
      int next = p + 1 < end ? p + Bytes.u8(b, p + 1) : end + 1;
      if (next < p + 2 || next > end) {
        line.append("[bad opt]");
        return;
      }
      one.parse(b, p, next);
      option(line, one, kind, b, p, next);
      p = next;
    }
  }

  private static void option(
      StringBuilder line, TcpOptions one, int kind, byte[] b, int at, int end) {
    if (one.unknownCount() > 0) {
      line.append("unknown-").append(kind);
      if (end - at > 2) {
        line.append(" 0x").append(HexFormat.of().formatHex(b, at + 2, end));
      }
      return;
    }
    switch (kind) {
      case TcpOptions.MSS -> line.append("mss ").append(one.mss());
      case TcpOptions.WINDOW_SCALE -> line.append("wscale ").append(one.rawWindowScale());
      case TcpOptions.SACK_PERMITTED -> line.append("sackOK");
      case TcpOptions.TIMESTAMPS ->
          line.append("TS val ")
              .append(Integer.toUnsignedString(one.timestampValue()))
              .append(" ecr ")
              .append(Integer.toUnsignedString(one.timestampEcho()));
      case TcpOptions.SACK -> sack(line, one);
      case TcpOptions.USER_TIMEOUT -> line.append("uto ").append(one.userTimeoutSeconds());
      default -> {
        line.append(one.isFastOpenExperimental() ? "exp-tfo " : "tfo ");
        line.append(
            one.fastOpenCookieLength() == 0
                ? "cookiereq"
                : "cookie " + HexFormat.of().formatHex(b, one.fastOpenCookieAt(), end));
      }
    }
  }

  private static void sack(StringBuilder line, TcpOptions one) {
    line.append("sack ").append(one.sackBlockCount()).append(' ');
    for (int i = 0; i < one.sackBlockCount(); i++) {
      line.append('{')
          .append(SequenceNumber.toString(one.sackLeft(i)))
          .append(':')
          .append(SequenceNumber.toString(one.sackRight(i)))
          .append('}');
    }
  }
}
