// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.InetSocketAddress;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Failures;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Scheduler;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Endpoint;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.TcpHeader;

/**
 * The stack's side of a connection's endpoint: what segments, timers and the connection itself ask
 * for, and when the connection rests. Holds what outlives the protocol: its port and its place
 * among the connections. The user's side is {@link TcpEndpoint}, which uses the fields that are not
 * private; the lock guards all of them that are neither final nor volatile.
 */
abstract sealed class TcpShell extends Endpoint implements TcpConnection.Owner, Occupant
    permits TcpEndpoint {
  /** A connection without segments for so long rests; shorter than any retransmission timeout. */
  private static final long REST_AFTER = 200_000_000L;

  /** When to look again at one that is silent and cannot rest: most likely nobody reads. */
  private static final long NEXT_LOOK = 60_000_000_000L;

  final TcpProtocol protocol;
  final AddressFamily family;

  /** Shared with the listener, or with all that have changed nothing, until something is set. */
  TcpSettings settings;

  /** The listener whose backlog this connection belongs to until it is accepted. */
  final @Nullable TcpListener listener;

  PortTable.@Nullable Claim claim;
  @Nullable FourTuple ends;

  // At most one of the two is there: the connection is awake, or it rests.
  private @Nullable TcpConnection awake;
  private @Nullable RestingConnection resting;

  /**
   * When to look whether the connection can rest, if no other timer of its own comes before; while
   * it rests, when it has something to do by itself.
   */
  private long nextLook = Clock.NEVER;

  /** What the connection begins with, until it does. */
  private @Nullable HalfOpen beginning;

  /** Whether a place in the listener's queue is reserved for this connection. */
  boolean reserved;

  /** Whether the listener counts it among those that were accepted before their handshake. */
  private boolean early;

  boolean orphan;

  /** From when on the connection is in TIME-WAIT and may give way to a new one. */
  private volatile long reusableFrom = Clock.NEVER;

  /** Whether the protocol counts this connection among those in TIME-WAIT. */
  private boolean waiting;

  /** Whether a {@link TimeWait} has what was here: the connection, its port and its place. */
  private boolean recorded;

  /** An endpoint for an outgoing connection. */
  TcpShell(TcpProtocol protocol, AddressFamily family) {
    super(protocol.internet().engine());
    this.protocol = protocol;
    this.family = family;
    this.settings = protocol.defaultSettings();
    this.listener = null;
  }

  /**
   * An endpoint for a connection that a peer has asked a listener for, and for which the listener
   * has a place reserved.
   *
   * @param early whether it begins with its SYN, by Fast Open, and not after the handshake
   */
  TcpShell(
      TcpProtocol protocol,
      TcpSettings settings,
      PortTable.Claim claim,
      HalfOpen beginning,
      boolean early) {
    super(protocol.internet().engine());
    this.protocol = protocol;
    this.listener = beginning.listener();
    this.family = listener.family();
    this.settings = settings;
    this.claim = claim;
    this.ends = beginning.ends();
    this.beginning = beginning;
    this.early = early;
    this.reserved = true;
  }

  /** An endpoint for a connection in TIME-WAIT of which there was a record. */
  TcpShell(TcpProtocol protocol, TimeWait record) {
    super(protocol.internet().engine());
    this.protocol = protocol;
    this.listener = null;
    this.ends = record.ends();
    this.family = ends.local().isIpv4() ? AddressFamily.INET : AddressFamily.INET6;
    this.settings = record.settings();
    this.claim = record.claim();
    this.awake = record.wake(this);
    this.reusableFrom = record.reusableFrom();
    this.orphan = true;
    this.waiting = true;
  }

  // ---- what segments and timers bring ----

  @Override
  protected void receive(Packet packet, long now) {
    TcpConnection c = connection();
    if (packet.attachment() instanceof IcmpError icmp) {
      if (c != null) {
        c.icmpError(icmp, now);
      }
    } else if (isFinished()) {
      // It came for the connection that was here a moment ago: whoever has its place now gets it.
      protocol.dispatch(packet);
    } else if (c != null) {
      c.segmentArrives(new Segment(packet), now);
    } else if (beginning != null) {
      begin(packet, beginning, now);
    }
  }

  /** The segment that ended the handshake, or the SYN that Fast Open answers with a connection. */
  private void begin(Packet packet, HalfOpen half, long now) {
    int flags = TcpHeader.flags(packet.head(), packet.transportOffset());
    if (early && (flags & (TcpHeader.SYN | TcpHeader.ACK | TcpHeader.RST)) != TcpHeader.SYN) {
      // Another thread has found this endpoint in the table before its SYN was on the inbox.
      statistics().increment(TcpCounter.IN_SEGS);
      drop(packet, DropReason.TCP_OUT_OF_WINDOW);
      return;
    }
    beginning = null;
    if (half.listener().isClosed()) {
      statistics().increment(TcpCounter.IN_SEGS);
      finished();
      protocol.sendReset(packet);
      return;
    }
    FourTuple tuple = half.ends();
    TcpConnection c;
    IpOptions options = half.ipOptions;
    try {
      Route route =
          protocol.internet().route(IpOptions.firstHop(options, tuple.remote()), tuple.local(), 0);
      c =
          new TcpConnection(
              protocol.configuration(), settings, protocol.internet(), tuple, route, this);
    } catch (ErrnoException noWayBack) {
      statistics().increment(TcpCounter.IN_SEGS);
      finished();
      return;
    }
    adopt(c, now);
    c.out.answerBy(options);
    Segment segment = new Segment(packet);
    if (early) {
      if (protocol.fastOpen().isOutdated(tuple, segment, now)) {
        c.fastOpening.offer(protocol.fastOpen().answer(tuple, segment, now));
      }
      c.answerEarly(segment, half, now);
    } else {
      c.resume(half, now);
      c.segmentArrives(segment, now);
    }
  }

  private void endEarly() {
    if (early && listener != null) {
      early = false;
      listener.releaseEarly();
    }
  }

  private void endReservation() {
    if (reserved && listener != null) {
      reserved = false;
      listener.cancel();
    }
  }

  @Override
  protected void settle(long now) {
    TcpConnection c = awake;
    if (c != null) {
      c.settle(now);
      if (orphan) {
        leaveRecord(c, now);
      }
    }
  }

  @Override
  protected void expire(long now) {
    TcpConnection c = connection();
    if (c != null) {
      c.expire(now);
      c.settle(now);
      restIfIdle(c, now);
    }
  }

  // ---- rest ----

  /** There is a connection from now on. */
  final void adopt(TcpConnection connection, long now) {
    awake = connection;
    lookLater(now);
  }

  /** Whether there has been a connection, be it closed by now. */
  final boolean hasBegun() {
    return awake != null || resting != null;
  }

  /** Whether all that is left is a record, which is no longer here. */
  final boolean isRecorded() {
    return recorded;
  }

  /** The connection, woken if it was resting; null if there was none yet. */
  final @Nullable TcpConnection connection() {
    if (resting != null) {
      awake = awakened(resting);
      resting = null;
      lookLater(engine().now());
    }
    return awake;
  }

  /** The connection for somebody who only looks: one that rests goes on resting. */
  final @Nullable TcpConnection connectionToLookAt() {
    return resting == null ? awake : awakened(resting);
  }

  private TcpConnection awakened(RestingConnection sleeper) {
    return sleeper.wake(
        protocol.configuration(),
        settings,
        protocol.internet(),
        Objects.requireNonNull(ends, "who rests has been connected"),
        this);
  }

  /**
   * Has the timer see to it that the connection rests once nothing has happened for a while. In
   * virtual time a deadline is an event: there a connection rests whenever a timer that it has for
   * another reason finds nothing under way.
   */
  private void lookLater(long now) {
    nextLook = engine().clock() instanceof VirtualClock ? Clock.NEVER : now + REST_AFTER;
  }

  private void restIfIdle(TcpConnection c, long now) {
    long idleAt = c.lastActive() + REST_AFTER;
    if ((now >= idleAt || nextLook == Clock.NEVER) && c.canRest()) {
      resting = RestingConnection.of(c);
      awake = null;
      nextLook = c.deadline();
    } else if (nextLook != Clock.NEVER) {
      nextLook = now < idleAt ? idleAt : now + NEXT_LOOK;
    }
  }

  /**
   * As on Linux, all that is kept of a connection in TIME-WAIT is a small record, once its user has
   * gone and nothing is left to be sent.
   */
  final void leaveRecord(TcpConnection c, long now) {
    FourTuple place = ends;
    PortTable.Claim port = claim;
    if (!waiting || place == null || port == null || !c.canRest()) {
      return;
    }
    TimeWait record = new TimeWait(protocol, c, place, port, reusableFrom);
    if (!protocol.timeWaits().add(record)) {
      return;
    }
    if (!protocol.connections().replace(place, this, record)) {
      protocol.timeWaits().remove(record);
      return;
    }
    c.counters.end(statistics());
    recorded = true;
    waiting = false;
    claim = null;
    awake = null;
    nextLook = Clock.NEVER;
    if (engine().now() >= record.deadline) {
      // Its time may have come before it had the place, from which the timer would have taken it.
      record.end(now);
    }
  }

  @Override
  protected long deadline() {
    return awake == null ? nextLook : Math.min(awake.deadline(), nextLook);
  }

  @Override
  protected boolean isFinished() {
    return recorded || (awake != null && awake.tcb.state == TcpState.CLOSED);
  }

  @Override
  protected void fail(long now) {
    TcpConnection c = connection();
    if (c != null) {
      c.terminate(Errno.ECONNABORTED, now);
    }
  }

  // ---- what the connection asks ----

  @Override
  public void raise(int bits) {
    if ((bits & Readiness.CONNECT) != 0) {
      endEarly();
    }
    note(bits);
  }

  @Override
  public boolean isOrphan() {
    return orphan;
  }

  @Override
  public void timeWait(long now) {
    TcpConnection c = awake;
    // RFC 6191 compares timestamps: without them nothing tells an old segment from a new one.
    boolean reusable =
        c != null
            && c.tcb.tsOk
            && switch (protocol.configuration().timeWaitReuseMode()) {
              case NEVER -> false;
              case ALWAYS -> true;
              case LOOPBACK ->
                  ends != null && (ends.local().isLoopback() || ends.remote().isLoopback());
            };
    long least = protocol.configuration().timeWaitReuse();
    reusableFrom = reusable && least != 0 ? now + least : Clock.NEVER;
    if (!protocol.claimTimeWait()) {
      statistics().increment(TcpCounter.TIME_WAIT_OVERFLOW);
      // As Linux above tcp_max_tw_buckets: memory goes before the protection of the next one.
      if (c != null) {
        c.terminate(null, now);
      }
      return;
    }
    waiting = true;
  }

  @Override
  public void finished() {
    reusableFrom = Clock.NEVER;
    nextLook = Clock.NEVER;
    if (waiting) {
      waiting = false;
      protocol.releaseTimeWait();
    }
    endEarly();
    endReservation();
    if (ends != null) {
      protocol.connections().remove(ends, this);
    }
    if (claim != null && (orphan || listener != null)) {
      claim.release();
    }
  }

  @Override
  public TcpMemory memory() {
    return protocol.memory();
  }

  @Override
  public TcpStatistics statistics() {
    return protocol.statistics();
  }

  @Override
  public void awaitMemory() {
    protocol.memory().await(new MemoryReturned(this));
  }

  /** Looks whether a writer can go on, once no lock is held. */
  private record MemoryReturned(TcpShell endpoint) implements RunQueue.Task {
    @Override
    public void service() {
      long now = endpoint.enter();
      try {
        TcpConnection c = endpoint.connection();
        if (c != null) {
          c.sender.writeRoom.onMemoryReturned();
        }
      } finally {
        endpoint.exit(now);
      }
    }

    @Override
    public Scheduler scheduler() {
      return endpoint.scheduler();
    }
  }

  @Override
  public void refuse(Packet packet) {
    protocol.sendReset(packet);
  }

  @Override
  public void drop(Packet packet, DropReason reason) {
    protocol.internet().drop(packet, reason);
  }

  @Override
  public void reopen(Packet syn, int firstFreeNumber) {
    syn.attach(firstFreeNumber);
    protocol.dispatch(syn);
  }

  @Override
  public void report(TcpReport.Reason reason, int subreason) {
    TcpReport.Listener reported = settings.reports;
    FourTuple t = ends;
    if (reported == TcpReport.Listener.NOBODY || t == null) {
      return;
    }
    TcpReport report =
        new TcpReport(
            new InetSocketAddress(t.local().toInetAddress(), t.localPort()),
            new InetSocketAddress(t.remote().toInetAddress(), t.remotePort()),
            reason,
            subreason);
    RunQueue.current().add(new ReportTask(reported, report, scheduler()));
  }

  /** Tells the user, once the connection's lock is free. */
  private record ReportTask(TcpReport.Listener listener, TcpReport report, Scheduler scheduler)
      implements RunQueue.Task {
    @Override
    public void service() {
      try {
        listener.report(report);
      } catch (RuntimeException theirs) {
        Failures.report(theirs);
      }
    }
  }

  @Override
  public boolean isReusable(long now) {
    return now >= reusableFrom;
  }

  /** Another thread was faster: this endpoint has never been in the table. */
  final void discard() {
    endEarly();
    endReservation();
    releaseClaim();
  }

  @Override
  public void replaced() {
    long now = enter();
    try {
      TcpConnection c = connection();
      if (c != null) {
        c.terminate(null, now);
      }
    } finally {
      exit(now);
    }
  }

  /** Ends the connection, as an error for the user, with a reset to the peer. */
  final void shutDown(Errno reason) {
    long now = enter();
    try {
      TcpConnection c = connection();
      if (c != null) {
        c.abort(reason, now);
      }
      releaseClaim();
    } finally {
      exit(now);
    }
  }

  final void releaseClaim() {
    if (claim != null) {
      claim.release();
    }
  }

  @Override
  public @Nullable TcpStatus status() {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      FourTuple t = ends;
      return c == null || t == null ? null : TcpStatus.of(c, t, now);
    } finally {
      exit(now);
    }
  }

  @Override
  public void addCounts(TcpStatistics.Sums sums) {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      if (c != null) {
        c.counters.addUncounted(sums);
      }
    } finally {
      exit(now);
    }
  }

  /** Whether the connection is packed; whoever asks sees to it that nobody else uses it. */
  final boolean isResting() {
    return resting != null;
  }

  /** The core; whoever asks sees to it that nobody else uses it. */
  final @Nullable TcpConnection core() {
    return connection();
  }

  @Override
  public String toString() {
    FourTuple t = ends;
    return t == null ? "tcp" : "tcp " + t;
  }
}
