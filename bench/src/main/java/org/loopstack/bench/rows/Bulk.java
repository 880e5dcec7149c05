// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.bench.Bar;
import org.loopstack.bench.Effort;
import org.loopstack.bench.Row;
import org.loopstack.bench.Sample;
import org.loopstack.bench.Side;
import org.loopstack.bench.Task;
import org.loopstack.bench.ThreadKind;
import org.loopstack.bench.Unit;

/** As many bytes as will go, in one direction, from blocking threads to blocking threads. */
public final class Bulk implements Row {
  private final ThreadKind kind;
  private final int connections;
  private final BulkStream stream;
  private final String name;
  private final Bar bar;

  private Bulk(ThreadKind kind, int connections, int block, Bar bar) {
    this.kind = kind;
    this.connections = connections;
    this.stream = new BulkStream(block);
    this.bar = bar;
    String what = connections == 1 ? "bulk" : connections + " parallel bulk connections";
    this.name = what + ", " + (block >> 10) + " KiB writes, " + kind.text();
  }

  /**
   * One connection.
   *
   * @param block bytes per write, a power of 2
   */
  public static Bulk single(ThreadKind kind, int block, Bar bar) {
    return new Bulk(kind, 1, block, bar);
  }

  /** Several connections at the same time, all together. */
  public static Bulk parallel(ThreadKind kind, int connections, int block, Bar bar) {
    return new Bulk(kind, connections, block, bar);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Unit unit() {
    return Unit.GIGABYTES_PER_SECOND;
  }

  @Override
  public Bar bar() {
    return bar;
  }

  @Override
  public Sample measure(Side side, Effort effort) throws Exception {
    List<TcpPair> pairs = new ArrayList<>();
    try (ServerSocketChannel listener = side.listen(1)) {
      for (int i = 0; i < connections; i++) {
        pairs.add(TcpPair.open(side, listener));
      }
      return transfer(pairs, effort.nanos());
    } finally {
      for (TcpPair pair : pairs) {
        pair.close();
      }
    }
  }

  private Sample transfer(List<TcpPair> pairs, long nanos) throws Exception {
    List<Task<BulkStream.Received>> receivers = new ArrayList<>();
    List<Task<Long>> senders = new ArrayList<>();
    for (TcpPair pair : pairs) {
      receivers.add(new Task<>(kind, "receive", () -> stream.receive(pair.server())));
      senders.add(new Task<>(kind, "send", () -> stream.send(pair.client(), nanos)));
    }
    double bytesPerNano = 0;
    long reads = 0;
    for (int i = 0; i < pairs.size(); i++) {
      long sent = senders.get(i).join();
      BulkStream.Received received = receivers.get(i).join();
      if (received.bytes() != sent) {
        throw new IOException(sent + " bytes were sent, " + received.bytes() + " have come");
      }
      bytesPerNano += (double) received.timedBytes() / received.nanos();
      reads += sent / stream.block();
    }
    return new Sample(bytesPerNano, reads);
  }
}
