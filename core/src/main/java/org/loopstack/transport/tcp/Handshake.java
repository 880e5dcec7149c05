// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.transport.tcp.TcpTimers.Kind.RETRANSMISSION;

import org.loopstack.internet.Errno;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/** Opens a connection: SYN and SYN-ACK, their options, and sending them again. */
final class Handshake {
  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final TcpConfiguration configuration;
  private int retries;
  private long firstSent;

  /** Whether the connection began with a SYN from the peer to a listener of ours. */
  private boolean passive;

  /** Whether we know when our SYN left. */
  private boolean measurable = true;

  private boolean sending;

  private boolean peerScales;
  private int peerMss;

  Handshake(TcpConnection connection) {
    this.connection = connection;
    this.tcb = connection.tcb;
    this.configuration = connection.configuration;
  }

  boolean isPassive() {
    return passive;
  }

  /** Active OPEN: sends the SYN. */
  void open(int iss, long now) {
    begin(iss, now);
    tcb.tsRecent = 0;
    connection.on(TcpEvent.ACTIVE_OPEN);
    if (!connection.fastOpening.isWaiting()) {
      sendSyn(now);
    }
  }

  /** There is data for the SYN that has waited for it (RFC 7413 section 4.2.2). */
  void launch(long now) {
    firstSent = now;
    sendSyn(now);
  }

  /** How often the SYN or SYN-ACK was sent again. */
  int retries() {
    return connection.tcb.state.isSynchronized() ? 0 : retries;
  }

  /** Whether both ends scale their windows. */
  boolean isScaling() {
    return peerScales;
  }

  private void begin(int iss, long now) {
    tcb.iss = iss;
    tcb.sndUna = iss;
    tcb.sndNxt = SequenceNumber.add(iss, 1);
    tcb.sndUp = iss;
    tcb.rcvMss = connection.out.mssToOffer();
    firstSent = now;
  }

  /**
   * Stands where a connection stands of which there was only a record until now: in SYN-RECEIVED.
   */
  void resume(HalfOpen h, long now) {
    passive = true;
    measurable = !h.resumed;
    retries = h.retries;
    connection.on(TcpEvent.PASSIVE_OPEN);
    begin(h.iss, h.firstSent);
    tcb.rcvMss = h.mss();
    tcb.irs = h.irs;
    tcb.rcvNxt = h.rcvNxt();
    tcb.lastAckSent = tcb.rcvNxt;
    tcb.rcvAdv = SequenceNumber.add(tcb.rcvNxt, h.window());
    peerMss = h.peerMss();
    connection.userTimeout.resume(h.remoteTimeout());
    tcb.tsOk = h.timestamps;
    tcb.tsRecent = h.tsRecent;
    tcb.tsRecentAge = now;
    tcb.sackOk = h.sack;
    peerScales = h.isScaling();
    tcb.sndWindShift = h.sndShift();
    tcb.rcvWindShift = h.rcvShift();
    connection.ecn.resume(h.ecn);
    connection.sender.resumeWindow(h.peerWindow());
    connection.on(TcpEvent.SYN);
    armTimer(now);
  }

  /**
   * RFC 7413 section 4.2.2: the cookie was valid, so the user gets the data of the SYN at once, and
   * the SYN-ACK acknowledges it. A FIN with it comes again, and counts then.
   */
  void answerEarly(Segment syn, long now) {
    if (!connection.offerEarly(now)) {
      return;
    }
    connection.fastOpening.accept(syn.dataLength() > 0);
    syn.trimFront(tcb.rcvNxt);
    syn.trimEnd(SequenceNumber.min(tcb.rcvAdv, SequenceNumber.add(syn.seq, syn.dataLength())));
    if (syn.dataLength() > 0) {
      connection.receiver.text(syn, now);
    }
    sendSynAck(now);
    // The user may answer before the handshake is done. What the SYN-ACK occupies is for the
    // handshake to repeat: to the sender it is as good as acknowledged.
    tcb.sndUna = tcb.sndNxt;
    connection.ecn.start(tcb.sndNxt);
    connection.sender.start(peerMss, configuration.initialWindowSegments(), now);
    sending = true;
  }

  /** Whether data goes to the peer although the handshake is not done. */
  boolean isSending() {
    return sending && tcb.state == TcpState.SYN_RECEIVED;
  }

  /**
   * The SYN is refused; if that may be because it asked for ECN, another one goes that does not.
   */
  boolean triesWithoutEcn(long now) {
    if (!configuration.ecnFallbackOnReset() || !connection.ecn.refuse()) {
      return false;
    }
    retries++;
    sendSyn(now);
    return true;
  }

  /**
   * Reads the peer's SYN: its number and what it offers (RFC 9293 3.7.1, 7323 2.2 and 3.2, 2018).
   */
  void acceptSyn(Segment syn, long now) {
    tcb.irs = syn.seq;
    tcb.rcvNxt = SequenceNumber.add(syn.seq, 1);
    tcb.lastAckSent = syn.seq;
    tcb.rcvAdv = SequenceNumber.add(tcb.rcvNxt, connection.receiver.synWindow(tcb.rcvMss));
    // "If an MSS Option is not received at connection setup, TCP implementations MUST assume a
    // default send MSS of 536 (576 - 40) for IPv4 or 1220 (1280 - 60) for IPv6" (MUST-15).
    peerMss = syn.options().mss() > 0 ? syn.options().mss() : connection.out.defaultMss();
    connection.userTimeout.received(syn);
    tcb.tsOk = configuration.timestamps() && syn.hasTimestamps;
    if (tcb.tsOk) {
      tcb.tsRecent = syn.timestampValue;
      tcb.tsRecentAge = now;
    }
    tcb.sackOk = configuration.selectiveAcknowledgment() && syn.options().sackPermitted();
    peerScales = configuration.windowScaling() && syn.options().hasWindowScale();
    tcb.sndWindShift = peerScales ? syn.options().windowScale() : 0;
    tcb.rcvWindShift = peerScales ? shiftToOffer() : 0;
    if (syn.has(TcpHeader.ACK)) {
      connection.ecn.synAckArrived(syn);
      connection.fastOpening.synAckArrived(syn, retries > 0, now);
    } else {
      // Simultaneous open: no cookie is asked for by a SYN-ACK. Whether the data of our SYN was
      // taken, the peer's SYN-ACK will tell.
      connection.fastOpening.fallBack();
      connection.ecn.synArrived(syn, passive);
    }
    // RFC 7323 section 2.2: "The window field in a segment where the SYN bit is set ... MUST NOT be
    // scaled."
    connection.sender.setWindow(syn, syn.window);
  }

  /** The least shift by which the largest receive buffer can be expressed. */
  private int shiftToOffer() {
    return shiftToOffer(configuration, connection.receiver.capacity());
  }

  /** The same for a receive buffer that is not there yet. */
  static int shiftToOffer(TcpConfiguration configuration, int capacity) {
    int shift = 0;
    int space = Math.max(configuration.maxReceiveBuffer(), capacity);
    space = Math.max(space, configuration.maxTunedReceiveBuffer());
    while (shift < 14 && space >> shift > 65_535) {
      shift++;
    }
    return shift;
  }

  private void sendSyn(long now) {
    int window = connection.receiver.synWindow(tcb.rcvMss);
    int shift = configuration.windowScaling() ? shiftToOffer() : -1;
    int length = 0;
    if (retries == 0) {
      length = connection.fastOpening.launch(connection.sender.buffer.size(), tcb.rcvMss);
      tcb.sndNxt = SequenceNumber.add(tcb.iss, 1 + length);
    } else {
      connection.fastOpening.fallBack();
    }
    connection.counters.originalsOut += length > 0 ? 1 : 0;
    connection.out.sendSyn(
        TcpHeader.SYN | connection.ecn.synFlags(retries > 0),
        window,
        shift,
        configuration.timestamps(),
        configuration.selectiveAcknowledgment(),
        length,
        now);
    armTimer(now);
  }

  void sendSynAck(long now) {
    int window = connection.receiver.synWindow(tcb.rcvMss);
    connection.out.sendSyn(
        TcpHeader.SYN | TcpHeader.ACK | connection.ecn.synAckFlags(),
        window,
        peerScales ? tcb.rcvWindShift : -1,
        tcb.tsOk,
        tcb.sackOk,
        0,
        now);
    armTimer(now);
  }

  /** As Linux: the first few timeouts of a SYN are all of the initial length, then they double. */
  private void armTimer(long now) {
    int linear = tcb.state == TcpState.SYN_SENT ? configuration.synLinearTimeouts() : 0;
    int doublings = Math.max(0, retries - linear);
    long deadline = now + configuration.handshakeTimeout(retries, doublings);
    long limit = openTimeout(tcb.state == TcpState.SYN_SENT);
    connection.timers.set(
        RETRANSMISSION, limit > 0 ? Math.min(deadline, firstSent + limit) : deadline);
  }

  /** How long the opening may take: as the user says, else as the profile does; or 0. */
  private long openTimeout(boolean active) {
    long users = connection.userTimeout.chosen();
    return users > 0 || !active ? users : configuration.connectTimeout();
  }

  /** Neither our SYN nor our SYN-ACK has been answered in time. */
  void onTimeout(long now) {
    boolean active = tcb.state == TcpState.SYN_SENT;
    connection.statistics.increment(TcpCounter.TIMEOUTS);
    if (isGivenUp(active, now)) {
      connection.statistics.increment(TcpCounter.ABORT_ON_TIMEOUT);
      connection.terminate(connection.softErrorOr(Errno.ETIMEDOUT), now);
      return;
    }
    retries++;
    connection.counters.sentAgain++;
    connection.statistics.increment(TcpCounter.SYN_RETRANS);
    ConnectionEvents.sentAgain(connection, ConnectionEvents.Kind.SYN, tcb.iss, 0);
    if (active) {
      connection.fastOpening.onTimeout(retries, now);
      sendSyn(now);
    } else {
      // RFC 7413 section 4.2.2: a SYN-ACK that is sent again goes without the option.
      connection.fastOpening.fallBack();
      sendSynAck(now);
    }
  }

  private boolean isGivenUp(boolean active, long now) {
    long timeout = openTimeout(active);
    if (timeout > 0 && now - firstSent >= timeout) {
      return true;
    }
    int limit =
        active
            ? connection.settings.synRetries() + configuration.synLinearTimeouts()
            : connection.settings.synAckRetries();
    return retries >= limit;
  }

  /** Our SYN is acknowledged, and we have the peer's: the variables of the data phase. */
  void complete(Segment segment, long now) {
    connection.timers.stop(RETRANSMISSION);
    if (sending) {
      completeEarly(segment, now);
      return;
    }
    // RFC 7413 section 4.2.2: data of the SYN that the SYN-ACK does not acknowledge is sent again.
    int sent = tcb.sndNxt;
    int inSyn = SequenceNumber.diff(sent, tcb.iss) - 1;
    if (inSyn > 0) {
      connection.statistics.increment(
          segment.ack == sent ? TcpCounter.FAST_OPEN_ACTIVE : TcpCounter.FAST_OPEN_ACTIVE_FAIL);
    }
    connection.sender.buffer.discard(SequenceNumber.diff(segment.ack, tcb.iss) - 1);
    tcb.sndNxt = segment.ack;
    tcb.sndUna = segment.ack;
    if (!measurable) {
      connection.sender.onSynLost(segment, now);
    } else if (retries == 0) {
      connection.sender.rtt.sample(now - firstSent, tcb.sndUna, tcb.sndNxt);
    } else {
      connection.sender.onSynLost(segment, now);
    }
    connection.ecn.start(sent);
    // RFC 5681 section 3.1: "if the SYN or SYN/ACK is lost, the initial window ... MUST be one
    // segment"; as on Linux, one loss is forgiven.
    int initialWindow = retries > 1 ? 1 : configuration.initialWindowSegments();
    connection.sender.start(peerMss, initialWindow, now);
    // The SYN's window is never scaled, all others are.
    connection.sender.setWindow(
        segment, segment.opens ? segment.window : segment.window << tcb.sndWindShift);
  }

  /** The same for a server that has begun to send (RFC 7413 section 4.2.2). */
  private void completeEarly(Segment segment, long now) {
    if (retries == 0) {
      connection.sender.rtt.sample(now - firstSent, tcb.sndUna, tcb.sndNxt);
    } else {
      connection.sender.onSynLost(segment, now);
      connection.sender.onSynAckLost(now);
    }
    connection.sender.setWindow(segment, segment.window << tcb.sndWindShift);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    retries = c.carry(retries);
    firstSent = c.carryTime(firstSent);
    passive = c.carry(passive);
    measurable = c.carry(measurable);
    sending = c.carry(sending);
    peerScales = c.carry(peerScales);
    peerMss = c.carry(peerMss);
  }
}
