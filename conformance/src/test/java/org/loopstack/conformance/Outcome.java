// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

/**
 * How one run ended.
 *
 * @param kind what it comes to
 * @param ours what was seen, or why it was skipped; empty when passed
 * @param reason why a declared difference exists; else empty
 */
record Outcome(Kind kind, String ours, String reason) {
  /** What a run comes to. */
  enum Kind {
    PASSED,
    DIFFERS,
    SKIPPED,
    FAILED
  }

  static Outcome passed() {
    return new Outcome(Kind.PASSED, "", "");
  }

  static Outcome failed(String seen) {
    return new Outcome(Kind.FAILED, seen, "");
  }

  static Outcome skipped(String why) {
    return new Outcome(Kind.SKIPPED, why, "");
  }

  static Outcome differs(String ours, String reason) {
    return new Outcome(Kind.DIFFERS, ours, reason);
  }
}
