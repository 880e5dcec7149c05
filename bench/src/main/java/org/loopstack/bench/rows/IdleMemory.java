// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static java.net.StandardSocketOptions.SO_LINGER;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.KernelMemory;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Unit;

/**
 * What a connection takes that has carried a byte each way and nothing for a while since: both ends
 * together, heap after a collection plus what the kernel has taken for itself.
 */
public final class IdleMemory implements Row {
  private static final int PAIRS = 10_000;
  private static final int PAIRS_QUICK = 2_500;

  private static final int IDLE_MILLIS = 400;

  /** Descriptors that are left to the rest of the JVM. */
  private static final int RESERVED_DESCRIPTORS = 500;

  private final Bar bar;

  /** What an idle connection takes. */
  public IdleMemory(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "memory of an idle connection, both ends";
  }

  @Override
  public Unit unit() {
    return Unit.BYTES;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public String note() {
    return "heap after a collection, "
        + IDLE_MILLIS
        + " ms after the last byte"
        + (KernelMemory.isReadable()
            ? " plus the kernel's own memory"
            : ", without the kernel's own");
  }

  @Override
  public int warmUps(Effort effort) {
    return 1;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    int count = Math.min(effort.quick() ? PAIRS_QUICK : PAIRS, descriptors() / 2);
    List<TcpPair> pairs = new ArrayList<>(count);
    try (ServerSocketChannel listener = side.listen(1)) {
      long before = used(side);
      for (int i = 0; i < count; i++) {
        TcpPair pair = TcpPair.open(side, listener);
        pairs.add(pair);
        exchange(pair);
      }
      MILLISECONDS.sleep(IDLE_MILLIS);
      return new Sample((double) (used(side) - before) / count, 0);
    } finally {
      for (TcpPair pair : pairs) {
        // A reset leaves no TIME-WAIT behind, and so no port of the machine taken.
        pair.client().setOption(SO_LINGER, 0);
        pair.close();
      }
    }
  }

  private static void exchange(TcpPair pair) throws IOException {
    pass(pair.client(), pair.server());
    pass(pair.server(), pair.client());
  }

  private static void pass(SocketChannel from, SocketChannel to) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1);
    from.write(buffer);
    if (to.read(buffer.clear()) != 1) {
      throw new IOException("one byte was sent, and none came");
    }
  }

  private static int descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? (int)
            Math.min(
                Integer.MAX_VALUE,
                unix.getMaxFileDescriptorCount()
                    - unix.getOpenFileDescriptorCount()
                    - RESERVED_DESCRIPTORS)
        : RESERVED_DESCRIPTORS;
  }

  private static long used(Side side) {
    return heap() + side.memoryBesidesHeap();
  }

  private static long heap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
