// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "JDK HttpServer, HttpClient and HttpURLConnection")
@Timeout(60)
class JdkHttpTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(8080), 0);
    server.createContext(
        "/echo",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(threads);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  @Test
  void theHttpClientGetsBackWhatItPosts() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (String host : new String[] {"localhost", "127.0.0.1", "[::1]"}) {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://" + host + ":8080/echo"))
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000)))
                .build();

        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).hasSize(100_000);
      }
    }
  }

  @Test
  void theUrlConnectionGetsBackWhatItPosts() throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://localhost:8080/echo").toURL().openConnection();
    connection.setDoOutput(true);
    connection.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));

    assertThat(connection.getInputStream()).hasContent("hello");
    connection.disconnect();
  }
}
