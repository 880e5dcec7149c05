// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Unit;

/** A datagram of 64 bytes sent and received on one thread. */
public final class UdpExchange implements Row {
  private static final int SIZE = 64;
  private static final int BATCH = 64;

  private final Bar bar;

  /** A datagram of 64 bytes sent and received on one thread. */
  public UdpExchange(Bar bar) {
    this.bar = bar;
  }

  @Override
  public String name() {
    return "UDP, " + SIZE + " bytes, send and receive, one thread";
  }

  @Override
  public Unit unit() {
    return Unit.NANOSECONDS;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    try (DatagramChannel from = bind(side);
        DatagramChannel to = bind(side)) {
      SocketAddress destination = to.getLocalAddress();
      ByteBuffer out = ByteBuffer.allocateDirect(SIZE);
      ByteBuffer in = ByteBuffer.allocateDirect(2 * SIZE);
      long datagrams = 0;
      long start = System.nanoTime();
      long elapsed;
      do {
        for (int i = 0; i < BATCH; i++) {
          long number = datagrams++;
          out.clear().putLong(0, number);
          from.send(out, destination);
          to.receive(in.clear());
          if (in.position() != SIZE || in.getLong(0) != number) {
            throw new IOException("another datagram came than was sent");
          }
        }
        elapsed = System.nanoTime() - start;
      } while (elapsed < effort.nanos());
      return new Sample((double) elapsed / datagrams, datagrams);
    }
  }

  private static DatagramChannel bind(Side side) throws IOException {
    DatagramChannel channel = side.openDatagram();
    try {
      return channel.bind(Side.FREE_PORT);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }
}
