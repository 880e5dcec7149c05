// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;

/** Every call that blocks is ended by a close and by an interrupt, on threads of both kinds. */
class InterruptionTest {
  // In virtual time, so that no timer makes room where a test has just seen to it that there is
  // none.
  private final VirtualClock clock = new VirtualClock();
  private final Host host = new Host(Engine.virtual(clock, 1));

  @AfterEach
  void close() {
    host.close();
  }

  /** A channel with a call that blocks on it. */
  record Blocked(Channel channel, Callable<@Nullable Object> call) {}

  enum Operation {
    READ,
    SCATTERING_READ,
    WRITE,
    GATHERING_WRITE,
    ACCEPT,
    RECEIVE,
    STREAM_READ,
    STREAM_WRITE,
    SOCKET_ACCEPT,
    TIMED_STREAM_READ,
    CONNECT
  }

  static Stream<Arguments> blocking() {
    return Stream.of(Operation.values())
        .flatMap(o -> Stream.of(Arguments.of(o, false), Arguments.of(o, true)));
  }

  private static ByteBuffer[] two(int size) {
    return new ByteBuffer[] {ByteBuffer.allocate(size), ByteBuffer.allocate(size)};
  }

  private static final int MUCH = 64 << 20;

  private Blocked blocked(Operation operation) throws IOException {
    return switch (operation) {
      case READ -> {
        SocketChannel c = host.pair().client();
        yield new Blocked(c, () -> c.read(ByteBuffer.allocate(1)));
      }
      case SCATTERING_READ -> {
        SocketChannel c = host.pair().client();
        yield new Blocked(c, () -> c.read(two(1)));
      }
      case WRITE -> {
        SocketChannel c = full();
        yield new Blocked(c, () -> c.write(ByteBuffer.allocate(1)));
      }
      case GATHERING_WRITE -> {
        SocketChannel c = full();
        yield new Blocked(c, () -> c.write(two(1)));
      }
      case ACCEPT -> {
        ServerSocketChannel c = host.listen();
        yield new Blocked(c, c::accept);
      }
      case RECEIVE -> {
        DatagramChannel c = host.provider.openDatagramChannel().bind(Host.loopback(0));
        yield new Blocked(c, () -> c.receive(ByteBuffer.allocate(1)));
      }
      case STREAM_READ -> {
        SocketChannel c = host.pair().client();
        yield new Blocked(c, () -> c.socket().getInputStream().read());
      }
      case TIMED_STREAM_READ -> {
        SocketChannel c = host.pair().client();
        c.socket().setSoTimeout(1_000_000);
        yield new Blocked(c, () -> c.socket().getInputStream().read());
      }
      case STREAM_WRITE -> {
        SocketChannel c = full();
        yield new Blocked(
            c,
            () -> {
              c.socket().getOutputStream().write(1);
              return null;
            });
      }
      case SOCKET_ACCEPT -> {
        ServerSocketChannel c = host.listen();
        yield new Blocked(c, () -> c.socket().accept());
      }
      case CONNECT -> {
        ServerSocketChannel server = host.provider.openServerSocketChannel();
        server.bind(Host.loopback(0), 1);
        // As on Linux, a backlog of 1 takes two; the next SYN is dropped.
        host.connect(server);
        host.connect(server);
        SocketChannel c = host.provider.openSocketChannel();
        yield new Blocked(c, () -> c.connect(Host.local(server)));
      }
    };
  }

  /** A channel with no room to write another byte. */
  private SocketChannel full() throws IOException {
    SocketChannel c = host.pair().client();
    c.configureBlocking(false);
    ByteBuffer much = ByteBuffer.allocate(MUCH);
    for (int before = -1; before != much.position(); ) {
      before = much.position();
      c.write(much);
      // A delayed acknowledgment makes room once more.
      clock.advance(Duration.ofSeconds(1));
    }
    assertThat(much.hasRemaining()).isTrue();
    c.configureBlocking(true);
    return c;
  }

  @ParameterizedTest
  @MethodSource("blocking")
  void aCloseEndsIt(Operation operation, boolean virtual) throws Exception {
    Blocked blocked = blocked(operation);
    Background<?> call = Background.start(virtual, blocked.call).awaitParked();
    blocked.channel.close();
    assertThat(call.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
  }

  @ParameterizedTest
  @MethodSource("blocking")
  void anInterruptEndsItAndClosesTheChannel(Operation operation, boolean virtual) throws Exception {
    Blocked blocked = blocked(operation);
    Background<?> call = Background.start(virtual, blocked.call).awaitParked();
    call.interrupt();
    assertThat(call.failure()).isExactlyInstanceOf(ClosedByInterruptException.class);
    assertThat(blocked.channel.isOpen()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("blocking")
  void aThreadThatIsInterruptedAlreadyDoesNotEvenTry(Operation operation, boolean virtual)
      throws Exception {
    Blocked blocked = blocked(operation);
    Background<?> call =
        Background.start(
            virtual,
            () -> {
              Thread.currentThread().interrupt();
              return blocked.call.call();
            });
    assertThat(call.failure()).isExactlyInstanceOf(ClosedByInterruptException.class);
    assertThat(blocked.channel.isOpen()).isFalse();
  }

  @Test
  void theStackGoingDownEndsThemAll() throws Exception {
    List<Background<?>> calls = new ArrayList<>();
    for (Operation operation : Operation.values()) {
      calls.add(Background.start(true, blocked(operation).call).awaitParked());
    }
    host.close();
    for (Background<?> call : calls) {
      assertThat(call.failure()).isInstanceOf(AsynchronousCloseException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readersInLineBehindABlockedOneAreReleasedToo(boolean virtual) throws Exception {
    SocketChannel c = host.pair().client();
    List<Background<Integer>> readers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      readers.add(Background.start(virtual, () -> c.read(ByteBuffer.allocate(1))).awaitParked());
    }
    c.close();
    for (Background<Integer> reader : readers) {
      assertThat(reader.failure()).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void shuttingDownTheInputEndsAReadWithTheEndOfTheStream() throws Exception {
    SocketChannel c = host.pair().client();
    Background<Integer> reader =
        Background.start(() -> c.read(ByteBuffer.allocate(1))).awaitParked();
    c.shutdownInput();
    assertThat(reader.result()).isEqualTo(-1);
  }

  @Test
  void shuttingDownTheOutputEndsAWrite() throws Exception {
    SocketChannel c = full();
    Background<Integer> writer =
        Background.start(() -> c.write(ByteBuffer.allocate(1))).awaitParked();
    c.shutdownOutput();
    assertThat(writer.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
  }

  @Test
  void thePeerSeesTheEndWhenAChannelIsClosedAndNotFirstWhenItIsDeregistered() throws Exception {
    Host.Pair pair = host.pair();
    var selector = host.provider.openSelector();
    pair.client().configureBlocking(false);
    pair.client().register(selector, 0);
    pair.client().close();
    assertThat(selector.keys()).hasSize(1);
    assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }
}
