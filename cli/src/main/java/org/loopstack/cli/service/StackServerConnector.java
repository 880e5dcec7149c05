// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Jetty's connector on any provider's sockets. {@link ServerConnector#open(ServerSocketChannel)}
 * takes a foreign channel, but Jetty would register what it accepts with a selector of the JVM's
 * provider; so the selectors have to come from the same provider too.
 */
final class StackServerConnector extends ServerConnector {
  private final SelectorProvider provider;

  /**
   * Creates one that accepts on a channel.
   *
   * @param listener bound, of that provider; closed with the connector
   */
  StackServerConnector(
      Server server,
      SelectorProvider provider,
      ServerSocketChannel listener,
      HttpConnectionFactory http)
      throws IOException {
    super(server, 1, 1, http);
    this.provider = provider;
    open(listener);
  }

  // The super constructor calls this, before the provider is set; the selector is opened later.
  @Override
  protected SelectorManager newSelectorManager(
      Executor executor, Scheduler scheduler, int selectors) {
    return new ServerConnectorManager(executor, scheduler, selectors) {
      @Override
      protected Selector newSelector() throws IOException {
        return provider.openSelector();
      }
    };
  }
}
