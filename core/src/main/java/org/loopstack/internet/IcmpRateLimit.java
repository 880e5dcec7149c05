// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.loopstack.engine.Engine;
import org.loopstack.wire.IpAddress;

/**
 * "an IPv6 node MUST limit the rate of ICMPv6 error messages it originates" (RFC 4443 section 2.4
 * (f)); the same for IPv4 (RFC 1812 section 4.3.2.8). Two token buckets: one for the stack, one for
 * each destination. A bucket is the one time at which it would be empty of debt, so that taking a
 * token is one compare-and-set. Safe for use by many threads.
 */
final class IcmpRateLimit {
  /** How many destinations are told apart; those beyond share the stack's bucket alone. */
  static final int LIMIT = 4096;

  private final Engine engine;
  private final long interval;
  private final long depth;
  private final long allInterval;
  private final long allDepth;
  private final AtomicLong all = new AtomicLong();
  private final ConcurrentHashMap<IpAddress, AtomicLong> each = new ConcurrentHashMap<>();

  IcmpRateLimit(Engine engine, InternetConfiguration c) {
    this.engine = engine;
    this.interval = c.icmpErrorInterval().toNanos();
    this.depth = interval * c.icmpErrorBurst();
    this.allInterval = 1_000_000_000L / c.icmpMessagesPerSecond();
    this.allDepth = allInterval * c.icmpMessagesBurst();
  }

  /** Whether an error may be sent there now; counts it if so. */
  boolean mayAnswer(IpAddress destination) {
    long now = engine.now();
    if (interval != 0) {
      AtomicLong bucket = each.get(destination);
      if (bucket == null) {
        makeRoom(now);
        if (each.size() < LIMIT) {
          bucket = each.computeIfAbsent(destination, d -> new AtomicLong());
        }
      }
      if (bucket != null && !take(bucket, now, interval, depth)) {
        return false;
      }
    }
    return take(all, now, allInterval, allDepth);
  }

  private static boolean take(AtomicLong bucket, long now, long interval, long depth) {
    while (true) {
      long before = bucket.get();
      long after = Math.max(before, now) + interval;
      if (after - now > depth) {
        return false;
      }
      if (bucket.compareAndSet(before, after)) {
        return true;
      }
    }
  }

  private void makeRoom(long now) {
    if (each.size() >= LIMIT) {
      each.values().removeIf(bucket -> bucket.get() <= now);
    }
  }
}
