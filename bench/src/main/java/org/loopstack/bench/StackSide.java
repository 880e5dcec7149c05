// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;

/** Ours: a stack of its own, as {@link Stack#create()} makes it unless something else is said. */
public final class StackSide implements Side {
  /** Longer than the other side takes to answer, or it would not be there to be polled for. */
  private static final Duration BUSY_POLL = Duration.ofNanos(200_000);

  private final Stack stack;
  private final SelectorProvider provider;

  /** A stack with the defaults. */
  public StackSide() {
    this(StackConfiguration.linux());
  }

  private StackSide(StackConfiguration configuration) {
    stack = Stack.create(configuration);
    provider = stack.selectorProvider();
  }

  @Override
  public String name() {
    return "loopstack";
  }

  @Override
  public SocketChannel openSocket() throws IOException {
    return provider.openSocketChannel();
  }

  @Override
  public ServerSocketChannel openServer() throws IOException {
    return provider.openServerSocketChannel();
  }

  @Override
  public DatagramChannel openDatagram() throws IOException {
    return provider.openDatagramChannel();
  }

  @Override
  public Selector openSelector() throws IOException {
    return provider.openSelector();
  }

  @Override
  public Side another() {
    return new StackSide();
  }

  @Override
  public Side polling() {
    return new StackSide(StackConfiguration.linux().toBuilder().busyPoll(BUSY_POLL).build());
  }

  /** None: all is heap. */
  @Override
  public long memoryBesidesHeap() {
    return 0;
  }

  @Override
  public void close() {
    stack.close();
  }
}
