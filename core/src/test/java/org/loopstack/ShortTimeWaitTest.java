// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TIME-WAIT may be over before the connection has been put aside for it. */
@Timeout(60)
class ShortTimeWaitTest {
  private static final int CONNECTIONS = 3_000;

  @ParameterizedTest
  @ValueSource(longs = {0, 1_000, 20_000})
  void nothingStaysOfAConnection(long nanos) throws Exception {
    StackConfiguration configuration =
        StackConfiguration.linux().toBuilder().timeWait(Duration.ofNanos(nanos)).build();
    try (Stack stack = Stack.create(configuration);
        ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel()) {
      server.bind(new InetSocketAddress("127.0.0.1", 80));
      for (int i = 0; i < CONNECTIONS; i++) {
        SocketChannel client = stack.selectorProvider().openSocketChannel();
        client.connect(new InetSocketAddress("127.0.0.1", 80));
        SocketChannel accepted = server.accept();
        client.close();
        assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        accepted.close();
      }
      List<?> left;
      while (!(left = stack.snapshot().sockets()).isEmpty() && left.size() != 1) {
        assertThat(Thread.currentThread().isInterrupted()).as("%s stay", left.size()).isFalse();
      }
    }
  }
}
