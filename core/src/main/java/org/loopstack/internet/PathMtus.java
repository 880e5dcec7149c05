// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.Iterator;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Timer;
import org.loopstack.wire.IpAddress;

/**
 * The path MTUs that ICMP has reported (RFC 1191, RFC 8201), each believed for a while. Entries are
 * removed by a timer, so that a look-up needs no clock. Safe for use by many threads.
 */
final class PathMtus {
  /** Against reports made to fill the memory: what comes then is not believed. */
  static final int LIMIT = 4096;

  private record PathMtu(int mtu, boolean locked, long expiry) {}

  private final Engine engine;
  private final long lifetime;
  private final Timer timer;
  private final ConcurrentHashMap<IpAddress, PathMtu> entries = new ConcurrentHashMap<>();

  PathMtus(Engine engine, long lifetime) {
    this.engine = engine;
    this.lifetime = lifetime;
    this.timer = new Timer(engine.scheduler(), this::expire);
  }

  /** The path's MTU, or the link's where nothing less is known. */
  int mtu(IpAddress destination, int linkMtu) {
    PathMtu entry = find(destination);
    return entry == null ? linkMtu : Math.min(entry.mtu, linkMtu);
  }

  boolean isLocked(IpAddress destination) {
    PathMtu entry = find(destination);
    return entry != null && entry.locked;
  }

  private @Nullable PathMtu find(IpAddress destination) {
    return entries.isEmpty() ? null : entries.get(destination);
  }

  /**
   * Believes a report, unless it says more than what is believed already: "A node must not increase
   * its estimate of the Path MTU in response to the contents of a Packet Too Big message" (RFC 8201
   * section 4, RFC 1191 section 3).
   *
   * @param locked whether the path wants less, so that datagrams go without DF
   */
  void learn(IpAddress destination, int mtu, boolean locked) {
    PathMtu known = entries.get(destination);
    if (known == null ? entries.size() >= LIMIT : known.mtu < mtu) {
      return;
    }
    long expiry = Clock.after(engine.now(), lifetime);
    entries.put(destination, new PathMtu(mtu, locked, expiry));
    timer.armNoLaterThan(expiry);
  }

  /** What was reported of a path is in doubt. */
  void forget(IpAddress destination) {
    if (!entries.isEmpty()) {
      entries.remove(destination);
    }
  }

  private void expire() {
    long now = engine.now();
    long next = Clock.NEVER;
    for (Iterator<PathMtu> i = entries.values().iterator(); i.hasNext(); ) {
      PathMtu entry = i.next();
      if (entry.expiry <= now) {
        i.remove();
      } else {
        next = Math.min(next, entry.expiry);
      }
    }
    timer.armNoLaterThan(next);
  }

  void close() {
    timer.disarm();
    entries.clear();
  }
}
