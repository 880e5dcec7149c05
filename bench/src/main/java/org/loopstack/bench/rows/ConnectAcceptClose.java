// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Unit;

/**
 * Connections opened, accepted and closed at both ends, one after the other on one thread. In
 * bursts of bounded length, each to a port of its own, because a port of the machine is not free
 * again for a minute after its connection has been closed.
 */
public final class ConnectAcceptClose implements Row {
  private static final int BURST = 1000;
  private static final int BURSTS = 5;

  /** So many connections as it takes until the compiler has made what it makes of such code. */
  private static final int WARM_UPS = 10;

  private final Bar bar;

  /** Connections opened, accepted and closed. */
  public ConnectAcceptClose(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "connect, accept and close, one thread";
  }

  @Override
  public Unit unit() {
    return Unit.PER_SECOND;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public String note() {
    return "in bursts of " + BURST + " connections";
  }

  @Override
  public int warmUps(Effort effort) {
    return effort.quick() ? 2 * WARM_UPS : WARM_UPS;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    long connections = 0;
    long nanos = 0;
    for (int i = 0; i < BURSTS && nanos < effort.nanos(); i++) {
      try (ServerSocketChannel listener = side.listen(1)) {
        nanos += burst(side, listener);
        connections += BURST;
      }
    }
    return new Sample(connections * 1e9 / nanos, connections);
  }

  private static long burst(Side side, ServerSocketChannel listener) throws IOException {
    SocketAddress address = listener.getLocalAddress();
    long start = System.nanoTime();
    for (int i = 0; i < BURST; i++) {
      SocketChannel client = side.connect(address);
      SocketChannel server = listener.accept();
      client.close();
      server.close();
    }
    return System.nanoTime() - start;
  }
}
