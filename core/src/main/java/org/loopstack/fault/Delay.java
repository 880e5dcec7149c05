// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Randomness;

/**
 * By which law a rule delays datagrams. Immutable.
 *
 * <p>Datagrams of equal delay keep their order. With delays that differ, a later datagram may
 * overtake an earlier one; not so if they are {@link #ordered}, where none arrives before one that
 * the same rule has held before it.
 */
public final class Delay {
  /** How the delay of a datagram is found. */
  sealed interface Law {
    /** The delay of the n-th datagram, from 0 on, in nanoseconds. */
    long next(long n, Randomness random);

    /** All the same. */
    record Fixed(long nanos) implements Law {
      @Override
      public long next(long n, Randomness random) {
        return nanos;
      }

      @Override
      public String toString() {
        return "latency " + Texts.nanos(nanos);
      }
    }

    /** Any from the least to the most, both included. */
    record Uniform(long least, long most) implements Law {
      @Override
      public long next(long n, Randomness random) {
        return least + Math.round(random.nextDouble() * (most - least));
      }

      @Override
      public String toString() {
        long middle = (least + most) / 2;
        return least == 0
            ? "jitter " + Texts.nanos(most)
            : (least + most) % 2 == 0
                ? "latency " + Texts.nanos(middle) + " jitter " + Texts.nanos(middle - least)
                : "latency " + Texts.nanos(least) + ".." + Texts.nanos(most);
      }
    }

    /** Around a mean; never below 0. */
    record Normal(long mean, long deviation) implements Law {
      @Override
      public long next(long n, Randomness random) {
        return Math.max(0, mean + Math.round(gaussian(random) * deviation));
      }

      /**
       * Box and Muller, "A Note on the Generation of Random Normal Deviates" (1958). Its tails end
       * where those of a double do, at about 8.6 deviations.
       */
      private static double gaussian(Randomness random) {
        double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
        return radius * Math.cos(2 * Math.PI * random.nextDouble());
      }

      @Override
      public String toString() {
        return "latency normal " + Texts.nanos(mean) + " " + Texts.nanos(deviation);
      }
    }

    /** One after the other, and from the first again. */
    record Listed(List<Long> nanos) implements Law {
      @Override
      public long next(long n, Randomness random) {
        return nanos.get((int) (n % nanos.size()));
      }

      @Override
      public String toString() {
        return "latency list " + nanos.stream().map(Texts::nanos).collect(Collectors.joining(","));
      }
    }
  }

  private final Law law;
  private final boolean ordered;

  private Delay(Law law, boolean ordered) {
    this.law = law;
    this.ordered = ordered;
  }

  /**
   * The same for all.
   *
   * @throws IllegalArgumentException if it is negative or more than 365 days, here and below
   */
  public static Delay fixed(Duration delay) {
    return new Delay(new Law.Fixed(Limits.checkDuration("delay", delay)), false);
  }

  /**
   * For each datagram another one, any as likely as another.
   *
   * @throws IllegalArgumentException if the most is less than the least
   */
  public static Delay uniform(Duration least, Duration most) {
    if (most.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "The most is no less than the least: "
              + Texts.duration(least)
              + " to "
              + Texts.duration(most));
    }
    return new Delay(
        new Law.Uniform(
            Limits.checkDuration("least delay", least), Limits.checkDuration("most delay", most)),
        false);
  }

  /**
   * A delay that is off by up to the jitter, either way, as netem's.
   *
   * @throws IllegalArgumentException if the jitter is more than the latency
   */
  public static Delay jittered(Duration latency, Duration jitter) {
    if (jitter.compareTo(latency) > 0) {
      throw new IllegalArgumentException(
          "The jitter is at most the latency, since no datagram arrives before it was sent: latency"
              + " "
              + Texts.duration(latency)
              + " jitter "
              + Texts.duration(jitter));
    }
    long middle = Limits.checkDuration("latency", latency);
    long off = Limits.checkDuration("jitter", jitter);
    return off == 0
        ? fixed(latency)
        : new Delay(new Law.Uniform(middle - off, middle + off), false);
  }

  /** For each datagram another one, normally distributed; one that would be negative is none. */
  public static Delay normal(Duration mean, Duration deviation) {
    return new Delay(
        new Law.Normal(
            Limits.checkDuration("mean delay", mean), Limits.checkDuration("deviation", deviation)),
        false);
  }

  /**
   * The first datagram has the first delay, the second the second; after the last it begins again.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Delay list(Duration... delays) {
    if (delays.length == 0) {
      throw new IllegalArgumentException("A list of delays has at least one");
    }
    List<Long> nanos = new ArrayList<>();
    for (Duration each : delays) {
      nanos.add(Limits.checkDuration("delay", each));
    }
    return new Delay(new Law.Listed(List.copyOf(nanos)), false);
  }

  /** The same, but no datagram overtakes another that the rule has held. */
  public Delay ordered() {
    return new Delay(law, true);
  }

  Law law() {
    return law;
  }

  boolean isOrdered() {
    return ordered;
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Delay other && other.law.equals(law) && other.ordered == ordered;
  }

  @Override
  public int hashCode() {
    return 31 * law.hashCode() + Boolean.hashCode(ordered);
  }

  /** As it is written in the text of a rule: {@code latency 50ms jitter 10ms ordered}. */
  @Override
  public String toString() {
    return law + (ordered ? " ordered" : "");
  }
}
