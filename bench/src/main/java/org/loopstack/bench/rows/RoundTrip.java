// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static java.net.StandardSocketOptions.TCP_NODELAY;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Task;
import org.loopstack.bench.ThreadKind;
import org.loopstack.bench.Unit;

/** One byte there and back between two threads that block. */
public final class RoundTrip implements Row {
  /** How many round trips between two looks at the clock. */
  private static final int BATCH = 16;

  private final ThreadKind kind;
  private final boolean polling;
  private final Bar bar;

  private RoundTrip(ThreadKind kind, boolean polling, Bar bar) {
    this.kind = kind;
    this.polling = polling;
    this.bar = bar;
  }

  /** One byte there and back between two threads of that kind. */
  public RoundTrip(ThreadKind kind, Bar bar) {
    this(kind, false, bar);
  }

  /** The same between platform threads, with busy polling where that can be had. */
  public static RoundTrip polling(Bar bar) {
    return new RoundTrip(ThreadKind.PLATFORM, true, bar);
  }

  @Override
  public String name() {
    return "1-byte round trip, " + kind.text() + (polling ? ", busy polling" : "");
  }

  @Override
  public String note() {
    return polling ? "only ours polls: the kernel has nothing to poll on its loopback" : "";
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
    if (!polling) {
      return roundTrips(side, effort);
    }
    try (Side other = side.polling()) {
      return roundTrips(other, effort);
    }
  }

  private Sample roundTrips(Side side, Effort effort) throws Exception {
    try (TcpPair pair = TcpPair.open(side)) {
      pair.client().setOption(TCP_NODELAY, true);
      pair.server().setOption(TCP_NODELAY, true);
      Task<Long> echo = new Task<>(kind, "echo", () -> echo(pair.server()));
      Task<Sample> ping = new Task<>(kind, "ping", () -> ping(pair.client(), effort.nanos()));
      Sample sample = ping.join();
      long echoed = echo.join();
      if (echoed != sample.operations()) {
        throw new IOException(sample.operations() + " bytes were sent, " + echoed + " came");
      }
      return sample;
    }
  }

  private static Sample ping(SocketChannel channel, long nanos) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(1);
    long trips = 0;
    long start = System.nanoTime();
    long elapsed;
    do {
      for (int i = 0; i < BATCH; i++) {
        byte sent = (byte) trips++;
        buffer.clear().put(0, sent);
        channel.write(buffer);
        buffer.clear();
        if (channel.read(buffer) != 1) {
          throw new EOFException("the echo has ended early");
        }
        if (buffer.get(0) != sent) {
          throw new IOException("another byte came back than was sent");
        }
      }
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    channel.shutdownOutput();
    return new Sample(elapsed / 1e3 / trips, trips);
  }

  private static long echo(SocketChannel channel) throws IOException {
    try (channel) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(1);
      long bytes = 0;
      while (channel.read(buffer.clear()) == 1) {
        channel.write(buffer.flip());
        bytes++;
      }
      return bytes;
    }
  }
}
