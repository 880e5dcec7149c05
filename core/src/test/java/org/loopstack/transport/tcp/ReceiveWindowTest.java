// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;

import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpInfo;

/** How far the receive window is opened, and what makes the buffer grow. */
class ReceiveWindowTest {
  private static final int[] SCALED = {2, 4, 3, 232, 1, 3, 3, 7};
  private static final String SEGMENT = "x".repeat(1000);

  private TcpFixture f = new TcpFixture();

  private TcpInfo info() throws Exception {
    return java.util.Objects.requireNonNull(f.endpoint().option(TransportOptions.TCP_INFO));
  }

  /** So many segments come, half a round trip apart from the reader's reading them all. */
  private void round(int segments, int halfMillis) throws Exception {
    for (int i = 0; i < segments; i++) {
      f.peerSends(SEGMENT);
    }
    f.passMillis(halfMillis);
    assertThat(f.read()).hasSize(1000 * segments);
    f.passMillis(halfMillis);
    f.sent();
  }

  @Test
  void theWindowBeginsAsInTheSynAndOpensByTwoSegmentsForEach() throws Exception {
    f.accept(SCALED);
    int first = f.core().tcb.rcvWnd();
    assertThat(first).isEqualTo(44 * 1460);
    assertThat(info().rcvSsthresh()).isEqualTo(first);
    f.peerSends(SEGMENT);
    assertThat(info().rcvSsthresh()).isEqualTo(65_536);
  }

  @Test
  void smallSegmentsOpenNoWindow() throws Exception {
    f.accept(SCALED);
    f.peerSends("x".repeat(127));
    assertThat(info().rcvSsthresh()).isEqualTo(44 * 1460);
    f.peerSends("x".repeat(128));
    assertThat(info().rcvSsthresh()).isEqualTo(65_536);
  }

  @Test
  void theBufferFollowsWhatIsReadInARoundTrip() throws Exception {
    f.accept(SCALED);
    assertThat(capacity()).isEqualTo(65_536);
    int before = 0;
    for (int segments = 20; segments <= 60; segments += 20) {
      int most = f.core().tcb.rcvWnd();
      round(Math.min(segments, most / 1000), 10);
      assertThat(capacity()).isGreaterThanOrEqualTo(before);
      before = capacity();
    }
    assertThat(capacity()).isGreaterThan(100_000);
    assertThat(f.core().tcb.rcvWnd()).isGreaterThan(65_535);
  }

  private int capacity() throws Exception {
    return java.util.Objects.requireNonNull(f.endpoint().option(StandardSocketOptions.SO_RCVBUF));
  }

  private void readFast() throws Exception {
    for (int i = 0; i < 30; i++) {
      round(Math.min(60 + 10 * i, f.core().tcb.rcvWnd() / 1000), 10);
    }
  }

  @Test
  void theBufferGrowsNoFurtherThanTheMaximum() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().maxTunedReceiveBuffer(200_000).build());
    f.accept(SCALED);
    readFast();
    assertThat(capacity()).isEqualTo(200_000);
    // What fits into the field: the shift is chosen for the largest buffer that may ever be.
    assertThat(f.core().tcb.rcvWnd()).isBetween(199_000, 200_000);
  }

  @Test
  void aBufferOfTheUsersOwnStaysAsItIs() throws Exception {
    f.listen(5).setOption(StandardSocketOptions.SO_RCVBUF, 65_536);
    f.accept(SCALED);
    readFast();
    assertThat(capacity()).isEqualTo(65_536);
    assertThat(f.core().tcb.rcvWnd()).isLessThanOrEqualTo(65_536);
  }

  @Test
  void withoutTuningTheBufferStaysAsItIs() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().receiveAutoTuning(false).build());
    f.accept(SCALED);
    readFast();
    assertThat(capacity()).isEqualTo(65_536);
  }

  @Test
  void aReaderWhoDoesNotReadLetsNothingGrow() throws Exception {
    f.accept(SCALED);
    while (f.core().tcb.rcvWnd() >= 1000) {
      f.peerSends(SEGMENT);
      f.passMillis(10);
    }
    assertThat(capacity()).isEqualTo(65_536);
    assertThat(f.endpoint().available()).isBetween(63_000, 65_536);
  }

  @Test
  void theRoundTripIsSeenByTheEchoOfTimestamps() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(100, 0)));
    int ours = f.core().out.timestamp(f.clock.nanos());
    f.passMillis(25);
    f.peer(ACK).options(PeerSegment.timestamps(125, ours)).data(SEGMENT).send();
    f.peerNext += 1000;
    assertThat(info().rcvRtt()).isEqualTo(25_000);
  }

  @Test
  void withoutTimestampsAWindowsWorthTakesARoundTrip() throws Exception {
    f.listen(5).setOption(StandardSocketOptions.SO_RCVBUF, 5840);
    f.accept();
    round(5, 15);
    assertThat(info().rcvRtt()).isZero();
    round(2, 0);
    assertThat(info().rcvRtt()).isEqualTo(30_000);
  }

  @Test
  void whatIsToBeThereAtOnceFits() throws Exception {
    f.accept(SCALED);
    f.endpoint().setOption(TransportOptions.SO_RCVLOWAT, 100_000);
    assertThat(capacity()).isEqualTo(100_000);
  }

  @Tag("RFC9293-SHLD-14")
  @ParameterizedTest
  @CsvSource({"1000", "2304", "5000", "14600", "20000", "65535"})
  void theRightEdgeNeverMovesLeft(int buffer) throws Exception {
    f.accept(SCALED);
    int edge = f.core().tcb.rcvAdv;
    for (int i = 0; i < 20; i++) {
      if (i == 5) {
        f.endpoint().setOption(StandardSocketOptions.SO_RCVBUF, buffer);
      }
      if (f.core().tcb.rcvWnd() >= 1000) {
        f.peerSends(SEGMENT);
      }
      if (i % 3 == 0) {
        f.read();
      }
      f.passMillis(1);
      assertThat(f.core().tcb.rcvAdv - edge).isNotNegative();
      edge = f.core().tcb.rcvAdv;
    }
  }

  @Tag("RFC7323-2.3-SHIFT")
  @ParameterizedTest
  @CsvSource({
    "65535,0",
    "65536,1",
    "131071,1",
    "131072,2",
    "3145728,6",
    "6291456,7",
    "1073725440,14"
  })
  void theShiftIsChosenFromTheMaximum(int most, int shift) throws Exception {
    f =
        new TcpFixture(
            TcpConfiguration.linux().toBuilder()
                .receiveBuffer(Math.min(most, 65_536))
                .maxReceiveBuffer(10_000)
                .maxTunedReceiveBuffer(most)
                .build());
    f.accept(SCALED);
    assertThat(f.core().tcb.rcvWindShift).isEqualTo(shift);
  }
}
