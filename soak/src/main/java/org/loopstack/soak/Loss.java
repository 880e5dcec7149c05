// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Locale;
import java.util.Random;

/** By which law a path loses datagrams. Immutable; what it remembers is in its {@link Process}. */
public sealed interface Loss {
  /** Nothing is lost. */
  Loss NONE = new Independent(0);

  /** Decides the fate of one datagram after the other. */
  interface Process {
    /** Whether the next datagram is lost. */
    boolean next(Random random);
  }

  /** A path's own process, at its beginning. */
  Process begin();

  /**
   * Each datagram for itself.
   *
   * @param probability 0 to 1
   */
  record Independent(double probability) implements Loss {
    @Override
    public Process begin() {
      return random -> probability > 0 && random.nextDouble() < probability;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.2f %%", probability * 100);
    }
  }

  /**
   * In bursts: the path is good or bad, and with each datagram it may change (the two-state model
   * of Gilbert, "Capacity of a Burst-Noise Channel", 1960, with the loss in either state that
   * Elliott added in 1963).
   *
   * @param toBad the probability to turn bad, with each datagram
   * @param toGood the probability to turn good again
   * @param whenGood the probability of a loss while it is good
   * @param whenBad the probability of a loss while it is bad
   */
  record GilbertElliott(double toBad, double toGood, double whenGood, double whenBad)
      implements Loss {
    @Override
    public Process begin() {
      return new Process() {
        private boolean bad;

        @Override
        public boolean next(Random random) {
          bad = bad ? random.nextDouble() >= toGood : random.nextDouble() < toBad;
          return random.nextDouble() < (bad ? whenBad : whenGood);
        }
      };
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "bursts (to bad %.3f, to good %.3f, lost %.3f or %.3f)",
          toBad,
          toGood,
          whenGood,
          whenBad);
    }
  }
}
