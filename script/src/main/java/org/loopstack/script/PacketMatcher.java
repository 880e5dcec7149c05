// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.TcpHeader;

/** Compares what the stack has sent with what the script expects. */
final class PacketMatcher {
  private final Settings settings;

  PacketMatcher(Settings settings) {
    this.settings = settings;
  }

  /** What differs, or null if nothing does. */
  @Nullable String difference(PacketSpec expected, Observed actual, Flow flow, Position position) {
    if (actual.checksumWrong) {
      return "the checksum is wrong";
    }
    String marks = marks(expected.ip(), actual);
    if (marks != null) {
      return marks;
    }
    return switch (expected) {
      case PacketSpec.TcpPacket p ->
          actual.isTcp()
              ? tcp(p, actual, flow)
              : "expected TCP, actual protocol " + actual.protocol;
      case PacketSpec.UdpPacket p ->
          actual.isUdp()
              ? different("payload", p.length(), actual.payload().length)
              : "expected UDP, actual protocol " + actual.protocol;
      case PacketSpec.IcmpPacket p -> icmp(p, actual, position);
    };
  }

  private @Nullable String icmp(PacketSpec.IcmpPacket p, Observed actual, Position position) {
    if (!actual.isIcmp()) {
      return "expected ICMP, actual protocol " + actual.protocol;
    }
    int type = IcmpNames.type(p.type(), actual.ipv6, position);
    int code = IcmpNames.code(p.type(), p.code(), actual.ipv6, position);
    String difference = different("ICMP type", type, actual.icmpType());
    return difference == null ? different("ICMP code", code, actual.icmpCode()) : difference;
  }

  private static @Nullable String marks(PacketSpec.IpMarks marks, Observed actual) {
    if (marks.ttl() != 0 && marks.ttl() != actual.ttl) {
      return different("TTL", marks.ttl(), actual.ttl);
    }
    if (marks.flowLabel() != 0 && actual.ipv6 && actual.flowLabel == 0) {
      return "there is no flow label";
    }
    int ecn = actual.trafficClass & 3;
    return switch (marks.check()) {
      case NONE -> null;
      case ECN -> different("ECN bits", marks.tos(), ecn);
      case ECT01 -> ecn == 1 || ecn == 2 ? null : "ECN bits: expected 1 or 2, actual " + ecn;
      case TOS -> different("TOS", marks.tos(), actual.trafficClass);
    };
  }

  private @Nullable String tcp(PacketSpec.TcpPacket p, Observed actual, Flow flow) {
    // Linux pushes every burst that it hands to the card in one piece, and how many segments that
    // are follows its pacing rate: among segments of one burst the bit means nothing.
    int compared = actual.isInBurst() && !settings.strict ? ~TcpHeader.PSH : ~0;
    if (((p.flags() ^ actual.flags()) & compared) != 0) {
      return "flags: expected "
          + Observed.flagText(p.flags())
          + ", actual "
          + Observed.flagText(actual.flags());
    }
    boolean syn = actual.isSyn();
    boolean ack = (actual.flags() & TcpHeader.ACK) != 0;
    long sequence = actual.sequence() - flow.localOffset(syn) & 0xffff_ffffL;
    long acknowledgment =
        ack ? actual.acknowledgment() - flow.remoteOffset(syn) & 0xffff_ffffL : p.acknowledgment();
    String d = different("sequence number", p.sequence(), sequence);
    d = d != null ? d : different("payload", p.length(), actual.payload().length);
    d = d != null ? d : different("acknowledgment", p.acknowledgment(), acknowledgment);
    d = d != null || p.window() < 0 ? d : different("window", p.window(), actual.window());
    d = d != null ? d : different("urgent pointer", p.urgentPointer(), actual.urgentPointer());
    d = d != null || p.options() == null ? d : options(p.options(), actual, flow);
    d = d != null ? d : echo(actual);
    return d != null ? d : payload(actual, flow);
  }

  private @Nullable String options(List<TcpOption> expected, Observed actual, Flow flow) {
    List<TcpOption> got = actual.scriptOptions(flow);
    boolean same = expected.size() == got.size();
    for (int i = 0; same && i < got.size(); i++) {
      same = same(expected.get(i), got.get(i));
    }
    return same
        ? null
        : "options: expected <"
            + Observed.optionText(expected)
            + ">, actual <"
            + Observed.optionText(got)
            + ">";
  }

  private boolean same(TcpOption expected, TcpOption actual) {
    if (expected instanceof TcpOption.Timestamps(long value, long echo)
        && actual instanceof TcpOption.Timestamps(long actualValue, long actualEcho)) {
      long ticks = Math.abs((int) (value - actualValue));
      boolean near =
          settings.timestampTick == 0 || ticks * settings.timestampTick <= settings.tolerance;
      return near && (!settings.strict || echo == actualEcho);
    }
    return expected.equals(actual);
  }

  /** "If the ACK bit is not set, the TSecr field is set to zero" (RFC 7323 section 3.2). */
  private @Nullable String echo(Observed actual) {
    if (settings.strict && (actual.flags() & TcpHeader.ACK) == 0) {
      for (TcpOption each : actual.options()) {
        if (each instanceof TcpOption.Timestamps(long value, long echo) && echo != 0) {
          return "timestamp " + value + " without ACK has an echo: " + echo;
        }
      }
    }
    return null;
  }

  /** Every byte is the one that was written at its place of the stream, also when sent again. */
  private static @Nullable String payload(Observed actual, Flow flow) {
    byte[] payload = actual.payload();
    if (payload.length == 0 || (actual.flags() & TcpHeader.RST) != 0) {
      return null;
    }
    byte[] written = flow.written.toByteArray();
    int first = actual.sequence() - flow.liveLocalIsn - (actual.isSyn() ? 0 : 1);
    for (int i = 0; i < payload.length; i++) {
      int at = first + i;
      if (at < 0 || at >= written.length || written[at] != payload[i]) {
        return "payload byte " + i + " is not what was written as byte " + at + " of the stream";
      }
    }
    return null;
  }

  private static @Nullable String different(String what, long expected, long actual) {
    return expected == actual ? null : what + ": expected " + expected + ", actual " + actual;
  }
}
