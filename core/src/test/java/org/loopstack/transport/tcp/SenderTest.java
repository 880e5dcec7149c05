// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;

import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.Readiness;
import org.loopstack.wire.TcpSegment;

/** What the sender lets go and when: Nagle, windows, silly windows, probes. */
class SenderTest {
  private final TcpFixture f;
  private final int first;

  SenderTest() throws ErrnoException {
    f = new TcpFixture().accept();
    first = f.iss + 1;
  }

  private List<Integer> sentLengths() {
    return f.sent().stream().map(s -> s.data().length()).toList();
  }

  @Tag("RFC9293-SHLD-7")
  @Test
  void nagleHoldsASmallSegmentWhileAnotherIsUnderWay() throws Exception {
    f.write("a");
    assertThat(sentLengths()).containsExactly(1);
    f.write("b");
    f.write("c");
    f.sentNothing();
    f.peerAcknowledges(first + 1);
    assertThat(sentLengths()).containsExactly(2);
  }

  @Test
  void byMinshallsRuleFullSegmentsUnderWayHoldNothingBack() throws Exception {
    f.write(TcpFixture.MSS);
    f.write("tail");
    assertThat(sentLengths()).containsExactly(TcpFixture.MSS, 4);
    f.write("next");
    f.sentNothing();
  }

  @Tag("RFC9293-MUST-17")
  @Test
  void noDelayTurnsNagleOffAlsoForWhatWaits() throws Exception {
    f.write("a");
    f.write("b");
    assertThat(sentLengths()).containsExactly(1);
    f.endpoint().setOption(StandardSocketOptions.TCP_NODELAY, true);
    assertThat(sentLengths()).containsExactly(1);
    f.write("c");
    assertThat(sentLengths()).containsExactly(1);
  }

  @Test
  void aFinGoesInSpiteOfNagleWithTheDataBeforeIt() throws Exception {
    f.write("a");
    f.write("b");
    f.sent();
    f.endpoint().shutdownOutput();
    TcpSegment last = f.sentOne();
    assertThat(last.has(org.loopstack.wire.TcpHeader.FIN)).isTrue();
    assertThat(last.data().length()).isEqualTo(1);
  }

  @Tag("RFC9293-3.8.6.2.1")
  @Tag("RFC9293-MUST-38")
  @Test
  void theSenderWaitsForMoreThanASillyWindow() throws Exception {
    // All in flight fills the window but for 100 bytes: less than half of the largest window seen.
    f.peerWindow = 400;
    f.peerAcknowledges(first);
    f.core().tcb.maxSndWnd = 400;
    f.write(300);
    assertThat(sentLengths()).containsExactly(300);
    f.write(300);
    f.sentNothing();
    f.peerAcknowledges(first + 300);
    assertThat(sentLengths()).containsExactly(300);
  }

  @Tag("RFC9293-MUST-38")
  @Test
  void afterTheOverrideTimeoutASillyWindowIsUsedAllTheSame() throws Exception {
    f.peerWindow = 100;
    f.peerAcknowledges(first);
    f.write(500);
    f.sentNothing();
    f.passMillis(199);
    f.sentNothing();
    f.passMillis(1);
    assertThat(sentLengths()).containsExactly(100);
  }

  @Tag("RFC9293-MUST-35")
  @Tag("RFC9293-MUST-36")
  @Tag("RFC9293-SHLD-29")
  @Tag("RFC9293-SHLD-30")
  @Tag("RFC9293-MUST-37")
  @Test
  void aShutWindowIsProbedWithBackOffForAsLongAsThePeerAnswers() throws Exception {
    f.peerWindow = 0;
    f.peerAcknowledges(first);
    f.write(500);
    List<Long> gaps = new ArrayList<>();
    long before = f.clock.nanos();
    for (int i = 0; i < 40; i++) {
      do {
        f.clock.advanceTo(f.clock.nextDeadline());
      } while (f.core().tcb.state == TcpState.ESTABLISHED && sentProbe() == 0);
      gaps.add((f.clock.nanos() - before) / 1_000_000);
      before = f.clock.nanos();
      f.peer(ACK).send();
    }
    assertThat(gaps.subList(0, 5)).containsExactly(200L, 400L, 800L, 1600L, 3200L);
    assertThat(gaps.getLast()).isEqualTo(120_000L);
    f.peerWindow = 60_000;
    f.peer(ACK).send();
    assertThat(sentLengths()).containsExactly(500);
    // And the probes have not made the data's own timeout longer.
    f.passMillis(200);
    assertThat(sentLengths()).containsExactly(500);
  }

  private int sentProbe() {
    List<TcpSegment> sent = f.sent();
    sent.forEach(
        s -> {
          assertThat(s.sequence()).isEqualTo(first - 1);
          assertThat(s.data().length()).isZero();
        });
    return sent.size();
  }

  @Test
  void aShutWindowAndADeadPeerEndTheConnection() throws Exception {
    f.peerWindow = 0;
    f.peerAcknowledges(first);
    f.write(500);
    f.pass(java.time.Duration.ofHours(1));
    assertThat(f.sent()).hasSize(15);
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.read());
    assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT);
  }

  @Test
  void aClosedConnectionIsGivenUpAlsoIfThePeerAnswersTheProbes() throws Exception {
    f.peerWindow = 0;
    f.peerAcknowledges(first);
    f.write(500);
    f.endpoint().close();
    for (int i = 0; i < 20 && f.state() != TcpState.CLOSED; i++) {
      f.clock.advanceTo(f.clock.nextDeadline());
      if (!f.sent().isEmpty()) {
        f.peer(ACK).send();
      }
    }
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  @Tag("RFC9293-MUST-34")
  @Tag("RFC9293-MUST-37")
  @Tag("RFC9293-MUST-35")
  @Tag("RFC9293-SHLD-17")
  @Tag("RFC9293-MAY-7")
  @Test
  void aWindowThatShrinksUnderDataInFlightIsNoDeadPeer() throws Exception {
    f.write(TcpFixture.MSS);
    f.sent();
    f.peerWindow = 0;
    f.peer(ACK).send();
    for (int i = 0; i < 40; i++) {
      f.clock.advanceTo(f.clock.nextDeadline());
      if (!f.sent().isEmpty()) {
        f.peer(ACK).send();
      }
    }
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.peerWindow = 60_000;
    f.peerAcknowledges(first + TcpFixture.MSS);
    assertThat(f.endpoint().isDrained()).isTrue();
  }

  @Tag("RFC9293-SHLD-15")
  @Tag("RFC9293-MUST-34")
  @Tag("RFC7323-2.4-FIRST")
  @Tag("RFC5681-3.1-CWND")
  @Test
  void nothingGoesBeyondTheWindow() throws Exception {
    f.peerWindow = 2500;
    f.peerAcknowledges(first);
    f.write(10_000);
    assertThat(sentLengths()).containsExactly(1000, 1000);
    f.peerAcknowledges(first + 1000);
    assertThat(sentLengths()).containsExactly(1000);
    // The window shrinks from the right: nothing new goes.
    f.peerWindow = 500;
    f.peerAcknowledges(first + 2000);
    f.sentNothing();
  }

  @Tag("RFC9293-3.10.7.4")
  @Test
  void anOldAcknowledgmentDoesNotMoveTheWindow() throws Exception {
    f.peerWindow = 2000;
    f.peerAcknowledges(first);
    f.write(10_000);
    f.peerAcknowledges(first + 2000);
    f.sent();
    f.peer(ACK).ack(first).seq(f.peerNext).data("x").window(5000).send();
    assertThat(f.core().tcb.sndWnd).isEqualTo(2000);
  }

  @Test
  void aWriterIsToldWhenAThirdIsFreeAndWhenTheBufferGrows() throws Exception {
    f.endpoint().setOption(StandardSocketOptions.SO_SNDBUF, 9000);
    List<Integer> told = new ArrayList<>();
    f.peerWindow = 0;
    f.peerAcknowledges(first);
    assertThat(f.write(20_000)).isEqualTo(9000);
    assertThat(f.write(1)).isZero();
    assertThat(f.endpoint().readiness() & Readiness.WRITE).isZero();
    f.endpoint().setReadinessListener(told::add);
    f.endpoint().setOption(StandardSocketOptions.SO_SNDBUF, 10_000);
    assertThat(told).isEmpty();
    f.endpoint().setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
    assertThat(told).containsExactly(Readiness.WRITE);
  }

  @Tag("RFC9293-3.8.5")
  @Test
  void urgentDataIsAnnouncedAlsoThroughAShutWindow() throws Exception {
    f.peerWindow = 0;
    f.peerAcknowledges(first);
    f.write("abc");
    f.endpoint().writeUrgent((byte) 'u');
    f.passMillis(200);
    TcpSegment probe = f.sentOne();
    assertThat(probe.has(org.loopstack.wire.TcpHeader.URG)).isTrue();
    assertThat(probe.sequence() + probe.urgentPointer()).isEqualTo(first + 4);
    f.peerWindow = 60_000;
    f.peer(ACK).send();
    TcpSegment data = f.sentOne();
    assertThat(data.has(org.loopstack.wire.TcpHeader.URG)).isTrue();
    assertThat(data.urgentPointer()).isEqualTo(4);
    f.peerAcknowledges(first + 4);
    f.write("d");
    assertThat(f.sentOne().has(org.loopstack.wire.TcpHeader.URG)).isFalse();
  }
}
