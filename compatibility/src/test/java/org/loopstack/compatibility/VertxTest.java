// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(library = "Vert.x, HTTP server and client, UDP", artifacts = "vertx-core")
@Timeout(60)
class VertxTest {
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() throws Exception {
    done(vertx.close());
  }

  @Test
  void theServerSendsBackWhatItGets() throws Exception {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .body()
                        .onSuccess(body -> request.response().end(body).onFailure(e -> {})));
    done(server.listen(8080, "localhost"));
    HttpClient client = vertx.createHttpClient();

    HttpEcho.check(8080);
    Conversations.many(
        number -> {
          byte[] said = Conversations.bytes(number);
          Buffer answer =
              done(
                  client
                      .request(HttpMethod.POST, 8080, "localhost", "/echo")
                      .compose(request -> request.send(Buffer.buffer(said)))
                      .compose(response -> response.body()));
          assertThat(answer.getBytes()).isEqualTo(said);
        });
    done(client.close());
    done(server.close());
  }

  @Test
  void datagramsPass() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    DatagramSocket receiver = vertx.createDatagramSocket();
    receiver.handler(datagram -> heard.add(datagram.data().toString()));
    done(receiver.listen(7007, "127.0.0.1"));
    DatagramSocket sender = vertx.createDatagramSocket();

    done(sender.send("one", 7007, "127.0.0.1"));

    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("one");
    done(sender.close());
    done(receiver.close());
  }

  private static <T> T done(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
