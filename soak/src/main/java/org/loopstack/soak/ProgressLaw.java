// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * How long one direction of one connection may take, derived from what the wire did to it. It sees
 * the connection as the wire does, and so does not believe what the stack says of itself.
 *
 * <p><b>Stalls.</b> Let the sender have something outstanding, a SYN, data or a FIN. Progress is
 * that an acknowledgment reaches it which is higher than all before. Without progress it sends
 * again after a timeout, which doubles each time (RFC 6298 section 5.5) up to the profile's maximum
 * M. What it sends again is answered, so each timeout without progress has cost the wire at least
 * one datagram, of either direction, since the timeout before. So if the wire has destroyed
 * datagrams at k times since the last progress, at most k timeouts can have passed in vain, and
 *
 * <pre>    stall &lt;= sum(i = 0 .. k + 2) min(M, R * 2^i) + longest round trip</pre>
 *
 * where two datagrams count as destroyed at one time if they lie no further apart than the shortest
 * timeouts k and k + 1 would, {@code 200 ms * 2^k} (k up to 8, for timeouts of a minute); the two
 * more are for the timeout under way when the progress came and for one that was spurious. R bounds
 * a timeout that is not backed off: RFC 6298 computes {@code SRTT + 4 * RTTVAR}, neither of which
 * exceeds the longest round trip that was measured. That is the wire's T (with 200 ms for an
 * acknowledgment or a segment that is held back) and, if an acknowledgment was lost and the next
 * one echoes an old timestamp, the longest stall before: also that of a SYN-ACK which a server does
 * not keep and which is not watched therefore. A profile adds 200 ms at most or rounds up to 1 s;
 * it is 3 s in the first exchange of data after a SYN was lost (section 5.7).
 *
 * <p><b>Windows.</b> While the application at the other end is behind, its window may be closed,
 * and there is no law. When it has read all, the sender is told, or asks with a probe; probes are
 * backed off like timeouts (RFC 9293 section 3.8.6.1), so the next one comes within the time that
 * the window was closed, plus R: that takes the place of R until the next progress. Probes and
 * their answers may be lost like what is outstanding, and cost as much.
 *
 * <p><b>Marks.</b> With a window of one segment the sender of something new waits for a timeout
 * after an echoed mark (RFC 3168 section 6.1.2), though nothing is outstanding perhaps: each such
 * wait may take M.
 *
 * <p><b>Everything.</b> A round trip without a loss brings one segment over at least, or one write
 * of the application if that is less. So a direction takes no longer than
 *
 * <pre>
 *     (segments + writes + 8) * T + 4 R + all stalls that begin within T + longest stall after a loss
 * </pre>
 *
 * and the waits for windows and marks, and what the applications pause; a segment that has been
 * brought over may need another round trip to open the window for the next; 8 of them and 16 R are
 * for opening and closing. A timer that is lost breaks the first law within seconds if nothing is
 * lost on the wire; a connection that crawls from timeout to timeout the second.
 */
final class ProgressLaw {
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000 * MILLISECOND;

  /** The greatest timeout of any profile. */
  private static final long MOST = 120 * SECOND + 200 * MILLISECOND;

  private static final long SHORTEST = 200 * MILLISECOND;

  /** How long an answer may be held back by delayed acknowledgments or by Nagle's rule. */
  static final long HELD_BACK = 200 * MILLISECOND;

  private final String name;
  private final long roundTrip;
  private long longestStall;

  private boolean begun;
  private boolean over;
  private int first;
  private int acknowledged;
  private int highest;
  private long since;

  /** When the last progress was, whoever has waited for whom since. */
  private long progressAt;

  private long base;
  private int destroyed;
  private long lastCounted;
  private long lastDestroyed = Long.MIN_VALUE / 2;
  private long behindSince = -1;
  private long answeredAt = -1;
  private long echoedAt = -1;
  private long shutSince = -1;
  private int answers;
  private boolean isAnswer;
  private long paid;

  /**
   * A direction in which nothing has been sent.
   *
   * @param roundTrip the longest of the wire, in nanoseconds
   */
  ProgressLaw(String name, long roundTrip) {
    this.name = name;
    this.roundTrip = roundTrip + HELD_BACK;
    this.base = Math.max(3 * SECOND, unbacked());
  }

  /** The sender sends a segment. */
  void sent(byte[] b, int at, int limit, boolean mayForget, long now) {
    int flags = TcpHeader.flags(b, at);
    int seq = TcpHeader.sequence(b, at);
    if ((flags & TcpHeader.RST) != 0) {
      over = true;
      return;
    }
    int end = SequenceNumber.add(seq, TcpHeader.segmentLength(b, at, limit));
    boolean isSyn = (flags & TcpHeader.SYN) != 0;
    if (isSyn && mayForget) {
      // An answer that is not kept is not sent again either: the client's SYN is what is watched.
      answeredAt = answeredAt < 0 ? now : answeredAt;
      return;
    }
    if (isSyn) {
      isAnswer = (flags & TcpHeader.ACK) != 0;
      answers = TcpHeader.acknowledgment(b, at);
    }
    if (!begun || isSyn && seq != first && acknowledged == first) {
      begun = true;
      first = seq;
      acknowledged = seq;
      highest = seq;
    }
    if (SequenceNumber.gt(end, highest)) {
      if (highest == acknowledged) {
        paid += heldByMark(now);
        echoedAt = -1;
        restart(now);
      }
      highest = end;
    }
  }

  /** The wire has destroyed a segment of either direction. */
  void destroyed(long now) {
    if (destroyed == 0 || now - lastCounted >= SHORTEST << Math.min(destroyed, 8)) {
      destroyed++;
      lastCounted = now;
    }
    lastDestroyed = now;
  }

  /** A segment reaches the sender. */
  void arrived(byte[] b, int at, long now) {
    int flags = TcpHeader.flags(b, at);
    if ((flags & TcpHeader.RST) != 0) {
      over = true;
    }
    int ack = TcpHeader.acknowledgment(b, at);
    boolean wasSyn = acknowledged == first;
    if (wasSyn && isAnswer && isRefused(b, at)) {
      return;
    }
    watchWindow(TcpHeader.window(b, at), now);
    if (!begun && answeredAt >= 0) {
      // Its timestamp may echo that of the first answer.
      longestStall = Math.max(longestStall, now - answeredAt);
      base = Math.max(base, unbacked());
    }
    if (begun
        && (flags & TcpHeader.ACK) != 0
        && SequenceNumber.gt(ack, acknowledged)
        && SequenceNumber.le(ack, highest)) {
      pay(now);
      acknowledged = ack;
      progressAt = now;
      base = wasSyn ? Math.max(3 * SECOND, unbacked()) : unbacked();
      restart(now);
    }
    if (begun && (flags & TcpHeader.ECE) != 0 && SequenceNumber.ge(ack, acknowledged)) {
      lastDestroyed = now;
      echoedAt = isOutstanding() || echoedAt >= 0 ? echoedAt : now;
    }
  }

  /**
   * Whether a host that has answered a SYN must refuse a segment for its number, and with it the
   * acknowledgment: a keep-alive probe establishes nothing.
   */
  private boolean isRefused(byte[] b, int at) {
    int seq = TcpHeader.sequence(b, at);
    int end = SequenceNumber.add(seq, TcpHeader.segmentLength(b, at, b.length));
    return SequenceNumber.lt(seq, answers) && SequenceNumber.le(end, answers);
  }

  private void watchWindow(int window, long now) {
    if (window > 0) {
      paid += shut(now);
      shutSince = -1;
    } else if (shutSince < 0) {
      shutSince = now;
    }
  }

  /** How long the sender may have waited for a window, if the wire is to blame. */
  private long shut(long now) {
    return shutSince < 0 || isOutstanding() || lastDestroyed < shutSince - roundTrip
        ? 0
        : Math.min(now - shutSince, allowance());
  }

  /** How long a mark may have kept the sender from sending, while nothing is outstanding. */
  private long heldByMark(long now) {
    return echoedAt < 0 ? 0 : Math.min(MOST, now - echoedAt);
  }

  private void restart(long now) {
    since = now;
    destroyed = 0;
  }

  private void pay(long now) {
    long stall = payable(now);
    paid += stall;
    longestStall = Math.max(longestStall, stall);
  }

  /** R: no timeout is longer that is not backed off. */
  private long unbacked() {
    return Math.min(MOST, Math.max(SECOND, 5 * (roundTrip + longestStall) + 2 * SHORTEST));
  }

  /** The stall so far, if the wire is to blame. */
  private long payable(long now) {
    return isOutstanding() && lastDestroyed >= since - roundTrip - longestStall ? now - since : 0;
  }

  private long allowance() {
    long sum = roundTrip;
    for (int i = 0; i <= destroyed + 2; i++) {
      sum += i > 20 ? MOST : Math.min(MOST, base << i);
    }
    return sum;
  }

  private boolean isOutstanding() {
    return begun && !over && acknowledged != highest;
  }

  /**
   * Checks the law.
   *
   * @param behind whether the application that receives has not read all there is
   * @return what is wrong, or null
   */
  @Nullable String check(boolean behind, long now) {
    if (behind) {
      behindSince = behindSince < 0 ? now : behindSince;
      pay(now);
      if (isOutstanding() && lastDestroyed >= progressAt) {
        // Timeouts go on meanwhile, and are backed off until something new has been measured.
        longestStall = Math.max(longestStall, now - progressAt);
      }
      restart(now);
      shutSince = shutSince < 0 ? -1 : now;
      base = Math.min(MOST, Math.max(base, now - behindSince + unbacked()));
      return null;
    }
    behindSince = -1;
    if (!isOutstanding() || now - since <= allowance()) {
      return null;
    }
    return String.format(
        Locale.ROOT,
        "%s: no progress for %.1f s at %s of %s, though the wire destroyed datagrams only at %d"
            + " times: no more than %.1f s are due",
        name,
        (now - since) / 1e9,
        Integer.toUnsignedString(acknowledged - first),
        Integer.toUnsignedString(highest - first),
        destroyed,
        allowance() / 1e9);
  }

  /** How long the direction may have taken until now, but for the applications' pauses. */
  long bound(int segments, int writes, long now) {
    return 3 * (segments + writes + 8L) * roundTrip
        + 16 * base
        + paid
        + payable(now)
        + heldByMark(now)
        + shut(now);
  }
}
