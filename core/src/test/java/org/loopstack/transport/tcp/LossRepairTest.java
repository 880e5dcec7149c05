// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.SYN;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;

/**
 * Retransmission timer, NewReno, SACK, RACK and TLP, rule by rule, on a path whose round trip was
 * measured as 100 ms.
 */
class LossRepairTest {
  private static final int MSS = TcpFixture.MSS;

  private final TcpFixture f =
      new TcpFixture(
          TcpConfiguration.linux().toBuilder()
              .congestion(NewReno.NAME)
              .rtoRule(RtoRule.SMOOTHED)
              .minRto(1_000_000)
              .build());
  private final int first = f.iss + 1;

  /** The handshake takes 100 ms: SRTT 100, RTTVAR 50, RTO 300. */
  private void open(boolean sack) throws ErrnoException {
    int[] options =
        sack
            ? PeerSegment.join(PeerSegment.mss(MSS), new int[] {4, 2, 1, 1})
            : PeerSegment.mss(MSS);
    f.listen(5);
    f.peer(SYN).options(options).send();
    f.peerNext = f.irs + 1;
    f.passMillis(100);
    f.accept(options);
  }

  private List<Integer> offsets() {
    return f.sent().stream().map(s -> s.sequence() - first).toList();
  }

  /** The peer reports what it has beyond what it acknowledges, by offsets. */
  private void sack(int... edges) {
    int[] option = new int[4 + 4 * edges.length];
    option[0] = 1;
    option[1] = 1;
    option[2] = 5;
    option[3] = 2 + 4 * edges.length;
    for (int i = 0; i < edges.length; i++) {
      for (int k = 0; k < 4; k++) {
        option[4 + 4 * i + k] = first + edges[i] >> 24 - 8 * k;
      }
    }
    f.peer(ACK).options(option).send();
  }

  // ---- the timer ----

  @Tag("RFC6298-5.1")
  @Tag("RFC6298-5.2")
  @Tag("RFC6298-5.3")
  @Tag("RFC6298-5-EARLY")
  @Test
  void theTimerRunsWhileSomethingIsOutstandingAndBeginsAnewWithProgress() throws Exception {
    open(false);
    TcpTimers timers = f.core().timers;
    assertThat(timers.isSet(TcpTimers.Kind.RETRANSMISSION)).isFalse();
    f.write(2 * MSS);
    assertThat(timers.isSet(TcpTimers.Kind.RETRANSMISSION)).isTrue();
    f.passMillis(100);
    f.peerAcknowledges(first + MSS);
    f.sent();
    // RTTVAR = 3/4 * 50, RTO = 100 + 4 * 37.5 from now, not from when it was sent.
    f.passMillis(249);
    f.sentNothing();
    f.passMillis(1);
    assertThat(offsets()).containsExactly(MSS);
    f.peerAcknowledges(first + 2 * MSS);
    assertThat(timers.isSet(TcpTimers.Kind.RETRANSMISSION)).isFalse();
  }

  @Tag("RFC6298-3-RATE")
  @Test
  void everyFlightIsMeasured() throws Exception {
    open(false);
    long before = f.core().sender.rtt.srtt();
    for (int i = 1; i <= 5; i++) {
      f.write(4 * MSS);
      f.passMillis(20);
      f.peerAcknowledges(first + i * 4 * MSS);
      long now = f.core().sender.rtt.srtt();
      assertThat(now).isLessThan(before);
      before = now;
    }
  }

  // ---- congestion control ----

  @Tag("RFC5681-3.1-SLOWSTART")
  @Tag("RFC5681-3.1-CA-RATE")
  @Tag("RFC9293-MUST-19")
  @Test
  void belowTheThresholdTheWindowGrowsByWhatArrivesAboveByOneSegmentAWindow() {
    NewReno reno = new NewReno();
    reno.setMss(MSS);
    reno.setWindow(10 * MSS);
    assertThat(reno.isSlowStart()).isTrue();
    reno.onAcknowledged(MSS, 0, 0, 0);
    assertThat(reno.window()).isEqualTo(11 * MSS);
    reno.onCongestion(12 * MSS, 0);
    reno.setWindow(6 * MSS);
    for (int window = 6; window < 20; window++) {
      assertThat(reno.isSlowStart()).isFalse();
      for (int i = 0; i < window; i++) {
        assertThat(reno.window()).isEqualTo(window * MSS);
        reno.onAcknowledged(MSS, 0, 0, 0);
      }
      assertThat(reno.window()).isEqualTo((window + 1) * MSS);
    }
  }

  @Tag("RFC5681-3.1-SSTHRESH")
  @Tag("RFC5681-3.1-BACKOFF")
  @Tag("RFC5681-3.1-LW")
  @Test
  void aTimeoutHalvesTheThresholdOnceHoweverOftenItComes() throws Exception {
    open(false);
    f.write(10 * MSS);
    f.passMillis(300);
    CongestionControl congestion = f.core().sender.congestion();
    assertThat(congestion.slowStartThreshold()).isEqualTo(5 * MSS);
    assertThat(congestion.window()).isEqualTo(MSS);
    f.passMillis(600);
    f.passMillis(1200);
    assertThat(congestion.slowStartThreshold()).isEqualTo(5 * MSS);
    assertThat(congestion.window()).isEqualTo(MSS);
  }

  @Tag("RFC5681-3.2-SSTHRESH")
  @Tag("RFC5681-3.2-FR")
  @Tag("RFC6582-3.2-1")
  @Test
  void threeDuplicatesOfTheVeryFirstSegmentHalveTheThresholdToo() throws Exception {
    open(false);
    f.write(10 * MSS);
    f.sent();
    for (int i = 0; i < 3; i++) {
      f.peer(ACK).send();
    }
    assertThat(offsets()).containsExactly(0);
    assertThat(f.core().sender.congestion().slowStartThreshold()).isEqualTo(5 * MSS);
  }

  @Tag("RFC6582-3.2-2")
  @Tag("RFC6582-4-RECOVER")
  @Test
  void duplicatesOfWhatATimeoutSentAgainBeginNoOtherRecovery() throws Exception {
    open(false);
    f.write(10 * MSS);
    f.passMillis(300);
    f.sent();
    LossRecovery recovery = f.core().sender.recovery;
    assertThat(recovery.recover()).isEqualTo(f.core().tcb.sndNxt);
    for (int i = 0; i < 5; i++) {
      f.peer(ACK).send();
    }
    assertThat(recovery.phase()).isEqualTo(LossRecovery.Phase.LOSS);
    assertThat(offsets()).doesNotContain(0);
    assertThat(f.core().sender.congestion().slowStartThreshold()).isEqualTo(5 * MSS);
  }

  @Tag("RFC5681-4.2-STRETCH")
  @Test
  void noSegmentIsAcknowledgedTwice() throws Exception {
    open(true);
    int start = f.peerNext;
    int[] order = {3, 0, 0, 5, 1, 2, 9, 4, 3, 6, 8, 7, 7};
    for (int i : order) {
      f.peer(ACK).seq(start + i * 100).data("x".repeat(100)).send();
      assertThat(f.sent()).hasSizeLessThanOrEqualTo(1);
    }
    f.passMillis(1000);
    assertThat(f.sent()).hasSizeLessThanOrEqualTo(1);
    assertThat(f.read()).hasSize(1000);
  }

  // ---- SACK ----

  @Tag("RFC2018-4-FIRST")
  @Tag("RFC2018-4-MANY")
  @Tag("RFC2018-4-REPEAT")
  @Test
  void theNewestBlockComesFirstThenThoseBefore() throws Exception {
    open(true);
    int start = f.peerNext;
    for (int at : new int[] {10, 50, 30, 70}) {
      f.peer(ACK).seq(start + at).data("12345").send();
    }
    var options = f.sent().getLast().parseOptions();
    assertThat(options.sackBlockCount()).isEqualTo(4);
    int[] left = new int[4];
    for (int i = 0; i < 4; i++) {
      left[i] = options.sackLeft(i) - start;
      assertThat(options.sackRight(i) - options.sackLeft(i)).isEqualTo(5);
    }
    assertThat(left).containsExactly(70, 30, 50, 10);
  }

  @Tag("RFC2018-4-PERMITTED")
  @Test
  void withoutPermissionNothingIsReported() throws Exception {
    open(false);
    f.peer(ACK).seq(f.peerNext + 10).data("12345").send();
    assertThat(f.sentOne().parseOptions().sackBlockCount()).isZero();
  }

  @Tag("RFC6675-4-UPDATE")
  @Tag("RFC6675-4-PIPE")
  @Tag("RFC6675-4-LOST")
  @Tag("RFC6675-5-CWND")
  @Test
  void thePipeIsWhatIsUnderWayAndTheWindowIsKept() throws Exception {
    open(true);
    f.write(20 * MSS);
    assertThat(f.sent()).hasSize(10);
    RetransmissionQueue queue = f.core().sender.queue;
    f.passMillis(100);
    sack(MSS, 4 * MSS);
    assertThat(queue.sacked()).isEqualTo(3 * MSS);
    assertThat(offsets()).startsWith(0);
    assertThat(queue.lost()).isEqualTo(MSS);
    for (int end = 5; end <= 9; end++) {
      sack(MSS, end * MSS);
      assertThat(queue.sacked()).isEqualTo((end - 1) * MSS);
      assertThat(queue.pipe())
          .isEqualTo(queue.total() - queue.sacked() - queue.lost() + queue.underWayAgain())
          .isLessThanOrEqualTo(f.core().sender.congestion().window());
    }
  }

  @Tag("RFC2018-5-RENEGE")
  @Tag("RFC6675-4-KEEP")
  @Tag("RFC2018-5-TIMEOUT")
  @Tag("RFC6675-5-RENEGE")
  @Test
  void whatAReceiverTakesBackIsSentAgainAfterATimeout() throws Exception {
    open(true);
    f.write(4 * MSS);
    f.sent();
    f.passMillis(100);
    sack(MSS, 4 * MSS);
    assertThat(offsets()).containsExactly(0);
    // It has thrown away all that it had reported, and takes only what fills the gap.
    f.passMillis(100);
    f.peerAcknowledges(first + MSS);
    assertThat(f.core().sender.buffer.size()).isEqualTo(3 * MSS);
    for (int i = 1; i < 4; i++) {
      f.pass(java.time.Duration.ofSeconds(5));
      assertThat(offsets()).contains(i * MSS);
      f.peerAcknowledges(first + (i + 1) * MSS);
    }
    assertThat(f.endpoint().isDrained()).isTrue();
  }

  // ---- RACK and TLP ----

  @Tag("RFC8985-6.2-TIME")
  @Tag("RFC8985-6.2-TIMER")
  @Test
  void aSegmentOvertakenByOneIsLostAfterAQuarterOfARoundTrip() throws Exception {
    open(true);
    f.write(3 * MSS);
    f.sent();
    f.passMillis(100);
    sack(MSS, 2 * MSS);
    f.sentNothing();
    f.passMillis(24);
    f.sentNothing();
    f.passMillis(1);
    assertThat(offsets()).containsExactly(0);
  }

  @Tag("RFC8985-5.1")
  @Test
  void withoutSackNeitherRackNorAProbeIsAtWork() throws Exception {
    open(false);
    f.write(3 * MSS);
    assertThat(f.core().timers.isSet(TcpTimers.Kind.LOSS_PROBE)).isFalse();
    f.sent();
    f.passMillis(100);
    f.peer(ACK).send();
    f.peer(ACK).send();
    assertThat(f.core().timers.isSet(TcpTimers.Kind.REORDERING)).isFalse();
    f.sentNothing();
  }

  @Tag("RFC8985-7.2")
  @Tag("RFC8985-7.3-NEW")
  @Tag("RFC8985-7.3-ONE")
  @Tag("RFC8985-7.4")
  @Test
  void aSilentPeerIsProbedOnceAfterTwoRoundTripsAndARepairedLossCounts() throws Exception {
    open(true);
    f.write(3 * MSS);
    f.sent();
    int window = f.core().sender.congestion().window();
    f.passMillis(201);
    f.sentNothing();
    f.passMillis(1);
    // There is no new data: the last segment again.
    assertThat(offsets()).containsExactly(2 * MSS);
    assertThat(f.core().timers.isSet(TcpTimers.Kind.LOSS_PROBE)).isFalse();
    f.passMillis(50);
    f.sentNothing();
    // A report of a duplicate may still come; without one the probe has repaired something.
    f.peerAcknowledges(first + 3 * MSS);
    assertThat(f.core().sender.congestion().window()).isEqualTo(window);
    f.write(MSS);
    f.sent();
    f.peerAcknowledges(first + 4 * MSS);
    assertThat(f.core().sender.congestion().window()).isLessThan(window);
  }

  @Tag("RFC8985-7.3-NEW")
  @Test
  void aProbeIsNewDataIfThereIsSome() throws Exception {
    open(true);
    f.write(20 * MSS);
    assertThat(f.sent()).hasSize(10);
    f.passMillis(202);
    assertThat(offsets()).containsExactly(10 * MSS);
  }

  /**
   * Of a segment sent twice it is not known which copy has arrived: after less than the shortest
   * round trip it was the first, and says nothing of what was sent since.
   */
  @Tag("RFC8985-6.2-RACK-RTT")
  @Test
  void aRetransmissionAcknowledgedTooSoonIsNotTheNewestThatArrived() throws Exception {
    open(true);
    f.write(4 * MSS);
    f.sent();
    f.passMillis(100);
    sack(MSS, 2 * MSS);
    f.passMillis(25);
    assertThat(offsets()).as("lost by RACK").containsExactly(0);
    f.passMillis(10);
    f.peerAcknowledges(first + 2 * MSS);
    // Were it believed, all that was sent 125 ms before it would be lost.
    f.sentNothing();
    f.passMillis(30);
    f.sentNothing();
  }

  @Tag("RFC8985-6.3")
  @Test
  void aTimeoutSaysNothingOfWhatWasSentAMomentAgo() throws Exception {
    open(true);
    f.write(MSS);
    f.passMillis(100);
    f.peerAcknowledges(first + MSS);
    f.write(MSS);
    // RTTVAR = 3/4 * 50: the timeout is 250 ms now.
    f.passMillis(240);
    f.write(MSS);
    assertThat(offsets()).containsExactly(0, MSS, 2 * MSS);
    f.passMillis(10);
    // The probe takes the timeout's place, once.
    assertThat(offsets()).containsExactly(2 * MSS);
    f.passMillis(240);
    f.write(MSS);
    assertThat(offsets()).containsExactly(3 * MSS);
    f.passMillis(10);
    assertThat(offsets()).containsExactly(MSS);
    assertThat(f.core().sender.queue.lost()).isEqualTo(2 * MSS);
  }
}
