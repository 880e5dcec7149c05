// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.loopstack.transport.tcp.TcpTimers.Kind.DELAYED_ACK;
import static org.loopstack.transport.tcp.TcpTimers.Kind.KEEP_ALIVE;
import static org.loopstack.transport.tcp.TcpTimers.Kind.LINGER;
import static org.loopstack.transport.tcp.TcpTimers.Kind.LOSS_PROBE;
import static org.loopstack.transport.tcp.TcpTimers.Kind.PERSIST;
import static org.loopstack.transport.tcp.TcpTimers.Kind.REORDERING;
import static org.loopstack.transport.tcp.TcpTimers.Kind.RETRANSMISSION;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * The core of one connection: a state machine without locks, threads or clocks. Segments, calls and
 * time go in; segments, readiness and the next deadline come out. Its parts are one concept each;
 * what stands here is what several of them share: states, errors, the end.
 */
final class TcpConnection {
  /** What the connection asks of the shell around it. Called with the endpoint's lock held. */
  interface Owner {
    /** Something became possible: bits of {@link Readiness}. */
    void raise(int bits);

    /**
     * A connection that began with a peer's SYN is to be established: its place in the listener's
     * queue is reserved.
     *
     * @return false if nobody listens any more: the connection is then reset
     */
    boolean offerAccepted(long now);

    /** Whether the user has closed the endpoint. */
    boolean isOrphan();

    /** The connection has entered TIME-WAIT. */
    void timeWait(long now);

    /** What all connections of the stack hold together. */
    TcpMemory memory();

    /** What TCP of the stack counts. */
    TcpStatistics statistics();

    /** A writer has no room because all connections together hold too much. */
    void awaitMemory();

    /** The connection is gone. */
    void finished();

    /** A segment that belongs to no connection: answered with a reset where it deserves one. */
    void refuse(Packet packet);

    /** A segment is thrown away. */
    void drop(Packet packet, DropReason reason);

    /** The connection in TIME-WAIT is gone; the SYN that replaces it is to be looked at anew. */
    void reopen(Packet syn, int firstFreeNumber);

    /** Something has happened that the user may want to know. */
    void report(TcpReport.Reason reason, int subreason);
  }

  /** What a connection needs without data, about. */
  private static final int OWN_SIZE = 2048;

  final TcpConfiguration configuration;

  /** What the user has set; another object once the user changes it. */
  TcpSettings settings;

  final TransmissionControlBlock tcb;
  final TcpTimers timers = new TcpTimers();
  final Ecn ecn;
  final FastOpening fastOpening;
  final Receiver receiver;
  final Sender sender;
  final SegmentWriter out;
  final Handshake handshake;
  final TcpCounters counters = new TcpCounters();
  final UserTimeout userTimeout;
  final TcpMemory.Account account;
  final TcpStatistics statistics;

  private final SegmentArrives arrives;
  private final Owner owner;
  private @Nullable Errno error;
  private @Nullable Errno softError;
  private boolean wasEstablished;
  private boolean closeWhenEstablished;

  /** Whether something that is outstanding was too large for the path. */
  private boolean tooLarge;

  private int keepAliveProbes;
  private long lastHeard;

  TcpConnection(
      TcpConfiguration configuration,
      TcpSettings settings,
      Internet internet,
      FourTuple ends,
      Route route,
      Owner owner) {
    this(
        configuration,
        settings,
        internet,
        ends,
        route,
        owner,
        new TransmissionControlBlock(),
        new Ecn(configuration));
  }

  /** A connection that goes on with what another one had. */
  TcpConnection(
      TcpConfiguration configuration,
      TcpSettings settings,
      Internet internet,
      FourTuple ends,
      Route route,
      Owner owner,
      TransmissionControlBlock tcb,
      Ecn ecn) {
    this.configuration = configuration;
    this.settings = settings;
    this.owner = owner;
    account = new TcpMemory.Account(owner.memory());
    statistics = owner.statistics();
    userTimeout = new UserTimeout(settings);
    this.tcb = tcb;
    this.ecn = ecn;
    fastOpening = new FastOpening(tcb);
    sender = new Sender(this);
    receiver = new Receiver(this);
    out = new SegmentWriter(internet, this, ends, route);
    handshake = new Handshake(this);
    arrives = new SegmentArrives(this);
  }

  /** When a segment was answered last that was not acceptable. */
  long lastChallenge() {
    return arrives.lastChallenge();
  }

  /** When a segment last came or data last went. */
  long lastActive() {
    return Math.max(lastHeard, sender.lastSent());
  }

  /**
   * Whether nothing is under way, waits to be read or sent, or is due soon: all that is left is
   * numbers.
   */
  boolean canRest() {
    return tcb.state.isSynchronized()
        && wasEstablished
        && timers.areQuiet()
        && sender.isQuiet()
        && receiver.isQuiet();
  }

  /** The user has changed something. */
  void setSettings(TcpSettings changed) {
    settings = changed;
    userTimeout.setSettings(changed);
    receiver.urgent.setSettings(changed);
  }

  // ---- what comes in ----

  /** Active OPEN. */
  void open(int iss, int timestampOffset, long now) {
    tcb.tsOffset = timestampOffset;
    counters.begin(now);
    statistics.increment(TcpCounter.ACTIVE_OPENS);
    ConnectionEvents.opened(this, false);
    handshake.open(iss, now);
  }

  /** Goes on where the record of a half-open connection stands. */
  void resume(HalfOpen half, long now) {
    tcb.tsOffset = half.tsOffset;
    lastHeard = now;
    counters.begin(half.firstSent);
    counters.passive = true;
    counters.resume(1 + half.retries);
    statistics.increment(TcpCounter.PASSIVE_OPENS);
    ConnectionEvents.opened(this, true);
    handshake.resume(half, now);
  }

  /** Goes on in TIME-WAIT until the deadline. */
  void resumeTimeWait(long deadline, long lastChallenge) {
    wasEstablished = true;
    sender.resumeClosed();
    arrives.resume(lastChallenge);
    timers.set(LINGER, deadline);
  }

  /** A SYN that a listener of ours answers at once: its cookie is valid (RFC 7413). */
  void answerEarly(Segment syn, HalfOpen half, long now) {
    resume(half, now);
    counters.begin(now);
    counters.beginEarly();
    counters.arrived(syn, now);
    handshake.answerEarly(syn, now);
  }

  /** A segment of this connection. */
  void segmentArrives(Segment segment, long now) {
    counters.arrived(segment, now);
    boolean counts = tcb.state.isSynchronized();
    int una = tcb.sndUna;
    int next = tcb.rcvNxt;
    int ahead = receiver.queue.bytes();
    arrives.process(segment, now);
    if (counts) {
      counters.bytesAcknowledged += SequenceNumber.diff(tcb.sndUna, una);
      counters.bytesReceived += SequenceNumber.diff(tcb.rcvNxt, next);
      counters.outOfOrder += receiver.queue.bytes() > ahead ? 1 : 0;
    }
  }

  /** All segments that had arrived are taken in: sends what they let go, and acknowledges. */
  void settle(long now) {
    sender.output(now);
    if (tcb.state.isSynchronized()) {
      receiver.settle(now);
    }
    count();
  }

  /** An ICMP error about a segment of ours (RFC 9293 section 3.9.2.2, RFC 5927 section 4). */
  void icmpError(IcmpError icmp, long now) {
    byte[] b = icmp.packet().head();
    int seq = Bytes.i32(b, icmp.transportOffset() + 4);
    if (tcb.state == TcpState.CLOSED
        || SequenceNumber.lt(seq, tcb.sndUna)
        || SequenceNumber.gt(seq, tcb.sndNxt)) {
      return;
    }
    if (icmp.kind() == IcmpError.Kind.PACKET_TOO_BIG) {
      // RFC 5927 section 7.2: only now is the report known to be about what we have sent.
      out.learnPathMtu(icmp);
      tooLarge = tcb.state.isSynchronized();
    } else if (icmp.kind() != IcmpError.Kind.SOURCE_QUENCH) {
      // "TCP implementations MUST silently discard any received ICMP Source Quench messages"
      // (MUST-55). In synchronized states all others are soft: what a forged message could kill,
      // the retransmissions will find out.
      Errno reported = icmp.kind().errno();
      softError = reported;
      owner.report(TcpReport.Reason.ICMP_ERROR, reported.number());
      boolean ends = configuration.softErrorsEndAttempts() || isHard(icmp.kind());
      if (ends && !tcb.state.isSynchronized()) {
        terminate(reported, now);
      }
    }
  }

  /**
   * RFC 9293 section 3.9.2.2: "Destination Unreachable -- codes 0, 1, 5; Time Exceeded -- codes 0,
   * 1; and Parameter Problem. ... Since these Unreachable messages indicate soft error conditions,
   * a TCP implementation MUST NOT abort the connection (MUST-56)".
   */
  private static boolean isHard(IcmpError.Kind kind) {
    return kind.isHard() && kind != IcmpError.Kind.PARAMETER_PROBLEM;
  }

  /** Something has happened that the user may want to know. */
  void report(TcpReport.Reason reason, int subreason) {
    owner.report(reason, subreason);
  }

  /** The internet layer would not send a segment. */
  void onSendRefused(Errno refused) {
    if (refused == Errno.EMSGSIZE) {
      tooLarge = true;
    } else {
      softError = refused;
    }
  }

  /** Whether something was too large since the last look. */
  boolean takeTooLarge() {
    boolean was = tooLarge;
    tooLarge = false;
    return was;
  }

  /** The way to the peer has another room for data, which the next output takes into account. */
  void pathChanged() {
    tooLarge = tcb.state.isSynchronized();
  }

  /** Something came from the peer: it is there. */
  void heardFrom(long now) {
    lastHeard = now;
    keepAliveProbes = 0;
  }

  // ---- time ----

  long deadline() {
    return timers.next();
  }

  /** Does what is due. */
  void expire(long now) {
    // Before the retransmission timer, whose place it takes if both are due.
    if (timers.expired(LOSS_PROBE, now)) {
      sender.onLossProbe(now);
    }
    if (timers.expired(RETRANSMISSION, now)) {
      if (tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED) {
        handshake.onTimeout(now);
      } else {
        sender.onRetransmissionTimeout(now);
        fastOpening.onTimeout(sender.patience.timeouts(), now);
      }
    }
    if (timers.expired(REORDERING, now)) {
      sender.onReorderingTimeout(now);
    }
    if (timers.expired(PERSIST, now)) {
      sender.onPersistTimeout(now);
    }
    if (timers.expired(DELAYED_ACK, now)) {
      receiver.onDelayedAck(now);
    }
    if (timers.expired(KEEP_ALIVE, now)) {
      onKeepAlive(now);
    }
    if (timers.expired(LINGER, now)) {
      end(TcpEvent.TIMEOUT, null, now);
    }
  }

  /** Begins, or ends, to ask a silent peer whether it is there, as the user has chosen. */
  void armKeepAlive() {
    if (settings.keepAlive && tcb.state.isSynchronized() && tcb.state != TcpState.TIME_WAIT) {
      timers.set(KEEP_ALIVE, lastHeard + settings.keepAliveIdle);
    } else {
      timers.stop(KEEP_ALIVE);
    }
  }

  private void onKeepAlive(long now) {
    long silence = now - lastHeard;
    if (silence < settings.keepAliveIdle) {
      timers.set(KEEP_ALIVE, lastHeard + settings.keepAliveIdle);
    } else if (sender.flightSize() > 0 || sender.buffer.size() > 0) {
      // "Keep-alive packets MUST only be sent when no sent data is outstanding" (MUST-25).
      timers.set(KEEP_ALIVE, now + settings.keepAliveIdle);
    } else if (isPeerGone(silence)) {
      abort(softErrorOr(Errno.ETIMEDOUT), now);
    } else {
      keepAliveProbes++;
      statistics.increment(TcpCounter.KEEP_ALIVE);
      sender.provoke(now);
      timers.set(KEEP_ALIVE, now + settings.keepAliveInterval);
    }
  }

  /** By the number of probes that nobody has answered, or by the user's timeout. */
  private boolean isPeerGone(long silence) {
    long limit = userTimeout.limit(sender.rtt.timeout(0));
    return limit > 0
        ? silence >= limit && keepAliveProbes > 0
        : keepAliveProbes >= settings.keepAliveProbes;
  }

  /** Keep-alive probes that wait for an answer. */
  int keepAliveProbes() {
    return keepAliveProbes;
  }

  // ---- states ----

  /** The one way in which the state changes. */
  void on(TcpEvent event) {
    tcb.state = TcpTransitions.next(tcb.state, event);
  }

  /** The acknowledgment of our SYN in SYN-RECEIVED. */
  boolean acceptAck(Segment segment, long now) {
    boolean accepted = handshake.isPassive() && fastOpening.isEarly();
    if (handshake.isPassive() && !accepted && !owner.offerAccepted(now)) {
      return false;
    }
    handshake.complete(segment, now);
    on(TcpEvent.ACK_OF_SYN);
    established(now);
    return true;
  }

  /** The connection is open. */
  void established(long now) {
    wasEstablished = true;
    ConnectionEvents.established(this, now);
    receiver.window().start(now);
    softError = null;
    // The SYN has arrived, which no acknowledgment of data tells.
    counters.delivered++;
    if (!handshake.isPassive()) {
      // As on Linux, where a SYN-ACK is acknowledged before there is a socket to count it.
      counters.bytesAcknowledged++;
    }
    userTimeout.announce();
    armKeepAlive();
    owner.raise(Readiness.CONNECT | Readiness.WRITE | Readiness.DRAINED);
    if (closeWhenEstablished) {
      closeOutput(now);
    }
  }

  /** Whether the connection has ever been open, whatever became of it since. */
  boolean wasEstablished() {
    return wasEstablished;
  }

  /** No more data from us: at once, or as soon as the connection is open. */
  void closeOutput(long now) {
    if (tcb.state == TcpState.SYN_RECEIVED || isEarly()) {
      closeWhenEstablished = true;
      launchIfWaiting(now);
    } else if (tcb.state.canSend()) {
      on(TcpEvent.CLOSE);
      sender.queueFin();
      sender.output(now);
    }
  }

  /** Whether the user may send and read although the handshake is not done (RFC 7413). */
  boolean isEarly() {
    return fastOpening.isEarly()
        && (tcb.state == TcpState.SYN_SENT || tcb.state == TcpState.SYN_RECEIVED);
  }

  /** Sends a SYN that has waited for the first data. */
  void launchIfWaiting(long now) {
    if (fastOpening.isWaiting()) {
      handshake.launch(now);
    }
  }

  /** A listener's connection that begins with data wants to be accepted now. */
  boolean offerEarly(long now) {
    return owner.offerAccepted(now);
  }

  /** Our FIN, and so all our data, has been acknowledged. */
  void onFinAcknowledged(long now) {
    switch (tcb.state) {
      case FIN_WAIT_1 -> {
        on(TcpEvent.ACK_OF_FIN);
        armFinWait2(now);
      }
      case CLOSING -> {
        on(TcpEvent.ACK_OF_FIN);
        enterTimeWait(now);
      }
      case LAST_ACK -> end(TcpEvent.ACK_OF_FIN, null, now);
      default -> {}
    }
  }

  /** A connection that nobody can read any more does not wait for ever for the peer's FIN. */
  void armFinWait2(long now) {
    if (tcb.state == TcpState.FIN_WAIT_2 && owner.isOrphan()) {
      // On Linux it has become a socket in TIME-WAIT by this, if only for the memory.
      statistics.increment(TcpCounter.TIME_WAITED);
      timers.set(LINGER, now + configuration.finTimeout());
    }
  }

  /** The peer's FIN has been taken in. */
  void onFin(long now) {
    on(TcpEvent.FIN);
    owner.raise(Readiness.READ);
    if (tcb.state == TcpState.TIME_WAIT) {
      enterTimeWait(now);
    }
  }

  private void enterTimeWait(long now) {
    if (!timers.isSet(LINGER)) {
      statistics.increment(TcpCounter.TIME_WAITED);
    }
    timers.stopAll();
    sender.clear();
    receiver.queue.clear();
    count();
    restartTimeWait(now);
    owner.timeWait(now);
  }

  /** RFC 9293 section 3.10.7.4: "Restart the 2 MSL time-wait timeout." */
  void restartTimeWait(long now) {
    timers.set(LINGER, now + configuration.timeWait());
  }

  /** TIME-WAIT ends early, for a new connection between the same ends. */
  void giveWay(Segment syn, long now) {
    // As in Linux, a new ISS lies beyond the old window, whatever the clock has done meanwhile.
    int firstFree = SequenceNumber.add(tcb.sndNxt, 65_535 + 2);
    // The listener counts the SYN as its own.
    counters.handedOn++;
    terminate(null, now);
    owner.reopen(syn.packet(), firstFree);
  }

  /** Ends the connection with a reset to the peer, if there is one to be told. */
  void abort(@Nullable Errno reason, long now) {
    switch (tcb.state) {
      case SYN_RECEIVED, ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT -> sendReset(now);
      case CLOSING, LAST_ACK -> {
        // The RFC deletes the connection without a word; as on Linux, the peer is told if it lacks
        // data.
        if (sender.buffer.size() > 0) {
          sendReset(now);
        }
      }
      default -> {}
    }
    terminate(reason, now);
  }

  private void sendReset(long now) {
    statistics.increment(TcpCounter.OUT_RSTS);
    out.send(tcb.sndNxt, TcpHeader.RST | TcpHeader.ACK, null, 0, now);
  }

  /** Ends the connection, with an error for the user or without. */
  void terminate(@Nullable Errno reason, long now) {
    if (tcb.state != TcpState.CLOSED) {
      end(TcpEvent.ABORT, reason, now);
    }
  }

  private void end(TcpEvent event, @Nullable Errno reason, long now) {
    TcpState last = tcb.state;
    switch (tcb.state) {
      case ESTABLISHED, CLOSE_WAIT -> statistics.increment(TcpCounter.ESTAB_RESETS);
      // As on Linux, an attempt that its user has given up has not failed.
      case SYN_SENT, SYN_RECEIVED -> {
        if (reason != null) {
          statistics.increment(TcpCounter.ATTEMPT_FAILS);
        }
      }
      default -> {}
    }
    on(event);
    error = reason;
    timers.stopAll();
    sender.clear();
    // What had arrived in order stays readable, as on Linux.
    receiver.queue.clear();
    count();
    counters.end(statistics);
    ConnectionEvents.closed(
        out.ends(),
        last,
        reason,
        now - counters.begunAt(),
        counters.bytesSent,
        counters.bytesReceived,
        counters.sentAgain);
    owner.raise(Readiness.ALL);
    owner.finished();
  }

  /** Tells the stack how much memory the connection holds. */
  void count() {
    boolean small = tcb.state == TcpState.CLOSED || tcb.state == TcpState.TIME_WAIT;
    long buffers = sender.buffer.held() + receiver.buffer.held() + receiver.queue.held();
    account.hold(buffers + (small ? 0 : OWN_SIZE));
  }

  // ---- errors ----

  /** The error that the user has not been told yet, which it is hereby. */
  @Nullable Errno takeError() {
    Errno pending = error;
    error = null;
    return pending;
  }

  boolean hasError() {
    return error != null;
  }

  /** What a lower layer has said about this connection, or the given error if nothing. */
  Errno softErrorOr(Errno otherwise) {
    return softError == null ? otherwise : softError;
  }

  // ---- what the parts ask ----

  void sendAck(long now) {
    out.send(tcb.sndNxt, TcpHeader.ACK, null, 0, now);
  }

  void raise(int bits) {
    owner.raise(bits);
  }

  /** Has the writer told when there is memory again. */
  void awaitMemory() {
    owner.awaitMemory();
  }

  boolean isOrphan() {
    return owner.isOrphan();
  }

  /** Whether data that arrives now is lost: nobody will ever read it. */
  boolean isUnreadable() {
    return owner.isOrphan() || (receiver.isDiscarding() && tcb.state != TcpState.ESTABLISHED);
  }

  void refuse(Segment segment) {
    owner.refuse(segment.packet());
  }

  void drop(Segment segment, DropReason reason) {
    owner.drop(segment.packet(), reason);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    error = c.carryObject(error);
    softError = c.carryObject(softError);
    wasEstablished = c.carry(wasEstablished);
    closeWhenEstablished = c.carry(closeWhenEstablished);
    tooLarge = c.carry(tooLarge);
    keepAliveProbes = c.carry(keepAliveProbes);
    lastHeard = c.carryTime(lastHeard);
    tcb.carry(c);
    timers.carry(c);
    ecn.carry(c);
    fastOpening.carry(c);
    receiver.carry(c);
    sender.carry(c);
    out.carry(c);
    handshake.carry(c);
    counters.carry(c);
    userTimeout.carry(c);
    account.carry(c);
    arrives.carry(c);
  }
}
