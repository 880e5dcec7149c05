// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

/**
 * What one installed rule does to the datagrams it is applied to, with what it has to remember.
 * Called on any thread, several at a time.
 */
@FunctionalInterface
interface Action {
  /** What became of a datagram. */
  enum Outcome {
    /** The rule has left it as it was, and it goes on. */
    UNTOUCHED,
    /** The rule has done something with it, and it goes on. */
    CHANGED,
    /** The rule has done something with it, and has it now. */
    TAKEN,
    /** The rule has handed it on itself, as it was. */
    HANDED_ON
  }

  /** Does it. */
  Outcome act(Transit datagram);

  /** A datagram matches the rule, but it is not one of those to which the rule is applied. */
  default Outcome letPass(Transit datagram) {
    return Outcome.UNTOUCHED;
  }

  /** How many datagrams wait in a queue of its own. */
  default int queued() {
    return 0;
  }

  /** The rule is removed: lets go whatever it has held. */
  default void end() {}
}
