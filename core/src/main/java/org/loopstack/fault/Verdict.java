// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.loopstack.wire.DropReason;

/** What a rule does, as a value; {@link #begin} makes the one that acts. */
sealed interface Verdict {
  /** The first word of its text. */
  String word();

  /** The text of the rule up to its match. */
  String text();

  /** A rule's own action, at its beginning. */
  Action begin(FaultHandle rule, Line line);

  /** Whether it counts datagrams, so that skip, every, times and probability make sense with it. */
  default boolean isPerDatagram() {
    return true;
  }

  /** Throws datagrams away. */
  record Drop(String word, DropReason reason) implements Verdict {
    @Override
    public String text() {
      return word;
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return datagram -> {
        line.note(datagram, rule, "dropped");
        line.drop(datagram, reason);
        return Action.Outcome.TAKEN;
      };
    }
  }

  /** Holds datagrams for a while. */
  record Late(Delay delay) implements Verdict {
    @Override
    public String word() {
      return "latency";
    }

    @Override
    public String text() {
      return delay.toString();
    }

    @Override
    public Action begin(FaultHandle rule, Line line) {
      return new LateAction(delay, rule, line);
    }
  }
}
