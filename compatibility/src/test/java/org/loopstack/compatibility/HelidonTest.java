// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.webclient.api.WebClient;
import io.helidon.webserver.WebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "Helidon SE, WebServer and WebClient",
    artifacts = {"helidon-webserver", "helidon-webclient"})
@Timeout(60)
class HelidonTest {
  @Test
  void theClientGetsBackWhatItPosts() throws Exception {
    WebServer server =
        WebServer.builder()
            .port(8080)
            .routing(
                routing ->
                    routing.post(
                        "/echo",
                        (request, response) -> response.send(request.content().as(byte[].class))))
            .build()
            .start();
    try {
      WebClient client = WebClient.builder().baseUri("http://localhost:8080").build();
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            try (var response = client.post("/echo").submit(said)) {
              assertThat(response.status().code()).isEqualTo(200);
              assertThat(response.entity().as(byte[].class)).isEqualTo(said);
            }
          });
      client.closeResource();
      HttpEcho.check(8080);
    } finally {
      server.stop();
    }
  }
}
