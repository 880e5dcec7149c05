// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;

/**
 * What became of a script.
 *
 * @param name the script
 * @param verdict how it ended
 * @param message for a script that did not pass: place, line, expected and actual packet, and the
 *     packets before it; else empty
 * @param trace every packet that crossed the wire, in the words of tcpdump
 * @param nanos how long it took, in real time
 */
public record ScriptResult(
    String name, Verdict verdict, String message, List<String> trace, long nanos) {
  /** How a script can end. */
  public enum Verdict {
    /** All happened as written. */
    PASSED,
    /** Something happened otherwise, or the script is no script. */
    FAILED,
    /** It asks for something that the runner or the stack does not have; the message says what. */
    SKIPPED
  }

  /** Copies the trace. */
  public ScriptResult {
    trace = List.copyOf(trace);
  }

  /** Whether all happened as written. */
  public boolean passed() {
    return verdict == Verdict.PASSED;
  }
}
