// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.List;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.capture.Capture;
import org.loopstack.capture.CaptureRing;
import org.loopstack.socket.JvmSelectorProvider;

/** Ours: a stack of its own, as {@link Stack#create()} makes it unless something else is said. */
public final class StackSide implements Side {
  /** Longer than the other side takes to answer, or it would not be there to be polled for. */
  static final Duration BUSY_POLL = Duration.ofNanos(200_000);

  /** Puts all channels of a JVM on one stack. */
  static final String JVM_WIDE =
      "-Djava.nio.channels.spi.SelectorProvider=" + JvmSelectorProvider.class.getName();

  private final Stack stack;
  private final SelectorProvider provider;
  private final Burden burden;

  /** A stack with the defaults. */
  public StackSide() {
    this(Burden.NONE);
  }

  StackSide(Burden burden) {
    this(StackConfiguration.linux(), burden);
  }

  private StackSide(StackConfiguration configuration, Burden burden) {
    this.burden = burden;
    stack = Stack.create(configuration);
    provider = stack.selectorProvider();
    burden.rules().forEach(stack.loopback().faults()::add);
    if (burden.ring() > 0) {
      // Ends with the stack.
      CaptureRing _ = Capture.ring(burden.ring(), stack.loopback());
    }
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
    return new StackSide(burden);
  }

  @Override
  public List<String> javaOptions() {
    return List.of(
        "-Djava.nio.channels.spi.SelectorProvider=" + JvmSelectorProvider.class.getName());
  }

  @Override
  public Side polling() {
    return new StackSide(
        StackConfiguration.linux().toBuilder().busyPoll(BUSY_POLL).build(), burden);
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
