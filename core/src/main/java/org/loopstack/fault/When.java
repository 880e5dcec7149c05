// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

/**
 * To which of the datagrams that match a rule is applied. In this order: those of its time; not the
 * first {@code skip}; every so many; those that chance picks; no more than {@code times}.
 *
 * @param skip how many are let go first
 * @param every 1 for all
 * @param times the most, {@link Long#MAX_VALUE} for no bound
 * @param probability 0 to 1
 * @param burst how many in a row chance picks, on the average; 0 for each on its own
 * @param after nanoseconds from when the rule was added
 * @param during nanoseconds from then on, {@link Long#MAX_VALUE} for ever
 * @param perConnection whether skip, every and times count for each connection on its own
 */
record When(
    long skip,
    long every,
    long times,
    double probability,
    double burst,
    long after,
    long during,
    boolean perConnection) {
  static final When ALWAYS = new When(0, 1, Long.MAX_VALUE, 1, 0, 0, Long.MAX_VALUE, false);

  When withSkip(long value) {
    return new When(
        Limits.check("number of datagrams to skip", value, 0, Long.MAX_VALUE),
        every,
        times,
        probability,
        burst,
        after,
        during,
        perConnection);
  }

  When withEvery(long value) {
    return new When(
        skip,
        Limits.check("step of every", value, 1, Long.MAX_VALUE),
        times,
        probability,
        burst,
        after,
        during,
        perConnection);
  }

  When withTimes(long value) {
    return new When(
        skip,
        every,
        Limits.check("number of times", value, 1, Long.MAX_VALUE),
        probability,
        burst,
        after,
        during,
        perConnection);
  }

  When withProbability(double value) {
    return new When(
        skip, every, times, Limits.checkProbability(value), burst, after, during, perConnection);
  }

  When withBurst(double value) {
    if (!(value >= 1 && value <= 1e9)) {
      throw new IllegalArgumentException("A burst has 1 to 1e9 datagrams on the average: " + value);
    }
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException(
          "Bursts come with a probability above 0% and below 100%: " + Texts.percent(probability));
    }
    // The share of the time between bursts must allow a probability to turn bad of at most 1.
    if (probability / (1 - probability) > value) {
      throw new IllegalArgumentException(
          "With a probability of "
              + Texts.percent(probability)
              + " a burst has at least "
              + Math.round(probability / (1 - probability) * 1000) / 1000.0
              + " datagrams on the average: "
              + value);
    }
    return new When(skip, every, times, probability, value, after, during, perConnection);
  }

  When withAfter(long nanos) {
    return new When(skip, every, times, probability, burst, nanos, during, perConnection);
  }

  When withDuring(long nanos) {
    return new When(skip, every, times, probability, burst, after, nanos, perConnection);
  }

  When withPerConnection() {
    return new When(skip, every, times, probability, burst, after, during, true);
  }

  boolean counts() {
    return skip != 0 || every != 1 || times != Long.MAX_VALUE;
  }

  boolean hasWindow() {
    return after != 0 || during != Long.MAX_VALUE;
  }

  /** The words behind the match, each with a blank in front; without the probability. */
  String text() {
    StringBuilder all = new StringBuilder();
    if (burst != 0) {
      String digits = burst == Math.rint(burst) ? Long.toString((long) burst) : "" + burst;
      all.append(" bursts ").append(digits);
    }
    if (skip != 0 && every == 1 && times == 1) {
      all.append(" nth ").append(skip + 1);
    } else {
      all.append(skip == 0 ? "" : " skip " + skip);
      all.append(every == 1 ? "" : " every " + every);
      all.append(times == Long.MAX_VALUE ? "" : " times " + times);
    }
    all.append(after == 0 ? "" : " after " + Texts.nanos(after));
    all.append(during == Long.MAX_VALUE ? "" : " for " + Texts.nanos(during));
    return all.append(perConnection ? " per-connection" : "").toString();
  }
}
