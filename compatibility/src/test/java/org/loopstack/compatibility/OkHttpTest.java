// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "OkHttp and MockWebServer",
    artifacts = {"okhttp-jvm", "mockwebserver3"},
    instance =
        "new OkHttpClient.Builder().socketFactory(stack.socketFactory());"
            + " mockWebServer.setServerSocketFactory(stack.serverSocketFactory())")
@Timeout(60)
class OkHttpTest {
  @Test
  void theClientGetsBackWhatItPosts() throws Exception {
    exchange(new MockWebServer(), new OkHttpClient());
  }

  @Test
  void serverAndClientOfOneStackTalk() throws Exception {
    try (Stack stack = Stack.create()) {
      MockWebServer server = new MockWebServer();
      server.setServerSocketFactory(stack.serverSocketFactory());
      OkHttpClient client = new OkHttpClient.Builder().socketFactory(stack.socketFactory()).build();
      exchange(server, client);
    }
  }

  private static void exchange(MockWebServer server, OkHttpClient client) throws Exception {
    server.setDispatcher(new Echo());
    server.start();
    try {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            Request request =
                new Request.Builder()
                    .url(server.url("/echo"))
                    .post(RequestBody.create(said))
                    .build();
            try (Response response = client.newCall(request).execute()) {
              assertThat(response.body().bytes()).isEqualTo(said);
            }
          });
    } finally {
      client.connectionPool().evictAll();
      client.dispatcher().executorService().shutdown();
      assertThat(client.dispatcher().executorService().awaitTermination(10, TimeUnit.SECONDS))
          .isTrue();
      server.close();
    }
  }

  private static final class Echo extends Dispatcher {
    @Override
    public MockResponse dispatch(RecordedRequest request) {
      Buffer body = new Buffer();
      if (request.getBody() != null) {
        body.write(request.getBody());
      }
      return new MockResponse.Builder().body(body).build();
    }
  }
}
