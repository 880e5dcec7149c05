// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;

/** A window that is not used is not kept (RFC 2861, RFC 7661). */
class CongestionWindowValidationTest {
  private static final int MSS = TcpFixture.MSS;

  private TcpFixture f = new TcpFixture();

  private void open(int segments) throws ErrnoException {
    f.accept();
    f.write(MSS);
    f.peerAcknowledges(f.iss + 1 + MSS);
    f.sent();
    congestion().onCongestion(2 * MSS, f.clock.nanos());
    congestion().setWindow(segments * MSS);
  }

  /** Asked anew each time: a connection that has rested meanwhile has another one. */
  private CongestionControl congestion() {
    return f.core().sender.congestion();
  }

  private void writeAndAcknowledge(int bytes) throws ErrnoException {
    f.write(bytes);
    f.peerAcknowledges(f.core().tcb.sndNxt);
    f.sent();
  }

  @Tag("RFC7661-4.4-NVP")
  @Tag("RFC2861-3.1")
  @Tag("RFC5681-4.1-IDLE")
  @Test
  void eachTimeoutOfSilenceHalvesTheWindowAndSlowStartTakesItBack() throws Exception {
    open(44);
    f.passMillis(450);
    writeAndAcknowledge(10);
    // Two intervals of 200 ms, the second not quite over when it is counted: 44, 22, 11.
    assertThat(congestion().window()).isEqualTo(11 * MSS);
    assertThat(congestion().slowStartThreshold()).isEqualTo(33 * MSS);
  }

  @Tag("RFC2861-3.1")
  @Test
  void neverBelowTheInitialWindow() throws Exception {
    open(44);
    f.passMillis(60_000);
    writeAndAcknowledge(10);
    assertThat(congestion().window()).isEqualTo(10 * MSS);
  }

  @Tag("RFC7661-4.2")
  @Tag("RFC7661-4.4-PHASE")
  @Tag("RFC2861-3.2")
  @Test
  void anApplicationThatSendsLittleLosesHalfOfWhatItDoesNotUse() throws Exception {
    open(50);
    for (int i = 0; i < 3; i++) {
      writeAndAcknowledge(100);
      f.passMillis(100);
    }
    // (50 + 10) / 2: the initial window counts as used.
    assertThat(congestion().window()).isEqualTo(30 * MSS);
    assertThat(congestion().slowStartThreshold()).isEqualTo(37_500);
  }

  @Test
  void bothCanBeTurnedOff() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().slowStartAfterIdle(false).build());
    open(50);
    for (int i = 0; i < 5; i++) {
      writeAndAcknowledge(100);
      f.passMillis(100);
    }
    f.passMillis(60_000);
    writeAndAcknowledge(100);
    assertThat(congestion().window()).isEqualTo(50 * MSS);
  }
}
