// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Finds the sockets that a datagram is for: for each port an immutable array, the newest socket
 * first, which is replaced by whoever binds or closes. Nobody takes a lock. Among sockets of one
 * port it is a linear search; a server has one of them, or a few that share by SO_REUSEPORT.
 */
final class UdpDemultiplexer {
  private static final UdpEndpoint[] NOBODY = {};
  private static final int PAGE_BITS = 8;
  private static final int PAGE = 1 << PAGE_BITS;

  private final AtomicReferenceArray<@Nullable AtomicReferenceArray<UdpEndpoint @Nullable []>>
      pages = new AtomicReferenceArray<>(65_536 >> PAGE_BITS);
  private final int hashKey;

  UdpDemultiplexer(int hashKey) {
    this.hashKey = hashKey;
  }

  /** The sockets of a port, the newest first. Not to be changed. */
  UdpEndpoint[] at(int port) {
    AtomicReferenceArray<UdpEndpoint @Nullable []> page = pages.get(port >> PAGE_BITS);
    UdpEndpoint[] found = page == null ? null : page.get(port & (PAGE - 1));
    return found == null ? NOBODY : found;
  }

  void add(int port, UdpEndpoint endpoint) {
    AtomicReferenceArray<UdpEndpoint @Nullable []> page = page(port);
    UdpEndpoint[] before;
    UdpEndpoint[] after;
    do {
      before = page.get(port & (PAGE - 1));
      UdpEndpoint[] others = before == null ? NOBODY : before;
      after = new UdpEndpoint[others.length + 1];
      after[0] = endpoint;
      System.arraycopy(others, 0, after, 1, others.length);
    } while (!page.compareAndSet(port & (PAGE - 1), before, after));
  }

  void remove(int port, UdpEndpoint endpoint) {
    AtomicReferenceArray<UdpEndpoint @Nullable []> page = page(port);
    UdpEndpoint[] before;
    UdpEndpoint[] after;
    do {
      before = page.get(port & (PAGE - 1));
      if (before == null) {
        return;
      }
      after = Arrays.stream(before).filter(e -> e != endpoint).toArray(UdpEndpoint[]::new);
    } while (!page.compareAndSet(port & (PAGE - 1), before, after.length == 0 ? null : after));
  }

  private AtomicReferenceArray<UdpEndpoint @Nullable []> page(int port) {
    AtomicReferenceArray<UdpEndpoint @Nullable []> page = pages.get(port >> PAGE_BITS);
    if (page != null) {
      return page;
    }
    AtomicReferenceArray<UdpEndpoint @Nullable []> fresh = new AtomicReferenceArray<>(PAGE);
    AtomicReferenceArray<UdpEndpoint @Nullable []> other =
        pages.compareAndExchange(port >> PAGE_BITS, null, fresh);
    return other == null ? fresh : other;
  }

  /**
   * The one socket that a unicast datagram is for, or null: the best fit, among equals the newest,
   * unless they share the port by SO_REUSEPORT: then the flow decides which one.
   */
  @Nullable UdpEndpoint find(int port, IpAddress source, int sourcePort, IpAddress destination) {
    UdpEndpoint best = null;
    int bestScore = UdpBinding.NONE;
    int sharing = 0;
    UdpEndpoint[] all = at(port);
    for (UdpEndpoint endpoint : all) {
      int score = endpoint.score(source, sourcePort, destination);
      if (score > bestScore) {
        best = endpoint;
        bestScore = score;
        sharing = 1;
      } else if (score == bestScore && score != UdpBinding.NONE) {
        sharing++;
      }
    }
    if (sharing > 1 && best != null && best.sharesPort()) {
      return spread(all, bestScore, source, sourcePort, destination);
    }
    return best;
  }

  private @Nullable UdpEndpoint spread(
      UdpEndpoint[] all, int score, IpAddress source, int sourcePort, IpAddress destination) {
    UdpEndpoint[] group = new UdpEndpoint[all.length];
    int size = 0;
    for (UdpEndpoint endpoint : all) {
      if (endpoint.sharesPort() && endpoint.score(source, sourcePort, destination) == score) {
        group[size++] = endpoint;
      }
    }
    if (size == 0) {
      return null;
    }
    int hash = hashKey ^ source.hashCode() * 31 ^ destination.hashCode() ^ sourcePort << 16;
    hash *= 0x9e37_79b9;
    hash = (hash ^ hash >>> 15) * 0x85eb_ca6b;
    hash ^= hash >>> 13;
    // The older sockets keep their place when another one joins.
    return group[size - 1 - (int) ((hash & 0xffff_ffffL) * size >>> 32)];
  }

  /** All sockets that are bound. */
  List<UdpEndpoint> all() {
    List<UdpEndpoint> found = new ArrayList<>();
    for (int p = 0; p < pages.length(); p++) {
      AtomicReferenceArray<UdpEndpoint @Nullable []> page = pages.get(p);
      for (int i = 0; page != null && i < PAGE; i++) {
        UdpEndpoint[] there = page.get(i);
        if (there != null) {
          found.addAll(Arrays.asList(there));
        }
      }
    }
    return found;
  }
}
