// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.CWR;
import static org.loopstack.wire.TcpHeader.ECE;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TcpSegment;

/** Opening a connection: options, sending SYNs again, simultaneous open. */
class HandshakeTest {
  private static final int MSS = 1, SCALE = 2, TIMESTAMPS = 4, SACK = 8;

  private static TcpFixture fixture(int ours) {
    return new TcpFixture(
        TcpConfiguration.linux().toBuilder()
            .timestamps((ours & TIMESTAMPS) != 0)
            .windowScaling((ours & SCALE) != 0)
            .selectiveAcknowledgment((ours & SACK) != 0)
            .build());
  }

  private static int[] options(int which) {
    return PeerSegment.join(
        (which & MSS) != 0 ? PeerSegment.mss(900) : new int[0],
        (which & SCALE) != 0 ? new int[] {1, 3, 3, 5} : new int[0],
        (which & TIMESTAMPS) != 0 ? PeerSegment.timestamps(0x7fff_fff0, 0) : new int[0],
        (which & SACK) != 0 ? new int[] {1, 1, 4, 2} : new int[0]);
  }

  @Tag("RFC9293-3.7.1")
  @Tag("RFC7323-2.2")
  @Tag("RFC7323-3.2")
  @Tag("RFC9293-MUST-14")
  @Tag("RFC9293-MUST-15")
  @Tag("RFC7323-2.2-BOTH")
  @Tag("RFC7323-2.2-SYNACK")
  @Tag("RFC7323-2.2-UNSCALED")
  @Tag("RFC7323-2.3-SHIFT")
  @Tag("RFC7323-3.2-BOTH")
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})
  void anOptionCountsIfBothSidesOfferIt(int peers) throws Exception {
    for (int ours : new int[] {0, SCALE, TIMESTAMPS, SACK, SCALE | TIMESTAMPS | SACK}) {
      for (boolean active : new boolean[] {true, false}) {
        TcpFixture f = fixture(ours);
        TcpSegment syn = active ? openActively(f, peers) : openPassively(f, peers);
        TcpOptions offered = syn.parseOptions();
        int may = active ? ours : ours & peers;
        assertThat(offered.mss()).isEqualTo(1460);
        assertThat(offered.hasWindowScale()).isEqualTo((may & SCALE) != 0);
        assertThat(offered.hasTimestamps()).isEqualTo((may & TIMESTAMPS) != 0);
        assertThat(offered.sackPermitted()).isEqualTo((may & SACK) != 0);
        agreed(f, ours & peers, peers);
      }
    }
  }

  private static TcpSegment openActively(TcpFixture f, int peers) throws ErrnoException {
    f.connect();
    TcpSegment syn = f.sentOne();
    f.peerAck = f.iss + 1;
    f.peer(SYN | ACK).options(options(peers)).window(5000).send();
    f.peerNext = f.irs + 1;
    assertThat(f.sentOne().flags()).isEqualTo(ACK);
    return syn;
  }

  private static TcpSegment openPassively(TcpFixture f, int peers) throws ErrnoException {
    f.listen(1);
    f.peer(SYN).options(options(peers)).window(5000).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    return f.sentOne();
  }

  private static void agreed(TcpFixture f, int both, int peers) {
    // A SYN's window is never scaled, every other one is.
    assertThat(f.tcb().sndWnd).isEqualTo(5000);
    int[] stamps = (both & TIMESTAMPS) == 0 ? new int[0] : PeerSegment.timestamps(0x7fff_fff1, 1);
    f.peer(ACK).options(stamps).window(10_000).send();
    TransmissionControlBlock tcb = f.core().tcb;
    assertThat(tcb.state).isEqualTo(TcpState.ESTABLISHED);
    assertThat(tcb.sndWnd).isEqualTo((both & SCALE) != 0 ? 10_000 << 5 : 10_000);
    assertThat(tcb.tsOk).isEqualTo((both & TIMESTAMPS) != 0);
    assertThat(tcb.sackOk).isEqualTo((both & SACK) != 0);
    // "If an MSS Option is not received ... a default send MSS of 536" (MUST-15); RFC 9293 section
    // 3.7.1: options are counted off.
    int mss = (peers & MSS) != 0 ? 900 : 536;
    assertThat(tcb.sndMss).isEqualTo(mss - ((both & TIMESTAMPS) != 0 ? 12 : 0));
  }

  /** Linux 6.18 was seen to give up after 131 seconds and a few of its timers' slack. */
  @Tag("RFC9293-MUST-22")
  @Test
  void aSynIsSentAgainOnScheduleAndThenTimesOut() throws Exception {
    TcpFixture f = new TcpFixture();
    f.connect();
    long start = f.clock.nanos();
    TcpSegment first = f.sentOne();
    List<Long> seconds = new ArrayList<>();
    while (f.state() == TcpState.SYN_SENT) {
      f.clock.advanceTo(f.clock.nextDeadline());
      for (TcpSegment again : f.sent()) {
        assertThat(again.flags()).isEqualTo(SYN);
        assertThat(again.sequence()).isEqualTo(first.sequence());
        seconds.add((f.clock.nanos() - start) / 1_000_000_000L);
      }
    }
    assertThat(seconds).containsExactly(1L, 2L, 3L, 4L, 5L, 7L, 11L, 19L, 35L, 67L);
    assertThat(f.clock.nanos() - start).isEqualTo(131_000_000_000L);
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> f.endpoint().finishConnect());
    assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT);
    f.endpoint().close();
    assertThat(f.ports.claims()).isZero();
    assertThat(f.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Tag("RFC3168-6.1.1.1")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aResetOfASynThatAskedForEcnMayBeAFirewalls(boolean believed) throws Exception {
    TcpFixture f =
        new TcpFixture(
            TcpConfiguration.linux().toBuilder()
                .ecn(EcnMode.REQUEST)
                .ecnFallbackOnReset(!believed)
                .build());
    f.connect();
    assertThat(f.sentOne().flags()).isEqualTo(SYN | ECE | CWR);
    f.peerAck = f.iss + 1;
    f.peer(RST | ACK).send();
    if (!believed) {
      assertThat(f.sentOne().flags()).isEqualTo(SYN);
      f.peer(RST | ACK).send();
    }
    f.sentNothing();
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> f.endpoint().finishConnect());
    assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED);
  }

  @Tag("RFC9293-MUST-22")
  @Test
  void aSynAckIsSentAgainOnScheduleAndThenForgotten() throws Exception {
    TcpFixture f = new TcpFixture().bring(TcpState.SYN_RECEIVED);
    long start = f.clock.nanos();
    List<Long> seconds = new ArrayList<>();
    while (f.state() == TcpState.SYN_RECEIVED) {
      f.clock.advanceTo(f.clock.nextDeadline());
      for (TcpSegment again : f.sent()) {
        assertThat(again.flags()).isEqualTo(SYN | ACK);
        seconds.add((f.clock.nanos() - start) / 1_000_000_000L);
      }
    }
    assertThat(seconds).containsExactly(1L, 3L, 7L, 15L, 31L);
    assertThat(f.clock.nanos() - start).isEqualTo(63_000_000_000L);
    // Only the listener's own claim is left.
    assertThat(f.ports.claims()).isEqualTo(1);
  }

  @Tag("RFC7323-2.2-OFFER")
  @Test
  void aWindowThatNeedsNoShiftOffersZeroAllTheSame() throws Exception {
    TcpFixture f =
        new TcpFixture(
            TcpConfiguration.linux().toBuilder()
                .receiveBuffer(10_000)
                .maxReceiveBuffer(10_000)
                .maxTunedReceiveBuffer(10_000)
                .build());
    f.connect();
    TcpOptions offered = f.sentOne().parseOptions();
    assertThat(offered.hasWindowScale()).isTrue();
    assertThat(offered.windowScale()).isZero();
  }

  @Tag("RFC6298-5.7")
  @ParameterizedTest
  @CsvSource({"0, 200", "1, 3000"})
  void aLostSynMakesTheFirstTimeoutLong(int lost, long expectedMillis) throws Exception {
    TcpFixture f = fixture(0);
    f.connect();
    for (int i = 0; i < lost; i++) {
      f.passMillis(1000);
    }
    f.sent();
    f.peer(SYN | ACK).ack(f.iss + 1).send();
    assertThat(f.core().sender.rtt.timeout()).isEqualTo(expectedMillis * 1_000_000);
  }

  @Tag("RFC5681-3.1")
  @Tag("RFC5681-3.1-IW")
  @Tag("RFC5681-3.1-IW-SYN")
  @ParameterizedTest
  @CsvSource({"0, 10", "1, 10", "2, 1"})
  void lostSynsMakeTheInitialWindowSmall(int lost, int segments) throws Exception {
    TcpFixture f = fixture(0);
    f.connect();
    for (int i = 0; i < lost; i++) {
      f.passMillis(1000);
    }
    f.peer(SYN | ACK).ack(f.iss + 1).options(PeerSegment.mss(1000)).send();
    assertThat(f.core().sender.congestion().window()).isEqualTo(segments * 1000);
  }

  @Tag("RFC9293-MUST-10")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void simultaneousOpenEndsByTheSynAckOrByTheAck(boolean bySynAck) throws Exception {
    TcpFixture f = new TcpFixture().bring(TcpState.SYN_SENT);
    int[] scale = PeerSegment.join(PeerSegment.mss(1000), new int[] {1, 3, 3, 7});
    f.peer(SYN).options(scale).send();
    assertThat(f.sentOne().flags()).isEqualTo(SYN | ACK);
    f.peerAck = f.iss + 1;
    if (bySynAck) {
      f.peer(SYN | ACK).options(scale).window(800).send();
      // The window of a segment with SYN is never scaled.
      assertThat(f.core().tcb.sndWnd).isEqualTo(800);
    } else {
      f.peerNext++;
      f.peer(ACK).window(800).send();
      assertThat(f.core().tcb.sndWnd).isEqualTo(800 << 7);
    }
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(f.endpoint().finishConnect()).isTrue();
    f.peerNext = f.irs + 1;
    f.sent();
    f.write("hello");
    assertThat(f.sentOne().data().length()).isEqualTo(5);
    f.peerSends("world");
    assertThat(f.read()).isEqualTo("world");
  }

  @Tag("RFC9293-MUST-10")
  @Test
  void anEndpointCanConnectToItself() throws Exception {
    TcpHost host = new TcpHost();
    var self = host.tcp.openStream(org.loopstack.transport.AddressFamily.INET);
    var address = new org.loopstack.transport.TransportAddress(TcpHost.LOCALHOST, 7777);
    self.bind(address);
    self.connect(address);
    assertThat(self.finishConnect()).isTrue();
    assertThat(TcpHost.write(self, "to me")).isEqualTo(5);
    assertThat(TcpHost.read(self)).isEqualTo("to me");
    self.shutdownOutput();
    assertThat(TcpHost.read(self)).isEqualTo("<end>");
    self.close();
    host.clock.advance(java.time.Duration.ofSeconds(61));
    assertThat(host.tcp.connections()).isEmpty();
    assertThat(host.ports.claims()).isZero();
  }

  @Test
  void closingInSynSentForgetsTheConnection() throws Exception {
    TcpFixture f = new TcpFixture().bring(TcpState.SYN_SENT);
    f.endpoint().close();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    assertThat(f.ports.claims()).isZero();
    assertThatThrownBy(() -> f.write("x")).isInstanceOf(ErrnoException.class);
  }
}
