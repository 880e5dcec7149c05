// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "Apache HttpClient, classic, and HttpCore's classic server",
    artifacts = {"httpclient5", "httpcore5"},
    instance =
        "new DefaultHttpClientConnectionOperator(proxy -> stack.socketFactory().createSocket(),"
            + " null, null, name -> null) for the connection manager;"
            + " ServerBootstrap.bootstrap().setServerSocketFactory(stack.serverSocketFactory())")
@Timeout(60)
class ApacheHttpClassicTest {
  @Test
  void theClientGetsBackWhatItPosts() throws Exception {
    exchange(
        ServerBootstrap.bootstrap(), PoolingHttpClientConnectionManagerBuilder.create().build());
  }

  @Test
  void serverAndClientOfOneStackTalk() throws Exception {
    try (Stack stack = Stack.create()) {
      exchange(
          ServerBootstrap.bootstrap().setServerSocketFactory(stack.serverSocketFactory()),
          new PoolingHttpClientConnectionManager(
              new DefaultHttpClientConnectionOperator(
                  proxy -> stack.socketFactory().createSocket(), null, null, name -> null),
              PoolConcurrencyPolicy.STRICT,
              PoolReusePolicy.LIFO,
              TimeValue.NEG_ONE_MILLISECOND,
              null));
    }
  }

  private static void exchange(ServerBootstrap bootstrap, PoolingHttpClientConnectionManager pool)
      throws Exception {
    pool.setDefaultMaxPerRoute(Conversations.MANY);
    HttpServer server =
        bootstrap
            .setListenerPort(8080)
            // It has connections in TIME-WAIT, left by the other tests.
            .setSocketConfig(SocketConfig.custom().setSoReuseAddress(true).build())
            .register(
                "/echo",
                (request, response, context) ->
                    response.setEntity(
                        new ByteArrayEntity(
                            EntityUtils.toByteArray(request.getEntity()),
                            ContentType.APPLICATION_OCTET_STREAM)))
            .create();
    server.start();
    try (CloseableHttpClient client = HttpClients.custom().setConnectionManager(pool).build()) {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            HttpPost post = new HttpPost("http://localhost:8080/echo");
            post.setEntity(new ByteArrayEntity(said, ContentType.APPLICATION_OCTET_STREAM));

            byte[] answer =
                client.execute(post, response -> EntityUtils.toByteArray(response.getEntity()));

            assertThat(answer).isEqualTo(said);
          });
    } finally {
      server.close(CloseMode.GRACEFUL);
    }
  }
}
