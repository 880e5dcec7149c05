// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** CUBIC by the formulas of RFC 9438, in segments of 1000 bytes. */
class CubicTest {
  private static final int MSS = 1000;
  private static final long MS = 1_000_000;
  private static final long RTT = 100 * MS;

  private final Cubic cubic = new Cubic();
  private long now = 1;

  CubicTest() {
    cubic.setMss(MSS);
    cubic.setWindow(100 * MSS);
  }

  /** A congestion at a window of so many segments; the window is down afterwards. */
  private void congestion(int segments) {
    cubic.setWindow(segments * MSS);
    cubic.onCongestion(segments * MSS, now);
    cubic.setWindow(cubic.slowStartThreshold());
  }

  /** A window's worth of acknowledgments, spread over a round trip. */
  private void round(long rtt) {
    int window = cubic.window();
    int segments = window / MSS;
    for (int i = 0; i < segments; i++) {
      now += rtt / segments;
      cubic.onAcknowledged(MSS, rtt, rtt, now);
    }
  }

  private double window() {
    return cubic.window() / (double) MSS;
  }

  @Tag("RFC7661-4.4.1-MIN")
  @Tag("RFC9438-4.6")
  @Tag("RFC9438-4.6-ECN")
  @Test
  void aCongestionTakesTheWindowDownToSevenTenthsAndNeverBelowTwoSegments() {
    congestion(100);
    assertThat(cubic.slowStartThreshold()).isEqualTo(70 * MSS);
    cubic.onCongestion(MSS, now);
    assertThat(cubic.slowStartThreshold()).isEqualTo(2 * MSS);
  }

  @Tag("RFC9438-4.2")
  @Tag("RFC9438-4.4")
  @Test
  void itIsBackAtTheOldMaximumAfterKSecondsAndLevelThere() {
    congestion(100);
    // K = cbrt((100 - 70) / 0.4) = 4.217 s.
    long begin = now;
    while (now - begin < 4_217 * MS) {
      round(RTT);
    }
    assertThat(window()).isCloseTo(100, within(1.0));
    double before = window();
    round(RTT);
    assertThat(window() - before).isLessThan(0.2);
  }

  @Tag("RFC9438-4.5")
  @Tag("RFC9438-5.1")
  @Test
  void beyondTheOldMaximumItGrowsFasterAndFaster() {
    congestion(100);
    long begin = now;
    while (now - begin < 8_434 * MS) {
      round(RTT);
    }
    // W(2K) = 0.4 * K^3 + 100.
    assertThat(window()).isCloseTo(130, within(2.5));
  }

  @Tag("RFC9438-4.3")
  @Test
  void inTheRenoFriendlyRegionItGrowsAsRenoWouldWithItsReduction() {
    congestion(20);
    // At 5 ms of round trip the cubic function is slower: 3 * 0.3 / 1.7 segments a round trip.
    double begin = window();
    for (int i = 0; i < 6; i++) {
      round(5 * MS);
    }
    assertThat(window() - begin).isCloseTo(6 * 3 * 0.3 / 1.7, within(0.4));
  }

  @Tag("RFC9438-4.3")
  @Test
  void abovePriorWindowTheRenoEstimateGrowsByAWholeSegment() {
    congestion(10);
    for (int i = 0; i < 8; i++) {
      round(2 * MS);
    }
    double before = window();
    assertThat(before).isGreaterThan(10);
    round(2 * MS);
    assertThat(window() - before).isCloseTo(1, within(0.15));
  }

  @Tag("RFC9438-4.7")
  @Test
  void aFlowThatIsCutBeforeItCameBackLeavesRoomForOthers() {
    congestion(1000);
    congestion(800);
    // W_max = 800 * 1.7 / 2 = 680; without fast convergence it would be 800.
    long begin = now;
    double k = Math.cbrt((680.0 - 560) / 0.4);
    while (now - begin < k * 1000 * MS) {
      round(RTT);
    }
    assertThat(window()).isCloseTo(680, within(4.0));
  }

  @Tag("RFC9438-4.8")
  @Test
  void afterATimeoutTheFunctionBeginsAtTheWindowThatSlowStartReached() {
    congestion(100);
    cubic.onTimeout(now);
    cubic.setWindow(cubic.slowStartThreshold());
    // K is 0: level, where W_max = 100 would let it grow by a segment and a half a round trip.
    round(RTT);
    round(RTT);
    assertThat(window()).isCloseTo(70, within(1.2));
  }

  @Tag("RFC9438-4.9.2")
  @Test
  void aSpuriousCongestionLeavesNoTrace() {
    congestion(100);
    Cubic untouched = new Cubic();
    untouched.setMss(MSS);
    untouched.setWindow(100 * MSS);
    untouched.onCongestion(100 * MSS, now);
    untouched.setWindow(70 * MSS);
    for (int i = 0; i < 2000; i++) {
      now += MS;
      cubic.onAcknowledged(MSS, RTT, RTT, now);
      untouched.onAcknowledged(MSS, RTT, RTT, now);
      if (i == 700 || i == 1400) {
        int window = cubic.window();
        int threshold = cubic.slowStartThreshold();
        cubic.onCongestion(window, now);
        if (i == 1400) {
          cubic.onTimeout(now);
        }
        cubic.restore(window, threshold);
      }
    }
    assertThat(cubic.window()).isCloseTo(untouched.window(), within(MSS));
    assertThat(cubic.slowStartThreshold()).isEqualTo(untouched.slowStartThreshold());
  }

  @Tag("RFC9438-5.8")
  @Test
  void timeWithoutAnythingToSendIsNoTimeOfGrowth() {
    congestion(100);
    round(RTT);
    double before = window();
    now += 60_000 * MS;
    cubic.onIdle(60_000 * MS);
    round(RTT);
    assertThat(window() - before).isLessThan(4);
  }
}
