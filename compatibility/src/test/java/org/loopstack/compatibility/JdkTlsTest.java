// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "JDK SSLSocket, SSLServerSocket and HttpsServer, TLS 1.3",
    instance =
        "sslContext.getSocketFactory().createSocket(stack.socketFactory().createSocket(host, port),"
            + " host, port, true)")
@Timeout(60)
class JdkTlsTest {
  private final SSLContext tls;

  JdkTlsTest() throws Exception {
    tls = TestCertificate.context();
  }

  @Test
  void tlsSocketsEcho() throws Exception {
    try (ServerSocket server = tls.getServerSocketFactory().createServerSocket(8443);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> accepting =
          threads.submit(
              () -> {
                for (int i = 0; i < Conversations.MANY; i++) {
                  Socket socket = server.accept();
                  threads.submit(() -> echo(socket));
                }
                return null;
              });

      Conversations.many(
          number -> {
            try (Socket socket = tls.getSocketFactory().createSocket("localhost", 8443)) {
              talk(threads, (SSLSocket) socket, Conversations.bytes(number));
            }
          });

      accepting.get();
    }
  }

  @Test
  void tlsLayersOverSocketsOfAStack() throws Exception {
    try (Stack stack = Stack.create();
        ServerSocket server = stack.serverSocketFactory().createServerSocket(8443);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.submit(
          () -> {
            Socket accepted = server.accept();
            SSLSocket socket =
                (SSLSocket) tls.getSocketFactory().createSocket(accepted, null, 8443, true);
            socket.setUseClientMode(false);
            return echo(socket);
          });
      Socket plain = stack.socketFactory().createSocket(InetAddress.getLoopbackAddress(), 8443);

      try (Socket socket = tls.getSocketFactory().createSocket(plain, "localhost", 8443, true)) {
        talk(threads, (SSLSocket) socket, Conversations.bytes(0));
      }
    }
  }

  @Test
  void theHttpClientTalksToTheHttpsServer() throws Exception {
    HttpsServer server = HttpsServer.create(new InetSocketAddress(8443), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    server.createContext(
        "/echo",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        HttpClient client = HttpClient.newBuilder().sslContext(tls).build()) {
      server.setExecutor(threads);
      server.start();

      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            HttpResponse<byte[]> answer =
                client.send(
                    HttpRequest.newBuilder(URI.create("https://localhost:8443/echo"))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(said))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray());

            assertThat(answer.body()).isEqualTo(said);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
          });
    } finally {
      server.stop(0);
    }
  }

  private static long echo(Socket socket) throws IOException {
    try (socket) {
      return socket.getInputStream().transferTo(socket.getOutputStream());
    }
  }

  /** Both directions at once: the answer comes while there is more to say. */
  private static void talk(ExecutorService threads, SSLSocket socket, byte[] said)
      throws Exception {
    Future<?> writing =
        threads.submit(
            () -> {
              socket.getOutputStream().write(said);
              return null;
            });
    byte[] answer = socket.getInputStream().readNBytes(said.length);
    writing.get();

    assertThat(answer).isEqualTo(said);
    assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
    socket.shutdownOutput();
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }
}
