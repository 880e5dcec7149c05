// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
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

  // TFO_CLIENT_ENABLE and its sisters of Linux.
  private static final int CLIENT = 1;
  private static final int SERVER = 2;
  private static final int CLIENT_WITHOUT_COOKIE = 4;
  private static final int SERVER_WITHOUT_COOKIE = 0x200;
  private static final int ALL_LISTENERS = 0x400;

  /** How many peers are remembered; whom we have not talked to for longest is forgotten. */
  private static final int CACHE_SIZE = 1024;

  /** As Linux's: the longest time is 64 times the first. */
  private static final int MAX_DOUBLINGS = 6;

  /**
   * What a client knows of a peer (section 4.1.3): the cookie, and the MSS that bounds the data.
   */
  static final class Peer {
    private final FastOpenOption cookie;
    private final int mss;

    /** The cookie is the peer's for us; the MSS is what it offered. */
    Peer(FastOpenOption cookie, int mss) {
      this.cookie = cookie;
      this.mss = mss;
    }

    FastOpenOption cookie() {
      return cookie;
    }

    int mss() {
      return mss;
    }
  }

  private static final class Known {
    @Nullable Peer peer;

    /** Which forms of the option have brought no cookie: none, the usual one, or both. */
    int refusals;

    int losses;
    long lastLoss;
  }

  /** The key of the cookies we give, and the one before it, whose cookies are still good. */
  private record Keys(SipHash current, @Nullable SipHash previous, long since) {}

  private final TcpConfiguration configuration;
  private final Randomness randomness;
  private final AtomicReference<Keys> keys;
  private final Map<IpAddress, Known> cache =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpAddress, Known> eldest) {
          return size() > CACHE_SIZE;
        }
      };

  /** Fast Open with the configuration's keys, or with those of its own. */
  FastOpen(Randomness randomness, TcpConfiguration configuration, long now) {
    this.randomness = randomness;
    this.configuration = configuration;
    SipHash given = configuration.fastOpenKey();
    SipHash first = given == null ? new SipHash(randomness) : given;
    keys = new AtomicReference<>(new Keys(first, configuration.fastOpenBackupKey(), now));
  }

  /** Whether our clients may begin with data, by what the configuration says. */
  static boolean isClientAllowed(TcpConfiguration configuration) {
    return (configuration.fastOpen() & CLIENT) != 0;
  }

  // ---- server ----

  /**
   * How many connections of a listener may wait for the end of their handshake.
   *
   * @param chosen what its user says, or 0
   */
  int limit(int chosen, int backlog) {
    int mode = configuration.fastOpen();
    if ((mode & SERVER) == 0) {
      return 0;
    }
    return chosen == 0 && (mode & ALL_LISTENERS) != 0 ? backlog : chosen;
  }

  /** Whether a SYN is one of Fast Open: by its option, or by its data if no cookie is needed. */
  boolean isMeant(Segment syn) {
    return syn.options().fastOpenCookieLength() >= 0 || (needsNoCookie() && syn.dataLength() > 0);
  }

  private boolean needsNoCookie() {
    return (configuration.fastOpen() & SERVER_WITHOUT_COOKIE) != 0;
  }

  /** Whether the data of such a SYN is taken at once. */
  boolean isAdmitted(FourTuple ends, Segment syn, long now) {
    return needsNoCookie() || isValid(ends, syn, now);
  }

  /** The option that gives a client its cookie, in the form in which it has asked. */
  FastOpenOption answer(FourTuple ends, Segment syn, long now) {
    return new FastOpenOption(cookie(ends, now), syn.options().isFastOpenExperimental());
  }

  /**
   * The cookie for a client, by section 4.1.2 bound to its address and to be made by us alone. It
   * is Linux's for the same key: SipHash over the client's and the server's address as they stand
   * in the header.
   */
  byte[] cookie(FourTuple ends, long now) {
    return cookie(keys(now).current, ends);
  }

  /** The keys now: one of our own serves for a lifetime, and for another one as the previous. */
  private Keys keys(long now) {
    Keys known = keys.get();
    long lifetime = configuration.fastOpenKeyLifetime();
    if (lifetime == 0 || now - known.since < lifetime || configuration.fastOpenKey() != null) {
      return known;
    }
    SipHash previous = now - known.since < 2 * lifetime ? known.current : null;
    Keys next = new Keys(new SipHash(randomness), previous, now);
    return keys.compareAndSet(known, next) ? next : keys.get();
  }

  private static byte[] cookie(SipHash key, FourTuple ends) {
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

  /** Whether a SYN carries the cookie that we gave to its sender, by this key or the last one. */
  boolean isValid(FourTuple ends, Segment syn, long now) {
    Keys known = keys(now);
    return isBy(known.current, ends, syn) || isBy(known.previous, ends, syn);
  }

  /** Whether a cookie is by the last key: its sender should get a new one. */
  boolean isOutdated(FourTuple ends, Segment syn, long now) {
    Keys known = keys(now);
    return !isBy(known.current, ends, syn) && isBy(known.previous, ends, syn);
  }

  private static boolean isBy(@Nullable SipHash key, FourTuple ends, Segment syn) {
    if (key == null || syn.options().fastOpenCookieLength() != COOKIE_LENGTH) {
      return false;
    }
    int at = syn.options().fastOpenCookieAt();
    byte[] b = syn.packet().head();
    return Arrays.equals(b, at, at + COOKIE_LENGTH, cookie(key, ends), 0, COOKIE_LENGTH);
  }

  // ---- client ----

  /** What is known of a peer, or null: no cookie, or data in a SYN to it has vanished lately. */
  @Nullable Peer find(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.get(remote);
      return entry == null || isBlackHole(entry, now) ? null : entry.peer;
    }
  }

  /** Whether the data goes without any cookie, as both ends must have been told. */
  boolean sendsNoCookie() {
    return (configuration.fastOpen() & CLIENT_WITHOUT_COOKIE) != 0;
  }

  /** The option by which a SYN asks a peer for a cookie, or null for none. */
  @Nullable FastOpenOption request(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.get(remote);
      if (entry == null) {
        return FastOpenOption.REQUEST;
      }
      if (isBlackHole(entry, now)) {
        return null;
      }
      return entry.refusals == 1 ? FastOpenOption.EXPERIMENTAL_REQUEST : FastOpenOption.REQUEST;
    }
  }

  /**
   * A peer that was asked for a cookie has given none. As Linux: it is asked once by the option of
   * the experiment, and from then on by the usual one.
   */
  void refused(IpAddress remote) {
    synchronized (cache) {
      Known entry = cache.computeIfAbsent(remote, a -> new Known());
      entry.refusals = Math.min(entry.refusals + 1, 2);
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
   * swallow it. Section 4.1.3.1 has the client remember that and do without for a while; as with
   * Linux's tcp_fastopen_blackhole_timeout_sec for a time that doubles with each such loss, but
   * only with this peer.
   */
  void vanished(IpAddress remote, long now) {
    synchronized (cache) {
      Known entry = cache.computeIfAbsent(remote, a -> new Known());
      entry.losses++;
      entry.lastLoss = now;
    }
  }

  private boolean isBlackHole(Known entry, long now) {
    return entry.losses > 0
        && now - entry.lastLoss
            < configuration.fastOpenBlackholeTimeout() << Math.min(entry.losses - 1, MAX_DOUBLINGS);
  }
}
