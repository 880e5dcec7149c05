// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Map;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.Transport;

/**
 * What Jetty's HTTP client needs to run on any provider's sockets: selectors and channels of that
 * provider. It also tells how connecting goes.
 *
 * <p>Jetty's client and no other, because the server is Jetty already: one more jar instead of
 * five, and the same extension point is used from both ends. The JDK's HttpClient takes no
 * provider; OkHttp and Apache's client could be put on a SocketFactory.
 */
final class StackHttpClient {
  private StackHttpClient() {}

  /** Told how connecting goes; called by Jetty's threads. */
  interface ConnectSteps {
    /** An address is being tried. */
    void trying(SocketAddress address);

    /** That address did not work. */
    void failed(SocketAddress address, Throwable failure);

    /** It did. */
    void connected(SocketAddress address);
  }

  /** Jetty's connector, with selectors of the provider. */
  static final class Connector extends ClientConnector {
    private final SelectorProvider provider;
    private final ConnectSteps listener;

    Connector(SelectorProvider provider, ConnectSteps listener) {
      this.provider = provider;
      this.listener = listener;
    }

    @Override
    protected SelectorManager newSelectorManager() {
      return new ClientSelectorManager(getExecutor(), getScheduler(), getSelectors()) {
        @Override
        protected Selector newSelector() throws IOException {
          return provider.openSelector();
        }
      };
    }

    @Override
    public void connect(SocketAddress address, Map<String, Object> context) {
      listener.trying(address);
      super.connect(address, context);
    }

    @Override
    protected Connection newConnection(EndPoint endPoint, Map<String, Object> context)
        throws IOException {
      listener.connected(endPoint.getRemoteSocketAddress());
      return super.newConnection(endPoint, context);
    }

    @Override
    protected void connectFailed(
        SelectableChannel channel,
        SocketAddress address,
        Throwable failure,
        Map<String, Object> context) {
      listener.failed(address, failure);
      super.connectFailed(channel, address, failure, context);
    }
  }

  /** TCP with channels of the provider; a request is told to use it. */
  static final class StackTransport extends Transport.TCPIP {
    private final SelectorProvider provider;

    StackTransport(SelectorProvider provider) {
      this.provider = provider;
    }

    @Override
    public SelectableChannel newSelectableChannel() throws IOException {
      return provider.openSocketChannel();
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof StackTransport that && provider.equals(that.provider);
    }

    @Override
    public int hashCode() {
      return provider.hashCode();
    }
  }
}
