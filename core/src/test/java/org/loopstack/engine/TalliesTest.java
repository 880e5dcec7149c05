// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TalliesTest {
  private static final int THREADS = 100;
  private static final int TURNS = 1_000;

  @Test
  void nothingIsLostWhereMoreThreadsCountThanThereArePlaces() throws InterruptedException {
    Tallies tallies = new Tallies(8);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      threads.add(Thread.ofPlatform().start(() -> count(tallies)));
    }
    for (Thread each : threads) {
      each.join();
    }
    for (int counter = 0; counter < 8; counter++) {
      assertThat(tallies.sum(counter)).isEqualTo((long) THREADS * TURNS * (counter + 1));
    }
  }

  private static void count(Tallies tallies) {
    for (int i = 0; i < TURNS; i++) {
      for (int counter = 0; counter < 8; counter++) {
        tallies.add(Tallies.place(), counter, counter + 1);
      }
    }
  }

  @Test
  void thereAreOneToEightCounters() {
    assertThat(new Tallies(1).sum(0)).isZero();
    assertThatThrownBy(() -> new Tallies(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Tallies(9)).hasMessageContaining("9");
  }
}
