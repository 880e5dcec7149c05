// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.concurrent.atomic.LongAdder;
import org.loopstack.engine.Randomness;
import org.loopstack.event.FaultAppliedEvent;
import org.loopstack.event.FlightRecording;

/**
 * A rule at work, from {@link Faults#add} until it is closed. Closing heals: from then on no
 * datagram comes to the rule; one that it holds back arrives when its time comes, as if it were
 * still under way. Safe for use by many threads.
 */
public final class FaultHandle implements AutoCloseable {
  private final Faults owner;
  private final Fault fault;
  private final String name;
  private final long number;
  private final Gate gate;
  private final Action action;
  private final LongAdder matched = new LongAdder();
  private final LongAdder applied = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private volatile Randomness randomness;

  FaultHandle(
      Faults owner, Line line, Fault fault, String name, long number, Randomness randomness) {
    this.owner = owner;
    this.fault = fault;
    this.name = name;
    this.number = number;
    this.randomness = randomness;
    this.gate = new Gate(fault.when(), line.engine());
    this.action = fault.verdict().begin(this, line);
  }

  /** The rule's name, unlike those of the interface's other rules. */
  public String name() {
    return name;
  }

  /** The rule. */
  public Fault fault() {
    return fault;
  }

  /** How many datagrams have matched, in the rule's time. */
  public long matched() {
    return matched.sum();
  }

  /** To how many of them the rule was applied. */
  public long applied() {
    return applied.sum();
  }

  /** How many bytes those had that the rule was applied to, IP headers included. */
  public long bytes() {
    return bytes.sum();
  }

  /** Whether the rule was not removed yet. */
  public boolean isInstalled() {
    return owner.isInstalled(this);
  }

  /** Removes the rule; does nothing if it is removed already. */
  @Override
  public void close() {
    owner.remove(this);
  }

  long number() {
    return number;
  }

  Randomness randomness() {
    return randomness;
  }

  void reseed(Randomness fresh) {
    randomness = fresh;
  }

  int queued() {
    return action.queued();
  }

  void end() {
    action.end();
  }

  /** Shows a datagram to the rule; returns whether it comes to the next one now. */
  boolean passes(Transit datagram) {
    if (!fault.match().holds(datagram) || !gate.isTime()) {
      return true;
    }
    matched.increment();
    boolean opens = gate.opensFor(datagram, randomness);
    int length = datagram.length();
    Action.Outcome outcome = opens ? action.act(datagram) : action.letPass(datagram);
    return switch (outcome) {
      case UNTOUCHED -> true;
      case HANDED_ON -> false;
      case CHANGED, TAKEN -> {
        applied.increment();
        bytes.add(length);
        if (FlightRecording.ofFaults()) {
          boolean passed = outcome == Action.Outcome.CHANGED;
          new FaultAppliedEvent(name, fault.toString(), passed, length).commit();
        }
        yield outcome == Action.Outcome.CHANGED;
      }
    };
  }

  /** As {@code lo fault ls} prints it: name, rule and counters. */
  @Override
  public String toString() {
    return name
        + ": "
        + fault
        + " (matched "
        + matched()
        + ", applied "
        + applied()
        + ", "
        + bytes()
        + " bytes)";
  }
}
