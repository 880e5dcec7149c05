// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import java.util.Locale;

/**
 * What became of several scripts.
 *
 * @param results one for each, in the order of their names
 * @param nanos how long all took together, in real time
 */
public record ScriptSummary(List<ScriptResult> results, long nanos) {
  /** Copies the results. */
  public ScriptSummary {
    results = List.copyOf(results);
  }

  /** How many ended so. */
  public int count(ScriptResult.Verdict verdict) {
    int n = 0;
    for (ScriptResult each : results) {
      if (each.verdict() == verdict) {
        n++;
      }
    }
    return n;
  }

  /** As {@code 600 scripts: 600 passed, 0 failed, 0 skipped in 1.9 s}. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d scripts: %d passed, %d failed, %d skipped in %.1f s",
        results.size(),
        count(ScriptResult.Verdict.PASSED),
        count(ScriptResult.Verdict.FAILED),
        count(ScriptResult.Verdict.SKIPPED),
        nanos / 1e9);
  }
}
