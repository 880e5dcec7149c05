// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.engine.VirtualClock;
import org.loopstack.wire.TcpSegment;

/** What is kept of a connection in TIME-WAIT, beside one that is kept whole. */
class TimeWaitTest {
  private static final int MINUTE = 60_000;
  private static final int[] SACK_PERMITTED = {1, 1, 4, 2};

  /** What may arrive in TIME-WAIT. */
  enum Arrival {
    FIN_AGAIN,
    DATA_AGAIN,
    DATA_BEYOND,
    OLD_ACK,
    ACK_OF_WHAT_WAS_NOT_SENT,
    OLD_TIMESTAMP,
    OLD_SYN,
    NEW_SYN,
    RESET,
    RESET_AHEAD;

    PeerSegment from(TcpFixture f) {
      return switch (this) {
        case FIN_AGAIN -> f.peer(FIN | ACK).seq(f.peerNext - 1);
        case DATA_AGAIN -> f.peer(ACK).seq(f.peerNext - 3).data("ab");
        case DATA_BEYOND -> f.peer(ACK).data("ab");
        case OLD_ACK -> f.peer(ACK).ack(f.iss + 1);
        case ACK_OF_WHAT_WAS_NOT_SENT -> f.peer(ACK).ack(f.iss + 100);
        case OLD_TIMESTAMP -> f.peer(ACK).options(PeerSegment.timestamps(50, 1));
        case OLD_SYN -> f.peer(SYN).seq(f.irs).options(PeerSegment.timestamps(150, 0));
        case NEW_SYN -> f.peer(SYN).seq(f.peerNext + 9).options(PeerSegment.timestamps(900, 0));
        case RESET -> f.peer(RST);
        case RESET_AHEAD -> f.peer(RST).seq(f.peerNext + 1);
      };
    }

    PeerSegment withTimestamps(TcpFixture f) {
      boolean own = this == OLD_TIMESTAMP || this == OLD_SYN || this == NEW_SYN;
      PeerSegment segment = from(f);
      return own ? segment : segment.options(PeerSegment.timestamps(300, 1));
    }
  }

  /** A connection in TIME-WAIT whose user has closed it before it came there, or never. */
  private static TcpFixture waiting(boolean closed) throws Exception {
    TcpFixture f = new TcpFixture();
    f.accept(
        PeerSegment.join(PeerSegment.mss(1000), SACK_PERMITTED, PeerSegment.timestamps(100, 0)));
    f.peer(ACK).data("hello").options(PeerSegment.timestamps(150, 1)).send();
    f.peerNext += 5;
    assertThat(f.read()).isEqualTo("hello");
    if (closed) {
      f.endpoint().close();
    } else {
      f.endpoint().shutdownOutput();
    }
    f.peerAck = f.iss + 2;
    f.peer(FIN | ACK).options(PeerSegment.timestamps(200, 1)).send();
    f.peerNext++;
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.sent();
    return f;
  }

  @ParameterizedTest
  @EnumSource(Arrival.class)
  void aRecordAnswersAsTheWholeConnectionWould(Arrival arrival) throws Exception {
    TcpFixture whole = waiting(false);
    TcpFixture record = waiting(true);
    assertThat(whole.occupant()).isInstanceOf(TcpEndpoint.class);
    assertThat(record.occupant()).isInstanceOf(TimeWait.class);
    // Twice: what is answered only so often is remembered; and once more much later.
    for (int millis : List.of(0, 10, 40_000)) {
      assertThat(after(record, arrival, millis)).isEqualTo(after(whole, arrival, millis));
      assertThat(record.state()).isEqualTo(whole.state());
      assertThat(record.tcp.counters()).isEqualTo(whole.tcp.counters());
    }
    for (int i = 0; i < 60; i++) {
      whole.passMillis(1000);
      record.passMillis(1000);
      assertThat(record.state()).isEqualTo(whole.state());
    }
    assertThat(record.tcp.connections()).isEmpty();
  }

  private static List<TcpSegment> after(TcpFixture f, Arrival arrival, int millis) {
    f.passMillis(millis);
    arrival.withTimestamps(f).send();
    return f.sent();
  }

  @Test
  void afterEachSegmentOnlyARecordIsLeft() throws Exception {
    TcpFixture f = waiting(true);
    Arrival.FIN_AGAIN.withTimestamps(f).send();
    assertThat(f.sent()).hasSize(1);
    assertThat(f.occupant()).isInstanceOf(TimeWait.class);
    Arrival.OLD_ACK.withTimestamps(f).send();
    assertThat(f.occupant()).isInstanceOf(TimeWait.class);
  }

  @Test
  void aUserWhoClosesLaterLeavesARecordThen() throws Exception {
    TcpFixture f = waiting(false);
    f.passMillis(10_000);
    f.endpoint().close();
    assertThat(f.occupant()).isInstanceOf(TimeWait.class);
    assertThat(f.endpoint().isDrained()).isTrue();
    f.passMillis(MINUTE - 10_000 - 1);
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    f.passMillis(1);
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }

  @Test
  void theEndGivesEverythingBack() throws Exception {
    TcpFixture f = waiting(true);
    assertThat(f.ports.claims()).isEqualTo(2);
    f.pass(Duration.ofMillis(MINUTE));
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).as("the listener's").isEqualTo(1);
  }

  @Test
  void aStackThatGoesDownForgetsIt() throws Exception {
    TcpFixture f = waiting(true);
    f.tcp.close();
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).isZero();
    f.sentNothing();
  }

  @Test
  void eachOfManyEndsAMinuteAfterItsOwnClose() throws Exception {
    VirtualClock clock = new VirtualClock();
    try (Stack stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());
        ServerSocketChannel listener = stack.selectorProvider().openServerSocketChannel()) {
      listener.bind(new InetSocketAddress("127.0.0.1", 0));
      int many = 50;
      for (int i = 0; i < many; i++) {
        SocketChannel client = stack.selectorProvider().openSocketChannel();
        client.connect(listener.getLocalAddress());
        SocketChannel server = listener.accept();
        client.close();
        server.close();
        assertThat(waiting(stack)).isEqualTo(i + 1);
        clock.advance(Duration.ofSeconds(1));
      }
      clock.advance(Duration.ofSeconds(60 - many - 1).plusMillis(999));
      for (int i = 0; i < many; i++) {
        assertThat(waiting(stack)).isEqualTo(many - i);
        clock.advance(Duration.ofSeconds(1));
      }
      assertThat(waiting(stack)).isZero();
    }
  }

  private static long waiting(Stack stack) {
    return stack.snapshot().sockets().stream().filter(s -> s.state().equals("TIME-WAIT")).count();
  }

  /** The inspector shows what Linux shows: both ends and the time that is left. */
  @Test
  void itIsShownWithTheTimeThatIsLeft() throws Exception {
    TcpFixture f = waiting(true);
    f.passMillis(20_000);
    TcpStatus status = f.occupant().status();
    assertThat(status).isNotNull();
    assertThat(status.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(status.local().port()).isEqualTo(TcpFixture.PORT);
    assertThat(status.details().timer()).isNotNull();
    assertThat(status.details().timer().left()).isEqualTo(40_000_000_000L);
  }
}
