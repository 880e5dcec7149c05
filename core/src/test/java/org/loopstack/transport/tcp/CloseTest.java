// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.TcpSegment;

/** Ending a connection, well or badly, and what is left behind: nothing. */
class CloseTest {
  private TcpFixture f = new TcpFixture();

  private void nothingIsLeft() {
    f.endpoint().close();
    if (f.listener != null) {
      f.listener.close();
    }
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).isZero();
    f.pass(Duration.ofMinutes(2));
    assertThat(f.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Tag("RFC9293-3.6")
  @Tag("RFC9293-MUST-13")
  @Tag("RFC9293-MUST-12")
  @Test
  void afterOurFinWeStillReceive() throws Exception {
    f.bring(TcpState.FIN_WAIT_2);
    f.peerSends("still here");
    assertThat(f.read()).isEqualTo("still here");
    f.peerFinishes();
    assertThat(f.read()).isEqualTo("<end>");
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.pass(Duration.ofSeconds(59));
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.pass(Duration.ofSeconds(1));
    nothingIsLeft();
  }

  @Tag("RFC9293-3.6")
  @Test
  void afterThePeersFinWeStillSend() throws Exception {
    f.bring(TcpState.CLOSE_WAIT);
    f.write("still here");
    assertThat(f.sentOne().data().length()).isEqualTo(10);
    f.peerAcknowledges(f.iss + 11);
    f.endpoint().shutdownOutput();
    assertThat(f.sentOne().flags()).isEqualTo(FIN | ACK);
    f.peerAcknowledges(f.iss + 12);
    nothingIsLeft();
  }

  @Tag("RFC9293-3.6")
  @Test
  void bothCloseAtOnceAndBothWait() throws Exception {
    f.bring(TcpState.CLOSING);
    f.peerAcknowledges(f.iss + 2);
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.pass(Duration.ofSeconds(60));
    nothingIsLeft();
  }

  @Tag("RFC9293-3.10.7.4")
  @Test
  void aFinThatComesAgainInTimeWaitIsAcknowledgedAndTheWaitBeginsAnew() throws Exception {
    f.bring(TcpState.TIME_WAIT);
    f.pass(Duration.ofSeconds(50));
    f.peer(FIN | ACK).seq(f.peerNext - 1).send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.pass(Duration.ofSeconds(50));
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.pass(Duration.ofSeconds(10));
    nothingIsLeft();
  }

  @Test
  void finWait2OfAClosedEndpointEndsAfterAMinute() throws Exception {
    f.accept().endpoint().close();
    f.sent();
    f.peerAcknowledges(f.iss + 2);
    assertThat(f.state()).isEqualTo(TcpState.FIN_WAIT_2);
    f.pass(Duration.ofSeconds(60));
    nothingIsLeft();
  }

  @Test
  void finWait2OfAnOpenEndpointLastsAsLongAsThePeerWants() throws Exception {
    f.bring(TcpState.FIN_WAIT_2);
    f.pass(Duration.ofDays(1));
    assertThat(f.state()).isEqualTo(TcpState.FIN_WAIT_2);
    f.endpoint().close();
    f.pass(Duration.ofSeconds(60));
    nothingIsLeft();
  }

  @Tag("RFC9293-SHLD-3")
  @Tag("RFC2525-2.17")
  @Test
  void closingWithUnreadDataResets() throws Exception {
    f.accept();
    f.peerSends("unread");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.endpoint().close();
    assertThat(f.sentOne().has(RST)).isTrue();
    nothingIsLeft();
  }

  @Tag("RFC9293-SHLD-3")
  @Tag("RFC9293-MAY-1")
  @Test
  void dataAfterCloseIsReset() throws Exception {
    f.accept().endpoint().close();
    assertThat(f.sentOne().flags()).isEqualTo(FIN | ACK);
    f.peerSends("too late");
    assertThat(f.sentOne().has(RST)).isTrue();
    nothingIsLeft();
  }

  @Test
  void lingerZeroResetsAndThrowsAwayWhatIsQueued() throws Exception {
    f.peerWindow = 0;
    f.accept();
    f.write("never sent");
    f.endpoint().setOption(StandardSocketOptions.SO_LINGER, 0);
    f.endpoint().close();
    TcpSegment reset = f.sentOne();
    assertThat(reset.has(RST)).isTrue();
    assertThat(reset.data().length()).isZero();
    nothingIsLeft();
  }

  /** RFC 9293 section 3.10.5: ABORT leads to CLOSED from everywhere. */
  @Tag("RFC9293-3.10.5")
  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {
        "SYN_SENT",
        "ESTABLISHED",
        "FIN_WAIT_1",
        "FIN_WAIT_2",
        "CLOSE_WAIT",
        "CLOSING",
        "LAST_ACK"
      })
  void abortLeavesNothing(TcpState state) throws Exception {
    f.bring(state).endpoint().abort();
    boolean resets =
        state != TcpState.SYN_SENT && state != TcpState.CLOSING && state != TcpState.LAST_ACK;
    assertThat(f.sent()).hasSize(resets ? 1 : 0).allMatch(s -> s.has(RST));
    nothingIsLeft();
  }

  @Test
  void closeIsSilentInEveryStateAndTheSecondCloseDoesNothing() throws Exception {
    f.bring(TcpState.LAST_ACK);
    f.endpoint().close();
    f.endpoint().close();
    f.sentNothing();
    f.peerAcknowledges(f.iss + 2);
    nothingIsLeft();
  }

  @Test
  void aResetAfterTheEndOfTheStreamStillReadsAsTheEnd() throws Exception {
    f.bring(TcpState.CLOSE_WAIT);
    f.peer(RST).send();
    assertThat(f.read()).isEqualTo("<end>");
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.write("x"));
    assertThat(e.errno()).isEqualTo(Errno.EPIPE);
    nothingIsLeft();
  }

  @Tag("RFC9293-MUST-12")
  @Test
  void whatArrivedBeforeAResetIsReadThenComesTheErrorOnceThenTheEnd() throws Exception {
    f.accept();
    f.peerSends("last words");
    f.peer(RST).send();
    assertThat(f.read()).isEqualTo("last words");
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.read());
    assertThat(e.errno()).isEqualTo(Errno.ECONNRESET);
    assertThat(f.read()).isEqualTo("<end>");
    nothingIsLeft();
  }

  @Tag("RFC9293-SHLD-4")
  @Tag("RFC9293-MAY-2")
  @Tag("RFC6191-2")
  @Test
  void timeWaitGivesWayToANewSynByItsTimestamp() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(100, 0)));
    f.endpoint().shutdownOutput();
    f.peer(FIN | ACK).ack(f.iss + 2).options(PeerSegment.timestamps(200, 1)).send();
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    int last = f.core().tcb.sndNxt;
    f.sent();
    // An older timestamp, though the number is new; then an older number, though the time is new.
    f.peer(SYN).seq(f.peerNext + 50_000).options(PeerSegment.timestamps(150, 0)).send();
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.sent();
    f.peer(SYN).seq(f.peerNext - 50_000).options(PeerSegment.timestamps(201, 0)).send();
    TcpSegment synAck = f.sentOne();
    assertThat(synAck.flags()).isEqualTo(SYN | ACK);
    assertThat(synAck.sequence() - last).isGreaterThan(65_535);
    assertThat(f.state()).isEqualTo(TcpState.SYN_RECEIVED);
  }

  @Tag("RFC6191-2")
  @Test
  void aPortInTimeWaitConnectsAgainAfterASecondIfThereWereTimestamps() throws Exception {
    f =
        new TcpFixture(
            TcpConfiguration.linux().toBuilder().timeWaitReuseMode(TimeWaitReuse.ALWAYS).build());
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(100, 0)));
    f.endpoint().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    f.endpoint().close();
    f.peer(FIN | ACK).ack(f.iss + 2).options(PeerSegment.timestamps(200, 1)).send();
    Objects.requireNonNull(f.listener).close();
    assertThat(connectAgain()).isEqualTo(Errno.EADDRNOTAVAIL);
    f.passMillis(1000);
    assertThat(connectAgain()).isNull();
    assertThat(f.state()).isEqualTo(TcpState.SYN_SENT);
    assertThat(f.ports.claims()).isEqualTo(1);
  }

  @Test
  void byDefaultOnlyTheLoopbacksTimeWaitsGiveWay() throws Exception {
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(100, 0)));
    f.endpoint().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    f.endpoint().close();
    f.peer(FIN | ACK).ack(f.iss + 2).options(PeerSegment.timestamps(200, 1)).send();
    Objects.requireNonNull(f.listener).close();
    f.passMillis(2000);
    assertThat(connectAgain()).isEqualTo(Errno.EADDRNOTAVAIL);
  }

  @Test
  void beyondALimitConnectionsAreClosedWithoutTimeWait() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().maxTimeWait(0).build());
    f.accept();
    f.endpoint().close();
    f.peer(FIN | ACK).ack(f.iss + 2).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    // The FIN was acknowledged all the same; whoever comes later finds nobody.
    assertThat(f.tcp.connections().get(TcpFixture.ENDS)).isNull();
    assertThat(f.ports.claims()).isEqualTo(1);
  }

  @Test
  void aTimeWaitThatEndsMakesRoomForAnother() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().maxTimeWait(1).build());
    f.accept();
    f.endpoint().close();
    f.peer(FIN | ACK).ack(f.iss + 2).send();
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(f.tcp.claimTimeWait()).isFalse();
    f.pass(Duration.ofSeconds(60));
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    assertThat(f.tcp.claimTimeWait()).isTrue();
  }

  @Test
  void withoutTimestampsTimeWaitIsWaitedOut() throws Exception {
    f.bring(TcpState.TIME_WAIT).endpoint().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    f.endpoint().close();
    Objects.requireNonNull(f.listener).close();
    f.passMillis(1000);
    assertThat(connectAgain()).isEqualTo(Errno.EADDRNOTAVAIL);
    f.pass(Duration.ofSeconds(60));
    assertThat(connectAgain()).isNull();
  }

  private @org.jspecify.annotations.Nullable Errno connectAgain() throws ErrnoException {
    StreamEndpoint again = f.tcp.openStream(AddressFamily.INET);
    again.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    try {
      again.bind(new TransportAddress(TcpFixture.US, TcpFixture.PORT));
      again.connect(new TransportAddress(TcpFixture.PEER, TcpFixture.PEER_PORT));
      return null;
    } catch (ErrnoException e) {
      again.close();
      return e.errno();
    }
  }
}
