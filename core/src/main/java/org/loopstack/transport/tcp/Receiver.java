// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Slice;
import org.loopstack.transport.Readiness;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * The receiving half of a connection: puts the data in order, offers the window (RFC 9293 section
 * 3.8.6), and decides when to acknowledge (3.8.6.3).
 */
final class Receiver {
  /** A few of the largest arrays that a sender on the same host hands over. */
  private static final int LEAST_MEMORY = 256 * 1024;

  final ReceiveBuffer buffer = new ReceiveBuffer();
  final ReassemblyQueue queue = new ReassemblyQueue();
  final UrgentMark urgent;

  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final TcpMemory memory;
  private final DelayedAcks delayed;
  private final ReceiveWindow window;

  private boolean ackNow;

  /** Whether what came next in order was not taken, for want of memory. */
  private boolean refused;

  /** Whether the window was shut when we last told it. */
  private boolean shut;

  /** Whether data has come of which nobody has thought yet when to acknowledge it. */
  private boolean fresh;

  /** RFC 2883: what has arrived twice and is to be reported first; nothing if both are equal. */
  private int duplicateLeft;

  private int duplicateRight;

  private boolean finArrived;
  private int finSeq;

  /** Whether it came ahead of a gap. */
  private boolean finAhead;

  private boolean endOfStream;
  private boolean discarding;

  Receiver(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    this.memory = connection.account.memory();
    urgent = new UrgentMark(buffer, connection.settings);
    window = new ReceiveWindow(connection.configuration, tcb, connection.settings);
    delayed =
        new DelayedAcks(
            connection.configuration, tcb, connection.sender.rtt, !connection.settings.quickAck);
  }

  /** Whether nothing waits to be read, put in order or acknowledged. */
  boolean isQuiet() {
    return buffer.size() == 0 && queue.isEmpty() && !ackNow && !fresh;
  }

  int capacity() {
    return window.capacity();
  }

  /** How large the window may become. */
  ReceiveWindow window() {
    return window;
  }

  /** Whether the peer's FIN and all data before it have arrived. */
  boolean isEndOfStream() {
    return endOfStream;
  }

  /** What has arrived and what will arrive is not wanted. */
  void discard() {
    discarding = true;
    clearBuffer();
  }

  boolean isDiscarding() {
    return discarding;
  }

  /**
   * The window field of a SYN, which is never scaled: no more than 65,535, and whole segments, as
   * Linux does it.
   */
  int synWindow(int mss) {
    return synWindow(connection.configuration, capacity(), mss);
  }

  /** The same for a connection of which there is only a record. */
  static int synWindow(TcpConfiguration configuration, int capacity, int mss) {
    int window = Math.min(capacity, 65_535);
    boolean whole = configuration.wholeSynWindow() && window >= mss;
    return whole ? window / mss * mss : window;
  }

  /** The value of the window field for the next segment; moves RCV.ADV. */
  int advertise() {
    if (refused) {
      // As Linux: the one case in which the right edge moves left. The peer is to hear when it can
      // send again, by the update that follows a read, rather than to try.
      refused = false;
      countZero(true);
      tcb.rcvAdv = tcb.rcvNxt;
      return 0;
    }
    int offered = tcb.rcvWnd();
    int offer = offered;
    int free = Math.max(0, free());
    // (RFC 9293 section 3.8.6.2.2) "the receiver SHOULD ... avoid advancing the right window edge
    // ... in small increments": by less than min(Fr * RCV.BUFF, Eff.snd.MSS), Fr = 1/2. And "a TCP
    // receiver SHOULD NOT shrink the window".
    if (free - offered >= Math.min(mostOffered() / 2, tcb.rcvMss)) {
      offer = free;
    }
    int shift = tcb.rcvWindShift;
    int field = Math.min(offer >> shift, 65_535);
    countZero(field == 0);
    // A window that is no multiple of the unit is rounded down in the header, yet its right edge
    // stays where it was promised (RFC 7323 section 2.4).
    tcb.rcvAdv = SequenceNumber.add(tcb.rcvNxt, Math.max(field << shift, Math.min(offer, offered)));
    return field;
  }

  private void countZero(boolean zero) {
    if (zero != shut) {
      shut = zero;
      count(zero ? TcpCounter.TO_ZERO_WINDOW : TcpCounter.FROM_ZERO_WINDOW);
    }
  }

  private void count(TcpCounter counter) {
    connection.statistics.increment(counter);
  }

  /** The largest window there can be at present: what a part of it is measured by. */
  private int mostOffered() {
    return Math.min(capacity(), window.threshold());
  }

  /** What the window may be: what is free of the buffer, as far as it is opened at present. */
  private int free() {
    return Math.min(capacity() - buffer.size() - queue.bytes(), window.threshold());
  }

  /** A segment with ACK leaves: nothing is left to acknowledge. */
  void onAckSent() {
    delayed.onAckSent(tcb.rcvNxt != tcb.lastAckSent || ackNow);
    tcb.lastAckSent = tcb.rcvNxt;
    ackNow = false;
    fresh = false;
    connection.timers.stop(TcpTimers.Kind.DELAYED_ACK);
  }

  /** Data of ours leaves. */
  void onDataSent(long now) {
    delayed.onDataSent(now);
  }

  /**
   * TCP_QUICKACK, as Linux has it: the acknowledgment that waits for data of ours goes, and the
   * next ones wait for it only once there is some; or they do from now on.
   */
  void setQuickAck(boolean on, long now) {
    delayed.setTurns(!on);
    if (on && tcb.state.isSynchronized() && tcb.rcvNxt != tcb.lastAckSent) {
      connection.sendAck(now);
    }
  }

  boolean isQuickAck() {
    return !delayed.inTurns();
  }

  /** The delaying of acknowledgments. */
  DelayedAcks delayed() {
    return delayed;
  }

  /** Whether as much waits for the reader as it wants at once: SO_RCVLOWAT. */
  boolean isReadable() {
    return urgent.readable() >= connection.settings.lowWater;
  }

  void acknowledgeAtOnce() {
    ackNow = true;
  }

  /** Data has arrived that was there already: the next acknowledgment says so (RFC 2883). */
  void reportDuplicate(int left, int right) {
    if (duplicateLeft == duplicateRight || duplicateRight != left) {
      duplicateLeft = left;
    }
    duplicateRight = right;
    ackNow = true;
  }

  /** The same, for what a segment holds besides: the first of several gaps between is told. */
  void reportDuplicateToo(int left, int right) {
    if (duplicateLeft == duplicateRight) {
      reportDuplicate(left, right);
    } else if (SequenceNumber.le(left, duplicateRight) && SequenceNumber.le(duplicateLeft, right)) {
      duplicateLeft = SequenceNumber.min(duplicateLeft, left);
      duplicateRight = SequenceNumber.max(duplicateRight, right);
    }
  }

  /** Whether the next acknowledgment has something to report in a SACK option. */
  boolean hasSackBlocks() {
    return duplicateLeft != duplicateRight || !queue.isEmpty();
  }

  /**
   * Writes the blocks of a SACK option, what has arrived twice first (RFC 2883 section 4), once.
   *
   * @return how many blocks
   */
  int sackBlocks(int[] edges, int max) {
    int count = 0;
    if (duplicateLeft != duplicateRight) {
      edges[0] = duplicateLeft;
      edges[1] = duplicateRight;
      count(
          SequenceNumber.lt(duplicateLeft, tcb.rcvNxt)
              ? TcpCounter.DSACK_OLD_SENT
              : TcpCounter.DSACK_OUT_OF_ORDER_SENT);
      duplicateLeft = duplicateRight;
      count = 1;
    }
    return queue.sackBlocks(edges, count, max);
  }

  /** Takes in the data of an acceptable segment, trimmed to the window. */
  void text(Segment segment, long now) {
    int length = segment.dataLength();
    if (segment.has(TcpHeader.FIN)) {
      finArrived = true;
      finSeq = SequenceNumber.add(segment.seq, length);
      finAhead = segment.seq != tcb.rcvNxt;
    }
    if (length == 0) {
      // A FIN ahead of a gap is out of order as data is.
      ackNow |= segment.has(TcpHeader.FIN) && finAhead;
      return;
    }
    delayed.onData(length, segment.has(TcpHeader.PSH), now);
    fresh = true;
    boolean scarce = memory.isScarce();
    if (scarce) {
      window.moderate();
    }
    if (!hasMemory(segment.seq == tcb.rcvNxt, length)) {
      // It comes again; the peer hears at once that it has not been taken.
      connection.drop(segment, DropReason.TCP_BUFFER_FULL);
      refused |= segment.seq == tcb.rcvNxt;
      ackNow = true;
      return;
    }
    int echoAge = tcb.tsOk ? connection.out.timestamp(now) - segment.timestampEcho : -1;
    window.onData(segment, delayed.peerSegment(), echoAge, scarce, now);
    if (segment.seq == tcb.rcvNxt) {
      boolean wasReadable = isReadable();
      accept(segment.data(), length);
      if (!queue.isEmpty()) {
        // RFC 5681 section 4.2: "a TCP receiver SHOULD send an immediate ACK when the incoming
        // segment fills in all or part of a gap in the sequence space."
        queue.drainTo(this, tcb);
        ackNow = true;
      }
      if (discarding) {
        clearBuffer();
      }
      if (!wasReadable && isReadable()) {
        connection.raise(Readiness.READ);
      }
    } else {
      // "Out-of-order data segments SHOULD be acknowledged immediately".
      if (queue.insert(segment.seq, segment.data(), length)) {
        reportDuplicate(queue.overlapLeft(), queue.overlapRight());
      }
      ackNow = true;
    }
  }

  /**
   * Whether there is memory for a segment. Where it is short, as on Linux, first what waits is
   * copied together, then what is ahead of a gap goes, and at last the segment itself: unless it is
   * what the reader waits for and he has nothing else.
   */
  private boolean hasMemory(boolean inOrder, int length) {
    if (isWithinMemory(length)) {
      return true;
    }
    memory.pruning();
    memory.collapsed(buffer.collapse());
    connection.count();
    if (isWithinMemory(length)) {
      return true;
    }
    if (!queue.isEmpty()) {
      queue.clear();
      memory.prunedOutOfOrder();
      connection.count();
    }
    if ((inOrder && buffer.size() == 0) || isWithinMemory(length)) {
      return true;
    }
    memory.prunedReceived();
    return false;
  }

  /** As Linux, twice the buffer's size counts for what is kept alive beside the data. */
  private boolean isWithinMemory(int length) {
    long held = buffer.held() + queue.held();
    return held + length <= Math.max(2L * capacity(), LEAST_MEMORY) && !memory.isExhausted();
  }

  /** Appends data that begins at RCV.NXT. */
  void accept(@Nullable Slice data, int length) {
    if (tcb.rcvUrgent) {
      int urgentAt = SequenceNumber.diff(tcb.rcvUp, tcb.rcvNxt) - 1;
      Slice from = urgentAt < 0 || urgentAt >= length ? null : Slice.skip(data, urgentAt);
      if (from != null) {
        urgent.arrived(from.array()[from.offset()]);
      }
      tcb.rcvUrgent = urgentAt >= length;
    }
    buffer.append(data, length);
    tcb.rcvNxt = SequenceNumber.add(tcb.rcvNxt, length);
  }

  /**
   * Whether the FIN has just become the next in order; it is then taken in, and acknowledged at
   * once or with the answer of the user.
   */
  boolean takeFin() {
    if (!finArrived || endOfStream || finSeq != tcb.rcvNxt) {
      return false;
    }
    endOfStream = true;
    tcb.rcvNxt = SequenceNumber.add(tcb.rcvNxt, 1);
    tcb.rcvAdv = SequenceNumber.max(tcb.rcvAdv, tcb.rcvNxt);
    // What has arrived twice is told no more: as on Linux a FIN clears it.
    duplicateLeft = duplicateRight;
    if (tcb.state == TcpState.ESTABLISHED && !finAhead && delayed.finArrives()) {
      fresh = true;
    } else {
      ackNow = true;
    }
    return true;
  }

  /** Sends or schedules the acknowledgment that what arrived has earned. */
  void settle(long now) {
    if (!ackNow && !fresh) {
      return;
    }
    int unacknowledged = SequenceNumber.diff(tcb.rcvNxt, tcb.lastAckSent);
    boolean waiting = connection.timers.isSet(TcpTimers.Kind.DELAYED_ACK);
    if (ackNow || (unacknowledged > 0 && delayed.isDue(unacknowledged, waiting))) {
      connection.sendAck(now);
    } else if (unacknowledged > 0) {
      delay(now);
    }
    fresh = false;
  }

  private void delay(long now) {
    long pending = connection.timers.deadline(TcpTimers.Kind.DELAYED_ACK);
    long deadline = delayed.deadline(pending, now);
    if (deadline <= now) {
      connection.sendAck(now);
    } else {
      connection.timers.set(TcpTimers.Kind.DELAYED_ACK, deadline);
    }
  }

  /**
   * The acknowledgment of the peer's SYN-ACK is to go with the data that the user is about to send,
   * as Linux does it for who says so.
   */
  void awaitData(long now) {
    delayed.hurry();
    connection.timers.set(
        TcpTimers.Kind.DELAYED_ACK, now + connection.configuration.maxDelayedAck());
  }

  /** The delayed acknowledgment has waited long enough. */
  void onDelayedAck(long now) {
    delayed.onTimeout();
    if (tcb.rcvNxt != tcb.lastAckSent) {
      count(TcpCounter.DELAYED_ACKS);
      connection.sendAck(now);
    }
  }

  /** The user has read: perhaps the window can be opened, or all of it be acknowledged. */
  void onRead(long now) {
    if (!tcb.state.canReceive()) {
      return;
    }
    window.onRead(SequenceNumber.add(tcb.rcvNxt, -buffer.size()), memory.isScarce(), now);
    int free = free();
    // What the header's field cannot say cannot be opened either.
    int opened = Math.min(free, 65_535 << tcb.rcvWindShift) - tcb.rcvWnd();
    boolean drained =
        buffer.size() == 0 && tcb.rcvNxt != tcb.lastAckSent && delayed.isDueWhenDrained();
    if (drained || opened >= Math.min(mostOffered() / 2, 2 * tcb.rcvMss)) {
      connection.sendAck(now);
    }
  }

  /** RECEIVE: takes bytes from the front, no further than to an urgent one. */
  @Nullable Slice take(int limit) {
    return urgent.take(limit);
  }

  private void clearBuffer() {
    buffer.clear();
    urgent.clear();
  }

  void clear() {
    clearBuffer();
    queue.clear();
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    ackNow = c.carry(ackNow);
    refused = c.carry(refused);
    shut = c.carry(shut);
    fresh = c.carry(fresh);
    duplicateLeft = c.carryReceived(duplicateLeft);
    duplicateRight = c.carryReceived(duplicateRight);
    finArrived = c.carry(finArrived);
    finSeq = c.carryReceived(finSeq);
    finAhead = c.carry(finAhead);
    endOfStream = c.carry(endOfStream);
    discarding = c.carry(discarding);
    queue.carry(c);
    urgent.carry(c);
    delayed.carry(c);
    window.carry(c);
  }
}
