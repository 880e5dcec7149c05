// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How far one acknowledgment lets slow start grow (RFC 3465), and what ends it (RFC 9406). */
class SlowStartTest {
  private static final int MSS = 1000;
  private static final long MS = 1_000_000;

  private static CongestionControl reno(TcpConfiguration configuration) {
    CongestionControl reno = CongestionControls.create(NewReno.NAME, configuration);
    reno.setMss(MSS);
    reno.setWindow(10 * MSS);
    return reno;
  }

  private static int growth(CongestionControl congestion, int acknowledged) {
    int before = congestion.window();
    congestion.onAcknowledged(acknowledged, -1, 0, 0);
    return congestion.window() - before;
  }

  @Tag("RFC9406-4.3-L")
  @Tag("RFC3465-2.3-L")
  @Tag("RFC3465-2.2")
  @Test
  void anAcknowledgmentOfManyCountsAsTwoOnFreebsdAndInFullOnLinux() {
    assertThat(growth(reno(TcpConfiguration.freebsd()), 8 * MSS)).isEqualTo(2 * MSS);
    assertThat(growth(reno(TcpConfiguration.freebsd()), 700)).isEqualTo(700);
    assertThat(growth(reno(TcpConfiguration.linux()), 8 * MSS)).isEqualTo(8 * MSS);
  }

  @Tag("RFC3465-2.3")
  @Test
  void afterATimeoutItCountsAsOneUntilSlowStartIsOver() {
    CongestionControl reno = reno(TcpConfiguration.freebsd());
    reno.onCongestion(10 * MSS, 0);
    reno.onTimeout(0);
    reno.setWindow(MSS);
    assertThat(growth(reno, 3 * MSS)).isEqualTo(MSS);
    assertThat(growth(reno, 3 * MSS)).isEqualTo(MSS);
    reno.setWindow(4 * MSS + 500);
    assertThat(growth(reno, 3 * MSS)).isEqualTo(500);
    reno.setWindow(2 * MSS);
    assertThat(growth(reno, 3 * MSS)).isEqualTo(2 * MSS);
  }

  /** A round of eight acknowledgments, each with a measurement; by how much it has grown. */
  private static int round(HyStart hyStart, long rtt) {
    hyStart.onRound();
    int growth = 0;
    for (int i = 0; i < 8; i++) {
      growth += hyStart.growth(MSS, rtt);
    }
    return growth;
  }

  @Tag("RFC9406-4.3-CONSTANTS")
  @Tag("RFC9438-4.10")
  @Tag("RFC9406-4.2")
  @Test
  void aRoundTripThatGrowsMakesSlowStartCarefulAndThenEndsItAfterFiveRounds() {
    HyStart hyStart = new HyStart();
    assertThat(round(hyStart, 40 * MS)).isEqualTo(8 * MSS);
    // RttThresh is 40 / 8 = 5 ms.
    assertThat(round(hyStart, 44 * MS)).isEqualTo(8 * MSS);
    assertThat(round(hyStart, 50 * MS)).isEqualTo(8 * MSS);
    for (int i = 0; i < 4; i++) {
      assertThat(round(hyStart, 50 * MS)).isEqualTo(8 * MSS / 4);
      assertThat(hyStart.isSlowStartOver()).isFalse();
    }
    hyStart.onRound();
    assertThat(hyStart.isSlowStartOver()).isTrue();
  }

  @Tag("RFC9406-4.2")
  @Test
  void aGrowthThatWasChanceLetsSlowStartGoOn() {
    HyStart hyStart = new HyStart();
    round(hyStart, 40 * MS);
    round(hyStart, 50 * MS);
    assertThat(round(hyStart, 50 * MS)).isEqualTo(8 * MSS / 4);
    // The last of eight measurements shows that the round trip is short again.
    assertThat(round(hyStart, 41 * MS)).isEqualTo(7 * MSS / 4 + MSS);
    assertThat(round(hyStart, 41 * MS)).isEqualTo(8 * MSS);
  }

  @Tag("RFC9406-4.3-CONSTANTS")
  @Tag("RFC9406-4.2")
  @Test
  void sevenMeasurementsAreTooFewToTell() {
    HyStart hyStart = new HyStart();
    round(hyStart, 40 * MS);
    hyStart.onRound();
    for (int i = 0; i < 7; i++) {
      assertThat(hyStart.growth(MSS, 80 * MS)).isEqualTo(MSS);
    }
    assertThat(round(hyStart, 80 * MS)).isEqualTo(8 * MSS);
  }

  @Tag("RFC9406-4.3")
  @Test
  void aLossEndsItForGood() {
    HyStart hyStart = new HyStart();
    hyStart.end();
    round(hyStart, 40 * MS);
    assertThat(round(hyStart, 80 * MS)).isEqualTo(8 * MSS);
    assertThat(round(hyStart, 80 * MS)).isEqualTo(8 * MSS);
  }
}
