// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Reassembler.Fragment;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TrafficClass;

/**
 * A datagram of which not all fragments have come: those that have, in order and without overlap,
 * so that what lies between them are the holes of RFC 815. Used by one thread at a time.
 */
final class PartialDatagram {
  /** What became of a fragment. */
  enum Outcome {
    KEPT,
    DUPLICATE,
    OVERLAP
  }

  private static final int UNKNOWN = -1;

  private final boolean ipv6;
  private final long deadline;
  private final ArrayList<Fragment> fragments = new ArrayList<>(4);
  private int cost;
  private int received;
  private int total = UNKNOWN;
  private int ecnSeen;
  private boolean discarded;

  PartialDatagram(boolean ipv6, long deadline, int cost) {
    this.ipv6 = ipv6;
    this.deadline = deadline;
    this.cost = cost;
  }

  long deadline() {
    return deadline;
  }

  int cost() {
    return cost;
  }

  boolean isComplete() {
    return received == total;
  }

  /** The fragment with offset 0, or null. */
  @Nullable Packet firstPacket() {
    return fragments.isEmpty() || fragments.getFirst().offset() != 0
        ? null
        : fragments.getFirst().packet();
  }

  /** Some fragment, or null. */
  @Nullable Packet anyPacket() {
    return fragments.isEmpty() ? null : fragments.getFirst().packet();
  }

  Outcome add(Fragment f, int fragmentCost) {
    if (discarded) {
      return Outcome.DUPLICATE;
    }
    int at = fragments.size();
    while (at > 0 && fragments.get(at - 1).offset() >= f.offset()) {
      at--;
    }
    if (isDuplicate(f, at)) {
      return Outcome.DUPLICATE;
    }
    boolean overlaps =
        at > 0 && fragments.get(at - 1).end() > f.offset()
            || at < fragments.size() && fragments.get(at).offset() < f.end();
    int last = fragments.isEmpty() ? 0 : fragments.getLast().end();
    boolean disagrees =
        f.more() ? total != UNKNOWN && f.end() > total : total != UNKNOWN || f.end() < last;
    if (overlaps || disagrees) {
      return Outcome.OVERLAP;
    }
    fragments.add(at, f);
    received += f.length();
    cost += fragmentCost;
    ecnSeen |= 1 << TrafficClass.ecn(trafficClass(f.packet()));
    if (!f.more()) {
      total = f.end();
    }
    return Outcome.KEPT;
  }

  /**
   * RFC 8200 4.5: "fragments may be duplicated in the network. Instead of treating these exact
   * duplicate fragments as overlapping fragments, an implementation may choose to detect this case
   * and drop exact duplicate fragments". For IPv4, as on Linux, also what repeats a part of what
   * has been received without a gap.
   */
  private boolean isDuplicate(Fragment f, int at) {
    if (at < fragments.size()
        && fragments.get(at).offset() == f.offset()
        && fragments.get(at).end() == f.end()) {
      return fragments.get(at).more() == f.more();
    }
    if (ipv6) {
      return false;
    }
    int from = at < fragments.size() && fragments.get(at).offset() == f.offset() ? at : at - 1;
    if (from < 0 || fragments.get(from).end() <= f.offset()) {
      return false;
    }
    int end = fragments.get(from).end();
    for (int i = from + 1; i < fragments.size() && fragments.get(i).offset() == end; i++) {
      end = fragments.get(i).end();
    }
    return f.end() <= end && (f.more() || f.end() == total);
  }

  /**
   * Lets go of all fragments.
   *
   * @return what they cost
   */
  int discard() {
    int before = cost;
    discarded = true;
    fragments.clear();
    received = 0;
    total = UNKNOWN;
    cost = Reassembler.DATAGRAM_OVERHEAD;
    return before - cost;
  }

  /** The whole datagram, or null if its ECN fields contradict each other. */
  @Nullable Packet build() {
    int ecn = ecn();
    if (ecn < 0) {
      return null;
    }
    Fragment first = fragments.getFirst();
    Packet head = first.packet();
    int from = head.offset();
    int headerLength = (ipv6 ? first.headerAt() : first.data()) - from;
    byte[] whole = new byte[headerLength + total];
    System.arraycopy(head.head(), from, whole, 0, headerLength);
    for (Fragment f : fragments) {
      System.arraycopy(f.packet().head(), f.data(), whole, headerLength + f.offset(), f.length());
    }
    if (ipv6) {
      // "The Next Header field of the last header of the Per-Fragment headers is obtained from the
      // Next Header field of the first fragment's Fragment header."
      int nextHeader = Ipv6FragmentHeader.nextHeader(head.head(), first.headerAt());
      Bytes.put8(whole, first.nextHeaderFieldAt() - from, nextHeader);
      Bytes.put16(whole, 4, whole.length - Ipv6Header.LENGTH);
      int word = Bytes.u16(whole, 0);
      Bytes.put16(whole, 0, word & ~0x30 | ecn << 4);
    } else {
      Bytes.put16(whole, 2, whole.length);
      Bytes.put16(whole, 6, 0);
      Bytes.put8(whole, 1, TrafficClass.withEcn(whole[1] & 0xff, ecn));
      Ipv4Header.updateChecksum(whole, 0);
    }
    Packet packet = Packet.wrap(whole, 0, whole.length);
    packet.setInterfaceIndex(head.interfaceIndex());
    packet.setTime(head.time());
    return packet;
  }

  private int trafficClass(Packet packet) {
    byte[] b = packet.head();
    int at = packet.offset();
    return ipv6 ? Ipv6Header.trafficClass(b, at) : Ipv4Header.trafficClass(b, at);
  }

  /**
   * RFC 3168 5.3: "an ECN-capable packet" of which one fragment has CE becomes CE as a whole; one
   * that "contains a mix of Not-ECT and other ECN codepoints" is dropped if CE is among them.
   */
  private int ecn() {
    boolean ce = (ecnSeen & 1 << TrafficClass.CE) != 0;
    boolean notEct = (ecnSeen & 1 << TrafficClass.NOT_ECT) != 0;
    if (ce) {
      return notEct ? -1 : TrafficClass.CE;
    }
    return notEct
        ? TrafficClass.NOT_ECT
        : (ecnSeen & 1 << TrafficClass.ECT_0) != 0 ? TrafficClass.ECT_0 : TrafficClass.ECT_1;
  }
}
