// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.SYN;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.TcpSegment;

/** RFC 6298, Karn's algorithm, RFC 5681 and RFC 6582, with exact numbers. */
class RetransmissionTest {
  private static final int MSS = TcpFixture.MSS;
  private static final long MS = 1_000_000;

  private final TcpFixture f;
  private final int first;

  RetransmissionTest() throws ErrnoException {
    // The least timeout is out of the way, so that the formula itself shows.
    TcpConfiguration plain =
        TcpConfiguration.linux().toBuilder().rtoRule(RtoRule.SMOOTHED).minRto(MS).build();
    f = new TcpFixture(plain);
    f.listen(5);
    f.peer(SYN).options(PeerSegment.mss(MSS)).send();
    f.peerNext = f.irs + 1;
    f.passMillis(100);
    f.accept();
    first = f.iss + 1;
  }

  private long rto() {
    return f.core().sender.rtt.timeout() / MS;
  }

  private List<Integer> offsets() {
    return f.sent().stream().map(s -> s.sequence() - first).toList();
  }

  @Tag("RFC6298-2")
  @Tag("RFC9293-MUST-18")
  @Tag("RFC6298-2.2")
  @Tag("RFC6298-2.3")
  @Test
  void theTimeoutFollowsTheRoundTripsMeasured() throws Exception {
    // (2.2) the handshake took 100 ms: SRTT 100, RTTVAR 50, RTO = 100 + 4 * 50.
    assertThat(rto()).isEqualTo(300);
    f.write("x");
    f.passMillis(60);
    f.peerAcknowledges(first + 1);
    // (2.3) RTTVAR = 3/4 * 50 + 1/4 * 40 = 47.5; SRTT = 7/8 * 100 + 1/8 * 60 = 95; RTO = 285.
    assertThat(f.core().sender.rtt.srtt()).isEqualTo(95 * MS);
    assertThat(f.core().sender.rtt.rttVar()).isEqualTo(47_500_000);
    assertThat(rto()).isEqualTo(285);
  }

  @Tag("RFC6298-5.5")
  @Tag("RFC9293-MUST-19")
  @Tag("RFC9293-MUST-20")
  @Tag("RFC9293-SHLD-11")
  @Tag("RFC6298-5.4")
  @Tag("RFC6298-5.6")
  @Tag("RFC6298-2.5")
  @Test
  void timeoutsDoubleAndTheConnectionIsGivenUpAfterFifteen() throws Exception {
    f.write("x");
    f.sent();
    List<Long> gaps = new ArrayList<>();
    long before = f.clock.nanos();
    while (f.state() == TcpState.ESTABLISHED) {
      f.clock.advanceTo(f.clock.nextDeadline());
      for (TcpSegment again : f.sent()) {
        assertThat(again.sequence()).isEqualTo(first);
        gaps.add((f.clock.nanos() - before) / MS);
        before = f.clock.nanos();
      }
    }
    assertThat(gaps)
        .containsExactly(
            300L, 600L, 1200L, 2400L, 4800L, 9600L, 19_200L, 38_400L, 76_800L, 120_000L, 120_000L,
            120_000L, 120_000L, 120_000L, 120_000L);
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.read());
    assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT);
  }

  @Tag("RFC9293-MUST-18")
  @Tag("RFC6298-3-KARN")
  @Test
  void karnKeepsTheBackedOffTimeoutUntilSomethingSentOnceIsAcknowledged() throws Exception {
    f.write("x");
    f.passMillis(300);
    assertThat(rto()).isEqualTo(600);
    f.peerAcknowledges(first + 1);
    assertThat(rto()).isEqualTo(600);
    f.write("y");
    f.passMillis(100);
    f.peerAcknowledges(first + 2);
    assertThat(f.core().sender.rtt.backOffs()).isZero();
  }

  @Tag("RFC5681-3.1")
  @Tag("RFC9293-MUST-19")
  @Tag("RFC5681-3.1-CWND")
  @Tag("RFC5681-3.1-LW")
  @Tag("RFC6298-5.4")
  @Test
  void aTimeoutSendsOneSegmentAndSlowStartsFromThere() throws Exception {
    f.write(10 * MSS);
    assertThat(f.sent()).hasSize(10);
    f.passMillis(300);
    assertThat(offsets()).containsExactly(0);
    assertThat(f.core().sender.congestion().window()).isEqualTo(MSS);
    assertThat(f.core().sender.congestion().slowStartThreshold()).isEqualTo(7 * MSS);
    f.peerAcknowledges(first + MSS);
    assertThat(offsets()).containsExactly(MSS, 2 * MSS);
    f.peerAcknowledges(first + 10 * MSS);
    f.sentNothing();
    assertThat(f.endpoint().isDrained()).isTrue();
  }

  @Tag("RFC5681-3.2-LIMITED")
  @Tag("RFC5681-3.2-RETRANSMIT")
  @Tag("RFC5681-3.2")
  @Tag("RFC3042-2")
  @Tag("RFC9438-4.6")
  @Tag("RFC5681-3.2-FR")
  @Test
  void twoDuplicatesSendNewDataAndTheThirdTheMissingSegment() throws Exception {
    f.write(20 * MSS);
    f.sent();
    f.peerAcknowledges(first + MSS);
    f.sent();
    f.peer(ACK).send();
    assertThat(offsets()).containsExactly(12 * MSS);
    f.peer(ACK).send();
    assertThat(offsets()).containsExactly(13 * MSS);
    f.peer(ACK).send();
    assertThat(offsets()).startsWith(MSS);
    // CUBIC's beta is 0.7 of the window at the time, eleven segments.
    assertThat(f.core().sender.congestion().slowStartThreshold()).isBetween(7 * 1100 - 1, 7 * 1100);
  }

  @Tag("RFC5681-3.2-DEFLATE")
  @Tag("RFC6582-3.2")
  @Tag("RFC6582-3.2-3-PARTIAL")
  @Tag("RFC6582-3.2-3-FULL")
  @Test
  void aPartialAcknowledgmentSendsTheNextHoleAndAFullOneEndsTheRecovery() throws Exception {
    f.write(10 * MSS);
    f.sent();
    // Segments 0 and 4 are lost: nine duplicates less one.
    for (int i = 0; i < 8; i++) {
      f.peer(ACK).send();
    }
    assertThat(offsets()).containsExactly(0);
    assertThat(f.core().sender.recovery.isRepairing()).isTrue();
    f.peerAcknowledges(first + 4 * MSS);
    assertThat(offsets()).containsExactly(4 * MSS);
    assertThat(f.core().sender.recovery.isRepairing()).isTrue();
    f.peerAcknowledges(first + 10 * MSS);
    assertThat(f.core().sender.recovery.isRepairing()).isFalse();
    assertThat(f.core().sender.congestion().window()).isBetween(7 * MSS, 7 * MSS + MSS / 10);
    f.sentNothing();
  }

  /**
   * RFC 6582 section 4: "in the Impatient variant, the retransmit timer is reset only after the
   * first partial ACK": with many losses it ends the recovery by slow start.
   */
  @Tag("RFC6582-3.2")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theImpatientVariantLetsTheTimerEndARecoveryOfManyLosses(boolean impatient) throws Exception {
    TcpFixture some =
        new TcpFixture(
            TcpConfiguration.linux().toBuilder().impatientRecovery(impatient).frto(false).build());
    some.listen(5);
    some.peer(SYN).options(PeerSegment.mss(MSS)).send();
    some.peerNext = some.irs + 1;
    some.passMillis(100);
    some.accept();
    int start = some.iss + 1;
    some.write(10 * MSS);
    some.sent();
    some.passMillis(100);
    // Segments 0 to 6 are lost: three duplicates.
    for (int i = 0; i < 3; i++) {
      some.peer(ACK).send();
    }
    assertThat(some.sent()).hasSize(1);
    // The first of the partial acknowledgments starts the timer, which then runs for one RTO.
    some.passMillis(100);
    some.peerAcknowledges(start + MSS);
    long expiry = some.clock.nanos() + some.core().sender.rtt.timeout();
    int partial = 2;
    while (some.clock.nanos() < expiry) {
      assertThat(some.core().sender.recovery.phase()).isEqualTo(LossRecovery.Phase.RECOVERY);
      assertThat(some.sentOne().sequence()).isEqualTo(start + (partial - 1) * MSS);
      some.passMillis(100);
      if (some.clock.nanos() < expiry) {
        some.peerAcknowledges(start + partial++ * MSS);
      }
    }
    assertThat(partial).isGreaterThan(3);
    assertThat(some.core().sender.recovery.phase())
        .isEqualTo(impatient ? LossRecovery.Phase.LOSS : LossRecovery.Phase.RECOVERY);
    assertThat(some.core().sender.recovery.congestion().window() <= MSS).isEqualTo(impatient);
  }

  @Tag("RFC5681-2")
  @Tag("RFC5681-2-DUP")
  @Test
  void whatOnlyLooksLikeADuplicateIsNone() throws Exception {
    f.write(10 * MSS);
    f.sent();
    for (int i = 0; i < 4; i++) {
      // A window that moves, data, a FIN's number: not duplicates.
      f.peerWindow += 10;
      f.peer(ACK).send();
      f.peerSends("d");
    }
    assertThat(f.sent()).allMatch(s -> s.data().length() == 0);
    assertThat(f.core().sender.retransmissions()).isZero();
  }

  @Test
  void aLostFinIsSentAgainWithoutWhatWasAcknowledged() throws Exception {
    f.write("abc");
    f.write("def");
    f.endpoint().shutdownOutput();
    f.sent();
    f.peerAcknowledges(first + 4);
    f.passMillis(3000);
    TcpSegment again = f.sent().getFirst();
    assertThat(again.sequence()).isEqualTo(first + 4);
    assertThat(again.data().length()).isEqualTo(2);
    assertThat(again.has(FIN)).isTrue();
    f.peerAcknowledges(first + 6);
    f.passMillis(10_000);
    TcpSegment fin = f.sent().getLast();
    assertThat(fin.sequence()).isEqualTo(first + 6);
    assertThat(fin.data().length()).isZero();
    assertThat(fin.has(FIN)).isTrue();
    f.peerAcknowledges(first + 7);
    assertThat(f.state()).isEqualTo(TcpState.FIN_WAIT_2);
  }

  @Test
  void theBytesSentAgainAreTheSameHoweverTheyWereWritten() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      String part = Integer.toString(i).repeat(i % 7 + 1);
      all.append(part);
      f.write(part);
    }
    f.sent();
    f.passMillis(300);
    // Everything is acknowledged from here on in odd steps, and each time sent again from there.
    StringBuilder got = new StringBuilder();
    while (got.length() < all.length()) {
      for (TcpSegment s : f.sent()) {
        int offset = s.sequence() - first;
        assertThat(new String(s.data().toByteArray(), java.nio.charset.StandardCharsets.US_ASCII))
            .isEqualTo(all.substring(offset, offset + s.data().length()));
        if (offset <= got.length() && offset + s.data().length() > got.length()) {
          got.append(all, got.length(), Math.min(offset + s.data().length(), got.length() + 333));
        }
      }
      f.peerAcknowledges(first + got.length());
      f.pass(java.time.Duration.ofMillis(rto()));
    }
    assertThat(got.toString()).isEqualTo(all.toString());
  }
}
