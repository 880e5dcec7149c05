// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
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
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpHeader;

/**
 * The shell around one {@link TcpConnection}: serialises what comes in, copies payload outside the
 * lock, and holds what outlives the protocol: options, port, the peer's address.
 */
final class TcpEndpoint extends Endpoint implements StreamEndpoint, TcpConnection.Owner, Occupant {
  /** A connection without segments for so long rests; shorter than any retransmission timeout. */
  private static final long REST_AFTER = 200_000_000L;

  /** When to look again at one that is silent and cannot rest: most likely nobody reads. */
  private static final long NEXT_LOOK = 60_000_000_000L;

  private final TcpProtocol protocol;
  private final AddressFamily family;

  /** Shared with the listener, or with all that have changed nothing, until something is set. */
  private TcpSettings settings;

  private boolean ownSettings;

  /** The listener whose backlog this connection belongs to until it is accepted. */
  private final @Nullable TcpListener listener;

  private PortTable.@Nullable Claim claim;
  private @Nullable FourTuple ends;

  // At most one of the two is there: the connection is awake, or it rests.
  private @Nullable TcpConnection awake;
  private @Nullable RestingConnection resting;

  /**
   * When to look whether the connection can rest, if no other timer of its own comes before; while
   * it rests, when it has something to do by itself.
   */
  private long nextLook = Clock.NEVER;

  private boolean bound;

  /** What the connection begins with, until it does. */
  private @Nullable HalfOpen beginning;

  /** Whether a place in the listener's queue is reserved for this connection. */
  private boolean reserved;

  /** Whether the listener counts it among those that were accepted before their handshake. */
  private boolean early;

  private boolean orphan;

  /** From when on the connection is in TIME-WAIT and may give way to a new one. */
  private volatile long reusableFrom = Clock.NEVER;

  /** Whether the protocol counts this connection among those in TIME-WAIT. */
  private boolean waiting;

  /** Whether a {@link TimeWait} has what was here: the connection, its port and its place. */
  private boolean recorded;

  /** Bytes that surely have room; only the one writer reads and writes it. */
  private int grant;

  private final WriterBlock writerBlock = new WriterBlock();

  /** An endpoint for an outgoing connection. */
  TcpEndpoint(TcpProtocol protocol, AddressFamily family) {
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
  TcpEndpoint(
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
    this.bound = true;
    this.beginning = beginning;
    this.early = early;
    this.reserved = true;
  }

  /** An endpoint for a connection in TIME-WAIT of which there was a record. */
  TcpEndpoint(TcpProtocol protocol, TimeWait record) {
    super(protocol.internet().engine());
    this.protocol = protocol;
    this.listener = null;
    this.ends = record.ends();
    this.family = ends.local().isIpv4() ? AddressFamily.INET : AddressFamily.INET6;
    this.settings = record.settings();
    this.claim = record.claim();
    this.awake = record.wake(this);
    this.reusableFrom = record.reusableFrom();
    this.bound = true;
    this.orphan = true;
    this.waiting = true;
  }

  // ---- the shell's side ----

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
    awake = c;
    lookLater(now);
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

  /** The connection, woken if it was resting; null if there was none yet. */
  private @Nullable TcpConnection connection() {
    if (resting != null) {
      awake = awakened(resting);
      resting = null;
      lookLater(engine().now());
    }
    return awake;
  }

  /** The connection for somebody who only looks: one that rests goes on resting. */
  private @Nullable TcpConnection connectionToLookAt() {
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
  private void leaveRecord(TcpConnection c, long now) {
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
    if ((bits & Readiness.DRAINED) != 0) {
      writerBlock.drop();
    }
    note(bits);
  }

  @Override
  public boolean offerAccepted(long now) {
    TcpListener parent = listener;
    TcpConnection c = connection();
    if (parent == null || c == null) {
      return false;
    }
    if (parent.isClosed()) {
      c.abort(Errno.ECONNABORTED, now);
      return false;
    }
    reserved = false;
    if (!parent.enqueue(this)) {
      c.abort(Errno.ECONNABORTED, now);
      return false;
    }
    return true;
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
  private record MemoryReturned(TcpEndpoint endpoint) implements RunQueue.Task {
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
  void discard() {
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
  void shutDown(Errno reason) {
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

  private void releaseClaim() {
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

  // ---- the user's calls ----

  @Override
  public void bind(TransportAddress local) throws ErrnoException {
    long now = enter();
    try {
      if (bound) {
        throw new ErrnoException(Errno.EINVAL);
      }
      claim = protocol.bind(local, family, settings);
      bound = true;
    } finally {
      exit(now);
    }
  }

  @Override
  public void connect(TransportAddress remote) throws ErrnoException {
    Occupant replaced = null;
    long now = enter();
    try {
      TcpConnection c = connection();
      if (c != null) {
        throw new ErrnoException(c.tcb.state.isSynchronized() ? Errno.EISCONN : Errno.EALREADY);
      }
      replaced = begin(remote, now);
    } finally {
      exit(now);
    }
    if (replaced != null) {
      replaced.replaced();
    }
  }

  private @Nullable Occupant begin(TransportAddress remote, long now) throws ErrnoException {
    if (settings.v6Only && remote.address().isIpv4()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    IpAddress from = claim == null ? anyOf(remote.address()) : claim.address();
    if (from.isAny()) {
      from = anyOf(remote.address());
    } else if (from.isIpv4() != remote.address().isIpv4()) {
      throw new ErrnoException(from.isIpv4() ? Errno.EAFNOSUPPORT : Errno.ENETUNREACH);
    }
    // RFC 9293 section 3.9.2.3, MUST-46: no active OPEN to a broadcast or multicast address. Linux
    // looks at the group before the scope, for which the route would refuse it with EINVAL.
    if (remote.address().isMulticast()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    IpOptions options = IpOptions.of(settings.ipOptions, null, remote.address());
    Route route =
        protocol
            .internet()
            .route(IpOptions.firstHop(options, remote.address()), from, remote.interfaceIndex());
    if (route.isBroadcast()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    // The unspecified address stands for this host, which the route has found.
    TransportAddress far =
        options == null ? new TransportAddress(route.destination(), remote.port()) : remote;
    TcpProtocol.Registration registration =
        protocol.register(this, claim, route.source(), far, settings, now);
    claim = registration.claim();
    FourTuple tuple = registration.ends();
    ends = tuple;
    TcpConnection c =
        new TcpConnection(
            protocol.configuration(), settings, protocol.internet(), tuple, route, this);
    awake = c;
    lookLater(now);
    if (settings.fastOpenConnect) {
      c.fastOpening.connect(protocol.fastOpen(), tuple.remote(), now);
    }
    c.open(
        protocol.isn().initialSequenceNumber(tuple, now),
        protocol.isn().timestampOffset(tuple),
        now);
    return registration.replaced();
  }

  private static IpAddress anyOf(IpAddress remote) {
    return remote.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
  }

  @Override
  public boolean finishConnect() throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = connected();
      Errno error = c.takeError();
      if (error != null) {
        throw new ErrnoException(error);
      }
      return c.wasEstablished() || c.isEarly();
    } finally {
      exit(now);
    }
  }

  @Override
  public @Nullable TransportAddress localAddress() {
    FourTuple t = ends;
    PortTable.Claim c = claim;
    if (t != null) {
      return new TransportAddress(t.local(), t.localPort());
    }
    return c == null ? null : new TransportAddress(c.address(), c.port());
  }

  @Override
  public @Nullable TransportAddress remoteAddress() {
    FourTuple t = ends;
    return t == null ? null : new TransportAddress(t.remote(), t.remotePort());
  }

  @Override
  public int read(ByteBuffer target) throws ErrnoException {
    if (!target.hasRemaining()) {
      return 0;
    }
    Slice data = receive(target.remaining());
    if (data == null || data == UserCalls.END) {
      return data == null ? 0 : -1;
    }
    int count = 0;
    for (Slice s = data; s != null; s = s.next()) {
      target.put(s.array(), s.offset(), s.length());
      count += s.length();
      s.release();
    }
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws ErrnoException {
    int room = (int) Math.min(remaining(targets, offset, length), 1 << 30);
    if (room == 0) {
      return 0;
    }
    Slice data = receive(room);
    if (data == null || data == UserCalls.END) {
      return data == null ? 0 : -1;
    }
    long count = 0;
    int i = offset;
    for (Slice s = data; s != null; s = s.next()) {
      for (int done = 0; done < s.length(); ) {
        ByteBuffer target = targets[i];
        int n = Math.min(target.remaining(), s.length() - done);
        target.put(s.array(), s.offset() + done, n);
        done += n;
        count += n;
        if (done < s.length()) {
          i++;
        }
      }
      s.release();
    }
    return count;
  }

  private @Nullable Slice receive(int limit) throws ErrnoException {
    long now = enterToReceive();
    try {
      takeMail(now);
      return UserCalls.receive(connected(), limit, now);
    } finally {
      exit(now);
    }
  }

  private static long remaining(ByteBuffer[] buffers, int offset, int length) {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += buffers[i].remaining();
    }
    return sum;
  }

  @Override
  public int available() {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      return c == null ? 0 : c.receiver.urgent.available();
    } finally {
      exit(now);
    }
  }

  @Override
  public int write(ByteBuffer source) throws ErrnoException {
    int granted = granted(source.remaining());
    for (int left = granted; left > 0; ) {
      int n = Math.min(left, Block.SIZE);
      Block block = blockFor(n);
      if (block == null) {
        byte[] run = new byte[n];
        source.get(run);
        send(run);
      } else {
        int at = block.fill(n);
        source.get(block.array(), at, n);
        send(block, at, n);
      }
      left -= n;
    }
    return granted;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws ErrnoException {
    int wanted = (int) Math.min(remaining(sources, offset, length), 1 << 30);
    int granted = granted(wanted);
    int i = offset;
    for (int left = granted; left > 0; ) {
      int n = Math.min(left, Block.SIZE);
      Block block = blockFor(n);
      byte[] run = block == null ? new byte[n] : block.array();
      int at = block == null ? 0 : block.fill(n);
      for (int end = at + n, to = at; to < end; ) {
        int part = Math.min(sources[i].remaining(), end - to);
        sources[i].get(run, to, part);
        to += part;
        if (to < end) {
          i++;
        }
      }
      if (block == null) {
        send(run);
      } else {
        send(block, at, n);
      }
      left -= n;
    }
    return granted;
  }

  /** The block for so many bytes, or null if they are to have an array of their size. */
  private @Nullable Block blockFor(int length) {
    boolean streaming = settings.sendBuffer - grant >= WriterBlock.STREAM;
    return writerBlock.take(protocol.blocks(), length, streaming);
  }

  /**
   * How many of so many bytes can be written now. What was free after the last write still is, as
   * acknowledgments only make more of it: only if that is not enough, the lock is taken to ask.
   */
  private int granted(int wanted) throws ErrnoException {
    if (grant < wanted || wanted == 0) {
      long now = enter();
      try {
        TcpConnection c = sending();
        UserCalls.checkSend(c);
        grant = c.sender.writeRoom.ask(wanted);
      } finally {
        exit(now);
      }
    }
    return Math.min(grant, wanted);
  }

  /** Sends an array that is full and nobody else's. The copying is done; now the lock is taken. */
  private void send(byte[] run) throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = sending();
      UserCalls.send(c, run, run.length, now);
      grant = c.sender.writeRoom.ask(0);
    } finally {
      exit(now);
    }
  }

  /** The same for bytes in a block. */
  private void send(Block block, int offset, int length) throws ErrnoException {
    long now = enter();
    try {
      TcpConnection c = sending();
      UserCalls.send(c, block, offset, length, now);
      writerBlock.keep(block);
      grant = c.sender.writeRoom.ask(0);
    } finally {
      exit(now);
    }
  }

  @Override
  public boolean isCrowded() {
    return protocol.memory().isCrowded();
  }

  @Override
  public boolean writeUrgent(byte value) throws ErrnoException {
    if (granted(1) == 0) {
      return false;
    }
    long now = enter();
    try {
      UserCalls.sendUrgent(connected(), value, now);
      grant = connected().sender.writeRoom.ask(0);
      return true;
    } finally {
      exit(now);
    }
  }

  @Override
  public void shutdownInput() throws ErrnoException {
    long now = enter();
    try {
      UserCalls.shutdownInput(connected());
    } finally {
      exit(now);
    }
  }

  @Override
  public void shutdownOutput() throws ErrnoException {
    long now = enter();
    try {
      connected().closeOutput(now);
      note(Readiness.WRITE);
    } finally {
      exit(now);
    }
  }

  @Override
  public void abort() {
    close(true);
  }

  @Override
  public void close() {
    close(settings.linger == 0);
  }

  private void close(boolean reset) {
    long now = enter();
    try {
      if (orphan) {
        return;
      }
      orphan = true;
      TcpConnection c = connection();
      if (c == null) {
        releaseClaim();
        return;
      }
      if (c.tcb.state == TcpState.CLOSED) {
        releaseClaim();
      }
      UserCalls.close(c, reset, now);
      leaveRecord(c, now);
    } finally {
      exit(now);
    }
  }

  @Override
  public boolean isDrained() {
    return (readiness() & Readiness.DRAINED) != 0;
  }

  @Override
  public int readiness() {
    long now = enter();
    try {
      TcpConnection c = connectionToLookAt();
      if (recorded) {
        return Readiness.ALL;
      }
      return c == null ? 0 : UserCalls.readiness(c);
    } finally {
      exit(now);
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      boolean late =
          switch (option.name()) {
            case "IPV6_V6ONLY" -> claim != null;
            case "TCP_FASTOPEN_CONNECT" -> awake != null || resting != null;
            default -> false;
          };
      if (late) {
        throw new ErrnoException(Errno.EINVAL);
      }
      // Before the settings change: it was packed with those that it had.
      TcpConnection c = connection();
      TcpSettings own = ownSettings ? settings : new TcpSettings(settings);
      own.set(option, value);
      settings = own;
      ownSettings = true;
      if (claim != null) {
        claim.setReuseAddress(settings.reuseAddress);
        claim.setReusePort(settings.reusePort);
      }
      if (c != null) {
        c.setSettings(own);
        ConnectionOptions.changed(c, option.name(), now);
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public <T> @Nullable T option(SocketOption<T> option) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      String name = option.name();
      TcpConnection c = name.equals("TCP_INFO") ? connectionToLookAt() : connection();
      if (c == null && name.equals("TCP_INFO")) {
        return option.type().cast(TcpInfoReader.without(TcpState.CLOSED, 0, 0));
      }
      return option
          .type()
          .cast(c == null ? settings.get(name) : ConnectionOptions.value(c, name, now));
    } finally {
      exit(now);
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return TcpSettings.streamOptions(family);
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
  boolean isResting() {
    return resting != null;
  }

  /** The core; whoever asks sees to it that nobody else uses it. */
  @Nullable TcpConnection core() {
    return connection();
  }

  /** As Linux: who writes to nobody has a broken pipe. */
  private TcpConnection sending() throws ErrnoException {
    TcpConnection c = connection();
    if (c == null) {
      throw new ErrnoException(Errno.EPIPE);
    }
    return c;
  }

  private TcpConnection connected() throws ErrnoException {
    TcpConnection c = connection();
    if (c == null) {
      throw new ErrnoException(Errno.ENOTCONN);
    }
    return c;
  }

  @Override
  public String toString() {
    FourTuple t = ends;
    return t == null ? "tcp" : "tcp " + t;
  }
}
