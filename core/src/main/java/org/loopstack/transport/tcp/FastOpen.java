// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;

/**
 * TCP Fast Open (RFC 7413) on one stack: the cookies that our listeners give out, and those that
 * our clients were given. Safe for use by many threads: the cache is a leaf with a lock of its own.
 */
final class FastOpen {
  /** As long as Linux's; section 4.1.1 allows 4 to 16 bytes. */
  static final int COOKIE_LENGTH = 8;

  /** What stands in a SYN that asks for a cookie. */
  static final byte[] REQUEST = {};

  /** How many peers are remembered; whom we have not talked to for longest is forgotten. */
  private static final int CACHE_SIZE = 1024;

  private static final long MINUTE = 60_000_000_000L;
  private static final int MAX_DOUBLINGS = 6;

  /**
   * What a client knows of a peer (section 4.1.3): the cookie, and the MSS that bounds the data.
   */
  static final class Peer {
    private final byte[] cookie;
    private final int mss;

    /** The cookie is the peer's for us and is not changed any more; the MSS is what it offered. */
    Peer(byte[] cookie, int mss) {
      this.cookie = cookie;
      this.mss = mss;
    }

    byte[] cookie() {
      return cookie;
    }

    int mss() {
      return mss;
    }
  }

  private static final class Known {
    @Nullable Peer peer;
    int losses;
    long lastLoss;
  }

  private final SipHash key;
  private final Map<IpAddress, Known> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, Known> eldest) {
          return size() > CACHE_SIZE;
        }
      };

  /** Fast Open with that key, or one of its own. */
  FastOpen(Randomness randomness, @Nullable SipHash key) {
    this.key = key == null ? new SipHash(randomness) : key;
  }

  // ---- server ----

  /**
   * The cookie for a client, by section 4.1.2 bound to its address and to be made by us alone. It
   * is Linux's for the same key: SipHash over the client's and the server's address as they stand
   * in the header.
   */
  byte[] cookie(FourTuple ends) {
    IpAddress client = ends.remote();
    IpAddress server = ends.local();
    long hash =
        client.isIpv4()
            ? key.hash(Long.reverseBytes(client.low() << 32 | server.low() & 0xffff_ffffL))
            : key.hash(
                Long.reverseBytes(client.high()),
                Long.reverseBytes(client.low()),
                Long.reverseBytes(server.high()),
                Long.reverseBytes(server.low()));
    byte[] cookie = new byte[COOKIE_LENGTH];
    Bytes.put32(cookie, 0, (int) (Long.reverseBytes(hash) >>> 32));
    Bytes.put32(cookie, 4, (int) Long.reverseBytes(hash));
    return cookie;
  }

  /** Whether a SYN carries the cookie that we gave to its sender. */
  boolean isValid(FourTuple ends, Segment syn) {
    if (syn.options().fastOpenCookieLength() != COOKIE_LENGTH) {
      return false;
    }
    int at = syn.options().fastOpenCookieAt();
    byte[] b = syn.packet().head();
    return Arrays.equals(b, at, at + COOKIE_LENGTH, cookie(ends), 0, COOKIE_LENGTH);
  }

  // ---- client ----

  /** What is known of a peer, or null: no cookie, or data in a SYN to it has vanished lately. */
  @Nullable Peer find(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.get(remote);
      return entry == null || isBlackHole(entry, now) ? null : entry.peer;
    }
  }

  /** Whether a SYN may ask a peer for a cookie. */
  boolean mayAsk(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.get(remote);
      return entry == null || !isBlackHole(entry, now);
    }
  }

  /** A peer has given us a cookie. */
  void remember(IpAddress remote, Peer peer) {
    synchronized (cache) {
      cache.computeIfAbsent(remote, a -> new Known()).peer = peer;
    }
  }

  /** Data in a SYN has arrived: the path lets it pass. */
  void passed(IpAddress remote) {
    synchronized (cache) {
      Known entry = cache.get(remote);
      if (entry != null) {
        entry.losses = 0;
      }
    }
  }

  /**
   * A SYN with data or the option was not answered, one without was: something on the path may
   * swallow it. Section 4.1.3.1 has the client remember that and do without; as on Linux for a time
   * that doubles with each such loss.
   */
  void vanished(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.computeIfAbsent(remote, a -> new Known());
      entry.losses++;
      entry.lastLoss = now;
    }
  }

  private static boolean isBlackHole(Known entry, long now) {
    return entry.losses > 0
        && now - entry.lastLoss < MINUTE << Math.min(entry.losses, MAX_DOUBLINGS);
  }
}
