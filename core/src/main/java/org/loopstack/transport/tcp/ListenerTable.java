// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The listeners of one stack by port. Safe for use by many threads. */
final class ListenerTable {
  private static final TcpListener[] NOBODY = {};

  private final ConcurrentHashMap<Integer, TcpListener[]> byPort = new ConcurrentHashMap<>();

  void add(int port, TcpListener listener) {
    var _ =
        byPort.merge(
            port,
            new TcpListener[] {listener},
            (there, added) -> {
              TcpListener[] all = Arrays.copyOf(there, there.length + 1);
              all[there.length] = added[0];
              return all;
            });
  }

  void remove(int port, TcpListener listener) {
    var _ =
        byPort.computeIfPresent(
            port,
            (p, there) -> {
              TcpListener[] left =
                  Arrays.stream(there).filter(l -> l != listener).toArray(TcpListener[]::new);
              return left.length == 0 ? null : left;
            });
  }

  /**
   * Who listens for a connection: a listener on just this address before one on all addresses, one
   * for this family before one for both; of several that share the port by SO_REUSEPORT, the one
   * that the hash of both ends picks.
   */
  @Nullable TcpListener find(FourTuple ends) {
    TcpListener[] candidates = byPort.getOrDefault(ends.localPort(), NOBODY);
    int best = 0;
    int count = 0;
    for (TcpListener listener : candidates) {
      int score = listener.score(ends.local());
      if (score > best) {
        best = score;
        count = 1;
      } else if (score == best && score > 0) {
        count++;
      }
    }
    int pick = count > 1 ? Integer.remainderUnsigned(spread(ends.hashCode()), count) : 0;
    for (TcpListener listener : candidates) {
      if (best > 0 && listener.score(ends.local()) == best && pick-- == 0) {
        return listener;
      }
    }
    return null;
  }

  /** Multiplies the high bits into the low ones, which a remainder by 2 would only look at. */
  private static int spread(int hash) {
    int h = hash * 0x85ebca6b;
    return (h ^ h >>> 13) * 0xc2b2ae35 >>> 8;
  }
}
