// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.IcmpMessage;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpSegment;

/** A connection follows its path's MTU (RFC 1191, RFC 8201, RFC 5927 section 7). */
class PathMtuTest {
  private static final IpAddress ROUTER = IpAddress.parse("10.0.0.254");
  private static final int[] MSS = PeerSegment.mss(1460);

  private TcpFixture f = new TcpFixture();

  private List<Integer> lengths() {
    return f.sent().stream().map(s -> s.data().length()).toList();
  }

  /** A router says that a segment of ours with a number, and 1460 bytes of data, was too big. */
  private void tooBig(int sequence, int mtu) {
    TcpSegment ours =
        new TcpSegment(
            TcpFixture.PORT,
            TcpFixture.PEER_PORT,
            sequence,
            0,
            ACK,
            0,
            0,
            Octets.EMPTY,
            Octets.copyOf(new byte[1460]));
    byte[] about = Ipv4Datagram.of(TcpFixture.US, TcpFixture.PEER, ours).encode();
    Octets quoted = Octets.copyOf(Arrays.copyOf(about, 28));
    IcmpMessage message = new IcmpMessage.Error(3, 4, mtu, quoted);
    f.inject(Ipv4Datagram.of(ROUTER, TcpFixture.US, message).encode());
  }

  @Tag("RFC7323-5.7-PMTUD")
  @Tag("RFC5681-3.1-RATIO")
  @Tag("RFC5681-3.1-HIGH")
  @Tag("RFC8201-5.4-TCP")
  @Tag("RFC8201-5.4-CWND")
  @Tag("RFC1191-6.4")
  @Test
  void whatWasTooBigGoesAgainAtOnceInSmallerPiecesWhichIsNoCongestion() throws Exception {
    f.accept(MSS);
    f.write(3 * 1460);
    f.sent();
    CongestionControl congestion = f.core().sender.congestion();
    assertThat(congestion.window()).isEqualTo(10 * 1460);
    tooBig(f.iss + 1, 1000);
    assertThat(lengths()).containsExactly(960, 500, 960, 500, 960, 500);
    // As many segments as before, on Linux.
    assertThat(congestion.window()).isEqualTo(10 * 960);
    assertThat(congestion.slowStartThreshold()).isEqualTo(Integer.MAX_VALUE);
    f.peerAcknowledges(f.iss + 1 + 3 * 1460);
    f.write(2000);
    assertThat(lengths()).containsExactly(960, 960, 80);
  }

  /** "a burst of several oversized segments will give rise to several such messages". */
  @Tag("RFC1191-6.4-ONCE")
  @Test
  void aBurstOfReportsSendsNothingTwice() throws Exception {
    f.accept(MSS);
    f.write(5 * 1460);
    f.sent();
    for (int i = 0; i < 5; i++) {
      tooBig(f.iss + 1 + i * 1460, 1000);
    }
    assertThat(f.sent().stream().mapToInt(s -> s.data().length()).sum()).isEqualTo(5 * 1460);
  }

  @Tag("RFC8201-4-VALIDATE")
  @Tag("RFC8899-3-VALIDATE")
  @Tag("RFC5927-7.2")
  @ParameterizedTest
  @CsvSource({"0", "-1000", "100000"})
  void aReportAboutWhatIsNotOutstandingIsNotBelieved(int offset) throws Exception {
    f.accept(MSS);
    f.write(1460);
    f.sent();
    tooBig(f.iss + offset, 600);
    f.sentNothing();
    assertThat(f.core().out.pathMtu()).isEqualTo(1500);
    f.peerAcknowledges(f.iss + 1461);
    f.write(1460);
    assertThat(lengths()).containsExactly(1460);
  }

  @Tag("RFC1191-3")
  @Test
  void aReportOfLessThanTheLeastIsBelievedAsFarAsThat() throws Exception {
    f.accept(MSS);
    f.write(1460);
    f.sent();
    tooBig(f.iss + 1, 70);
    assertThat(lengths()).containsExactly(512, 512, 436);
  }

  @Tag("RFC1191-6.3")
  @Test
  void afterTenMinutesThePathIsTriedAnew() throws Exception {
    f.accept(MSS);
    f.write(1460);
    tooBig(f.iss + 1, 1000);
    f.peerAcknowledges(f.iss + 1461);
    f.sent();
    f.pass(Duration.ofMinutes(10));
    f.write(1460);
    assertThat(lengths()).containsExactly(1460);
  }

  @Tag("RFC9293-MUST-20")
  @Test
  void afterR1ThePathIsDoubtedAndWhatWasLearnedOfItForgotten() throws Exception {
    f.accept(MSS);
    f.write(1460);
    tooBig(f.iss + 1, 1000);
    // R1: 3 s after the first retransmission, at the next timeout.
    f.passMillis(200 + 400 + 800 + 1600);
    assertThat(f.core().out.pathMtu()).isEqualTo(1000);
    f.passMillis(3200);
    assertThat(f.core().out.pathMtu()).isEqualTo(1500);
  }

  @Test
  void aWriteMeetsASmallerLinkWithoutWaitingForATimer() throws Exception {
    f.accept(MSS);
    f.link.setMtu(800);
    f.write(1460);
    assertThat(lengths()).containsExactly(760, 700);
    f.peerAcknowledges(f.iss + 1461);
    f.link.setMtu(1500);
    f.write(1460);
    assertThat(lengths()).containsExactly(1460);
  }

  @Test
  void whatIsSentAgainFitsTheLinkOfNow() throws Exception {
    f.accept(MSS);
    f.write(1460);
    f.sent();
    f.link.setMtu(800);
    f.passMillis(200);
    // The rest goes when the window allows it.
    assertThat(lengths()).containsExactly(760);
    f.peerAcknowledges(f.iss + 761);
    assertThat(lengths()).containsExactly(700);
  }

  @ParameterizedTest
  @CsvSource({"48, 48", "12, 48", "1, 48", "100, 100"})
  void aTinyPeerIsSentNoTinySegments(int offered, int expected) throws Exception {
    f.accept(PeerSegment.mss(offered));
    f.write(2 * expected);
    assertThat(lengths()).containsExactly(expected, expected);
  }

  @Test
  void theOptionsAreCountedOffTheLeastSegmentToo() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(10), PeerSegment.timestamps(1, 0)));
    assertThat(f.core().tcb.sndMss).isEqualTo(36);
  }

  @Test
  void freebsdHasALargerLeastSegment() throws Exception {
    f = new TcpFixture(TcpConfiguration.freebsd());
    f.accept(PeerSegment.mss(10));
    assertThat(f.core().tcb.sndMss).isEqualTo(216);
  }

  @Test
  void twoSegmentsFitIntoThePeersLargestWindow() throws Exception {
    f.peerWindow = 2000;
    f.accept(MSS);
    assertThat(f.core().tcb.sndMss).isEqualTo(1000);
    f.peerWindow = 60_000;
    f.peerAcknowledges(f.iss + 1);
    assertThat(f.core().tcb.sndMss).isEqualTo(1460);
  }

  @Test
  void butNotIntoOneThatIsSmallerThanTheDefaultSegment() throws ErrnoException {
    f.peerWindow = 400;
    f.accept(MSS);
    assertThat(f.core().tcb.sndMss).isEqualTo(400);
  }
}
