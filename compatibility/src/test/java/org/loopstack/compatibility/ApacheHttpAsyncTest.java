// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.Message;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.impl.bootstrap.AsyncServerBootstrap;
import org.apache.hc.core5.http.impl.bootstrap.HttpAsyncServer;
import org.apache.hc.core5.http.nio.AsyncRequestConsumer;
import org.apache.hc.core5.http.nio.AsyncServerRequestHandler;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducers;
import org.apache.hc.core5.http.nio.entity.BasicAsyncEntityConsumer;
import org.apache.hc.core5.http.nio.support.AsyncResponseBuilder;
import org.apache.hc.core5.http.nio.support.BasicRequestConsumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Row(
    library = "Apache HttpClient, async, and HttpCore's async server",
    artifacts = {"httpclient5", "httpcore5"})
@Timeout(60)
class ApacheHttpAsyncTest {
  @Test
  void theClientGetsBackWhatItPosts() throws Exception {
    HttpAsyncServer server =
        AsyncServerBootstrap.bootstrap()
            // Port 8080 has connections in TIME-WAIT, left by the other tests.
            .setIOReactorConfig(IOReactorConfig.custom().setSoReuseAddress(true).build())
            .register("/echo", new Echo())
            .create();
    server.start();
    server.listen(new InetSocketAddress(8080), URIScheme.HTTP).get();
    try (CloseableHttpAsyncClient client = HttpAsyncClients.createDefault()) {
      client.start();
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            SimpleHttpRequest request =
                SimpleRequestBuilder.post("http://localhost:8080/echo")
                    .setBody(said, ContentType.APPLICATION_OCTET_STREAM)
                    .build();

            SimpleHttpResponse response = client.execute(request, null).get(30, TimeUnit.SECONDS);

            assertThat(response.getBodyBytes()).isEqualTo(said);
          });
    } finally {
      server.close(CloseMode.GRACEFUL);
    }
  }

  private static final class Echo
      implements AsyncServerRequestHandler<Message<HttpRequest, byte[]>> {
    @Override
    public AsyncRequestConsumer<Message<HttpRequest, byte[]>> prepare(
        HttpRequest request, EntityDetails entity, HttpContext context) {
      return new BasicRequestConsumer<>(new BasicAsyncEntityConsumer());
    }

    @Override
    public void handle(
        Message<HttpRequest, byte[]> message, ResponseTrigger trigger, HttpContext context)
        throws HttpException, IOException {
      trigger.submitResponse(
          AsyncResponseBuilder.create(200)
              .setEntity(
                  AsyncEntityProducers.create(
                      message.getBody(), ContentType.APPLICATION_OCTET_STREAM))
              .build(),
          context);
    }
  }
}
