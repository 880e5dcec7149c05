// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Talks to a server that sends back what is posted to {@code /echo}. */
final class HttpEcho {
  private HttpEcho() {}

  /** Several at once by each of the JDK's clients: one over channels, one over plain sockets. */
  static void check(int port) throws Exception {
    URI uri = URI.create("http://localhost:" + port + "/echo");
    try (HttpClient client = HttpClient.newHttpClient()) {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            HttpResponse<byte[]> answer =
                client.send(
                    HttpRequest.newBuilder(uri)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(said))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray());

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(said);
          });
    }
    Conversations.many(
        number -> {
          byte[] said = Conversations.bytes(number);
          HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
          connection.setDoOutput(true);
          try (OutputStream out = connection.getOutputStream()) {
            out.write(said);
          }

          assertThat(connection.getResponseCode()).isEqualTo(200);
          assertThat(connection.getInputStream().readAllBytes()).isEqualTo(said);
          connection.disconnect();
        });
  }
}
