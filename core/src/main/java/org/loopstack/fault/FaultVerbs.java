// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;
import org.loopstack.wire.DropReason;

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
    return rule(new Verdict.Drop("drop", DropReason.FAULT_RULE));
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

  /** They arrive later, as the law says. */
  public Fault delay(Delay delay) {
    return rule(new Verdict.Late(delay));
  }
}
