// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.wire.TcpOptions;

/** Window scale and timestamps after the handshake (RFC 7323), and whose segments count. */
class TimestampsTest {
  private final TcpFixture f = new TcpFixture();

  private void open(int stamp) throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(stamp, 0)));
  }

  @Tag("RFC7323-2.2-SYN")
  @Test
  void aScaleOutsideASynMeansNothing() throws Exception {
    f.accept();
    f.peer(ACK).options(1, 3, 3, 7).window(1000).send();
    assertThat(f.core().tcb.sndWnd).isEqualTo(1000);
  }

  @Tag("RFC7323-2.4-SHRINK")
  @Test
  void aWindowThatShrinksByRoundingIsBorne() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), new int[] {1, 3, 3, 7}));
    f.peer(ACK).window(10).send();
    f.write(1280);
    assertThat(f.sent().stream().mapToInt(s -> s.data().length()).sum()).isEqualTo(1280);
    // 1180 are left of 1280, which the field tells as 9 * 128: 28 less than are in flight.
    f.peerAck = f.iss + 1 + 100;
    f.peer(ACK).window(9).send();
    f.write(500);
    f.sentNothing();
    f.peerAck = f.iss + 1 + 1280;
    f.peer(ACK).window(10).send();
    assertThat(f.sentOne().data().length()).isEqualTo(500);
    f.peerAcknowledges(f.iss + 1 + 1780);
    assertThat(f.endpoint().isDrained()).isTrue();
  }

  @Tag("RFC7323-3.2-NONE")
  @Test
  void withoutAgreementNoSegmentHasTimestamps() throws Exception {
    f.accept();
    f.write(3000);
    f.peerSends("x");
    f.passMillis(2000);
    assertThat(f.sent()).hasSizeGreaterThan(3).noneMatch(s -> s.parseOptions().hasTimestamps());
  }

  @Tag("RFC7323-3.2-UNAGREED")
  @Test
  void timestampsWithoutAgreementAreIgnoredWhicheverWayTheyGo() throws Exception {
    f.accept();
    f.peer(ACK).options(PeerSegment.timestamps(1000, 7)).data("new").send();
    f.peer(ACK).seq(f.peerNext + 3).options(PeerSegment.timestamps(1, 0)).data("old").send();
    assertThat(f.read()).isEqualTo("newold");
  }

  @Tag("RFC7323-3.2-ECHO")
  @Tag("RFC7323-5.4-CLOCK")
  @Test
  void theEchoIsThePeersAndOurClockCountsMilliseconds() throws Exception {
    open(100);
    f.write("a");
    TcpOptions one = f.sentOne().parseOptions();
    assertThat(one.timestampEcho()).isEqualTo(100);
    f.peerAck = f.iss + 2;
    f.peer(ACK).options(PeerSegment.timestamps(150, one.timestampValue())).send();
    f.passMillis(1000);
    f.write("b");
    TcpOptions two = f.sentOne().parseOptions();
    assertThat(two.timestampEcho()).isEqualTo(150);
    assertThat(two.timestampValue() - one.timestampValue()).isEqualTo(1000);
    TcpFixture active = new TcpFixture();
    active.connect();
    assertThat(active.sentOne().parseOptions().timestampEcho()).isZero();
  }

  @Tag("RFC7323-5.3-RST")
  @Test
  void anOldTimestampDoesNotSaveFromAReset() throws Exception {
    open(100);
    f.peer(RST).options(PeerSegment.timestamps(50, 0)).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  /** The peer's greatest window was 60,000. */
  @Tag("RFC5961-5.2")
  @ParameterizedTest
  @ValueSource(ints = {-60_001, -1_000_000, 1, 1_000_000})
  void dataWithAnImpossibleAcknowledgmentIsAnsweredAndNotTaken(int distance) throws Exception {
    f.accept();
    f.peer(ACK).ack(f.iss + 1 + distance).data("injected").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    assertThat(f.read()).isEmpty();
    f.peer(ACK).ack(f.iss + 1 - 60_000).data("late").send();
    assertThat(f.read()).isEqualTo("late");
  }
}
