// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.Locale;

/** What a row is to reach. */
public sealed interface Bar {
  /** No bar has been set. */
  record None() implements Bar {}

  /**
   * So many times better than the kernel's in the same run.
   *
   * @param ratio the least
   */
  record AtLeast(double ratio) implements Bar {}

  /**
   * Ours alone, in the unit of the row.
   *
   * @param value the most
   */
  record AtMost(double value) implements Bar {}

  /** Whether a result reaches the bar; one without a ratio, where that is asked, does not. */
  default boolean isMetBy(Result result) {
    return switch (this) {
      case None _ -> true;
      case AtLeast(double ratio) ->
          result.ratio().isPresent() && result.ratio().getAsDouble() >= ratio;
      case AtMost(double value) -> result.ours().median() <= value;
    };
  }

  /** As it stands in the table. */
  default String text() {
    return switch (this) {
      case None _ -> "";
      case AtLeast(double ratio) ->
          String.format(Locale.ROOT, ">= %.3g x", ratio).replace(".00", "");
      case AtMost(double value) -> String.format(Locale.ROOT, "<= %,.0f", value);
    };
  }
}
