// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.wire.SequenceNumber.ge;
import static org.loopstack.wire.SequenceNumber.le;
import static org.loopstack.wire.SequenceNumber.lt;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * SYN-RECEIVED (RFC 9293 section 3.10.7.4) for a connection of which there is only a record, and
 * the retransmission of its SYN-ACK. Guarded by the listener's lock but for {@link #completes}.
 */
final class SynReceived {
  private final TcpProtocol protocol;
  private final TcpConfiguration configuration;
  private final TcpListener listener;
  private final SynCache cache;
  private final HalfOpenWriter out;

  SynReceived(TcpProtocol protocol, TcpListener listener, SynCache cache, HalfOpenWriter out) {
    this.protocol = protocol;
    this.configuration = protocol.configuration();
    this.listener = listener;
    this.cache = cache;
    this.out = out;
  }

  // ---- segments ----

  /** Whether a segment passes all checks up to the fifth: it acknowledges our SYN. */
  static boolean completes(HalfOpen h, Segment segment) {
    return segment.has(TcpHeader.ACK)
        && !segment.has(TcpHeader.RST)
        && segment.ack == h.sndNxt()
        && !failsPaws(h, segment)
        && (isSynAckOfSimultaneousOpen(h, segment)
            || (isAcceptable(h, segment) && !isSynInside(h, segment)));
  }

  private static boolean isSynInside(HalfOpen h, Segment segment) {
    return segment.has(TcpHeader.SYN) && ge(segment.seq, h.rcvNxt());
  }

  private static boolean isSynAckOfSimultaneousOpen(HalfOpen h, Segment segment) {
    return segment.has(TcpHeader.SYN) && segment.has(TcpHeader.ACK) && segment.seq == h.irs;
  }

  /** R1 of RFC 7323 section 5.3. */
  private static boolean failsPaws(HalfOpen h, Segment segment) {
    return h.timestamps
        && segment.hasTimestamps
        && !segment.has(TcpHeader.RST)
        && lt(segment.timestampValue, h.tsRecent);
  }

  private static boolean isAcceptable(HalfOpen h, Segment segment) {
    int next = h.rcvNxt();
    int window = h.window();
    int length = segment.length();
    if (window == 0) {
      return segment.seq == next;
    }
    return SequenceNumber.inWindow(segment.seq, next, window)
        || (length > 0
            && SequenceNumber.inWindow(SequenceNumber.add(segment.end(), -1), next, window));
  }

  /** A segment that could not make it a connection, or not yet when it arrived. */
  void process(HalfOpen h, Segment segment, long now) {
    if (!checkSequence(h, segment, now)) {
      return;
    }
    if (segment.has(TcpHeader.RST)) {
      reset(h, segment, now);
    } else if (isSynInside(h, segment)) {
      // RFC 5961 section 4.2: "TCP MUST send an ACK (also referred to as challenge ACK)".
      if (configuration.robustResets()) {
        challengeByRfc5961(h, now);
      } else {
        abort(h, now);
      }
    } else if (!segment.has(TcpHeader.ACK)) {
      drop(segment, DropReason.TCP_OUT_OF_WINDOW);
    } else if (segment.ack != h.sndNxt()) {
      // "If the segment acknowledgment is not acceptable, form a reset segment".
      protocol.sendReset(segment.packet());
    } else if (defers(h, segment, listener.settings())) {
      h.deferring = true;
      count(TcpCounter.DEFER_ACCEPT_DROP);
    } else if (!listener.establish(h, segment.packet())) {
      count(TcpCounter.LISTEN_OVERFLOWS);
      count(TcpCounter.LISTEN_DROPS);
      // As on Linux the acknowledgment is ignored: the SYN-ACK goes again, and the peer tries
      // again.
      drop(segment, DropReason.TCP_BACKLOG_FULL);
      if (configuration.resetOnOverflow()) {
        abort(h, now);
      }
    }
  }

  /** First: "check sequence number". */
  private boolean checkSequence(HalfOpen h, Segment segment, long now) {
    if (failsPaws(h, segment)) {
      drop(segment, DropReason.TCP_PAWS);
      boolean _ = challenge(h, segment.length() > 0, TcpCounter.ACK_SKIPPED_SYN_RECEIVED, now);
      return false;
    }
    boolean again = segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.ACK | TcpHeader.RST);
    if (again && segment.seq == h.irs && segment.dataLength() > 0) {
      // The data of a SYN that is sent again is in the window; the SYN is what asks.
      sendAgain(h, now);
      return false;
    }
    if (isSynAckOfSimultaneousOpen(h, segment) && segment.ack == h.sndNxt()) {
      return true;
    }
    if (!isAcceptable(h, segment)) {
      drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      if (segment.has(TcpHeader.SYN) && !segment.has(TcpHeader.RST)) {
        // The peer has not got our SYN-ACK, or not yet.
        sendAgain(h, now);
      } else if (!segment.has(TcpHeader.RST)) {
        boolean carries = segment.dataLength() > 0 || segment.has(TcpHeader.FIN);
        boolean _ = challenge(h, carries, TcpCounter.ACK_SKIPPED_SYN_RECEIVED, now);
      }
      return false;
    }
    if (h.timestamps
        && segment.hasTimestamps
        && le(segment.seq, h.rcvNxt())
        && ge(segment.timestampValue, h.tsRecent)) {
      h.tsRecent = segment.timestampValue;
    }
    return true;
  }

  /** Second: "check the RST bit", as RFC 5961 section 3.2 has it. */
  private void reset(HalfOpen h, Segment segment, long now) {
    if (configuration.robustResets() && segment.seq != h.rcvNxt()) {
      challengeByRfc5961(h, now);
    } else {
      count(TcpCounter.ATTEMPT_FAILS);
      count(TcpCounter.EMBRYONIC_RSTS);
      // "If this connection was initiated with a passive OPEN ..., then return this connection to
      // LISTEN state and return. The user need not be informed."
      forget(h);
    }
  }

  /** Whether an acknowledgment waits for the data behind it: TCP_DEFER_ACCEPT. */
  static boolean defers(HalfOpen h, Segment segment, TcpSettings settings) {
    return segment.length() == 0 && h.retries < settings.deferAccept;
  }

  /** RFC 5961 section 7: what carries no data is answered only so often. */
  private boolean challenge(HalfOpen h, boolean carriesData, TcpCounter skipped, long now) {
    boolean may = carriesData || h.mayChallenge(configuration.challengeAckInterval(), now);
    if (may) {
      out.answer(h, listener.settings(), TcpHeader.ACK, now);
    } else {
      count(skipped);
    }
    return may;
  }

  private void challengeByRfc5961(HalfOpen h, long now) {
    if (challenge(h, false, TcpCounter.ACK_SKIPPED_CHALLENGE, now)) {
      count(TcpCounter.CHALLENGE_ACK);
    }
  }

  private void count(TcpCounter counter) {
    protocol.statistics().increment(counter);
  }

  private void abort(HalfOpen h, long now) {
    count(TcpCounter.ATTEMPT_FAILS);
    count(TcpCounter.EMBRYONIC_RSTS);
    out.answer(h, listener.settings(), TcpHeader.RST | TcpHeader.ACK, now);
    forget(h);
  }

  private void forget(HalfOpen h) {
    boolean _ = cache.leave(h, null);
    cache.remove(h);
  }

  /** An ICMP error about our SYN-ACK ends the connection: it was never open. */
  void failed(HalfOpen h, int seq) {
    if (seq == h.iss || seq == h.sndNxt()) {
      forget(h);
    }
  }

  private void drop(Segment segment, DropReason reason) {
    protocol.internet().drop(segment.packet(), reason);
  }

  // ---- time ----

  /** Sends the SYN-ACK of a new record. */
  void begin(HalfOpen h, @Nullable FastOpenOption cookie, long now) {
    out.synAck(h, listener.settings(), cookie, now);
    h.deadline = deadline(h, now);
    cache.add(h);
  }

  private void sendAgain(HalfOpen h, long now) {
    count(TcpCounter.RETRANS_SEGS);
    count(TcpCounter.SYN_RETRANS);
    out.synAck(h, listener.settings(), null, now);
    h.deadline = deadline(h, now);
    cache.later(h);
  }

  private long deadline(HalfOpen h, long now) {
    long deadline = now + configuration.handshakeTimeout(h.retries, h.retries);
    long limit = UserTimeout.chosen(listener.settings());
    return limit > 0 ? Math.min(deadline, h.firstSent + limit) : deadline;
  }

  /** Sends again, or gives up, what is due. */
  void expire(long now) {
    int allowed = -1;
    for (HalfOpen h; (h = cache.first()) != null && h.deadline <= now; ) {
      allowed = allowed < 0 ? retriesAllowed() : allowed;
      onTimeout(h, allowed, now);
    }
  }

  private void onTimeout(HalfOpen h, int allowed, long now) {
    count(TcpCounter.TIMEOUTS);
    int patience = h.deferring ? listener.settings().deferAccept : 0;
    long limit = UserTimeout.chosen(listener.settings());
    boolean late = limit > 0 && now - h.firstSent >= limit;
    if (late || (h.retries >= allowed && h.retries >= patience)) {
      forget(h);
      return;
    }
    h.retries = (byte) (h.retries + 1);
    if (h.retries < patience) {
      // As Linux: while data is waited for, the SYN-ACK is sent again only at the end, as a last
      // chance for the peer.
      h.deadline = deadline(h, now);
      cache.later(h);
    } else {
      sendAgain(h, now);
    }
  }

  /**
   * How often a SYN-ACK is sent again. As Linux: half of the room is for the young; the fuller the
   * other half, the earlier the old ones go.
   */
  private int retriesAllowed() {
    int allowed = listener.settings().synAckRetries();
    int count = cache.size();
    if (!configuration.pruneHalfOpen() || 2 * count <= Math.max(8, listener.backlog())) {
      return allowed;
    }
    for (int young = 2 * cache.young(); allowed > 2 && count >= young; young *= 2) {
      allowed--;
    }
    return allowed;
  }
}
