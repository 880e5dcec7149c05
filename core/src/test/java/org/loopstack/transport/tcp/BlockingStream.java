// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.nio.ByteBuffer;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;

/**
 * An endpoint that one thread reads and another writes, in real time. Whoever waits longer than
 * anything here can take has been forgotten: that is a failure, with all that is known about it.
 */
final class BlockingStream {
  private static final long STALLED = 10_000_000_000L;

  final StreamEndpoint endpoint;
  private final Engine engine;
  private final Waiter reader;
  private final Waiter writer;

  BlockingStream(StreamEndpoint endpoint, Engine engine) {
    this.endpoint = endpoint;
    this.engine = engine;
    reader = new Waiter(engine);
    writer = new Waiter(engine);
    endpoint.setReadinessListener(
        bits -> {
          if ((bits & Readiness.READ) != 0) {
            reader.signal();
          }
          if ((bits & (Readiness.WRITE | Readiness.DRAINED)) != 0) {
            writer.signal();
          }
        });
  }

  /** Reads at least one byte, or -1 at the end. */
  int read(ByteBuffer target) throws ErrnoException {
    for (int n; ; ) {
      reader.prepare();
      if ((n = endpoint.read(target)) != 0) {
        reader.done();
        return n;
      }
      park(reader, "reading");
    }
  }

  /** Writes all. */
  void write(ByteBuffer source) throws ErrnoException {
    while (source.hasRemaining()) {
      writer.prepare();
      if (endpoint.write(source) == 0) {
        park(writer, "writing");
      }
      writer.done();
    }
  }

  private void park(Waiter waiter, String what) {
    long deadline = engine.now() + STALLED;
    waiter.park(deadline);
    if (engine.now() >= deadline) {
      throw new AssertionError("stalled while " + what + ": " + endpoint);
    }
  }
}
