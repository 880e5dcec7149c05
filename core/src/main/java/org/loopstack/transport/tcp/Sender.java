// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.transport.tcp.TcpTimers.Kind.PERSIST;
import static org.loopstack.transport.tcp.TcpTimers.Kind.RETRANSMISSION;

import org.loopstack.internet.Errno;
import org.loopstack.transport.Readiness;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * The sending half of a connection: cuts the stream into segments, within both windows, and sends
 * again what is lost (RFC 9293 sections 3.8.1, 3.8.6; RFC 5681; RFC 6298).
 */
final class Sender {
  final SendBuffer buffer = new SendBuffer();
  final RttEstimator rtt;
  final CongestionControl congestion;
  final LossDetection loss;

  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final TcpTimers timers;

  /**
   * The next number to send: SND.NXT, or an earlier one while what a timeout gave up for lost is
   * sent again.
   */
  private int next;

  private boolean finQueued;
  private boolean finSent;
  private boolean finAcknowledged;
  private int finSeq;

  /** The number behind the last segment that was less than full-sized (Minshall's Nagle). */
  private int smallEnd;

  /** Whether one small segment may go in spite of all: the override timeout has passed. */
  private boolean override;

  private boolean timing;
  private int timedEnd;
  private long timedAt;
  private int timeouts;
  private int probes;
  private int retransmissions;
  private long lastSent;

  /** Whether a writer, or somebody who waits to become one, has found no room. */
  private boolean roomWanted;

  Sender(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    this.timers = connection.timers;
    this.rtt = new RttEstimator(connection.configuration);
    this.congestion = new NewReno();
    this.loss = new LossDetection(tcb, congestion);
  }

  /** The handshake is done: ISS is acknowledged, data begins behind it. */
  void start(int mss) {
    tcb.sndMss = mss;
    congestion.setMss(mss, connection.configuration.initialWindowSegments());
    next = tcb.sndNxt;
    smallEnd = tcb.sndUna;
    tcb.sndUp = tcb.sndUna;
    loss.start();
  }

  /** How often a segment was sent again. */
  int retransmissions() {
    return retransmissions;
  }

  /** How many bytes may be in flight and are not. */
  int flightSize() {
    return SequenceNumber.diff(tcb.sndNxt, tcb.sndUna);
  }

  boolean isFinQueued() {
    return finQueued;
  }

  /** Whether all that was given to us, and the FIN if there is one, has been acknowledged. */
  boolean isDrained() {
    return buffer.size() == 0 && (!finQueued || finAcknowledged);
  }

  /** After the data that is queued comes a FIN. */
  void queueFin() {
    finQueued = true;
  }

  /** The number behind the last byte of data that we have. */
  private int dataEnd() {
    return SequenceNumber.add(tcb.sndUna, finAcknowledged ? 0 : buffer.size());
  }

  // ---- sending ----

  /** Sends what the windows, Nagle and silly-window avoidance let go now; sets the timers. */
  void output(long now) {
    if (!tcb.state.mayHaveUnacknowledged()) {
      return;
    }
    while (sendNext(now)) {
      override = false;
    }
    if (tcb.sndNxt != tcb.sndUna) {
      timers.stop(PERSIST);
      if (!timers.isSet(RETRANSMISSION)) {
        timers.set(RETRANSMISSION, now + rtt.timeout());
      }
    } else if (buffer.size() > 0 || (finQueued && !finSent)) {
      timers.stop(RETRANSMISSION);
      if (!timers.isSet(PERSIST)) {
        timers.set(PERSIST, now + rtt.timeout());
      }
    }
  }

  private boolean sendNext(long now) {
    int queued = SequenceNumber.diff(dataEnd(), next);
    if (queued < 0 || finAcknowledged) {
      return false;
    }
    int window = Math.min(tcb.sndWnd, congestion.window());
    int room = window - SequenceNumber.diff(next, tcb.sndUna);
    int length = Math.min(queued, Math.min(tcb.sndMss, room));
    boolean again = next != tcb.sndNxt;
    if (again) {
      length = Math.min(length, SequenceNumber.diff(tcb.sndNxt, next));
    }
    boolean fin = finQueued && length == queued && room > length;
    if (length <= 0 && !fin) {
      return false;
    }
    if (!again && !fin && !mayGo(length, queued)) {
      return false;
    }
    if (!again && tcb.sndNxt == tcb.sndUna && now - lastSent > rtt.timeout() && lastSent != 0) {
      congestion.onIdleRestart(connection.configuration.initialWindowSegments());
    }
    transmit(next, length, fin, now);
    return true;
  }

  /** RFC 9293 section 3.8.6.2.1, the sender's silly-window avoidance, with Nagle (3.7.4). */
  private boolean mayGo(int length, int queued) {
    if (length == tcb.sndMss || override) {
      return true;
    }
    if (length == queued) {
      // The end of what there is. Nagle holds it back while a small segment is under way (as Linux,
      // by Minshall's rule: full-sized ones do not count).
      return connection.settings.noDelay
          || SequenceNumber.le(smallEnd, tcb.sndUna)
          || SequenceNumber.gt(tcb.sndUp, next);
    }
    // Cut short by a window: "min(D,U) >= Fs * Max(SND.WND)" is worth a segment; less waits for the
    // window to open or for the override timeout.
    return length >= tcb.maxSndWnd / 2;
  }

  private void transmit(int seq, int length, boolean fin, long now) {
    int end = SequenceNumber.add(seq, length);
    int flags = TcpHeader.ACK;
    if (length > 0 && end == dataEnd()) {
      flags |= TcpHeader.PSH;
    }
    if (fin) {
      flags |= TcpHeader.FIN;
      finSent = true;
      finSeq = end;
      end = SequenceNumber.add(end, 1);
    }
    if (SequenceNumber.lt(seq, tcb.sndNxt)) {
      retransmissions++;
      // Karn: the acknowledgment of a segment sent twice measures nothing.
      timing = false;
    } else if (!timing) {
      timing = true;
      timedEnd = end;
      timedAt = now;
    }
    if (length > 0 && length < tcb.sndMss) {
      smallEnd = end;
    }
    tcb.sndNxt = SequenceNumber.max(tcb.sndNxt, end);
    if (seq == next) {
      next = end;
    }
    lastSent = now;
    if (length > 0) {
      connection.receiver.onDataSent();
    }
    int offset = SequenceNumber.diff(seq, tcb.sndUna);
    connection.out.send(seq, flags, buffer.slices(offset, length), length, now);
  }

  /** Sends the first unacknowledged segment again, whatever the windows say. */
  private void retransmitFirst(long now) {
    int length = Math.min(tcb.sndMss, Math.min(buffer.size(), flightSize()));
    boolean fin = finSent && !finAcknowledged && length == buffer.size();
    if (length > 0 || fin) {
      transmit(tcb.sndUna, length, fin, now);
    }
  }

  // ---- acknowledgments ----

  /** An acceptable acknowledgment of something new: {@code SND.UNA < SEG.ACK =< SND.NXT}. */
  void acknowledged(Segment segment, long now) {
    int ack = segment.ack;
    boolean ofFin = finSent && !finAcknowledged && ack == SequenceNumber.add(finSeq, 1);
    int bytes = SequenceNumber.diff(ack, tcb.sndUna) - (ofFin ? 1 : 0);
    measure(segment, now);
    buffer.discard(bytes);
    boolean wasUrgent = SequenceNumber.gt(tcb.sndUp, tcb.sndUna);
    tcb.sndUna = ack;
    if (!wasUrgent || SequenceNumber.lt(tcb.sndUp, ack)) {
      tcb.sndUp = ack;
    }
    next = SequenceNumber.max(next, ack);
    smallEnd = SequenceNumber.max(smallEnd, ack);
    finAcknowledged |= ofFin;
    timeouts = 0;
    probes = 0;
    boolean resend = loss.onAcknowledged(bytes, now);
    if (tcb.sndUna == tcb.sndNxt) {
      timers.stop(RETRANSMISSION);
    } else {
      // RFC 6298 (5.3): "When an ACK is received that acknowledges new data, restart the
      // retransmission timer so that it will expire after RTO seconds".
      timers.set(RETRANSMISSION, now + rtt.timeout());
      if (resend) {
        retransmitFirst(now);
      }
    }
    if (roomWanted && isWritable()) {
      roomWanted = false;
      connection.raise(Readiness.WRITE);
    }
    if (isDrained()) {
      connection.raise(Readiness.DRAINED);
    }
  }

  private void measure(Segment segment, long now) {
    if (timing && SequenceNumber.ge(segment.ack, timedEnd)) {
      timing = false;
      rtt.sample(now - timedAt);
    } else if (!timing && tcb.tsOk && segment.hasTimestamps && segment.timestampEcho != 0) {
      // RFC 7323 section 4.1: the echo says which of the transmissions is acknowledged.
      int milliseconds = connection.out.timestamp(now) - segment.timestampEcho;
      if (milliseconds >= 0) {
        rtt.sample(milliseconds * 1_000_000L);
      }
    } else {
      rtt.resetBackOff();
    }
  }

  /** A duplicate acknowledgment by the definition of RFC 5681 section 2. */
  void duplicate(long now) {
    if (loss.onDuplicate(now)) {
      retransmitFirst(now);
      timers.set(RETRANSMISSION, now + rtt.timeout());
    }
  }

  /** RFC 9293 section 3.10.7.4, fifth check: the send window. */
  void updateWindow(Segment segment) {
    probes = 0;
    if (SequenceNumber.lt(tcb.sndWl1, segment.seq)
        || (tcb.sndWl1 == segment.seq && SequenceNumber.le(tcb.sndWl2, segment.ack))) {
      setWindow(segment, segment.window << tcb.sndWindShift);
    }
  }

  void setWindow(Segment segment, int window) {
    tcb.sndWnd = window;
    tcb.sndWl1 = segment.seq;
    tcb.sndWl2 = segment.ack;
    tcb.maxSndWnd = Math.max(tcb.maxSndWnd, window);
    if (window > 0 && tcb.sndNxt == tcb.sndUna) {
      timers.stop(PERSIST);
    }
  }

  // ---- timers ----

  /** The retransmission timer expired (RFC 6298 section 5). */
  void onRetransmissionTimeout(long now) {
    if (tcb.sndNxt == tcb.sndUna) {
      return;
    }
    int limit =
        connection.isOrphan()
            ? connection.configuration.orphanRetries()
            : connection.configuration.dataRetries();
    if (timeouts >= limit) {
      connection.terminate(connection.softErrorOr(Errno.ETIMEDOUT), now);
      return;
    }
    congestion.onTimeout(flightSize(), timeouts == 0, now);
    loss.onTimeout();
    timeouts++;
    timing = false;
    rtt.backOff();
    next = tcb.sndUna;
    if (!sendNext(now)) {
      // The window is shut: "the sending TCP peer must regularly transmit" even so (3.8.6.1).
      retransmitFirst(now);
    }
    timers.set(RETRANSMISSION, now + rtt.timeout());
  }

  /** The persist timer expired: ask for a window, or send in spite of a small one. */
  void onPersistTimeout(long now) {
    if (tcb.sndWnd > 0) {
      override = true;
      output(now);
      override = false;
      return;
    }
    // A probe that is not answered counts like a lost segment; any answer sets the count back.
    int limit =
        connection.isOrphan()
            ? connection.configuration.orphanRetries()
            : connection.configuration.dataRetries();
    if (probes >= limit) {
      connection.terminate(connection.softErrorOr(Errno.ETIMEDOUT), now);
      return;
    }
    probes++;
    rtt.backOff();
    probe(now);
    timers.set(PERSIST, now + rtt.timeout());
  }

  /**
   * Sends a segment that the peer must answer: no data, and a number that is acknowledged already.
   */
  void probe(long now) {
    connection.out.send(SequenceNumber.add(tcb.sndUna, -1), TcpHeader.ACK, null, 0, now);
  }

  /** The path carries less than we thought: send again what was too big. */
  void onPathMtu(int mss, long now) {
    if (mss < tcb.sndMss) {
      tcb.sndMss = mss;
      next = tcb.sndUna;
      timing = false;
      output(now);
    }
  }

  // ---- the user's side ----

  /** How many bytes the user may hand over now; one who finds too little is told later. */
  int room(int wanted) {
    int room = Math.max(0, connection.settings.sendBuffer - buffer.size());
    if (room < wanted) {
      roomWanted = true;
    }
    return room;
  }

  /** Whether a third of the buffer is free, as Linux asks before it wakes a writer. */
  boolean isWritable() {
    int capacity = connection.settings.sendBuffer;
    boolean writable = capacity - buffer.size() >= capacity / 3;
    roomWanted |= !writable;
    return writable;
  }

  /** The last byte of the buffer is urgent. */
  void markUrgent() {
    tcb.sndUp = dataEnd();
  }

  /** Whether a segment at this number is to announce urgent data. */
  boolean isUrgent(int seq) {
    return SequenceNumber.gt(tcb.sndUp, seq) && tcb.state.mayHaveUnacknowledged();
  }

  /** The urgent pointer "from the sequence number in this segment", to the byte behind. */
  int urgentPointer(int seq) {
    return Math.min(SequenceNumber.diff(tcb.sndUp, seq), 65_535);
  }

  void clear() {
    buffer.clear();
  }
}
