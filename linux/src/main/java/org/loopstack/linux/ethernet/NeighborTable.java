// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.IpAddress;

/**
 * Who has which hardware address, and what waits until that is known. There is no timer: a
 * neighbour is asked for again when there is something more to send to it, at most once a second
 * (RFC 1122 section 2.3.2.1 wants that much and no more), and one that was not heard of for a
 * minute is forgotten. Its lock is a leaf. Safe for use by many threads.
 */
final class NeighborTable {
  private static final int MAX_NEIGHBORS = 1024;
  private static final int MAX_WAITING = 16;
  private static final int MAX_ASKED = 3;
  private static final long ASK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long DOUBT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long FORGET_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final class Neighbor {
    private byte @Nullable [] hardwareAddress;
    private long heardOf;
    private boolean asked;
    private long askedAt;
    private int unanswered;
    private final Deque<Packet> waiting = new ArrayDeque<>();
  }

  /** The one used longest ago first. */
  private final Map<IpAddress, Neighbor> neighbors =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, Neighbor> eldest) {
          return size() > MAX_NEIGHBORS;
        }
      };

  /**
   * Where to send a packet.
   *
   * @return null if the packet waits here now
   */
  synchronized byte @Nullable [] resolve(IpAddress address, Packet packet, long now) {
    Neighbor neighbor = neighbors.computeIfAbsent(address, _ -> new Neighbor());
    if (neighbor.hardwareAddress != null && now - neighbor.heardOf > FORGET_NANOS) {
      neighbor.hardwareAddress = null;
      neighbor.unanswered = 0;
    }
    if (neighbor.hardwareAddress != null) {
      return neighbor.hardwareAddress;
    }
    neighbor.waiting.add(packet);
    if (neighbor.waiting.size() > MAX_WAITING) {
      neighbor.waiting.remove();
    }
    return null;
  }

  /** Whether it is time to ask for a neighbour, which whoever asks this does then. */
  synchronized boolean shouldAsk(IpAddress address, long now) {
    Neighbor neighbor = neighbors.get(address);
    if (neighbor == null
        || neighbor.hardwareAddress != null && now - neighbor.heardOf < DOUBT_NANOS
        || neighbor.asked && now - neighbor.askedAt < ASK_NANOS) {
      return false;
    }
    neighbor.asked = true;
    neighbor.askedAt = now;
    if (neighbor.hardwareAddress == null && ++neighbor.unanswered > MAX_ASKED) {
      // Nobody is there: what waits is older than anybody waits for.
      neighbor.waiting.clear();
      neighbor.unanswered = 1;
    }
    return true;
  }

  /**
   * Takes note of a neighbour.
   *
   * @param anew also of one that nobody has asked for
   * @return what has waited for it
   */
  synchronized List<Packet> learn(
      IpAddress address, byte[] hardwareAddress, boolean anew, long now) {
    Neighbor neighbor = neighbors.get(address);
    if (neighbor == null) {
      if (!anew) {
        return List.of();
      }
      neighbor = new Neighbor();
      neighbors.put(address, neighbor);
    }
    neighbor.hardwareAddress = hardwareAddress;
    neighbor.heardOf = now;
    neighbor.unanswered = 0;
    List<Packet> waited = List.copyOf(neighbor.waiting);
    neighbor.waiting.clear();
    return waited;
  }
}
