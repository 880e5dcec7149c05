// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Seeded conversations over a hostile link. More seeds: {@code -Dloopstack.seeds=FROM-TO}. */
class SimulationTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 25, 50, 75, 100, 125, 150, 175})
  void everyByteArrivesOnceAndInOrderAndNothingIsLeft(long first) {
    for (long seed = first; seed < first + 25; seed++) {
      Simulation simulation = new Simulation(seed);
      assertThatCode(simulation::run).as("seed %d", seed).doesNotThrowAnyException();
    }
  }
}
