// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

/** Which time the stack of a test is in. */
public enum Time {
  /**
   * Virtual time that jumps to the next deadline once nothing is left to do: a timeout of a minute
   * takes milliseconds. {@link org.loopstack.engine.VirtualClock} says what that reaches: timeouts
   * of sockets, channels and selectors, not those that a library measures by the JDK's clock.
   */
  AUTOMATIC,
  /** Virtual time that stands still until the test advances its clock. */
  MANUAL,
  /** Real time, for tests that sleep or whose libraries do. */
  REAL
}
