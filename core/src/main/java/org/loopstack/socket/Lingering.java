// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.util.concurrent.TimeUnit;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.transport.StreamEndpoint;

/** The end of a stream socket, as SO_LINGER wants it. */
final class Lingering {
  private Lingering() {}

  /**
   * Closes.
   *
   * @param linger seconds to wait until all that was written is acknowledged, 0 to reset the
   *     connection, less for a close in the background
   */
  static void close(StreamEndpoint endpoint, Signals signals, Engine engine, int linger) {
    if (linger == 0) {
      endpoint.abort();
    }
    endpoint.close();
    signals.closed();
    if (linger > 0) {
      long deadline = Clock.after(engine.now(), TimeUnit.SECONDS.toNanos(linger));
      awaitDrained(endpoint, signals.closer(), engine, deadline);
    }
    endpoint.setReadinessListener(null);
  }

  private static void awaitDrained(
      StreamEndpoint endpoint, Waiter waiter, Engine engine, long deadline) {
    waiter.prepare();
    try {
      while (!endpoint.isDrained()
          && engine.now() < deadline
          && !Thread.currentThread().isInterrupted()) {
        waiter.park(deadline);
      }
    } finally {
      waiter.done();
    }
  }
}
