// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManyStacksTest {
  private static final int STACKS = 1000;
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("127.0.0.1", 8080);

  /** A stack with a server, a client and the connection between them. */
  private record Inhabited(
      Stack stack, ServerSocketChannel server, SocketChannel client, SocketChannel accepted) {
    static Inhabited create(int number) throws IOException {
      Stack stack =
          Stack.create(StackConfiguration.linux().toBuilder().name("stack" + number).build());
      ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
      server.bind(ADDRESS);
      SocketChannel client = stack.selectorProvider().openSocketChannel();
      client.connect(ADDRESS);
      return new Inhabited(stack, server, client, server.accept());
    }

    void exchange(int number) throws IOException {
      client.write(ByteBuffer.allocate(4).putInt(0, number));
      ByteBuffer target = ByteBuffer.allocate(4);
      while (target.hasRemaining()) {
        assertThat(accepted.read(target)).isPositive();
      }
      assertThat(target.getInt(0)).isEqualTo(number);
    }
  }

  @Test
  void aThousandStacksEachServeTheSamePort() throws IOException {
    long before = usedMemory();
    List<Inhabited> all = new ArrayList<>();
    for (int i = 0; i < STACKS; i++) {
      all.add(Inhabited.create(i));
    }
    for (int i = 0; i < STACKS; i++) {
      all.get(i).exchange(i);
    }
    // A connection keeps no buffer that is empty: a stack with two of its ends stays below 100 KiB.
    assertThat((usedMemory() - before) / STACKS).isLessThan(100_000);
    assertThat(threadsOfOurs()).isLessThanOrEqualTo(1);
    for (Inhabited each : all) {
      each.stack().close();
      assertThat(each.client().isOpen()).isFalse();
      assertThat(each.accepted().isOpen()).isFalse();
      assertThat(each.server().isOpen()).isFalse();
      assertThat(each.stack().snapshot().sockets()).isEmpty();
    }
    all.clear();
    assertThat((usedMemory() - before) / STACKS).isLessThan(5_000);
  }

  private static long threadsOfOurs() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("loopstack"))
        .count();
  }

  private static long usedMemory() {
    Runtime runtime = Runtime.getRuntime();
    long used = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
    }
    return used;
  }
}
