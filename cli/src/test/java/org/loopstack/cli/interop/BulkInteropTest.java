// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Much data between the kernel's TCP and ours over a wire that loses one packet in a hundred and
 * changes the order of others. {@code -Dinterop.bytes=1073741824} makes it a GiB each way; without
 * that it is 8 MiB, and with a capture which tshark looks at.
 */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BulkInteropTest {
  private static final long BYTES = Long.getLong("interop.bytes", 8L << 20);
  private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

  @TempDir Path folder;

  private TunWorld world;

  @BeforeEach
  void open() throws Exception {
    world = TunWorld.open(folder);
    if (BYTES > 64 << 20) {
      world.stopCapture();
    }
    world.onTun().faults().add("loss 1%");
    world.onTun().faults().add("reorder probability 1%");
  }

  @AfterEach
  void close() throws Exception {
    if (world != null) {
      world.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ours, " + TunWorld.OURS,
    "ours, " + TunWorld.OURS6,
    "the kernel's, " + TunWorld.KERNEL,
    "the kernel's, " + TunWorld.KERNEL6
  })
  void bothWaysAtOnceEveryByteArrives(String server, String host) throws Exception {
    boolean oursServes = server.equals("ours");
    SelectorProvider serving = oursServes ? world.ours() : world.kernels();
    SelectorProvider calling = oursServes ? world.kernels() : world.ours();
    long start = System.nanoTime();
    try (ServerSocketChannel listener = serving.openServerSocketChannel();
        SocketChannel client = calling.openSocketChannel()) {
      listener.bind(new InetSocketAddress(host, 7000));
      client.connect(new InetSocketAddress(host, 7000));
      try (SocketChannel accepted = listener.accept()) {
        var sentThere = CompletableFuture.supplyAsync(() -> send(client, 1), THREADS);
        var sentBack = CompletableFuture.supplyAsync(() -> send(accepted, 2), THREADS);
        var gotThere = CompletableFuture.supplyAsync(() -> receive(accepted), THREADS);

        assertThat(receive(client)).isEqualTo(sentBack.get());
        assertThat(gotThere.get()).isEqualTo(sentThere.get());
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "%d bytes each way with %s serving at %s: %.1f s, %.0f Mbit/s%n",
        BYTES, server, host, seconds, BYTES * 16 / seconds / 1e6);
    assertThat(world.onTun().counters().droppedTotal()).isPositive();
    if (BYTES <= 64 << 20) {
      // Random bytes are no protocol, whatever tshark knows of this port.
      world.inspect("-d", "tcp.port==7000,data");
    }
  }

  private static String send(SocketChannel channel, long seed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      SplittableRandom random = new SplittableRandom(seed);
      byte[] block = new byte[1 << 16];
      for (long left = BYTES; left > 0; left -= block.length) {
        random.nextBytes(block);
        int length = (int) Math.min(left, block.length);
        digest.update(block, 0, length);
        ByteBuffer buffer = ByteBuffer.wrap(block, 0, length);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
      }
      channel.shutdownOutput();
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String receive(SocketChannel channel) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer buffer = ByteBuffer.allocate(1 << 18);
      while (channel.read(buffer.clear()) >= 0) {
        digest.update(buffer.flip());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
