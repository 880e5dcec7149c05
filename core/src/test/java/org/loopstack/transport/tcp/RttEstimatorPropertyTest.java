// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Any round trips, from what a clock cannot tell from none up to five minutes. */
class RttEstimatorPropertyTest {
  private static final long MS = 1_000_000;

  @Tag("RFC6298-2.5")
  @Tag("RFC6298-4")
  @Property
  void theTimeoutIsNeverOutsideItsBounds(
      @ForAll @Size(min = 1, max = 50) List<@LongRange(max = 300_000) Long> samples) {
    RttEstimator linux = new RttEstimator(TcpConfiguration.linux());
    RttEstimator freebsd = new RttEstimator(TcpConfiguration.freebsd());
    int una = 0;
    for (long millis : samples) {
      una += 1000;
      linux.sample(millis * MS, una, una + 500);
      freebsd.sample(millis * MS, una, una + 500);
      assertThat(linux.timeout())
          .isBetween(200 * MS, 120_000 * MS)
          .isGreaterThanOrEqualTo(Math.min(linux.srtt() + 199 * MS, 120_000 * MS));
      assertThat(freebsd.timeout()).isBetween(230 * MS, 64_000 * MS);
    }
  }
}
