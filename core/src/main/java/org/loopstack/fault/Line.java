// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.link.LinkPassage;
import org.loopstack.link.LinkTap.Direction;
import org.loopstack.link.LinkVerdict;
import org.loopstack.wire.DropReason;

/**
 * The stretch between a stack and a link on which the rules stand, one behind the other. A datagram
 * comes to the first rule, and what one rule lets go comes to the next, at once or when its time
 * has come. Safe for use by many threads.
 */
final class Line {
  private static final FaultHandle[] NONE = {};

  private final LinkPassage passage;
  private final Engine engine;
  private final HoldQueue held;

  // Copied on write; by ascending number.
  private volatile FaultHandle[] rules = NONE;

  Line(LinkPassage passage, Engine engine) {
    this.passage = passage;
    this.engine = engine;
    this.held = new HoldQueue(engine, this::goOn);
  }

  Engine engine() {
    return engine;
  }

  /** The rules, first the one to which datagrams come first; not to be changed. */
  FaultHandle[] rules() {
    return rules;
  }

  /** Changes the rules; one caller at a time. */
  void setRules(FaultHandle[] newRules) {
    rules = newRules;
    passage.setFilter(newRules.length == 0 ? null : this::take);
  }

  private void take(Direction direction, Packet packet) {
    pass(new Transit(direction, packet), rules, 0);
  }

  private void pass(Transit datagram, FaultHandle[] all, int from) {
    for (int i = from; i < all.length; i++) {
      if (!all[i].passes(datagram)) {
        return;
      }
    }
    String trail = datagram.trail();
    passage.proceed(
        datagram.direction(),
        datagram.packet(),
        trail == null ? null : new LinkVerdict(true, trail));
  }

  /**
   * Sends a datagram on to the rules behind one; that one may be gone meanwhile.
   *
   * @param ruleNumber of the rule that it has left behind
   */
  void goOn(Transit datagram, long ruleNumber) {
    FaultHandle[] all = rules;
    int next = 0;
    while (next < all.length && all[next].number() <= ruleNumber) {
      next++;
    }
    pass(datagram, all, next);
  }

  /** Keeps a datagram until its time, when it comes to the rule behind. */
  void hold(Transit datagram, FaultHandle rule, long due) {
    datagram.keep();
    held.hold(datagram, rule.number(), due);
  }

  /** Throws a datagram away. */
  void drop(Transit datagram, DropReason reason) {
    String trail = datagram.trail();
    passage.drop(
        datagram.direction(),
        datagram.packet(),
        reason,
        trail == null ? null : new LinkVerdict(false, trail));
  }

  /** Sends an answer to where a datagram came from, past the rules: none of them sees it. */
  void answer(Transit datagram, byte @Nullable [] answer, FaultHandle rule, String what) {
    if (answer == null) {
      return;
    }
    Direction back =
        passage.isLoopback() || datagram.direction() == Direction.IN ? Direction.OUT : Direction.IN;
    LinkVerdict verdict = isWatched() ? new LinkVerdict(true, what + by(rule)) : null;
    passage.proceed(back, Packet.wrap(answer, 0, answer.length), verdict);
  }

  /** Sends a datagram of the rule's own behind one that has passed it, to the rules behind. */
  void inject(Transit after, byte @Nullable [] datagram, FaultHandle rule, String what) {
    if (datagram == null) {
      return;
    }
    Transit own = new Transit(after.direction(), Packet.wrap(datagram, 0, datagram.length));
    note(own, rule, what);
    goOn(own, rule.number());
  }

  /** Whether a datagram still waits for its time. */
  boolean holds(Transit datagram) {
    return held.contains(datagram);
  }

  /** Takes a datagram back from those that wait; returns whether it was there. */
  boolean withdraw(Transit datagram) {
    return held.withdraw(datagram);
  }

  /** Whether anybody is told what the rules do. */
  boolean isWatched() {
    return passage.isWatched();
  }

  /** Writes down what a rule has done, if anybody is told. */
  void note(Transit datagram, FaultHandle rule, String what) {
    if (isWatched()) {
      datagram.note(what + by(rule));
    }
  }

  private static String by(FaultHandle rule) {
    return " by " + rule.name();
  }

  /** How many datagrams are kept for a later time, whichever rule keeps them. */
  int heldCount() {
    return held.size();
  }

  /** Forgets all. */
  void close() {
    setRules(NONE);
    held.close();
  }
}
