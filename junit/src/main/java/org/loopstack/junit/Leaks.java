// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

/** What becomes of a test that leaves sockets open, or threads that wait in them. */
public enum Leaks {
  /** It is told on standard error and as a report entry; the stack is closed all the same. */
  TELL,
  /** As above, and a test that would have passed fails. */
  FAIL,
  /** Nobody looks. */
  IGNORE
}
