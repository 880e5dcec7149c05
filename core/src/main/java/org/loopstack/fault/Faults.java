// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Randomness;
import org.loopstack.link.LinkPassage;

/**
 * The fault rules of one interface, first of all of {@code lo}. Rules can be added and removed
 * while traffic runs. With none, a datagram costs one look at a field.
 *
 * <p>They act one after another, in the order in which they were added, as if each were a stretch
 * of wire of its own: what one lets go comes to the next, when it has let it go. On the loopback
 * each datagram passes once, going out; on another interface what is sent passes going out, and
 * what is received coming in. Counters of the interface and taps: what the stack sends is counted
 * before the rules, and shown to taps behind them, in the order in which it arrives; what a rule
 * drops is counted as {@link org.loopstack.wire.DropReason#FAULT_RULE}.
 *
 * <p>What is random follows from the {@linkplain #seed seed}: the same rules, the same seed and the
 * same datagrams in the same order give the same result, whatever else the stack draws, since each
 * rule has random numbers of its own. The order of datagrams itself can be repeated in virtual time
 * only.
 *
 * <p>Safe for use by many threads.
 */
public final class Faults {
  /** The golden ratio's bits: seeds of different rules differ in many bits. */
  private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

  private final Line line;
  private final Engine engine;
  private final LeafLock changes = new LeafLock();
  private @Nullable Long seed;
  private long nextNumber = 1;
  private long streams;
  private boolean closed;

  /**
   * The rules of one place, none yet. Users find theirs at {@code StackInterface.faults()}.
   *
   * @param passage where they stand
   * @param engine whose time delays are measured in
   * @param seed what all that is random follows from, or null to draw it when it is first needed
   */
  public Faults(LinkPassage passage, Engine engine, @Nullable Long seed) {
    this.line = new Line(passage, engine);
    this.engine = engine;
    this.seed = seed;
  }

  /**
   * Adds a rule behind the others. It is at work when this returns.
   *
   * @throws IllegalArgumentException if a rule has its name already
   * @throws IllegalStateException if the stack is closed
   */
  public FaultHandle add(Fault fault) {
    changes.lock();
    try {
      if (closed) {
        throw new IllegalStateException("The stack is closed: no rule can be added");
      }
      long number = nextNumber;
      String name = fault.name();
      if (name == null) {
        name = freeName(fault.verdictWord(), number);
      } else if (find(name) != null) {
        throw new IllegalArgumentException(
            "There is a rule named \"" + name + "\" already: " + find(name));
      }
      FaultHandle added = new FaultHandle(this, line, fault, name, number, stream(streams++));
      nextNumber++;
      FaultHandle[] before = line.rules();
      FaultHandle[] after = Arrays.copyOf(before, before.length + 1);
      after[before.length] = added;
      line.setRules(after);
      return added;
    } finally {
      changes.unlock();
    }
  }

  /**
   * Adds a rule that is written as {@link Fault#parse} reads it.
   *
   * @throws IllegalArgumentException if it is no rule, or one has its name already
   * @throws IllegalStateException if the stack is closed
   */
  public FaultHandle add(String rule) {
    return add(Fault.parse(rule));
  }

  private String freeName(String word, long number) {
    long n = number;
    while (find(word + "-" + n) != null) {
      n++;
    }
    return word + "-" + n;
  }

  /** The rules, in the order in which they act. */
  public List<FaultHandle> list() {
    return List.of(line.rules());
  }

  /** The rule with that name, or null. */
  public @Nullable FaultHandle find(String name) {
    for (FaultHandle each : line.rules()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Removes a rule.
   *
   * @return whether there was one of that name
   */
  public boolean remove(String name) {
    FaultHandle found = find(name);
    return found != null && remove(found);
  }

  boolean remove(FaultHandle rule) {
    changes.lock();
    try {
      List<FaultHandle> after = new ArrayList<>(list());
      if (!after.remove(rule)) {
        return false;
      }
      line.setRules(after.toArray(FaultHandle[]::new));
    } finally {
      changes.unlock();
    }
    rule.end();
    return true;
  }

  boolean isInstalled(FaultHandle rule) {
    return list().contains(rule);
  }

  /** Removes all rules; each heals as if its handle were closed. */
  public void clear() {
    for (FaultHandle each : list()) {
      each.close();
    }
  }

  /**
   * What all that is random here follows from: the stack's seed if it has one, 0 in virtual time
   * without one, else a number that nobody can predict. Print it where a failure is reported.
   */
  public long seed() {
    changes.lock();
    try {
      return seedNow();
    } finally {
      changes.unlock();
    }
  }

  /** Sets the seed; the random numbers of all rules begin anew. Counts go on. */
  public void setSeed(long newSeed) {
    changes.lock();
    try {
      seed = newSeed;
      streams = 0;
      for (FaultHandle each : list()) {
        each.reseed(stream(streams++));
      }
    } finally {
      changes.unlock();
    }
  }

  private long seedNow() {
    Long known = seed;
    if (known == null) {
      // Small enough to be typed.
      known = engine.randomness().nextInt() & 0x7fff_ffffL;
      seed = known;
    }
    return known;
  }

  private Randomness stream(long index) {
    return Randomness.seeded(seedNow() + index * STEP);
  }

  /** How many datagrams rules hold back now. */
  public int held() {
    int count = line.heldCount();
    for (FaultHandle each : line.rules()) {
      count += each.queued();
    }
    return count;
  }

  /** Removes all rules for ever and forgets what they hold; the stack does this when it closes. */
  public void shutDown() {
    List<FaultHandle> all;
    changes.lock();
    try {
      closed = true;
      all = list();
      line.close();
    } finally {
      changes.unlock();
    }
    all.forEach(FaultHandle::end);
  }

  /** The seed and the rules, a line each. */
  @Override
  public String toString() {
    StringBuilder all = new StringBuilder("seed ").append(seed());
    for (FaultHandle each : list()) {
      all.append('\n').append(each);
    }
    return all.toString();
  }
}
