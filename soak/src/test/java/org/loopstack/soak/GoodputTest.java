// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code -Dgoodput=write} measures with more seeds and writes docs/goodput.md anew. */
class GoodputTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "goodput.md");

  /**
   * A model is no law: it knows neither of timeouts nor of the losses that share a round trip, and
   * both weigh the more, the smaller the window (7 segments at 3 %). So a cell may lie this far off
   * on either side, by a factor.
   */
  private static final double FACTOR = 1.6;

  @Test
  void everyCellIsWithinAFactorOfTheModel() throws Exception {
    boolean write = "write".equals(System.getProperty("goodput"));
    List<Goodput.Cell> cells = Goodput.measure(write ? Goodput.RUNS : 1);
    assertThat(cells).hasSize(24);
    for (Goodput.Cell cell : cells) {
      assertThat(cell.ratio()).as(cell.toString()).isBetween(1 / FACTOR, FACTOR);
    }
    if (write) {
      Files.writeString(DOCUMENT, Goodput.document(cells));
    }
    assertThat(DOCUMENT).as("write it with: mvn -pl soak -am test -Dgoodput=write").exists();
  }

  /** The tables of RFC 9438 section 5.1: Reno 12 and 120 at 10^-2 and 10^-4, CUBIC 59 at 0.1 s. */
  @Test
  void theModelsGiveTheNumbersOfTheRfc() {
    assertThat(Math.round(Goodput.reno(1e-2))).isEqualTo(12);
    assertThat(Math.round(Goodput.reno(1e-4))).isEqualTo(120);
    assertThat(Math.round(Goodput.cubic(1e-4, 0.1))).isEqualTo(187);
    assertThat(Goodput.padhye(0.01, 0.1)).isLessThan(Goodput.reno(0.01) * 1448 / 0.1);
  }
}
