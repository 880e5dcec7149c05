// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.wire.SequenceNumber.ge;
import static org.loopstack.wire.SequenceNumber.gt;
import static org.loopstack.wire.SequenceNumber.le;
import static org.loopstack.wire.SequenceNumber.lt;

import org.loopstack.internet.Errno;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * SEGMENT ARRIVES (RFC 9293 section 3.10.7), with the eight checks of section 3.10.7.4 as one
 * method each. A check says whether the segment goes on to the next one.
 */
final class SegmentArrives {
  /** RFC 7323 section 5.5: TS.Recent is "invalidated" after "24 days". */
  private static final long TIMESTAMP_LIFETIME = 24L * 24 * 3600 * 1_000_000_000L;

  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final Sender sender;
  private final Receiver receiver;

  /** Whether the segment's place allows its timestamp to be echoed from now on. */
  private boolean freshTimestamp;

  private long lastChallenge = Long.MIN_VALUE / 2;

  SegmentArrives(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    this.sender = connection.sender;
    this.receiver = connection.receiver;
  }

  /** Goes on where another one has stopped. */
  void resume(long challengedLast) {
    lastChallenge = challengedLast;
  }

  long lastChallenge() {
    return lastChallenge;
  }

  /** Takes in one segment. */
  void process(Segment segment, long now) {
    switch (tcb.state) {
      case CLOSED, LISTEN -> connection.refuse(segment);
      case SYN_SENT -> synSent(segment, now);
      default -> {
        if (checkSequence(segment, now)
            && checkReset(segment, now)
            && checkSyn(segment, now)
            && checkAck(segment, now)) {
          connection.userTimeout.received(segment);
          checkUrgent(segment);
          if (text(segment, now)) {
            checkFin(now);
          }
        }
      }
    }
  }

  // ---- 3.10.7.3 SYN-SENT ----

  private void synSent(Segment segment, long now) {
    connection.heardFrom(now);
    boolean acknowledges = segment.has(TcpHeader.ACK);
    // "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set ...)"
    if (acknowledges && (le(segment.ack, tcb.iss) || gt(segment.ack, tcb.sndNxt))) {
      connection.refuse(segment);
      return;
    }
    if (segment.has(TcpHeader.RST)) {
      // "If the ACK was acceptable, then signal to the user 'error: connection reset'"; a SYN that
      // meets a reset is what people know as connection refused.
      if (acknowledges && connection.handshake.triesWithoutEcn(now)) {
        connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      } else if (acknowledges) {
        connection.terminate(Errno.ECONNREFUSED, now);
      } else {
        connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      }
      return;
    }
    if (!segment.has(TcpHeader.SYN)) {
      connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      return;
    }
    connection.handshake.acceptSyn(segment, now);
    if (acknowledges) {
      connection.handshake.complete(segment, now);
      connection.on(TcpEvent.SYN_ACK);
      connection.counters.opened(now);
      connection.established(now);
      if (connection.settings.deferAccept == 0 && receiver.isQuickAck()) {
        receiver.acknowledgeAtOnce();
      } else {
        receiver.awaitData(now);
      }
      segment.trimFront(tcb.rcvNxt);
      checkUrgent(segment);
      if (text(segment, now)) {
        checkFin(now);
      }
    } else {
      // Simultaneous open: "enter SYN-RECEIVED, form a SYN,ACK segment ... and send it."
      connection.on(TcpEvent.SYN);
      connection.handshake.sendSynAck(now);
    }
  }

  // ---- 3.10.7.4 all other states ----

  /** First: "check sequence number", with PAWS (RFC 7323 section 5.3) before it. */
  private boolean checkSequence(Segment segment, long now) {
    if (tcb.state == TcpState.TIME_WAIT && isNewConnection(segment)) {
      connection.giveWay(segment, now);
      return false;
    }
    if (tcb.tsOk && segment.hasTimestamps && !paws(segment, now)) {
      return false;
    }
    if (isSynAckOfSimultaneousOpen(segment)) {
      segment.trimFront(tcb.rcvNxt);
      return true;
    }
    if (!isAcceptable(segment)) {
      notAcceptable(segment, now);
      return false;
    }
    noteTimestamp(segment);
    int window = tcb.rcvWnd();
    if (window == 0 && segment.length() > 0) {
      count(TcpCounter.ZERO_WINDOW_DROP);
      // "special allowance should be made to accept valid ACKs, URGs, and RSTs": the rest is not
      // taken, and the sender is told where the window stands.
      receiver.acknowledgeAtOnce();
      receiver.delayed().hurry();
    }
    connection.heardFrom(now);
    connection.out.follow(segment.packet());
    reportDuplicate(segment);
    segment.trimFront(tcb.rcvNxt);
    segment.trimEnd(tcb.rcvAdv);
    return true;
  }

  private boolean paws(Segment segment, long now) {
    if (segment.has(TcpHeader.RST)
        || !lt(segment.timestampValue, tcb.tsRecent)
        || isTimestampOutdated(now)) {
      return true;
    }
    // R1: "If there is a Timestamps option in the arriving segment, SEG.TSval < TS.Recent ... then
    // treat the arriving segment as not acceptable: Send an acknowledgment in reply ... and drop".
    connection.drop(segment, DropReason.TCP_PAWS);
    boolean _ = answer(now, segment.length() > 0, TcpCounter.ACK_SKIPPED_PAWS);
    return false;
  }

  /** Whether the place of a segment allows that its timestamp is echoed from now on. */
  private void noteTimestamp(Segment segment) {
    freshTimestamp = tcb.tsOk && segment.hasTimestamps && le(segment.seq, tcb.lastAckSent);
  }

  /**
   * Takes the peer's timestamp, to be echoed. As Linux, not before the acknowledgment has proved to
   * be one: by a forged segment the peer's true ones would become too old.
   */
  private void takeTimestamp(Segment segment, long now) {
    // RFC 7323 section 4.3 (2): "If: SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent then
    // SEG.TSval is copied to TS.Recent".
    if (freshTimestamp && (ge(segment.timestampValue, tcb.tsRecent) || isTimestampOutdated(now))) {
      tcb.tsRecent = segment.timestampValue;
      tcb.tsRecentAge = now;
    }
  }

  private boolean isTimestampOutdated(long now) {
    return now - tcb.tsRecentAge > TIMESTAMP_LIFETIME;
  }

  /**
   * RFC 1122 section 4.2.2.13: in TIME-WAIT a TCP "MAY accept a new SYN from the remote TCP to
   * reopen the connection directly", by its timestamp (RFC 6191) or its sequence number.
   */
  private boolean isNewConnection(Segment segment) {
    if (!segment.has(TcpHeader.SYN) || segment.has(TcpHeader.RST) || segment.has(TcpHeader.ACK)) {
      return false;
    }
    if (tcb.tsOk && segment.hasTimestamps && segment.timestampValue != tcb.tsRecent) {
      return gt(segment.timestampValue, tcb.tsRecent);
    }
    return gt(segment.seq, tcb.rcvNxt);
  }

  private boolean isSynAckOfSimultaneousOpen(Segment segment) {
    return tcb.state == TcpState.SYN_RECEIVED
        && segment.has(TcpHeader.SYN)
        && segment.has(TcpHeader.ACK)
        && segment.seq == tcb.irs
        && gt(segment.ack, tcb.iss)
        && le(segment.ack, tcb.sndNxt);
  }

  /** The four cases of the acceptability test (RFC 9293 section 3.4, table 6). */
  private boolean isAcceptable(Segment segment) {
    int window = tcb.rcvWnd();
    int length = segment.length();
    if (window == 0) {
      return segment.seq == tcb.rcvNxt;
    }
    if (length == 0 && segment.seq == tcb.rcvAdv && !segment.has(TcpHeader.RST)) {
      // A peer that has filled our window acknowledges from its right edge. By the table it could
      // not as long as the window's first segment is missing; Linux and FreeBSD take it.
      return true;
    }
    return SequenceNumber.inWindow(segment.seq, tcb.rcvNxt, window)
        || (length > 0
            && SequenceNumber.inWindow(SequenceNumber.add(segment.end(), -1), tcb.rcvNxt, window));
  }

  /** What lies before RCV.NXT has been delivered already. */
  private void reportDuplicate(Segment segment) {
    if (segment.dataLength() > 0 && lt(segment.seq, tcb.rcvNxt)) {
      int dataEnd = SequenceNumber.add(segment.seq, segment.dataLength());
      receiver.reportDuplicate(segment.seq, SequenceNumber.min(dataEnd, tcb.rcvNxt));
    }
  }

  /** "If an incoming segment is not acceptable, an acknowledgment should be sent in reply". */
  private void notAcceptable(Segment segment, long now) {
    connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
    if (segment.has(TcpHeader.RST)) {
      return;
    }
    if (tcb.state == TcpState.SYN_RECEIVED && segment.has(TcpHeader.SYN)) {
      // The peer has not got our SYN-ACK, or not yet: it is sent again.
      connection.handshake.sendSynAck(now);
      return;
    }
    if (segment.dataLength() > 0 && lt(segment.seq, tcb.rcvNxt)) {
      count(TcpCounter.DELAYED_ACK_LOST);
      receiver.delayed().hurry();
    }
    reportDuplicate(segment);
    if (tcb.state == TcpState.TIME_WAIT && segment.has(TcpHeader.FIN)) {
      connection.restartTimeWait(now);
    } else if (isLastSentAgain(segment)) {
      // The acknowledgment of it was lost, not the segment. As on Linux and FreeBSD its timestamp
      // and what it acknowledges count, else the peer's round trip would be as long as its timeout.
      noteTimestamp(segment);
      if (tcb.state.isSynchronized() && segment.has(TcpHeader.ACK) && !checkAck(segment, now)) {
        return;
      }
    }
    boolean carries = segment.dataLength() > 0 || segment.has(TcpHeader.FIN);
    boolean _ = answer(now, carries, TcpCounter.ACK_SKIPPED_SEQUENCE);
  }

  /** Whether a segment has arrived before, but reaches as far as we have acknowledged. */
  private boolean isLastSentAgain(Segment segment) {
    return segment.length() > 0
        && !segment.has(TcpHeader.SYN)
        && lt(segment.seq, tcb.rcvNxt)
        && le(segment.end(), tcb.rcvNxt)
        && ge(segment.end(), tcb.lastAckSent);
  }

  /**
   * Acknowledges what is not acceptable; what carries no data only so often, lest two ends with
   * different ideas answer each other for ever (RFC 5961 section 7 limits the rate too).
   */
  private boolean answer(long now, boolean carriesData, TcpCounter skipped) {
    if (!carriesData) {
      if (now - lastChallenge < connection.configuration.challengeAckInterval()) {
        count(skipped);
        return false;
      }
      lastChallenge = now;
    }
    connection.sendAck(now);
    return true;
  }

  /** The challenge ACK of RFC 5961. */
  private void challenge(long now) {
    if (answer(now, false, TcpCounter.ACK_SKIPPED_CHALLENGE)) {
      count(TcpCounter.CHALLENGE_ACK);
    }
  }

  private void count(TcpCounter counter) {
    connection.statistics.increment(counter);
  }

  /** Second: "check the RST bit", as RFC 5961 section 3.2 has it. */
  private boolean checkReset(Segment segment, long now) {
    if (!segment.has(TcpHeader.RST)) {
      return true;
    }
    if (tcb.state == TcpState.TIME_WAIT && connection.configuration.robustTimeWait()) {
      // RFC 1337 section 3, (F1): "Ignore RST segments in TIME-WAIT state."
      connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      return false;
    }
    if (connection.configuration.robustResets() && segment.seq != tcb.rcvNxt) {
      // RFC 5961 section 3.2: "If the RST bit is set and the sequence number does not exactly match
      // the next expected sequence value, yet is within the current receive window ..., TCP MUST
      // send an acknowledgment".
      challenge(now);
      return false;
    }
    switch (tcb.state) {
      case SYN_RECEIVED ->
          connection.terminate(
              connection.handshake.isPassive() ? Errno.ECONNRESET : Errno.ECONNREFUSED, now);
      case CLOSE_WAIT -> connection.terminate(Errno.EPIPE, now);
      case CLOSING, LAST_ACK, TIME_WAIT -> connection.terminate(null, now);
      default -> connection.terminate(Errno.ECONNRESET, now);
    }
    return false;
  }

  // Third, "check security": compartments and precedence are not in use (RFC 9293 appendix A.1).

  /** Fourth: "check the SYN bit", as RFC 5961 section 4.2 has it. */
  private boolean checkSyn(Segment segment, long now) {
    if (!segment.has(TcpHeader.SYN)) {
      return true;
    }
    if (connection.configuration.robustResets() || tcb.state == TcpState.TIME_WAIT) {
      // "TCP MUST send an ACK (also referred to as challenge ACK) to the remote peer".
      count(TcpCounter.SYN_CHALLENGE);
      challenge(now);
    } else {
      connection.abort(Errno.ECONNRESET, now);
    }
    return false;
  }

  /** Fifth: "check the ACK field". */
  private boolean checkAck(Segment segment, long now) {
    if (!segment.has(TcpHeader.ACK)) {
      connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      return false;
    }
    if (tcb.state == TcpState.SYN_RECEIVED) {
      // "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state", else send a reset.
      // SND.UNA may be beyond ISS already: a server by Fast Open has sent data.
      if (le(segment.ack, tcb.iss) || gt(segment.ack, tcb.sndNxt)) {
        connection.refuse(segment);
        return false;
      }
      takeTimestamp(segment, now);
      if (!connection.acceptAck(segment, now) || !gt(segment.ack, tcb.sndUna)) {
        return tcb.state.isSynchronized();
      }
    }
    if (!checkAckRange(segment, now)) {
      return false;
    }
    takeTimestamp(segment, now);
    boolean advances = gt(segment.ack, tcb.sndUna);
    sender.acknowledged(segment, now);
    if (advances && sender.isFinQueued() && sender.isDrained()) {
      connection.onFinAcknowledged(now);
    }
    if (tcb.state == TcpState.CLOSED) {
      return false;
    }
    // "If SND.UNA =< SEG.ACK =< SND.NXT, the send window should be updated": not by an older one,
    // whose window is counted from where SND.UNA no longer is.
    if (ge(segment.ack, tcb.sndUna)) {
      sender.updateWindow(segment);
    }
    return true;
  }

  /** RFC 5961 section 5.2: {@code (SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT}. */
  private boolean checkAckRange(Segment segment, long now) {
    int oldest =
        connection.configuration.robustResets()
            ? SequenceNumber.add(tcb.sndUna, -tcb.maxSndWnd)
            : SequenceNumber.add(tcb.sndUna, -(1 << 30));
    if (gt(segment.ack, tcb.sndNxt) || lt(segment.ack, oldest)) {
      connection.drop(segment, DropReason.TCP_OUT_OF_WINDOW);
      challenge(now);
      return false;
    }
    return true;
  }

  /** Sixth: "check the URG bit": {@code RCV.UP <- max(RCV.UP,SEG.UP)}. */
  private void checkUrgent(Segment segment) {
    if (!segment.has(TcpHeader.URG) || !tcb.state.canReceive()) {
      return;
    }
    int pointer = segment.urgentEnd;
    if (gt(pointer, tcb.rcvNxt) && (!tcb.rcvUrgent || gt(pointer, tcb.rcvUp))) {
      tcb.rcvUp = pointer;
      tcb.rcvUrgent = true;
      receiver.urgent.announce(SequenceNumber.diff(pointer, tcb.rcvNxt) - 1);
      int toRead = SequenceNumber.diff(pointer, tcb.rcvNxt) + receiver.buffer.size();
      // Section 3.8.5, MUST-32: "A TCP implementation MUST inform the application layer
      // asynchronously whenever it receives an urgent pointer and there was previously no pending
      // urgent data, or whenever the urgent pointer advances in the data stream".
      connection.report(TcpReport.Reason.URGENT, toRead);
    }
  }

  /** Seventh: "process the segment text". */
  private boolean text(Segment segment, long now) {
    if (!tcb.state.canReceive()) {
      // "This should not occur since a FIN has been received from the remote side."
      return false;
    }
    if (segment.dataLength() > 0 && connection.isUnreadable()) {
      // RFC 9293 section 3.6.1: "If such a host issues a CLOSE call while received data is still
      // pending in the TCP connection, or if new data is received after CLOSE is called, its TCP
      // implementation SHOULD send a RST to show that data was lost". As on Linux, it answers the
      // segment.
      count(TcpCounter.ABORT_ON_DATA);
      connection.refuse(segment);
      connection.terminate(Errno.ECONNRESET, now);
      return false;
    }
    if (segment.dataLength() > 0 && connection.ecn.dataArrived(segment)) {
      receiver.acknowledgeAtOnce();
      if (connection.ecn.isEchoing()) {
        receiver.delayed().congestionMarked();
      }
    }
    receiver.text(segment, now);
    return true;
  }

  /** Eighth: "check the FIN bit". */
  private void checkFin(long now) {
    if (receiver.takeFin()) {
      connection.onFin(now);
    }
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    freshTimestamp = c.carry(freshTimestamp);
    lastChallenge = c.carryTime(lastChallenge);
  }
}
