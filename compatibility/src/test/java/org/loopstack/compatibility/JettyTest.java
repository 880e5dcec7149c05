// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.CompletableResponseListener;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.Transport;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

@Row(
    library = "Jetty, server and client",
    artifacts = {"jetty-server", "jetty-client"},
    instance =
        "ServerConnector: override openAcceptChannel() with"
            + " stack.selectorProvider().openServerSocketChannel(), bound, and newSelectorManager()"
            + " with one whose newSelector() is stack.selectorProvider().openSelector();"
            + " ClientConnector: newSelectorManager() likewise, and request.transport(a"
            + " Transport.TCPIP whose newSelectableChannel() is"
            + " stack.selectorProvider().openSocketChannel())")
@Timeout(60)
class JettyTest {
  @Test
  void theClientGetsBackWhatItPosts() throws Exception {
    Server server = new Server(8080);
    HttpClient client = new HttpClient();
    exchange(server, client, Transport.TCP_IP);
  }

  @Test
  void serverAndClientOfOneStackTalk() throws Exception {
    try (Stack stack = Stack.create()) {
      Server server = new Server();
      StackConnector connector = new StackConnector(server, stack);
      connector.setHost("127.0.0.1");
      connector.setPort(8080);
      server.addConnector(connector);
      HttpClient client =
          new HttpClient(new HttpClientTransportOverHTTP(new StackClientConnector(stack)));
      exchange(server, client, new StackTransport(stack));
    }
  }

  private static void exchange(Server server, HttpClient client, Transport transport)
      throws Exception {
    server.setHandler(new Echo());
    server.start();
    client.start();
    try {
      Conversations.many(
          number -> {
            byte[] said = Conversations.bytes(number);
            Request request =
                client
                    .POST("http://127.0.0.1:8080/echo")
                    .transport(transport)
                    .body(new BytesRequestContent(said));

            ContentResponse response =
                new CompletableResponseListener(request).send().get(30, TimeUnit.SECONDS);

            assertThat(response.getStatus()).isEqualTo(200);
            assertThat(response.getContent()).isEqualTo(said);
          });
    } finally {
      client.stop();
      server.stop();
    }
  }

  /** Copies as it comes, so that both directions are busy at once. */
  private static final class Echo extends Handler.Abstract {
    @Override
    public boolean handle(
        org.eclipse.jetty.server.Request request, Response response, Callback callback) {
      Content.copy(request, response, callback);
      return true;
    }
  }

  private static final class StackConnector extends ServerConnector {
    private final Stack stack;

    StackConnector(Server server, Stack stack) {
      super(server);
      this.stack = stack;
    }

    @Override
    protected ServerSocketChannel openAcceptChannel() throws IOException {
      ServerSocketChannel channel = stack.selectorProvider().openServerSocketChannel();
      return channel.bind(new InetSocketAddress(getHost(), getPort()));
    }

    @Override
    protected SelectorManager newSelectorManager(
        Executor executor, Scheduler scheduler, int selectors) {
      return new ServerConnectorManager(executor, scheduler, selectors) {
        @Override
        protected Selector newSelector() throws IOException {
          return stack.selectorProvider().openSelector();
        }
      };
    }
  }

  private static final class StackClientConnector extends ClientConnector {
    private final Stack stack;

    StackClientConnector(Stack stack) {
      this.stack = stack;
    }

    @Override
    protected SelectorManager newSelectorManager() {
      return new ClientSelectorManager(getExecutor(), getScheduler(), getSelectors()) {
        @Override
        protected Selector newSelector() throws IOException {
          return stack.selectorProvider().openSelector();
        }
      };
    }
  }

  private static final class StackTransport extends Transport.TCPIP {
    private final Stack stack;

    StackTransport(Stack stack) {
      this.stack = stack;
    }

    @Override
    public SelectableChannel newSelectableChannel() throws IOException {
      return stack.selectorProvider().openSocketChannel();
    }
  }
}
