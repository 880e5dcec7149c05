// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static java.net.StandardSocketOptions.TCP_NODELAY;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Unit;

/** One byte there and back on one thread: two channels that do not block, a selector for each. */
public final class SelectorRoundTrip implements Row {
  private static final int BATCH = 16;

  private final Bar bar;

  /** One byte there and back on one thread. */
  public SelectorRoundTrip(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "1-byte round trip, one thread, 2 selectors";
  }

  @Override
  public Unit unit() {
    return Unit.MICROSECONDS;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    try (TcpPair pair = TcpPair.open(side);
        Selector atClient = side.openSelector();
        Selector atServer = side.openSelector()) {
      prepare(pair.client(), atClient);
      prepare(pair.server(), atServer);
      ByteBuffer buffer = ByteBuffer.allocateDirect(1);
      long trips = 0;
      long start = System.nanoTime();
      long elapsed;
      do {
        for (int i = 0; i < BATCH; i++) {
          byte sent = (byte) trips++;
          buffer.clear().put(0, sent);
          write(pair.client(), buffer);
          read(atServer, buffer.clear());
          write(pair.server(), buffer.flip());
          read(atClient, buffer.clear());
          if (buffer.get(0) != sent) {
            throw new IOException("another byte came back than was sent");
          }
        }
        elapsed = System.nanoTime() - start;
      } while (elapsed < effort.nanos());
      return new Sample(elapsed / 1e3 / trips, trips);
    }
  }

  private static void prepare(SocketChannel channel, Selector selector) throws IOException {
    channel.setOption(TCP_NODELAY, true);
    channel.configureBlocking(false);
    channel.register(selector, SelectionKey.OP_READ);
  }

  private static void write(SocketChannel channel, ByteBuffer buffer) throws IOException {
    if (channel.write(buffer) != 1) {
      throw new IOException("no room for one byte");
    }
  }

  private static void read(Selector selector, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        if (key.isReadable() && ((SocketChannel) key.channel()).read(buffer) < 0) {
          throw new IOException("the other end has closed");
        }
      }
      selector.selectedKeys().clear();
    }
  }
}
