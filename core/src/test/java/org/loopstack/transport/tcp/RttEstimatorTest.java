// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RttEstimatorTest {
  private static final long MS = 1_000_000;

  private final RttEstimator linux = new RttEstimator(TcpConfiguration.linux());
  private final RttEstimator freebsd = new RttEstimator(TcpConfiguration.freebsd());

  /** The number up to which all is acknowledged: each sample is a window of data. */
  private int una;

  private void sample(RttEstimator estimator, long millis) {
    una += 1000;
    estimator.sample(millis * MS, una, una + 500);
  }

  @Test
  void linuxLeavesItsLeastTimeoutAboveTheRoundTrip() {
    sample(linux, 50);
    assertThat(linux.timeout()).isEqualTo(250 * MS);
    sample(linux, 50);
    assertThat(linux.timeout()).isEqualTo(250 * MS);
  }

  @Tag("RFC6298-2.2")
  @Test
  void linuxBeginsWithThreeRoundTripsWhereTheyAreLong() {
    sample(linux, 300);
    assertThat(linux.timeout()).isEqualTo(900 * MS);
    assertThat(linux.rttVar()).isEqualTo(150 * MS);
  }

  @Test
  void aLongerRoundTripCountsAtOnceOnLinux() {
    sample(linux, 50);
    sample(linux, 450);
    // SRTT 50 + 400 / 8; mean 25 + (400 - 25) / 4.
    assertThat(linux.srtt()).isEqualTo(100 * MS);
    assertThat(linux.rttVar()).isEqualTo(118_750_000);
    assertThat(linux.timeout()).isEqualTo(100 * MS + 475 * MS);
  }

  @Test
  void onLinuxTheVariationShrinksByAQuarterOfTheDifferenceInEachWindow() {
    sample(linux, 400);
    assertThat(linux.timeout()).isEqualTo(1200 * MS);
    sample(linux, 400);
    // The first window's largest was the first measurement's.
    assertThat(linux.timeout()).isEqualTo(1200 * MS);
    sample(linux, 400);
    // mean 600 - 150 = 450 in the second: 800 - 350 / 4.
    assertThat(linux.timeout()).isEqualTo(400 * MS + 712_500_000);
  }

  @Test
  void withinAWindowTheVariationDoesNotShrinkOnLinux() {
    linux.sample(400 * MS, 1000, 90_000);
    for (int una = 2000; una <= 90_000; una += 1000) {
      linux.sample(400 * MS, una, 95_000);
    }
    assertThat(linux.timeout()).isEqualTo(1200 * MS);
  }

  @Test
  void aShorterRoundTripHasAnEighthOfTheWeightOnLinux() {
    sample(linux, 400);
    sample(linux, 40);
    // |360| - 200 = 160, of which 160 / 8 is added to four times the mean.
    assertThat(linux.rttVar()).isEqualTo(205 * MS);
  }

  @Tag("RFC6298-2.3")
  @Test
  void freebsdBoundsTheSumAndAddsItsSlopAfterBackingOff() {
    sample(freebsd, 100);
    assertThat(freebsd.timeout()).isEqualTo(500 * MS);
    sample(freebsd, 100);
    assertThat(freebsd.timeout()).isEqualTo(450 * MS);
    freebsd.backOff();
    assertThat(freebsd.timeout()).isEqualTo(700 * MS);
    for (int i = 0; i < 12; i++) {
      freebsd.backOff();
    }
    assertThat(freebsd.timeout()).isEqualTo(64_000 * MS);
  }
}
