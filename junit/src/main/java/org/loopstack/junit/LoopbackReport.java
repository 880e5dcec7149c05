// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

/** Carries a text to where a failure is shown, as one of its suppressed exceptions. */
final class LoopbackReport extends Exception {
  LoopbackReport(String text) {
    super("what the test has left\n" + text, null, false, false);
  }
}
