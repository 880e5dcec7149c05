// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.TcpSegment;

/** The backlog, as Linux keeps it, and what becomes of connections that nobody accepts. */
class ListenerTest {
  private final TcpFixture f = new TcpFixture();

  private void syn(int port) {
    send(port, SYN, 0, 0);
  }

  private void send(int port, int flags, int seq, int ack) {
    TcpSegment s = f.peer(flags).seq(seq).ack(ack).segment();
    f.inject(
        new TcpSegment(
            port, TcpFixture.PORT, seq, ack, flags, s.window(), 0, s.options(), s.data()));
  }

  /** A whole handshake from a port of the peer's. */
  private void open(int port) {
    syn(port);
    TcpSegment synAck = f.sentOne();
    assertThat(synAck.flags()).isEqualTo(SYN | ACK);
    send(port, ACK, 1, synAck.sequence() + 1);
  }

  @Test
  void withABacklogOfOneTwoConnectionsWaitAndTheThirdSynIsDropped() throws Exception {
    f.listen(1);
    open(1000);
    open(1001);
    syn(1002);
    f.sentNothing();
    assertThat(f.drops(DropReason.TCP_BACKLOG_FULL)).isEqualTo(1);
    assertThat(Objects.requireNonNull(f.listener).accept()).isNotNull();
    open(1002);
    assertThat(f.listener.accept()).isNotNull();
    assertThat(f.listener.accept()).isNotNull();
    assertThat(f.listener.accept()).isNull();
  }

  @Test
  void whenTheQueueFillsBeforeTheAckTheAckIsIgnoredAndTheSynAckComesAgain() throws Exception {
    ListenerEndpoint listener = f.listen(1);
    open(999);
    syn(1000);
    int first = f.sentOne().sequence();
    syn(1001);
    int second = f.sentOne().sequence();
    send(1000, ACK, 1, first + 1);
    send(1001, ACK, 1, second + 1);
    f.sentNothing();
    assertThat(f.drops(DropReason.TCP_BACKLOG_FULL)).isEqualTo(1);
    assertThat(listener.accept()).isNotNull();
    assertThat(listener.accept()).isNotNull();
    assertThat(listener.accept()).isNull();
    // There is room now, and the client answers the SYN-ACK that comes again.
    f.passMillis(1000);
    assertThat(f.sentOne().flags()).isEqualTo(SYN | ACK);
    send(1001, ACK, 1, second + 1);
    assertThat(listener.accept()).isNotNull();
  }

  @Test
  void aResetEndsAHalfOpenConnectionQuietly() throws Exception {
    f.bring(TcpState.SYN_RECEIVED);
    assertThat(f.tcp.connections()).hasSize(1);
    f.peer(RST).send();
    f.sentNothing();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).isEqualTo(1);
    assertThat(Objects.requireNonNull(f.listener).accept()).isNull();
  }

  @Test
  void aResetConnectionIsStillAcceptedAndSaysSo() throws Exception {
    ListenerEndpoint listener = f.listen(1);
    open(1000);
    send(1000, RST, 1, 0);
    StreamEndpoint accepted = Objects.requireNonNull(listener.accept());
    org.assertj.core.api.Assertions.assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> TcpHost.read(accepted))
        .extracting(ErrnoException::errno)
        .isEqualTo(Errno.ECONNRESET);
    accepted.close();
    assertThat(f.ports.claims()).isEqualTo(1);
  }

  @Test
  void closingResetsWhoWaitsAndForgetsWhoIsHalfOpen() throws Exception {
    ListenerEndpoint listener = f.listen(5);
    open(1000);
    syn(1001);
    int second = f.sentOne().sequence();
    listener.close();
    TcpSegment reset = f.sentOne();
    assertThat(reset.destinationPort()).isEqualTo(1000);
    assertThat(reset.has(RST)).isTrue();
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).isZero();
    send(1001, ACK, 1, second + 1);
    assertThat(f.sentOne().flags()).isEqualTo(RST);
    assertThat(f.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void readinessIsToldWhenAConnectionCanBeAccepted() throws Exception {
    ListenerEndpoint listener = f.listen(5);
    List<Integer> told = new ArrayList<>();
    listener.setReadinessListener(told::add);
    syn(1000);
    int iss = f.sentOne().sequence();
    assertThat(told).isEmpty();
    send(1000, ACK, 1, iss + 1);
    assertThat(told).containsExactly(Readiness.ACCEPT);
    assertThat(listener.readiness()).isEqualTo(Readiness.ACCEPT);
  }

  @Test
  void aSynThatComesTwiceMakesOneConnection() throws Exception {
    f.listen(5);
    syn(1000);
    syn(1000);
    List<TcpSegment> answers = f.sent();
    assertThat(answers).hasSize(2).allMatch(s -> s.flags() == (SYN | ACK));
    assertThat(answers.get(1).sequence()).isEqualTo(answers.get(0).sequence());
    assertThat(f.tcp.connections()).hasSize(1);
  }

  @Tag("RFC9293-MUST-8")
  @Tag("RFC9293-SHLD-1")
  @Test
  void initialSequenceNumbersGrowWithTimeAndDifferBetweenPeers() throws Exception {
    IsnGenerator isn = f.tcp.isn();
    long secret = isn.secret(TcpFixture.ENDS);
    int now = IsnGenerator.initialSequenceNumber(secret, 0);
    // "M is the 4 microsecond timer".
    assertThat(IsnGenerator.initialSequenceNumber(secret, 4_000_000) - now).isEqualTo(1000);
    FourTuple other = new FourTuple(TcpFixture.US, 8080, TcpFixture.PEER, 40_001);
    assertThat(IsnGenerator.initialSequenceNumber(isn.secret(other), 0)).isNotEqualTo(now + 1);
    assertThat((int) new TcpHost().tcp.isn().secret(TcpFixture.ENDS)).isNotEqualTo(now);
  }
}
