// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Often, because whoever interrupts and whoever wakes race for the channel. */
@Timeout(60)
class InterruptedWaitTest {
  private static final int ROUNDS = 300;

  private final TwoWorlds two = new TwoWorlds();

  @AfterEach
  void close() {
    two.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7", "0.0.0.0"})
  void anInterruptClosesTheChannelThatReceives(String address) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      DatagramChannel channel = two.provider.openDatagramChannel();
      channel.bind(new InetSocketAddress(address, 0));
      interrupt(channel, () -> channel.receive(ByteBuffer.allocate(1)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.7.7.7", "0.0.0.0"})
  void anInterruptClosesTheChannelThatAccepts(String address) throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      ServerSocketChannel channel = two.provider.openServerSocketChannel();
      channel.bind(new InetSocketAddress(address, 0));
      interrupt(channel, channel::accept);
    }
  }

  private static void interrupt(Channel channel, Callable<?> blocking) throws Exception {
    FutureTask<?> task = new FutureTask<>(blocking);
    Thread thread = Thread.ofPlatform().start(task);
    while (!TwoWorlds.isBlocked(thread) && !task.isDone()) {
      assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
    }
    thread.interrupt();

    assertThatThrownBy(task::get).cause().isExactlyInstanceOf(ClosedByInterruptException.class);
    assertThat(channel.isOpen()).isFalse();
    thread.join();
  }
}
