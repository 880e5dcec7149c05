// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A rule: which datagrams, what happens to them, and to which of those that match. Immutable; each
 * method returns a rule that says one thing more. It does nothing until it is {@linkplain
 * Faults#add added}, and can be added as often as one likes.
 *
 * <pre>{@code
 * Fault.on(Match.tcp().dstPort(8080).syn()).drop().times(2)
 * Fault.latency(Duration.ofMillis(50), Duration.ofMillis(10)).named("mobile")
 * Fault.on(Match.udp()).loss(0.01)
 * }</pre>
 */
public final class Fault {
  private final Match match;
  private final Verdict verdict;
  private final When when;
  private final @Nullable String name;

  Fault(Match match, Verdict verdict) {
    this(match, verdict, When.ALWAYS, null);
    if (verdict.needsTcp() && match.excludesTcp()) {
      throw new IllegalArgumentException(
          verdict.text() + " is about TCP, and what matches is not: " + match);
    }
  }

  private Fault(Match match, Verdict verdict, When when, @Nullable String name) {
    this.match = match;
    this.verdict = verdict;
    this.when = when;
    this.name = name;
  }

  /**
   * Reads a rule: what it does, then to which datagrams and when. What {@link #toString} returns
   * can be read again.
   *
   * <pre>
   *   drop tcp dst port 8080 flags S times 2
   *   latency 50ms jitter 10ms
   *   loss 1% udp between 127.0.0.1 127.0.0.2 named lossy
   * </pre>
   *
   * @throws IllegalArgumentException if a word is wrong, with the word and what is allowed
   */
  public static Fault parse(String text) {
    return FaultParser.parse(text);
  }

  /** Begins a rule about the datagrams that match. */
  public static FaultVerbs on(Match match) {
    return new FaultVerbs(match);
  }

  /** Loses datagrams: {@link FaultVerbs#loss}, whatever passes. */
  public static Fault loss(double probability) {
    return on(Match.any()).loss(probability);
  }

  /** Delays datagrams: {@link FaultVerbs#latency(Duration)}, whatever passes. */
  public static Fault latency(Duration latency) {
    return on(Match.any()).latency(latency);
  }

  /** Delays datagrams: {@link FaultVerbs#latency(Duration, Duration)}, whatever passes. */
  public static Fault latency(Duration latency, Duration jitter) {
    return on(Match.any()).latency(latency, jitter);
  }

  /** Delays datagrams: {@link FaultVerbs#jitter}, whatever passes. */
  public static Fault jitter(Duration most) {
    return on(Match.any()).jitter(most);
  }

  /** Limits the rate: {@link FaultVerbs#bandwidth}, whatever passes, both ways together on lo. */
  public static Fault bandwidth(long bitsPerSecond) {
    return on(Match.any()).bandwidth(bitsPerSecond);
  }

  /** Nothing arrives, and nobody is told. */
  public static Fault blackhole() {
    return on(Match.any()).blackhole();
  }

  /** The cable is pulled: {@link FaultVerbs#linkDown}, whatever passes. */
  public static Fault linkDown() {
    return on(Match.any()).linkDown();
  }

  /**
   * Nothing passes between two addresses or prefixes, either way.
   *
   * @throws IllegalArgumentException if one of them is neither, or one is IPv4 and the other IPv6
   */
  public static Fault partition(String one, String other) {
    return new Fault(Match.any().between(one, other), Verdict.Drop.PARTITION);
  }

  /** Limits the size of datagrams: {@link FaultVerbs#mtu}, whatever passes. */
  public static Fault mtu(int mtu) {
    return on(Match.any()).mtu(mtu);
  }

  /** Answers as if nobody listened on a port: {@link FaultVerbs#refuse} of what goes there. */
  public static Fault refuse(int port) {
    return on(Match.any().dstPort(port)).refuse();
  }

  /** Resets each TCP connection after so many bytes: {@link FaultVerbs#resetAfter}, both ways. */
  public static Fault resetAfter(long bytes) {
    return on(Match.tcp()).resetAfter(bytes);
  }

  /** Loses what asks for a connection to a port. */
  public static Fault dropSyn(int port) {
    return on(Match.tcp().dstPort(port)).dropSyn();
  }

  /** Fills the backlog of a port: {@link FaultVerbs#slowAccept(int)}. */
  public static Fault slowAccept(int port, int backlog) {
    return on(Match.tcp().dstPort(port)).slowAccept(backlog);
  }

  private Fault with(When newWhen) {
    return new Fault(match, verdict, newWhen, name);
  }

  private void checkPerDatagram(String word) {
    if (verdict.countsItself()) {
      throw new IllegalArgumentException(
          verdict.text() + " counts by itself: " + word + " cannot be said with it");
    }
  }

  /**
   * Names the rule; without it its name is made of its first word and a number.
   *
   * @throws IllegalArgumentException if it is not 1 to 64 letters, digits, dots, hyphens and
   *     underscores
   */
  public Fault named(String newName) {
    if (!newName.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "The name of a rule has 1 to 64 letters, digits, dots, hyphens and underscores: \""
              + newName
              + '"');
    }
    return new Fault(match, verdict, when, newName);
  }

  /**
   * At most so many times.
   *
   * @throws IllegalArgumentException if it is below 1, or what the rule does counts by itself
   */
  public Fault times(long count) {
    checkPerDatagram("times");
    return with(when.withTimes(count));
  }

  /**
   * The n-th datagram that matches and no other, from 1 on.
   *
   * @throws IllegalArgumentException if it is below 1, or what the rule does counts by itself
   */
  public Fault nth(long n) {
    checkPerDatagram("nth");
    Limits.check("n of nth", n, 1, Long.MAX_VALUE);
    return with(when.withSkip(n - 1).withTimes(1));
  }

  /**
   * Every n-th datagram that matches: with 3 the third, the sixth and so on.
   *
   * @throws IllegalArgumentException if it is below 1, or what the rule does counts by itself
   */
  public Fault every(long n) {
    checkPerDatagram("every");
    return with(when.withEvery(n));
  }

  /**
   * Not the first datagrams that match.
   *
   * @throws IllegalArgumentException if it is below 0, or what the rule does counts by itself
   */
  public Fault skip(long count) {
    checkPerDatagram("skip");
    return with(when.withSkip(count));
  }

  /**
   * Each datagram that matches with this probability.
   *
   * @param probability 0 to 1
   * @throws IllegalArgumentException if it is not, or what the rule does counts by itself
   */
  public Fault probability(double probability) {
    checkPerDatagram("probability");
    return with(when.withProbability(probability));
  }

  /**
   * In bursts: chance picks several datagrams in a row, by Gilbert's model, and on the whole as
   * many as the {@link #probability} says, which is to be said first.
   *
   * @param length of a burst on the average, in datagrams, 1 or more
   * @throws IllegalArgumentException if it is not, or the probability is not above 0 and below 1,
   *     or is more than bursts of this length can reach
   */
  public Fault bursts(double length) {
    checkPerDatagram("bursts");
    return with(when.withBurst(length));
  }

  /**
   * Not before so much time has passed since the rule was added.
   *
   * @throws IllegalArgumentException if it is negative or more than 365 days
   */
  public Fault after(Duration delay) {
    return with(when.withAfter(Limits.checkDuration("time before the rule begins", delay)));
  }

  /**
   * Only for so long, from when the rule was added or what {@link #after} says. The rule stays in
   * the list afterwards.
   *
   * @throws IllegalArgumentException if it is negative or more than 365 days
   */
  public Fault during(Duration length) {
    return with(when.withDuring(Limits.checkDuration("time of the rule", length)));
  }

  /**
   * {@link #skip}, {@link #nth}, {@link #every} and {@link #times} count for each connection on its
   * own. A connection is what passes between two ends, either way. A later TCP connection between
   * the same two ends begins at none, if the rule matches its SYN; a SYN that is sent again begins
   * nothing. Datagrams of UDP between the same two ends go on counting.
   */
  public Fault perConnection() {
    return with(when.withPerConnection());
  }

  /** Which datagrams. */
  public Match match() {
    return match;
  }

  /** The name, or null if it has not been named. */
  public @Nullable String name() {
    return name;
  }

  Verdict verdict() {
    return verdict;
  }

  String verdictWord() {
    return text().replaceAll(" .*", "");
  }

  When when() {
    return when;
  }

  private String text() {
    boolean drop = verdict.equals(Verdict.Drop.DROP);
    boolean chance = when.probability() != 1;
    String first = drop && chance ? "loss " + Texts.percent(when.probability()) : verdict.text();
    String matched = match.toString();
    return first
        + (matched.isEmpty() ? "" : " " + matched)
        + (chance && !drop ? " probability " + Texts.percent(when.probability()) : "")
        + when.text();
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Fault other
        && other.match.equals(match)
        && other.verdict.equals(verdict)
        && other.when.equals(when)
        && Objects.equals(other.name, name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(match, verdict, when, name);
  }

  /** The text of the rule: {@code drop tcp dst port 8080 flags S!A times 2}. */
  @Override
  public String toString() {
    return text() + (name == null ? "" : " named " + name);
  }
}
