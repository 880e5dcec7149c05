// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;

class StackSocketImplTest {
  private final VirtualClock clock = new VirtualClock();
  private final Host host = new Host(Engine.virtual(clock, 1));

  @AfterEach
  void close() {
    host.close();
  }

  private StackSocketImpl impl(boolean server) {
    return new StackSocketImpl(host.provider, server);
  }

  /** A socket with a given implementation, which only a subclass can have. */
  private static final class TestSocket extends Socket {
    TestSocket(SocketImpl impl) throws SocketException {
      super(impl);
    }
  }

  /** As {@code ServerSocket} documents it for those who have their own sockets. */
  private final class TestServerSocket extends ServerSocket {
    TestServerSocket() {
      super(impl(true));
    }

    @Override
    public Socket accept() throws IOException {
      Socket s = new TestSocket(impl(false));
      implAccept(s);
      return s;
    }
  }

  private Socket connect(ServerSocket server) throws IOException {
    Socket client = new TestSocket(impl(false));
    client.connect(server.getLocalSocketAddress());
    return client;
  }

  private ServerSocket listen() throws IOException {
    ServerSocket server = new TestServerSocket();
    server.bind(Host.loopback(0));
    return server;
  }

  @Test
  void carriesBytesBothWaysWithBothEndsOfJavaNet() throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    Socket accepted = server.accept();
    client.getOutputStream().write("request".getBytes());
    client.shutdownOutput();
    assertThat(accepted.getInputStream().readAllBytes()).asString().isEqualTo("request");
    accepted.getOutputStream().write('!');
    accepted.close();
    assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("!");
    assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
    assertThat(accepted.getLocalPort()).isEqualTo(server.getLocalPort());
    assertThat(accepted.getInetAddress()).isEqualTo(client.getLocalAddress());
  }

  @Test
  void sharesItsPortsWithTheChannels() throws Exception {
    ServerSocketChannel server = host.listen();
    Socket client = new TestSocket(impl(false));
    client.connect(Host.local(server));
    assertThat(server.accept().socket().getPort()).isEqualTo(client.getLocalPort());
    ServerSocket second = new TestServerSocket();
    assertThatThrownBy(() -> second.bind(Host.local(server))).hasMessage("Address already in use");
  }

  @Test
  void opensNothingBeforeItIsCreated() throws Exception {
    StackSocketImpl impl = impl(false);
    assertThatThrownBy(() -> impl.getOption(SocketOptions.SO_TIMEOUT))
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Socket not created");
    assertThat(impl.supportedOptions()).isEmpty();
    impl.close();
    assertThatThrownBy(() -> impl.create(true)).hasMessage("Already created");
  }

  @Test
  void acceptsOnlyIntoWhatIsNew() throws Exception {
    StackSocketImpl server = impl(true);
    server.create(true);
    server.bind(InetAddress.getLoopbackAddress(), 0);
    server.listen(1);
    StackSocketImpl created = impl(false);
    created.create(true);
    assertThatThrownBy(() -> server.accept(created)).hasMessage("Not a newly created SocketImpl");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCloseEndsAReadAnAcceptAndALineOfReaders(boolean virtual) throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    Socket peer = server.accept();
    Background<?> first = Background.start(virtual, () -> client.getInputStream().read());
    first.awaitParked();
    Background<?> second = Background.start(virtual, () -> client.getInputStream().read());
    second.awaitParked();
    Background<?> acceptor = Background.start(virtual, server::accept).awaitParked();
    client.close();
    server.close();
    assertThat(first.failure())
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Socket closed");
    assertThat(second.failure()).hasMessage("Socket closed");
    assertThat(acceptor.failure()).hasMessage("Socket closed");
    assertThat(peer.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void anInterruptOfAPlatformThreadIsKeptAndClosesNothing() throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    Socket peer = server.accept();
    Background<Boolean> reader =
        Background.start(
            false,
            () -> {
              Thread.currentThread().interrupt();
              assertThat(client.getInputStream().read()).isEqualTo('a');
              return Thread.currentThread().isInterrupted();
            });
    reader.awaitParked();
    reader.interrupt();
    peer.getOutputStream().write('a');
    assertThat(reader.result()).isTrue();
    assertThat(client.isClosed()).isFalse();
  }

  @Test
  void anInterruptOfAVirtualThreadClosesTheSocket() throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    Background<?> reader = Background.start(true, () -> client.getInputStream().read());
    reader.awaitParked();
    reader.interrupt();
    assertThat(reader.failure())
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Closed by interrupt");
    assertThat(client.isClosed()).isTrue();
    Background<?> acceptor = Background.start(true, listen()::accept).awaitParked();
    acceptor.interrupt();
    assertThat(acceptor.failure()).hasMessage("Closed by interrupt");
  }

  @Test
  void leavesItToTheSocketToCloseAfterAnInterrupt() throws Exception {
    StackSocketImpl server = impl(true);
    server.create(true);
    server.bind(InetAddress.getLoopbackAddress(), 0);
    server.listen(1);
    Background<?> acceptor =
        Background.start(
                true,
                () -> {
                  server.accept(impl(false));
                  return null;
                })
            .awaitParked();
    acceptor.interrupt();
    assertThat(acceptor.failure()).isExactlyInstanceOf(InterruptedIOException.class);
  }

  @Test
  void theStackGoingDownEndsThem() throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    client.setSoLinger(true, 1000);
    Background<?> reader = Background.start(() -> client.getInputStream().read()).awaitParked();
    Background<?> acceptor =
        Background.start(
                () -> {
                  server.accept();
                  return server.accept();
                })
            .awaitParked();
    host.close();
    assertThat(reader.failure()).hasMessage("Socket closed");
    assertThat(acceptor.failure()).hasMessage("Socket closed");
    assertThatThrownBy(() -> client.getOutputStream().write(1)).hasMessage("Socket closed");
  }

  @Test
  void waitsNoLongerThanItsTimeout() throws Exception {
    ServerSocket server = listen();
    Socket client = connect(server);
    client.setSoTimeout(1000);
    Background<?> reader = Background.start(() -> client.getInputStream().read()).awaitParked();
    clock.advance(Duration.ofMillis(1000));
    assertThat(reader.failure()).hasMessage("Read timed out");
    Socket peer = server.accept();
    peer.getOutputStream().write('a');
    assertThat(client.getInputStream().read()).isEqualTo('a');
    server.setSoTimeout(1000);
    Background<?> acceptor = Background.start(server::accept).awaitParked();
    clock.advance(Duration.ofMillis(1000));
    assertThat(acceptor.failure()).hasMessage("Accept timed out");
  }
}
