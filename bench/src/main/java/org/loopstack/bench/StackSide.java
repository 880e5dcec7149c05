// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import org.loopstack.Stack;

/** Ours: a stack of its own, as {@link Stack#create()} makes it. */
public final class StackSide implements Side {
  private final Stack stack = Stack.create();
  private final SelectorProvider provider = stack.selectorProvider();

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
