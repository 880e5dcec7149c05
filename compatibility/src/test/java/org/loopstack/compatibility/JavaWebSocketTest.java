// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.java_websocket.WebSocket;
import org.java_websocket.client.WebSocketClient;
import org.java_websocket.handshake.ClientHandshake;
import org.java_websocket.handshake.ServerHandshake;
import org.java_websocket.server.WebSocketServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "Java-WebSocket, server and client", artifacts = "Java-WebSocket")
@Timeout(60)
class JavaWebSocketTest {
  @Test
  void theClientGetsBackWhatItSends() throws Exception {
    Echo server = new Echo();
    server.start();
    assertThat(server.listening.await(30, TimeUnit.SECONDS)).isTrue();
    try {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            Client client = new Client();
            assertThat(client.connectBlocking(30, TimeUnit.SECONDS)).isTrue();

            client.send(said);

            ByteBuffer heard = client.heard.poll(30, TimeUnit.SECONDS);
            assertThat(heard).isEqualTo(ByteBuffer.wrap(said));
            client.closeBlocking();
          });
    } finally {
      server.stop(10_000);
    }
  }

  private static final class Client extends WebSocketClient {
    final BlockingQueue<ByteBuffer> heard = new LinkedBlockingQueue<>();

    Client() {
      super(URI.create("ws://localhost:8887"));
    }

    @Override
    public void onOpen(ServerHandshake handshake) {}

    @Override
    public void onMessage(String text) {}

    @Override
    public void onMessage(ByteBuffer bytes) {
      heard.add(bytes);
    }

    @Override
    public void onClose(int code, String reason, boolean remote) {}

    @Override
    public void onError(Exception e) {
      throw new AssertionError(e);
    }
  }

  private static final class Echo extends WebSocketServer {
    final CountDownLatch listening = new CountDownLatch(1);

    Echo() {
      super(new InetSocketAddress(8887));
    }

    @Override
    public void onStart() {
      listening.countDown();
    }

    @Override
    public void onOpen(WebSocket socket, ClientHandshake handshake) {}

    @Override
    public void onMessage(WebSocket socket, String text) {}

    @Override
    public void onMessage(WebSocket socket, ByteBuffer bytes) {
      socket.send(bytes);
    }

    @Override
    public void onClose(WebSocket socket, int code, String reason, boolean remote) {}

    @Override
    public void onError(WebSocket socket, Exception e) {
      throw new AssertionError(e);
    }
  }
}
