// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of a seed.
 *
 * @param failure what was wrong, or null
 * @param cause what was thrown, if that was what was wrong
 * @param datagrams how many the hosts have sent
 * @param fates what the wire did to how many of them
 * @param nanos how long it took, in virtual time
 */
public record SeedResult(
    Plan plan,
    @Nullable String failure,
    @Nullable Throwable cause,
    int datagrams,
    Map<WireObserver.Fate, Integer> fates,
    long nanos) {
  /** Copies the counts. */
  public SeedResult {
    fates = Map.copyOf(fates);
  }

  /** Whether nothing was wrong. */
  public boolean passed() {
    return failure == null;
  }

  /** What is to be known of a failure: the seed, what was wrong, its plan, how to see it again. */
  public String report() {
    long seed = plan.seed();
    return "FAILED  seed "
        + seed
        + ": "
        + failure
        + "\n  plan: "
        + plan
        + "\n  replay: lo soak --from "
        + seed
        + " --seeds 1 --trace --capture seed-"
        + seed
        + ".pcap";
  }
}
