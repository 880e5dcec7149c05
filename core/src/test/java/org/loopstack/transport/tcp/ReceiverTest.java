// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.PSH;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.URG;

import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TcpSegment;

/** What the receiver takes, when it acknowledges, and what window it offers. */
class ReceiverTest {
  private TcpFixture f = new TcpFixture();

  /** A connection whose acknowledgments wait from the beginning. */
  private TcpFixture patient() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().quickAcks(0).build());
    return f.accept();
  }

  private TcpFixture small(int buffer) throws Exception {
    f.listen(5).setOption(StandardSocketOptions.SO_RCVBUF, buffer);
    return f.accept();
  }

  @Tag("RFC9293-MUST-40")
  @Tag("RFC9293-SHLD-18")
  @Tag("RFC5681-4.2-DELAY")
  @Test
  void oneSegmentIsAcknowledgedAfterFortyMilliseconds() throws Exception {
    patient();
    f.peerSends("hello");
    f.sentNothing();
    f.passMillis(39);
    f.sentNothing();
    f.passMillis(1);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }

  @Tag("RFC9293-SHLD-19")
  @Tag("RFC5681-4.2-SECOND")
  @Test
  void everySecondFullSizedSegmentIsAcknowledgedAtOnce() throws Exception {
    patient();
    f.peerSends("x".repeat(1400));
    f.sentNothing();
    f.peerSends("x".repeat(1400));
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.passMillis(1000);
    f.sentNothing();
  }

  @Test
  void dataCarriesTheAcknowledgmentAndNoOtherFollows() throws Exception {
    patient();
    f.peerSends("hello");
    f.write("world");
    TcpSegment answer = f.sentOne();
    assertThat(answer.acknowledgment()).isEqualTo(f.peerNext);
    assertThat(answer.flags()).isEqualTo(ACK | PSH);
    f.peerAcknowledges(f.iss + 6);
    f.passMillis(1000);
    f.sentNothing();
  }

  @Tag("RFC5681-4.2")
  @Tag("RFC5681-4.2-GAP")
  @Test
  void aGapIsReportedAtOnceAndSoIsItsFilling() throws Exception {
    f.accept();
    int start = f.peerNext;
    f.peer(ACK).seq(start + 3).data("def").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(start);
    f.peer(ACK).seq(start + 9).data("jkl").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(start);
    f.peer(ACK).seq(start).data("abc").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(start + 6);
    f.peer(ACK).seq(start + 5).data("fghij").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(start + 12);
    assertThat(f.read()).isEqualTo("abcdefghijkl");
  }

  @Test
  void aFinAheadOfAGapCountsOnceTheGapIsFilled() throws Exception {
    f.accept();
    int start = f.peerNext;
    f.peer(FIN | ACK).seq(start + 3).data("def").send();
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.peer(ACK).seq(start).data("abc").send();
    assertThat(f.sent().getLast().acknowledgment()).isEqualTo(start + 7);
    assertThat(f.state()).isEqualTo(TcpState.CLOSE_WAIT);
    assertThat(f.read()).isEqualTo("abcdef");
    assertThat(f.read()).isEqualTo("<end>");
  }

  @Tag("RFC9293-MUST-39")
  @Tag("RFC9293-3.8.6.2.2")
  @Test
  void theWindowOpensInLargeStepsOnly() throws Exception {
    small(2920);
    while (f.core().tcb.rcvWnd() > 0) {
      f.peerSends("x".repeat(Math.min(1000, f.core().tcb.rcvWnd())));
    }
    f.passMillis(40);
    assertThat(f.sent().getLast().window()).isZero();
    java.nio.ByteBuffer some = java.nio.ByteBuffer.allocate(500);
    for (int i = 0; i < 2; i++) {
      assertThat(f.endpoint().read(some.clear())).isEqualTo(500);
      f.sentNothing();
      // Less than a segment and less than half of the buffer: no word of it, also if asked.
      f.passMillis(1000);
      f.peer(ACK).seq(f.peerNext - 1).send();
      assertThat(f.sentOne().window()).isZero();
    }
    assertThat(f.endpoint().read(some.clear())).isEqualTo(500);
    assertThat(f.sentOne().window()).isEqualTo(1500);
  }

  @Tag("RFC9293-MUST-66")
  @Tag("RFC9293-3.10.7.4")
  @Test
  void aShutWindowTakesNoDataButAcknowledgmentsAndResets() throws Exception {
    small(2920);
    f.write("unacknowledged");
    while (f.core().tcb.rcvWnd() > 0) {
      f.peerSends("x".repeat(Math.min(1000, f.core().tcb.rcvWnd())));
    }
    f.sent();
    f.peer(ACK).ack(f.iss + 15).data("more").send();
    TcpSegment answer = f.sentOne();
    assertThat(answer.acknowledgment()).isEqualTo(f.peerNext);
    assertThat(answer.window()).isZero();
    assertThat(f.endpoint().isDrained()).isTrue();
    assertThat(f.read()).hasSize(2920);
    f.peer(RST).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  @Tag("RFC9293-SHLD-14")
  @Tag("RFC7323-2.4-HONOR")
  @Test
  void theWindowNeverShrinksWhenTheBufferDoes() throws Exception {
    f.accept();
    int edge = f.core().tcb.rcvAdv;
    f.endpoint().setOption(StandardSocketOptions.SO_RCVBUF, 3000);
    for (int i = 0; i < 10; i++) {
      f.peerSends("x".repeat(1000));
      f.passMillis(50);
      assertThat(f.core().tcb.rcvAdv).isEqualTo(edge);
    }
    assertThat(f.read()).hasSize(10_000);
  }

  @Tag("RFC7323-5.3")
  @Tag("RFC7323-5.3-R1")
  @Tag("RFC7323-5.5-IDLE")
  @Tag("RFC7323-4.3-RECENT")
  @Test
  void anOldTimestampIsDroppedAndAnswered() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(0x7fff_fffe, 0)));
    f.peer(ACK).options(PeerSegment.timestamps(0x7fff_fffe, 1)).send();
    f.sent();
    // The clock of the peer passes 2^31.
    f.peer(ACK).options(PeerSegment.timestamps(0x8000_0001, 1)).data("abc").send();
    f.peerNext += 3;
    f.passMillis(40);
    TcpOptions echoed = f.sentOne().parseOptions();
    assertThat(echoed.timestampEcho()).isEqualTo(0x8000_0001);
    f.peer(ACK).options(PeerSegment.timestamps(0x7fff_ffff, 1)).data("old").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    assertThat(f.drops(DropReason.TCP_PAWS)).isEqualTo(1);
    assertThat(f.read()).isEqualTo("abc");
    // "24 days" of silence invalidate what is remembered.
    f.pass(java.time.Duration.ofDays(25));
    f.sent();
    f.peer(ACK).options(PeerSegment.timestamps(0x7000_0000, 1)).data("new").send();
    assertThat(f.read()).isEqualTo("new");
    assertThat(f.core().tcb.tsRecent).isEqualTo(0x7000_0000);
  }

  @Tag("RFC9293-3.8.5")
  @Test
  void urgentDataIsLeftOutUnlessItIsWantedInline() throws Exception {
    f.accept();
    f.peer(ACK | URG).urgent(3).data("abUcd").send();
    f.peerNext += 5;
    assertThat(f.read() + f.read()).isEqualTo("abcd");
    f.endpoint().setOption(TransportOptions.SO_OOBINLINE, true);
    f.peer(ACK | URG).urgent(3).data("efUgh").send();
    f.peerNext += 5;
    assertThat(f.read() + f.read()).isEqualTo("efUgh");
  }

  @Tag("RFC9293-3.8.5")
  @Test
  void theUrgentByteIsFoundAlsoInTrimmedAndInWaitingData() throws Exception {
    f.accept();
    int start = f.peerNext;
    f.peerSends("ab");
    // A segment that repeats two bytes: its pointer counts from its own number.
    f.peer(ACK | URG).seq(start).urgent(4).data("abcUd").send();
    assertThat(f.read()).isEqualTo("abc");
    assertThat(f.read()).isEqualTo("d");
    // Ahead of a gap: "e" is missing.
    f.peer(ACK | URG).seq(start + 6).urgent(2).data("fUg").send();
    f.peer(ACK).seq(start + 5).data("e").send();
    assertThat(f.read() + f.read()).isEqualTo("efg");
  }

  @Test
  void readinessIsRaisedWhenThereIsSomethingAndNotForEverySegment() throws Exception {
    f.accept();
    List<Integer> told = new ArrayList<>();
    f.endpoint().setReadinessListener(told::add);
    f.peerSends("a");
    f.peerSends("b");
    assertThat(told).containsExactly(Readiness.READ);
    assertThat(f.read()).isEqualTo("ab");
    f.peerSends("c");
    assertThat(told).containsExactly(Readiness.READ, Readiness.READ);
  }

  @Tag("RFC9293-MUST-3")
  @Test
  void aDamagedSegmentIsDroppedCountedAndNotAnswered() throws Exception {
    f.accept();
    byte[] datagram =
        org.loopstack.wire.Ipv4Datagram.of(
                TcpFixture.PEER, TcpFixture.US, f.peer(ACK).data("abc").segment())
            .encode();
    datagram[datagram.length - 1] ^= 1;
    f.inject(datagram);
    f.passMillis(100);
    f.sentNothing();
    assertThat(f.drops(DropReason.TCP_CHECKSUM)).isEqualTo(1);
    assertThat(Objects.requireNonNull(f.read())).isEmpty();
  }
}
