// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.transport.tcp.TcpTimers.Kind.LOSS_PROBE;
import static org.loopstack.transport.tcp.TcpTimers.Kind.PERSIST;
import static org.loopstack.transport.tcp.TcpTimers.Kind.REORDERING;
import static org.loopstack.transport.tcp.TcpTimers.Kind.RETRANSMISSION;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.internet.Errno;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.transport.tcp.ConnectionEvents.Kind;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * The sending half of a connection: cuts the stream into segments, within both windows, and sends
 * again what is lost (RFC 9293 sections 3.8.1 and 3.8.6; RFC 6298). What is lost, and how large the
 * congestion window is, is {@link LossRecovery}'s to say.
 */
final class Sender {
  /** As Linux: with fewer segments in the congestion window no probe is risked. */
  private static final int MIN_PROBE_WINDOW = 11;

  final SendBuffer buffer = new SendBuffer();
  final WriteRoom writeRoom;
  final RetransmissionQueue queue = new RetransmissionQueue();
  final RttEstimator rtt;
  final LossRecovery recovery;
  final Chronograph chronograph = new Chronograph();
  final DeliveryRate rate = new DeliveryRate();
  final SegmentSize size;
  final Patience patience;
  private final CongestionWindowValidation validation;

  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final TcpTimers timers;
  private final SackScoreboard scoreboard;
  private final Rack rack;
  private final TailLossProbe probe = new TailLossProbe();
  private final Acknowledgment news = new Acknowledgment();

  private boolean finQueued;
  private boolean finSent;
  private boolean finAcknowledged;

  /** The number behind the last segment that was less than full-sized (Minshall's Nagle). */
  private int smallEnd;

  /** Whether one small segment may go in spite of all: the override timeout has passed. */
  private boolean override;

  /** Whether the congestion window, not the user or the peer, kept the last output short. */
  private boolean congestionLimited;

  /** Whether the peer's window did. */
  private boolean peerLimited;

  /** Whether new data waits until there is room for a probe of the path's MTU. */
  private boolean holding;

  /** Whether all that is queued goes at once, however small: the user has asked for it. */
  private boolean pushing;

  /**
   * RFC 3168 section 6.1.2: on "an ECN-Echo packet when the congestion window is one ... The
   * sending TCP will then be able to send a new packet only when the retransmit timer expires". Not
   * by an echo about a window that has been answered for: after a timeout all have one until
   * something new can say CWR, and what is lost would wait for a timeout each.
   */
  private boolean withheld;

  private int retransmissions;
  private long lastSent;

  Sender(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    this.timers = connection.timers;
    this.writeRoom = new WriteRoom(connection, buffer);
    this.rtt = new RttEstimator(connection.configuration);
    this.size = new SegmentSize(connection);
    this.patience = new Patience(connection, rtt);
    this.rack = new Rack(tcb, queue, rtt);
    this.scoreboard = new SackScoreboard(tcb, queue, rack);
    this.recovery =
        new LossRecovery(
            tcb,
            queue,
            rack,
            rtt,
            connection.ecn,
            size,
            connection.configuration,
            CongestionControls.create(connection.settings.congestion, connection.configuration),
            connection.statistics);
    this.validation = new CongestionWindowValidation(connection.configuration, rtt);
  }

  /** The handshake is done: ISS is acknowledged, data begins behind it. */
  void start(int peerMss, int initialWindow, long now) {
    size.start(peerMss, now);
    congestion().setWindow(connection.configuration.initialWindow(initialWindow, tcb.sndMss));
    smallEnd = tcb.sndUna;
    tcb.sndUp = tcb.sndUna;
    validation.start(tcb.sndUna);
    recovery.start();
  }

  /** The SYN was sent more than once: only a timestamp can say how long the round trip took. */
  void onSynLost(Segment segment, long now) {
    boolean echoes = tcb.tsOk && segment.hasTimestamps && segment.timestampEcho != 0;
    if (!echoes || !sampleEcho(segment.timestampEcho, now)) {
      rtt.fallBack();
    }
  }

  /** The algorithm in use. */
  CongestionControl congestion() {
    return recovery.congestion();
  }

  /** How often a segment was sent again. */
  int retransmissions() {
    return retransmissions;
  }

  /** How often segments were seen to arrive out of order. */
  int reorderings() {
    return rack.reorderings();
  }

  /** By how many segments at most. */
  int reordering() {
    return rack.reordering();
  }

  /** Bytes of the user's that were never sent. */
  int unsent() {
    return Math.max(0, SequenceNumber.diff(dataEnd(), tcb.sndNxt));
  }

  /** How much was sent and is not acknowledged. */
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

  /** When data last went. */
  long lastSent() {
    return lastSent;
  }

  /** Whether nothing is outstanding, queued, or wanted by a writer. */
  boolean isQuiet() {
    return flightSize() == 0 && buffer.size() == 0 && queue.isEmpty() && writeRoom.isUnwanted();
  }

  /** All is sent and acknowledged, the FIN too. */
  void resumeClosed() {
    finQueued = true;
    finSent = true;
    finAcknowledged = true;
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

  /** Sends what is queued in spite of Nagle and TCP_CORK, as far as the windows allow. */
  void push(long now) {
    pushing = true;
    output(now);
    pushing = false;
  }

  /** Sends what the windows, Nagle and silly-window avoidance let go now; sets the timers. */
  void output(long now) {
    boolean early = connection.handshake.isSending();
    if ((!tcb.state.mayHaveUnacknowledged() && !early) || finAcknowledged) {
      return;
    }
    followPath();
    boolean sent = transmitAll(now);
    if (connection.takeTooLarge() && size.isStale()) {
      // The path has become smaller this very moment: what was refused goes again in smaller
      // pieces.
      shrink();
      sent |= transmitAll(now);
    }
    if (early) {
      // The one timer is the SYN-ACK's; as on Linux there is no probe either.
      return;
    }
    if (sent) {
      armProbe(now);
    }
    if (sent || congestionLimited) {
      boolean full = congestionLimited || recovery.pipe() >= congestion().window();
      boolean idleUser = recovery.phase() == LossRecovery.Phase.OPEN && !writeRoom.isWanted();
      validation.sent(congestion(), tcb, full, idleUser, now);
    }
    armTimers(now);
    chronograph.enter(phase(), now);
  }

  private boolean transmitAll(long now) {
    boolean withholding = recovery.isWithholding();
    if (!withholding && !withheld) {
      sendLost(now);
    }
    congestionLimited = false;
    peerLimited = false;
    boolean sent = false;
    if (size.isSearching()) {
      sent = sendMtuProbe(now);
    }
    while (!holding && !withheld && sendNext(now)) {
      override = false;
      sent = true;
    }
    if (withholding && recovery.stopWithholdingUnlessSent()) {
      sendLost(now);
    }
    if (recovery.isCounting()) {
      sendLastResort(now);
    }
    return sent;
  }

  /** The link's MTU, or what is known of the path's, may have changed. */
  private void followPath() {
    if (connection.takeTooLarge()) {
      shrink();
    } else if (size.isStale()) {
      size.update();
    }
  }

  /** RFC 1191 section 6.4: what was too large is sent again at once, which is no congestion. */
  private void shrink() {
    int before = tcb.sndMss;
    size.update();
    if (tcb.sndMss < before) {
      recovery.onPathMtu(tcb.sndMss);
    }
  }

  private Chronograph.Phase phase() {
    if (buffer.size() == 0) {
      return Chronograph.Phase.IDLE;
    }
    if (peerLimited) {
      return Chronograph.Phase.PEER_WINDOW;
    }
    // As Linux: the buffer is to blame if the congestion window would have allowed more.
    return writeRoom.isWanted() && unsent() == 0 && !validation.isLimited(congestion())
        ? Chronograph.Phase.SEND_BUFFER
        : Chronograph.Phase.BUSY;
  }

  private void armTimers(long now) {
    if (!queue.isEmpty()) {
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

  /** Sends again what is lost, as far as the congestion window allows. */
  private void sendLost(long now) {
    for (SentSegment s; (s = queue.firstToSendAgain()) != null; ) {
      int pipe = recovery.pipe();
      int room = congestion().window() - pipe;
      boolean head = s == queue.first();
      boolean outsideWindow = SequenceNumber.diff(s.seq, tcb.sndUna) >= tcb.sndWnd;
      // As Linux: the loss window of one segment is one, however small what was lost.
      boolean afterTimeout = recovery.phase() == LossRecovery.Phase.LOSS;
      int needed = afterTimeout ? tcb.sndMss : Math.min(s.length(), tcb.sndMss);
      if (room < needed || (outsideWindow && !head)) {
        return;
      }
      sendAgain(s, afterTimeout ? Kind.SLOW_START : Kind.FAST, now);
      if (head && !recovery.isImpatient()) {
        // As Linux: what was sent again gets as long as what is new.
        timers.set(RETRANSMISSION, now + rtt.timeout());
      }
    }
  }

  /**
   * RFC 6675 section 4, NextSeg's rules (3) and (4), "a sort of retransmission 'last resort'":
   * while the window has room and nothing is known to be lost and nothing new is there to be sent.
   */
  private void sendLastResort(long now) {
    while (congestion().window() - recovery.pipe() >= tcb.sndMss) {
      SentSegment doubtful = SackLossDetection.doubtful(queue);
      if (doubtful != null) {
        sendAgain(doubtful, Kind.FAST, now);
        queue.countTwice(doubtful);
        continue;
      }
      SentSegment tail = recovery.takeRescue() ? SackLossDetection.tail(queue) : null;
      if (tail != null) {
        sendAgain(endOf(tail), Kind.FAST, now);
      }
      return;
    }
  }

  /** The last part of a segment that is no longer than the path takes. */
  private SentSegment endOf(SentSegment segment) {
    if (segment.dataLength() <= tcb.sndMss) {
      return segment;
    }
    queue.split(segment, SequenceNumber.add(segment.end, -tcb.sndMss));
    return requireLast(segment.next);
  }

  private void sendAgain(SentSegment segment, Kind kind, long now) {
    if (segment.dataLength() > tcb.sndMss) {
      queue.split(segment, SequenceNumber.add(segment.seq, tcb.sndMss));
    }
    size.abandonProbe();
    retransmissions++;
    connection.counters.sentAgain++;
    connection.counters.bytesSentAgain += segment.dataLength();
    recovery.sent(segment.length(), true, connection.out.timestamp(now));
    queue.sentAgain(segment, now);
    kind.count(connection.statistics);
    ConnectionEvents.sentAgain(connection, kind, segment.seq, segment.dataLength());
    transmit(segment, now);
  }

  private boolean sendNext(long now) {
    int queued = SequenceNumber.diff(dataEnd(), tcb.sndNxt);
    if (queued < 0 || (queued == 0 && (!finQueued || finSent))) {
      return false;
    }
    int peerRoom = tcb.sndWnd - flightSize();
    int pathRoom = congestion().window() - recovery.pipe();
    int room = Math.min(peerRoom, pathRoom);
    int length = Math.min(queued, Math.min(tcb.sndMss, room));
    if (finQueued && queued <= tcb.sndMss) {
      // As Linux: the congestion window does not hold back the last segment.
      length = Math.min(queued, peerRoom);
    }
    boolean fin = finQueued && length == queued && peerRoom > length;
    peerLimited = peerRoom <= pathRoom && peerRoom < Math.min(queued, tcb.sndMss);
    congestionLimited |= pathRoom < peerRoom && pathRoom < Math.min(queued, tcb.sndMss);
    if ((length <= 0 && !fin) || (!fin && !mayGo(length, queued))) {
      return false;
    }
    if (queue.isEmpty() && lastSent != 0) {
      validation.restart(congestion(), lastSent, tcb.sndMss, now);
    }
    sendNew(Math.max(length, 0), fin, now);
    return true;
  }

  /**
   * RFC 4821 section 7.3: sends the next probe, once there is so much to send behind it that its
   * loss would show without a timeout. As Linux, what would make that impossible waits meanwhile.
   *
   * @return whether a probe was sent
   */
  private boolean sendMtuProbe(long now) {
    holding = false;
    if (recovery.phase() != LossRecovery.Phase.OPEN
        || congestion().window() < MIN_PROBE_WINDOW * tcb.sndMss
        || connection.receiver.hasSackBlocks()) {
      return false;
    }
    int datagram = size.probeSize(now);
    if (datagram == 0) {
      return false;
    }
    int length = size.dataOf(datagram);
    int needed = length + (Rack.DUP_THRESH + 1) * tcb.sndMss;
    if (unsent() < needed || tcb.sndWnd < needed) {
      return false;
    }
    int pipe = recovery.pipe();
    boolean windowFull = pipe + 2 * tcb.sndMss > congestion().window();
    if (flightSize() + needed > tcb.sndWnd || (windowFull && pipe > 0)) {
      holding = true;
    }
    if (holding || windowFull) {
      return false;
    }
    size.probeSent(datagram, length);
    sendNew(length, false, now);
    return true;
  }

  /** RFC 9293 section 3.8.6.2.1, the sender's silly-window avoidance, with Nagle (3.7.4). */
  private boolean mayGo(int length, int queued) {
    if (length == tcb.sndMss || override || (pushing && length == queued)) {
      return true;
    }
    if (length == queued) {
      // The end of what there is. TCP_CORK holds it back until it is a full segment; Nagle while a
      // small segment is under way (as Linux, by Minshall's rule: full-sized ones do not count).
      return !connection.settings.cork
          && (connection.settings.noDelay
              || SequenceNumber.le(smallEnd, tcb.sndUna)
              || SequenceNumber.gt(tcb.sndUp, tcb.sndNxt));
    }
    // Cut short by a window: "min(D,U) >= Fs * Max(SND.WND)" is worth a segment; less waits for the
    // window to open or for the override timeout.
    return length >= tcb.maxSndWnd / 2;
  }

  private void sendNew(int length, boolean fin, long now) {
    int seq = tcb.sndNxt;
    int end = SequenceNumber.add(seq, length + (fin ? 1 : 0));
    finSent |= fin;
    if (length > 0 && length < tcb.sndMss) {
      smallEnd = SequenceNumber.add(seq, length);
    }
    if (queue.isEmpty()) {
      rate.begin(now);
    }
    tcb.sndNxt = end;
    SentSegment segment = new SentSegment(seq, end, fin, now);
    segment.push = length > 0 && SequenceNumber.add(seq, length) == dataEnd();
    queue.append(segment);
    connection.counters.originalsOut++;
    recovery.sent(length, false, 0);
    if (length > 0) {
      connection.receiver.onDataSent(now);
    }
    transmit(segment, now);
  }

  private void transmit(SentSegment segment, long now) {
    int flags = TcpHeader.ACK;
    if (segment.push) {
      flags |= TcpHeader.PSH;
    }
    if (segment.fin) {
      flags |= TcpHeader.FIN;
    }
    lastSent = now;
    int seq = segment.seq;
    int length = segment.dataLength();
    int offset = SequenceNumber.diff(seq, tcb.sndUna);
    connection.out.send(seq, flags, buffer.slices(offset, length), length, now);
  }

  // ---- acknowledgments ----

  /** An acknowledgment in the acceptable range (RFC 9293 section 3.10.7.4, fifth check). */
  void acknowledged(Segment segment, long now) {
    int flight = flightSize();
    news.reset(segment);
    news.advanced = SequenceNumber.gt(segment.ack, tcb.sndUna);
    boolean repeated = isRepeated(segment);
    news.duplicate = repeated && tcb.sndUna != tcb.sndNxt;
    rack.acknowledgmentArrives();
    if (tcb.sackOk) {
      scoreboard.apply(segment, news, recovery.recover(), now);
    }
    // An acknowledgment that others have overtaken tells nothing about now.
    boolean echo =
        connection.ecn.isAgreed()
            && segment.has(TcpHeader.ECE)
            && SequenceNumber.ge(segment.ack, tcb.sndUna);
    if (!news.advanced && !news.duplicate && !news.newlySacked && !news.duplicateArrived) {
      if (repeated) {
        probe.repeated(segment.ack);
      }
      if (echo) {
        boolean _ = recovery.congestionEchoed(flight, now);
      }
      return;
    }
    boolean limited = validation.isLimited(congestion());
    boolean oneSegment = congestion().window() <= tcb.sndMss;
    withheld &= echo;
    if (news.advanced) {
      advance(segment.ack, now);
      size.acknowledged();
    }
    rack.acknowledgmentEnds();
    TcpCounters counters = connection.counters;
    counters.delivered += news.segments;
    if (news.duplicateArrived) {
      counters.duplicatesReported++;
      count(
          SequenceNumber.lt(segment.options().sackLeft(0), segment.ack)
              ? TcpCounter.DSACK_RECEIVED
              : TcpCounter.DSACK_OUT_OF_ORDER_RECEIVED);
    }
    rate.delivered(news.delivered, tcb.sndUna, tcb.sndNxt, now);
    long measured = measure(now);
    boolean repaired = probe.acknowledged(news, segment.ack);
    news.marked = echo;
    news.flight = flight;
    long again = recovery.acknowledged(news, limited, measured, now);
    withheld |= news.reduced && oneSegment;
    if (repaired) {
      count(TcpCounter.LOSS_PROBE_RECOVERY);
      recovery.probeRepairedLoss(flight, now);
    }
    setReorderingTimer(again);
    queue.countLostAgain(connection.statistics);
    if (news.advanced) {
      afterProgress(now);
    }
  }

  private void setReorderingTimer(long again) {
    if (again == Clock.NEVER) {
      timers.stop(REORDERING);
    } else {
      timers.set(REORDERING, again);
    }
  }

  /** RFC 5681 section 2: what a duplicate acknowledgment is, if anything is outstanding. */
  private boolean isRepeated(Segment segment) {
    return segment.ack == tcb.sndUna
        && segment.originalLength == 0
        && segment.window << tcb.sndWindShift == tcb.sndWnd;
  }

  private void advance(int ack, long now) {
    boolean sentAgain = false;
    boolean ofFin = false;
    long firstSentAt = news.firstSentAt;
    long lastSentAt = news.lastSentAt;
    for (SentSegment s; (s = queue.acknowledge(ack)) != null; ) {
      ofFin |= s.fin;
      sentAgain |= s.retransmitted;
      if (!s.sacked) {
        news.arrived(s, recovery.recover());
        rack.arrived(s, news, now);
      }
    }
    if (sentAgain) {
      // RFC 6298 section 3 (Karn): what had waited behind a gap was sent once, but is acknowledged
      // when the copy has filled the gap. That is no round trip; Linux takes none from it either.
      news.firstSentAt = firstSentAt;
      news.lastSentAt = lastSentAt;
    }
    // Without SACK nobody can say whether the original or the copy has moved the edge.
    news.originalArrived &= tcb.sackOk || !sentAgain;
    finAcknowledged |= ofFin;
    news.acknowledged = SequenceNumber.diff(ack, tcb.sndUna) - (ofFin ? 1 : 0);
    buffer.discard(news.acknowledged);
    boolean wasUrgent = SequenceNumber.gt(tcb.sndUp, tcb.sndUna);
    tcb.sndUna = ack;
    if (!wasUrgent || SequenceNumber.lt(tcb.sndUp, ack)) {
      tcb.sndUp = ack;
    }
    smallEnd = SequenceNumber.max(smallEnd, ack);
    patience.progress();
  }

  private void afterProgress(long now) {
    if (queue.isEmpty()) {
      timers.stop(RETRANSMISSION);
      timers.stop(LOSS_PROBE);
      timers.stop(REORDERING);
    } else {
      // RFC 6298 (5.3): "When an ACK is received that acknowledges new data, restart the
      // retransmission timer so that it will expire after RTO seconds".
      if (!recovery.keepsTimer()) {
        timers.set(RETRANSMISSION, now + rtt.timeout());
      }
      armProbe(now);
    }
    writeRoom.announce();
    if (isDrained()) {
      connection.raise(Readiness.DRAINED);
    }
  }

  /** Takes the round trip that the acknowledgment has measured, or -1. */
  private long measure(long now) {
    if (news.firstSentAt >= 0) {
      rtt.sample(now - news.firstSentAt, tcb.sndUna, tcb.sndNxt);
      return now - news.lastSentAt;
    }
    if (news.advanced && tcb.tsOk && news.hasEcho) {
      boolean _ = sampleEcho(news.echo, now);
    }
    return -1;
  }

  /** RFC 7323 section 4.1: the echo says which of the transmissions is acknowledged. */
  private boolean sampleEcho(int echo, long now) {
    int milliseconds = connection.out.timestamp(now) - echo;
    if (milliseconds < 0) {
      return false;
    }
    rtt.sample(milliseconds * 1_000_000L, tcb.sndUna, tcb.sndNxt);
    return true;
  }

  /** RFC 9293 section 3.10.7.4, fifth check: the send window. */
  void updateWindow(Segment segment) {
    patience.windowAnswered(segment.window == 0);
    if (SequenceNumber.lt(tcb.sndWl1, segment.seq)
        || (tcb.sndWl1 == segment.seq && SequenceNumber.le(tcb.sndWl2, segment.ack))) {
      setWindow(segment, segment.window << tcb.sndWindShift);
    }
  }

  /** As Linux: if a SYN-ACK was lost, so was the data that went after it. */
  void onSynAckLost(long now) {
    if (!queue.isEmpty()) {
      recovery.onTimeout(true, now);
    }
  }

  /** The window of a SYN that this object has not seen. */
  void resumeWindow(int window) {
    tcb.sndWnd = window;
    tcb.sndWl1 = tcb.irs;
    tcb.sndWl2 = tcb.iss;
    tcb.maxSndWnd = window;
  }

  void setWindow(Segment segment, int window) {
    tcb.sndWnd = window;
    tcb.sndWl1 = segment.seq;
    tcb.sndWl2 = segment.ack;
    if (window > tcb.maxSndWnd) {
      tcb.maxSndWnd = window;
      if (size.isBoundByWindow() || window < 2 * tcb.sndMss) {
        size.update();
      }
    }
    if (window > 0) {
      patience.windowOpened();
      if (tcb.sndNxt == tcb.sndUna) {
        timers.stop(PERSIST);
      }
    }
  }

  // ---- timers ----

  /** The retransmission timer expired (RFC 6298 section 5). */
  void onRetransmissionTimeout(long now) {
    withheld = false;
    SentSegment head = queue.first();
    if (head == null) {
      return;
    }
    count(TcpCounter.TIMEOUTS);
    if (patience.hasTimedOut(head.sentAt, now)) {
      giveUp(now);
      return;
    }
    followPath();
    doubtPath(now);
    recovery.onTimeout(patience.timeouts() == 0, now);
    queue.countLostAgain(connection.statistics);
    patience.retry();
    rtt.backOff();
    probe.cancel();
    timers.stop(LOSS_PROBE);
    timers.stop(REORDERING);
    // Also into a window that has shut: "the sending TCP peer must regularly transmit" (3.8.6.1).
    sendAgain(head, Kind.TIMEOUT, now);
    timers.set(RETRANSMISSION, patience.clamp(now + rtt.timeout()));
  }

  /**
   * RFC 9293 section 3.8.3 (MUST-20): "When the number of transmissions of the same segment reaches
   * or exceeds threshold R1, pass negative advice ... to the IP layer". The path may also swallow
   * what is large.
   */
  private void doubtPath(long now) {
    if (patience.isDoubtful(now)) {
      size.blackHole(now);
      connection.out.doubtPath();
      // Section 3.9.1.8: a condition that is "reported asynchronously to the application".
      connection.report(TcpReport.Reason.EXCESSIVE_RETRANSMISSIONS, patience.timeouts());
    }
  }

  private void giveUp(long now) {
    count(TcpCounter.ABORT_ON_TIMEOUT);
    connection.terminate(connection.softErrorOr(Errno.ETIMEDOUT), now);
  }

  /** The persist timer expired: ask for a window, or send in spite of a small one. */
  void onPersistTimeout(long now) {
    withheld = false;
    if (tcb.sndWnd > 0) {
      override = true;
      output(now);
      override = false;
      return;
    }
    if (patience.hasProbedInVain(now)) {
      giveUp(now);
      return;
    }
    patience.probe();
    count(TcpCounter.WINDOW_PROBE);
    provoke(now);
    timers.set(PERSIST, patience.clamp(now + patience.probeInterval()));
  }

  /** Sends a segment that the peer must answer: no data, and a number acknowledged already. */
  void provoke(long now) {
    connection.out.send(SequenceNumber.add(tcb.sndUna, -1), TcpHeader.ACK, null, 0, now);
  }

  /** RACK's reordering timer expired. */
  void onReorderingTimeout(long now) {
    setReorderingTimer(recovery.reorderingTimeout(now));
    queue.countLostAgain(connection.statistics);
    output(now);
  }

  /** RFC 8985 section 7.2: a probe is due unless losses are being dealt with already. */
  private void armProbe(long now) {
    if (!tcb.sackOk
        || !connection.configuration.tailLossProbe()
        || probe.isOutstanding()
        || recovery.phase() != LossRecovery.Phase.OPEN
        || queue.isEmpty()) {
      timers.stop(LOSS_PROBE);
      return;
    }
    boolean oneSegment = queue.first() == queue.last();
    long wait = TailLossProbe.timeout(rtt, oneSegment, connection.configuration.initialRto());
    // "If Now() + PTO > TCP_RTO_expiration(): PTO = TCP_RTO_expiration() - Now()"
    long expiration =
        timers.isSet(RETRANSMISSION) ? timers.deadline(RETRANSMISSION) : now + rtt.timeout();
    timers.set(LOSS_PROBE, Math.min(now + wait, expiration));
  }

  /** Section 7.3: sends new data if the peer takes some, else the last segment again. */
  void onLossProbe(long now) {
    SentSegment tail = queue.last();
    if (tail == null || recovery.phase() != LossRecovery.Phase.OPEN) {
      return;
    }
    count(TcpCounter.LOSS_PROBES);
    followPath();
    int queued = SequenceNumber.diff(dataEnd(), tcb.sndNxt);
    int length = Math.min(queued, Math.min(tcb.sndMss, tcb.sndWnd - flightSize()));
    boolean isNew = length > 0 && !finSent;
    if (isNew) {
      sendNew(length, false, now);
    } else {
      sendAgain(endOf(tail), Kind.LOSS_PROBE, now);
    }
    probe.sent(tcb.sndNxt, !isNew);
    timers.set(RETRANSMISSION, now + rtt.timeout());
  }

  private void count(TcpCounter counter) {
    connection.statistics.increment(counter);
  }

  private static SentSegment requireLast(@Nullable SentSegment tail) {
    if (tail == null) {
      throw new AssertionError("a segment was split into nothing");
    }
    return tail;
  }

  // ---- urgent data ----

  /** The last byte of the buffer is urgent. */
  void markUrgent() {
    tcb.sndUp = dataEnd();
  }

  /** Whether a segment at this number is to announce urgent data: only if some is outstanding. */
  boolean isUrgent(int seq) {
    return SequenceNumber.gt(tcb.sndUp, tcb.sndUna)
        && SequenceNumber.gt(tcb.sndUp, seq)
        && tcb.state.mayHaveUnacknowledged();
  }

  /** The urgent pointer "from the sequence number in this segment", to the byte behind. */
  int urgentPointer(int seq) {
    return Math.min(SequenceNumber.diff(tcb.sndUp, seq), 65_535);
  }

  void clear() {
    buffer.clear();
    queue.clear();
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    finQueued = c.carry(finQueued);
    finSent = c.carry(finSent);
    finAcknowledged = c.carry(finAcknowledged);
    smallEnd = c.carrySent(smallEnd);
    override = c.carry(override);
    congestionLimited = c.carry(congestionLimited);
    peerLimited = c.carry(peerLimited);
    holding = c.carry(holding);
    pushing = c.carry(pushing);
    patience.carry(c);
    withheld = c.carry(withheld);
    retransmissions = c.carry(retransmissions);
    lastSent = c.carryTime(lastSent);
    writeRoom.carry(c);
    buffer.carry(c);
    queue.carry(c);
    rtt.carry(c);
    recovery.carry(c);
    chronograph.carry(c);
    rate.carry(c);
    size.carry(c);
    validation.carry(c);
    rack.carry(c);
    probe.carry(c);
  }
}
