// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.util.concurrent.TimeUnit;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.transport.Endpoint;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A packet's way from one endpoint to another and back, by inbox and run queue alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HopBenchmark {
  private final Engine engine = Engine.system();
  private final Returning a = new Returning(engine);
  private final Returning b = new Returning(engine);
  private final Packet packet = Packet.allocate(0, 64);

  /** Sets both up. */
  public HopBenchmark() {
    a.peer = b;
    b.peer = a;
  }

  /** One lock and the run queue, with nobody to send to. */
  @Benchmark
  public void enterAndExit() {
    a.call();
  }

  /** Two hops: three entries, each under a lock of its own. */
  @Benchmark
  public int thereAndBack() {
    a.send(packet);
    return a.received;
  }

  /** Sends every second packet that it is given back to its peer. */
  private static final class Returning extends Endpoint {
    private Returning peer = this;
    private boolean asked;
    private int received;

    Returning(Engine engine) {
      super(engine);
    }

    void call() {
      long now = enter();
      exit(now);
    }

    void send(Packet first) {
      long now = enter();
      try {
        asked = true;
        peer.offer(first);
      } finally {
        exit(now);
      }
    }

    @Override
    protected void receive(Packet arrived, long now) {
      received++;
      if (asked) {
        asked = false;
      } else {
        peer.offer(arrived);
      }
    }

    @Override
    protected void fail(long now) {
      throw new IllegalStateException("A hop does nothing that could fail");
    }
  }
}
