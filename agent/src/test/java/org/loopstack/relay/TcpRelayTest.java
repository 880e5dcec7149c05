// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TcpRelayTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private ServerSocket server;
  private TcpRelay relay;
  private InetSocketAddress entrance;

  @BeforeEach
  void start() throws IOException {
    server = new ServerSocket(0, 50, LOOPBACK);
    ServerSocketChannel listener =
        ServerSocketChannel.open().bind(new InetSocketAddress(LOOPBACK, 0));
    entrance = (InetSocketAddress) listener.getLocalAddress();
    relay = TcpRelay.start(listener, () -> SocketChannel.open(server.getLocalSocketAddress()));
  }

  @AfterEach
  void stop() throws IOException {
    relay.close();
    server.close();
  }

  private Socket client() throws IOException {
    return new Socket(entrance.getAddress(), entrance.getPort());
  }

  @Test
  void manyBytesPassBothWaysAtOnceUnchanged() throws Exception {
    int length = 16 << 20;
    try (Socket client = client();
        Socket accepted = server.accept()) {
      CompletableFuture<byte[]> there = digest(accepted.getInputStream());
      CompletableFuture<byte[]> back = digest(client.getInputStream());
      CompletableFuture<byte[]> sentBack = send(accepted, 2, length);
      CompletableFuture<byte[]> sent = send(client, 1, length);
      assertThat(there.get(50, TimeUnit.SECONDS)).isEqualTo(sent.get(50, TimeUnit.SECONDS));
      assertThat(back.get(50, TimeUnit.SECONDS)).isEqualTo(sentBack.get(50, TimeUnit.SECONDS));
    }
  }

  private static CompletableFuture<byte[]> send(Socket socket, long seed, int length) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            Random random = new Random(seed);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[100_000];
            OutputStream out = socket.getOutputStream();
            for (int left = length; left > 0; left -= chunk.length) {
              random.nextBytes(chunk);
              int n = Math.min(left, chunk.length);
              digest.update(chunk, 0, n);
              out.write(chunk, 0, n);
            }
            socket.shutdownOutput();
            return digest.digest();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        Thread::startVirtualThread);
  }

  private static CompletableFuture<byte[]> digest(InputStream in) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[70_000];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
              digest.update(chunk, 0, n);
            }
            return digest.digest();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        },
        Thread::startVirtualThread);
  }

  @Test
  void halfClosePassesAndTheOtherDirectionStaysOpen() throws IOException {
    try (Socket client = client();
        Socket accepted = server.accept()) {
      client.getOutputStream().write("question".getBytes(StandardCharsets.US_ASCII));
      client.shutdownOutput();
      assertThat(accepted.getInputStream().readAllBytes()).asString().isEqualTo("question");
      accepted.getOutputStream().write("answer".getBytes(StandardCharsets.US_ASCII));
      accepted.close();
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("answer");
    }
  }

  @Test
  void resetOfTheClientReachesTheServer() throws IOException {
    try (Socket client = client();
        Socket accepted = server.accept()) {
      roundTrip(client, accepted);
      client.setSoLinger(true, 0);
      client.close();
      assertThatThrownBy(() -> accepted.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void resetOfTheServerReachesTheClient() throws IOException {
    try (Socket client = client();
        Socket accepted = server.accept()) {
      roundTrip(client, accepted);
      accepted.setSoLinger(true, 0);
      accepted.close();
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void refusalBehindTheRelayIsAResetBeforeIt() throws IOException {
    server.close();
    try (Socket client = client()) {
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
  }

  @Test
  void serverThatDoesNotReadStopsTheClient() throws Exception {
    try (Socket client = client();
        Socket accepted = server.accept()) {
      SocketChannel channel = SocketChannel.open(entrance);
      try (channel;
          Socket slow = server.accept()) {
        channel.configureBlocking(false);
        // No room after a bounded number of bytes: what nobody reads is not hoarded.
        ByteBuffer chunk = ByteBuffer.allocate(1 << 20);
        long taken = 0;
        int idle = 0;
        while (idle < 1000 && taken < 1L << 30) {
          int n = channel.write(chunk.clear());
          taken += n;
          idle = n == 0 ? idle + 1 : 0;
          Thread.onSpinWait();
        }
        assertThat(taken).isLessThan(1L << 30);
        roundTrip(client, accepted);
        assertThat(slow.getInputStream().read()).isZero();
      }
    }
  }

  @Test
  void closingTheRelayEndsItsConnections() throws IOException {
    try (Socket client = client();
        Socket accepted = server.accept()) {
      roundTrip(client, accepted);
      assertThat(relay.connections()).isEqualTo(1);
      relay.close();
      assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThatThrownBy(this::client).isInstanceOf(IOException.class);
    }
  }

  private static void roundTrip(Socket client, Socket accepted) throws IOException {
    client.getOutputStream().write(7);
    assertThat(accepted.getInputStream().read()).isEqualTo(7);
    accepted.getOutputStream().write(8);
    assertThat(client.getInputStream().read()).isEqualTo(8);
  }
}
