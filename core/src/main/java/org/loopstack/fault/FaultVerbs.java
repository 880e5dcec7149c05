// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;
import org.loopstack.engine.Clock;
import org.loopstack.wire.IcmpHeader;

/** What can happen to the datagrams that match: the second half of {@link Fault#on}. Immutable. */
public final class FaultVerbs {
  private final Match match;

  FaultVerbs(Match match) {
    this.match = match;
  }

  private Fault rule(Verdict verdict) {
    return new Fault(match, verdict);
  }

  /** They are thrown away, and nobody is told. */
  public Fault drop() {
    return rule(Verdict.Drop.DROP);
  }

  /**
   * Some are thrown away: {@link #drop} with a {@link Fault#probability}.
   *
   * @param probability 0 to 1
   * @throws IllegalArgumentException if it is not
   */
  public Fault loss(double probability) {
    return drop().probability(probability);
  }

  /** Where they go nobody answers: {@link #drop} by another name. */
  public Fault blackhole() {
    return rule(Verdict.Drop.BLACKHOLE);
  }

  /** The cable is pulled: they are thrown away and counted as those of a link that is down. */
  public Fault linkDown() {
    return rule(Verdict.Drop.LINK_DOWN);
  }

  /** What asks for a connection is thrown away: {@link #drop} of {@link Match#syn}. */
  public Fault dropSyn() {
    return new Fault(match.syn(), Verdict.Drop.DROP);
  }

  /**
   * They arrive later, in their order.
   *
   * @throws IllegalArgumentException if it is negative or more than 365 days
   */
  public Fault latency(Duration latency) {
    return delay(Delay.fixed(latency));
  }

  /**
   * They arrive later, by the latency, less or more by up to the jitter; one may overtake another.
   *
   * @throws IllegalArgumentException if the jitter is more than the latency, or either is negative
   *     or more than 365 days
   */
  public Fault latency(Duration latency, Duration jitter) {
    return delay(Delay.jittered(latency, jitter));
  }

  /**
   * They arrive later, each by another time up to this one; one may overtake another.
   *
   * @throws IllegalArgumentException if it is negative or more than 365 days
   */
  public Fault jitter(Duration most) {
    return delay(Delay.uniform(Duration.ZERO, most));
  }

  /** They arrive later, as the law says. */
  public Fault delay(Delay delay) {
    return rule(new Verdict.Late(delay));
  }

  /** They arrive twice. */
  public Fault duplicate() {
    return duplicate(1);
  }

  /**
   * They arrive several times, one behind the other.
   *
   * @param copies besides the datagram itself
   * @throws IllegalArgumentException if it is not 1 to 100
   */
  public Fault duplicate(int copies) {
    return rule(new Verdict.Duplicate(Limits.check("number of copies", copies, 1, 100)));
  }

  /**
   * They are overtaken by the next datagram that matches, or arrive 100 ms later if none comes. One
   * at a time is held back; so with nothing else said, every two change places.
   */
  public Fault reorder() {
    return rule(new Verdict.Reorder(1, Verdict.Reorder.USUAL));
  }

  /**
   * They are overtaken by others that match.
   *
   * @param overtakers how many
   * @param atMost how long they wait for that
   * @throws IllegalArgumentException if there are not 1 to 1000, or the time is negative or more
   *     than 365 days
   */
  public Fault reorder(int overtakers, Duration atMost) {
    return rule(
        new Verdict.Reorder(
            Limits.check("number of datagrams that overtake", overtakers, 1, 1000),
            Limits.checkDuration("time to wait for them", atMost)));
  }

  /**
   * Bits behind the IP header are turned over, by chance; checksums stay, so that the receiver
   * notices.
   *
   * @throws IllegalArgumentException if they are not 1 to 1000
   */
  public Fault corrupt(int bits) {
    return corrupt(Corruption.randomBits(bits));
  }

  /** Bytes are changed. */
  public Fault corrupt(Corruption corruption) {
    return rule(new Verdict.Corrupt(corruption));
  }

  /**
   * What is longer loses its end on the way; its headers do not know, so that the receiver notices.
   *
   * @param length IP header included
   * @throws IllegalArgumentException if it is not 1 to 65575
   */
  public Fault truncate(int length) {
    return rule(new Verdict.Truncate(Limits.check("length", length, 1, 65_575), false));
  }

  /**
   * What is longer becomes a shorter datagram with right headers and checksums; the header of TCP
   * or UDP stays whole.
   *
   * @param length IP header included
   * @throws IllegalArgumentException if it is not 1 to 65575
   */
  public Fault truncateMended(int length) {
    return rule(new Verdict.Truncate(Limits.check("length", length, 1, 65_575), true));
  }

  /**
   * They pass at a rate; {@link RateLimit} says how.
   *
   * @throws IllegalArgumentException if it is not 1 to 10^12
   */
  public Fault bandwidth(long bitsPerSecond) {
    return limit(RateLimit.bitsPerSecond(bitsPerSecond));
  }

  /** They pass at a rate. */
  public Fault limit(RateLimit limit) {
    return rule(new Verdict.Slow(limit));
  }

  /**
   * They are answered as by a host where nobody listens, and go no further: TCP with a reset, UDP
   * with "port unreachable", others with "protocol unreachable".
   */
  public Fault refuse() {
    return rule(new Verdict.Refuse());
  }

  /**
   * The connection of a TCP segment is reset at both ends: its sender gets a reset, and its
   * receiver gets one in its place. Both have the numbers that their receivers expect; only a
   * receiver who still waits for an earlier segment does not believe its own (RFC 5961) and answers
   * it.
   *
   * @throws IllegalArgumentException if what matches is no TCP
   */
  public Fault reset() {
    return rule(new Verdict.Reset());
  }

  /**
   * A TCP connection is reset at both ends once so much of its data has passed, counted in the
   * directions that match; what comes before arrives to the last byte. Data that is sent again is
   * not counted again.
   *
   * @param bytes 0 for none: the first data resets the connection
   * @throws IllegalArgumentException if it is negative, or what matches is no TCP
   */
  public Fault resetAfter(long bytes) {
    return rule(new Verdict.ResetAfter(Limits.check("number of bytes", bytes, 0, Long.MAX_VALUE)));
  }

  /** They are answered with an ICMP error and go no further. */
  public Fault answer(IcmpError error) {
    return rule(new Verdict.Icmp(new Verdict.IcmpText.Named(error)));
  }

  /**
   * They are answered with "packet too big" or "fragmentation needed", whatever their size; see
   * {@link #mtu} for a real one.
   *
   * @param mtu what the error says, 0 to 65575
   * @throws IllegalArgumentException if it is not
   */
  public Fault answerTooBig(int mtu) {
    return rule(new Verdict.Icmp(new Verdict.IcmpText.TooBig(Limits.check("MTU", mtu, 0, 65_575))));
  }

  /**
   * IPv4 datagrams are answered with any ICMP error and go no further.
   *
   * @param type 3, 4, 5, 11 or 12
   * @param code 0 to 255
   * @throws IllegalArgumentException if they are not
   */
  public Fault answerIcmp(int type, int code) {
    if (!IcmpHeader.isError(type)) {
      throw new IllegalArgumentException("The type of an ICMP error is 3, 4, 5, 11 or 12: " + type);
    }
    Limits.check("code", code, 0, 255);
    return rule(new Verdict.Icmp(new Verdict.IcmpText.Numbered(false, type, code)));
  }

  /**
   * IPv6 datagrams are answered with any ICMPv6 error and go no further.
   *
   * @param type 1 to 127
   * @param code 0 to 255
   * @throws IllegalArgumentException if they are not
   */
  public Fault answerIcmpv6(int type, int code) {
    Limits.check("type of an ICMPv6 error", type, 1, 127);
    Limits.check("code", code, 0, 255);
    return rule(new Verdict.Icmp(new Verdict.IcmpText.Numbered(true, type, code)));
  }

  /**
   * There is a link with a smaller MTU on the way: what is longer is fragmented if it is IPv4 and
   * may be, else thrown away, and its sender is told the MTU.
   *
   * @param mtu 68 to 65575 bytes
   * @throws IllegalArgumentException if it is not
   */
  public Fault mtu(int mtu) {
    return rule(new Verdict.Mtu(Limits.check("MTU", mtu, 68, 65_575), false));
  }

  /**
   * The same, but nobody is told (a path MTU black hole, RFC 2923 section 2.1).
   *
   * @param mtu 68 to 65575 bytes
   * @throws IllegalArgumentException if it is not
   */
  public Fault silentMtu(int mtu) {
    return rule(new Verdict.Mtu(Limits.check("MTU", mtu, 68, 65_575), true));
  }

  /**
   * The listener's accept queue is full, since nobody accepts: after {@code backlog + 1}
   * connections (as Linux counts) the SYN of another one is dropped. Match the listener's port.
   *
   * @throws IllegalArgumentException if it is not 0 to 65535, or what matches is no TCP
   */
  public Fault slowAccept(int backlog) {
    return rule(new Verdict.SlowAccept(Limits.check("backlog", backlog, 0, 65_535), Clock.NEVER));
  }

  /**
   * The same with a server that accepts a connection now and then.
   *
   * @param each how long it takes for a connection
   * @throws IllegalArgumentException if the backlog is not 0 to 65535, the time is not above 0 and
   *     at most 365 days, or what matches is no TCP
   */
  public Fault slowAccept(int backlog, Duration each) {
    long nanos = Limits.checkDuration("time for a connection", each);
    if (nanos == 0) {
      throw new IllegalArgumentException("The time for a connection is above 0: 0ms");
    }
    return rule(new Verdict.SlowAccept(Limits.check("backlog", backlog, 0, 65_535), nanos));
  }
}
