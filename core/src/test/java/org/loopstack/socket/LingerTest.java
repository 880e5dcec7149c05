// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;

/** What takes time, in virtual time. */
class LingerTest {
  private final VirtualClock clock = new VirtualClock();
  private final Host host = new Host(Engine.virtual(clock, 1));

  /** A connection with more on its way than the peer has room for. */
  private Host.Pair congested() throws Exception {
    Host.Pair pair = host.pair();
    SocketChannel client = pair.client();
    client.configureBlocking(false);
    ByteBuffer much = ByteBuffer.allocate(64 << 20);
    while (client.write(much) > 0) {}
    assertThat(much.hasRemaining()).isTrue();
    client.configureBlocking(true);
    return pair;
  }

  @Test
  void aLingeringCloseWaitsAsLongAsItWasTold() throws Exception {
    SocketChannel client = congested().client();
    client.setOption(StandardSocketOptions.SO_LINGER, 5);
    Background<Boolean> closing =
        Background.start(
            () -> {
              client.close();
              return true;
            });
    closing.awaitParked();
    clock.advance(Duration.ofMillis(4_900));
    closing.awaitParked();
    assertThat(closing.isDone()).isFalse();
    clock.advance(Duration.ofMillis(100));
    assertThat(closing.result()).isTrue();
  }

  @Test
  void aLingeringCloseReturnsWhenThePeerHasItAll() throws Exception {
    Host.Pair pair = congested();
    pair.client().setOption(StandardSocketOptions.SO_LINGER, 3_600);
    Background<Boolean> closing =
        Background.start(
            () -> {
              pair.client().close();
              return true;
            });
    closing.awaitParked();
    ByteBuffer target = ByteBuffer.allocate(1 << 20);
    while (pair.server().read(target.clear()) >= 0) {
      // A window that opens may have to wait for a timer.
      clock.advance(Duration.ofMillis(1));
    }
    assertThat(closing.result()).isTrue();
    assertThat(clock.nanos()).isLessThan(Duration.ofSeconds(3_600).toNanos());
  }

  @Test
  void aLingerOfNothingResetsTheConnection() throws Exception {
    Host.Pair pair = host.pair();
    pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
    pair.client().close();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> pair.server().read(ByteBuffer.allocate(1)))
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage("Connection reset");
    }
  }

  @Test
  void aTimeoutOfASocketLeavesTheConnectionAlone() throws Exception {
    Host.Pair pair = host.pair();
    pair.client().socket().setSoTimeout(250);
    Background<Integer> reading =
        Background.start(() -> pair.client().socket().getInputStream().read()).awaitParked();
    clock.advance(Duration.ofMillis(250));
    assertThat(reading.failure())
        .isExactlyInstanceOf(SocketTimeoutException.class)
        .hasMessage("Read timed out");
    pair.server().write(ByteBuffer.wrap(new byte[] {42}));
    assertThat(pair.client().socket().getInputStream().read()).isEqualTo(42);
  }
}
