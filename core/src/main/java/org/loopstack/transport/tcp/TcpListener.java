// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.SocketOption;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Scheduler;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Endpoint;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpHeader;

/**
 * Where connections arrive: keeps a record of each SYN, makes a connection of it when the handshake
 * is done, and keeps those that are established until the user accepts them. The queue of the
 * latter needs no lock, since the connections enter it under their own.
 */
final class TcpListener extends Endpoint implements ListenerEndpoint {
  private final TcpProtocol protocol;
  private final AddressFamily family;
  private final SynCache cache;
  private final SynReceived synReceived;
  private final HalfOpenWriter out;
  private final ConcurrentLinkedQueue<TcpEndpoint> accepted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger acceptedCount = new AtomicInteger();
  private final AtomicInteger earlyCount = new AtomicInteger();

  /** Replaced, never changed, by {@link #setOption}: others read them without the lock. */
  private volatile TcpSettings settings;

  private volatile int backlog = -1;
  private volatile PortTable.@Nullable Claim claim;
  private volatile boolean closed;

  /** Whether a SYN was ever answered by a cookie, and when last. */
  private boolean cookieSent;

  private long lastCookie;

  /** Our address in the last SYN, which is mostly that of the next one: one object for all. */
  private IpAddress lastLocal = IpAddress.IPV4_ANY;

  /** Tells the user of a new connection, once the connection's lock is free. */
  private final RunQueue.Task announcement =
      new RunQueue.Task() {
        @Override
        public void service() {
          signal(Readiness.ACCEPT);
        }

        @Override
        public Scheduler scheduler() {
          return TcpListener.this.scheduler();
        }
      };

  TcpListener(TcpProtocol protocol, AddressFamily family) {
    super(protocol.internet().engine());
    this.protocol = protocol;
    this.family = family;
    this.settings = protocol.defaultSettings();
    this.cache = new SynCache(protocol);
    this.out = new HalfOpenWriter(protocol);
    this.synReceived = new SynReceived(protocol, this, cache, out);
  }

  AddressFamily family() {
    return family;
  }

  /** How well the listener suits a datagram to this address: 0 not at all, else more is better. */
  int score(IpAddress destination) {
    PortTable.Claim c = claim;
    if (c == null || closed) {
      return 0;
    }
    IpAddress address = c.address();
    if (address.equals(destination)) {
      return 3;
    }
    if (!address.isAny()) {
      return 0;
    }
    if (address.isIpv4() == destination.isIpv4()) {
      return 2;
    }
    return family == AddressFamily.INET6 && destination.isIpv4() && !c.isV6Only() ? 1 : 0;
  }

  // ---- segments ----

  @Override
  protected void receive(Packet packet, long now) {
    if (packet.attachment() instanceof IcmpError error) {
      failed(error);
      return;
    }
    FourTuple ends = protocol.endsOf(packet);
    Occupant occupant = protocol.connections().get(ends);
    HalfOpen half = HalfOpen.of(occupant, this);
    if (half != null) {
      synReceived.process(half, new Segment(packet), now);
    } else if (occupant != null) {
      // It has become a connection since the packet was put on the inbox.
      deliver(occupant, packet);
    } else {
      listen(packet, ends, now);
    }
  }

  private void deliver(Occupant occupant, Packet packet) {
    if (packet.attachment() instanceof IcmpError) {
      if (!occupant.offer(packet)) {
        protocol.internet().drop(packet, DropReason.INBOX_FULL);
      }
    } else {
      protocol.handOver(occupant, packet);
    }
  }

  private void count(TcpCounter counter) {
    protocol.statistics().increment(counter);
  }

  /** LISTEN (RFC 9293 section 3.10.7.2). */
  private void listen(Packet packet, FourTuple ends, long now) {
    int flags = TcpHeader.flags(packet.head(), packet.transportOffset());
    if ((flags & TcpHeader.RST) != 0) {
      protocol.internet().drop(packet, DropReason.TCP_OUT_OF_WINDOW);
    } else if (!closed && (flags & (TcpHeader.ACK | TcpHeader.SYN)) == TcpHeader.ACK) {
      acknowledged(packet, ends, now);
    } else if (closed || (flags & TcpHeader.ACK) != 0) {
      // "Any acknowledgment is bad if it arrives on a connection still in the LISTEN state."
      protocol.sendReset(packet);
    } else if ((flags & TcpHeader.SYN) == 0) {
      protocol.internet().drop(packet, DropReason.TCP_OUT_OF_WINDOW);
    } else {
      synArrived(packet, ends, now);
    }
  }

  private void synArrived(Packet syn, FourTuple ends, long now) {
    TcpConfiguration configuration = protocol.configuration();
    SynCookieMode mode = configuration.synCookies();
    // A connection in TIME-WAIT gives way to the SYN: its peer is real, so it is kept in any case.
    Integer firstFree = syn.attachment() instanceof Integer number ? number : null;
    boolean pressed = firstFree == null && cache.size() >= configuration.maxHalfOpen(backlog);
    if (isFull() || (pressed && mode == SynCookieMode.NEVER)) {
      // As on Linux the SYN is dropped, not refused: the client tries again later.
      count(isFull() ? TcpCounter.LISTEN_OVERFLOWS : TcpCounter.REQUEST_QUEUE_FULL_DROP);
      count(TcpCounter.LISTEN_DROPS);
      protocol.internet().drop(syn, DropReason.TCP_BACKLOG_FULL);
      return;
    }
    IpOptions options = IpOptions.of(settings.ipOptions, syn, ends.remote());
    Route route = out.route(ends, options);
    if (route == null) {
      return;
    }
    Segment segment = new Segment(syn);
    HalfOpen.Answer answer =
        HalfOpen.Answer.to(segment, configuration, settings, ends, route.mtu());
    long secret = protocol.isn().secret(ends);
    answer.tsOffset = IsnGenerator.timestampOffset(secret);
    answer.ipOptions = options;
    if (pressed || (mode == SynCookieMode.ALWAYS && firstFree == null)) {
      lastCookie = now;
      cookieSent = true;
      count(TcpCounter.REQUEST_QUEUE_FULL_DO_COOKIES);
      count(TcpCounter.SYN_COOKIES_SENT);
      protocol.cookies().encode(answer, ends, now);
      out.synAck(new HalfOpen(this, ends, answer, now), settings, null, now);
      return;
    }
    answer.iss = firstFree != null ? firstFree : IsnGenerator.initialSequenceNumber(secret, now);
    keep(segment, new HalfOpen(this, shared(ends), answer, now), now);
  }

  private FourTuple shared(FourTuple ends) {
    if (!ends.local().equals(lastLocal)) {
      lastLocal = ends.local();
    }
    return new FourTuple(lastLocal, ends.localPort(), ends.remote(), ends.remotePort());
  }

  /** Keeps a record of a SYN and answers it; or makes a connection at once, by Fast Open. */
  private void keep(Segment syn, HalfOpen half, long now) {
    FastOpen fastOpen = protocol.fastOpen();
    FastOpenOption cookie = null;
    int limit = fastOpen.limit(settings.fastOpen, backlog);
    if (limit > 0 && fastOpen.isMeant(syn)) {
      if (!fastOpen.isAdmitted(half.ends(), syn, now)) {
        count(
            syn.options().fastOpenCookieLength() > 0
                ? TcpCounter.FAST_OPEN_PASSIVE_FAIL
                : TcpCounter.FAST_OPEN_COOKIE_REQUIRED);
        cookie = fastOpen.answer(half.ends(), syn, now);
      } else if (claimEarly(limit)) {
        openEarly(syn.packet(), half);
        return;
      } else {
        count(TcpCounter.FAST_OPEN_LISTEN_OVERFLOW);
      }
    }
    Occupant other = protocol.connections().putIfAbsent(half.ends(), half);
    if (other != null) {
      deliver(other, syn.packet());
    } else {
      synReceived.begin(half, cookie, now);
    }
  }

  /**
   * RFC 7413 section 4.2.2: a valid cookie lets the data in. Section 5.1: only so many may wait for
   * the end of their handshake.
   */
  private void openEarly(Packet syn, HalfOpen half) {
    TcpEndpoint child = reserve() ? child(half, true) : null;
    if (child == null) {
      count(TcpCounter.LISTEN_OVERFLOWS);
      count(TcpCounter.LISTEN_DROPS);
      releaseEarly();
      protocol.internet().drop(syn, DropReason.TCP_BACKLOG_FULL);
      return;
    }
    Occupant other = protocol.connections().putIfAbsent(half.ends(), child);
    if (other != null) {
      child.discard();
    } else {
      count(TcpCounter.FAST_OPEN_PASSIVE);
    }
    deliver(other == null ? child : other, syn);
  }

  /** An acknowledgment of what no connection has sent: of a cookie, if we have sent any. */
  private void acknowledged(Packet packet, FourTuple ends, long now) {
    SynCookie cookie = null;
    Segment segment = new Segment(packet);
    int offset = IsnGenerator.timestampOffset(protocol.isn().secret(ends));
    if (cookieSent && now - lastCookie <= SynCookies.VALID) {
      cookie = protocol.cookies().read(ends, segment, offset, now);
      count(cookie == null ? TcpCounter.SYN_COOKIES_FAILED : TcpCounter.SYN_COOKIES_RECEIVED);
    }
    IpOptions options = IpOptions.of(settings.ipOptions, packet, ends.remote());
    Route route = cookie == null ? null : out.route(ends, options);
    if (cookie == null || route == null) {
      protocol.sendReset(packet);
    } else if (!reserve()) {
      count(TcpCounter.LISTEN_OVERFLOWS);
      count(TcpCounter.LISTEN_DROPS);
      protocol.internet().drop(packet, DropReason.TCP_BACKLOG_FULL);
    } else {
      HalfOpen.Answer answer =
          HalfOpen.Answer.of(
              cookie, segment, protocol.configuration(), settings, ends, route.mtu());
      answer.tsOffset = offset;
      answer.ipOptions = options;
      TcpEndpoint child = child(new HalfOpen(this, ends, answer, now), false);
      Occupant other = protocol.connections().putIfAbsent(ends, child);
      if (other != null) {
        // Another thread has brought a copy of the same acknowledgment.
        child.discard();
      }
      deliver(other == null ? child : other, packet);
    }
  }

  /** An endpoint for a connection for which a place is reserved. */
  private TcpEndpoint child(HalfOpen half, boolean early) {
    PortTable.Claim own = claim;
    if (own == null) {
      throw new IllegalStateException("who listens has a port");
    }
    PortTable.Claim inherited = own.inherit(half.ends().local());
    return new TcpEndpoint(protocol, settings, inherited, half, early);
  }

  /** An ICMP error about a SYN-ACK of ours (RFC 9293 section 3.9.2.2). */
  private void failed(IcmpError error) {
    FourTuple ends = protocol.endsOf(error);
    Occupant occupant = protocol.connections().get(ends);
    HalfOpen half = HalfOpen.of(occupant, this);
    IcmpError.Kind kind = error.kind();
    if (half == null && occupant != null) {
      deliver(occupant, error.packet());
    } else if (half != null
        && kind != IcmpError.Kind.PACKET_TOO_BIG
        && kind != IcmpError.Kind.SOURCE_QUENCH) {
      synReceived.failed(half, Bytes.i32(error.packet().head(), error.transportOffset() + 4));
    }
  }

  @Override
  protected void expire(long now) {
    synReceived.expire(now);
  }

  @Override
  protected long deadline() {
    return cache.deadline();
  }

  // ---- half-open connections, on any thread, possibly with another endpoint's lock held ----

  /**
   * A packet for a half-open connection. One that ends the handshake makes it a connection right
   * here: so what follows it goes to the same inbox and cannot overtake it.
   */
  boolean offerFor(HalfOpen half, Packet packet) {
    if (!(packet.attachment() instanceof IcmpError)) {
      Segment segment = new Segment(packet);
      if (SynReceived.completes(half, segment)
          && !SynReceived.defers(half, segment, settings)
          && establish(half, packet)) {
        return true;
      }
    }
    return offer(packet);
  }

  /**
   * Makes a connection of a record and gives it the segment that ended the handshake.
   *
   * @return false if the queue is full: the packet then is still the caller's
   */
  boolean establish(HalfOpen half, Packet packet) {
    if (!reserve()) {
      return false;
    }
    TcpEndpoint child = child(half, false);
    if (cache.leave(half, child)) {
      deliver(child, packet);
    } else {
      // Another thread has done it, or the record is gone.
      child.discard();
      protocol.statistics().add(TcpCounter.IN_SEGS, -1);
      protocol.dispatch(packet);
    }
    return true;
  }

  /** What connections inherit. */
  TcpSettings settings() {
    return settings;
  }

  int backlog() {
    return backlog;
  }

  boolean isClosed() {
    return closed;
  }

  /** As Linux and FreeBSD count: one more than the backlog, or its share, may wait. */
  private boolean isFull() {
    return acceptedCount.get() > backlog * protocol.configuration().backlogPercent() / 100;
  }

  /** Takes a place in the queue for a connection that is about to be established. */
  private boolean reserve() {
    int limit = backlog * protocol.configuration().backlogPercent() / 100;
    if (acceptedCount.getAndIncrement() <= limit) {
      return true;
    }
    acceptedCount.decrementAndGet();
    return false;
  }

  // ---- connections, each under its own lock ----

  /** A connection that had a place reserved is not established after all. */
  void cancel() {
    acceptedCount.decrementAndGet();
  }

  /**
   * A connection that has a place reserved is established.
   *
   * @return false if the listener is closed
   */
  boolean enqueue(TcpEndpoint child) {
    accepted.add(child);
    if (closed && accepted.remove(child)) {
      // Closed between the look and the entry: whoever closed has not seen it.
      return false;
    }
    RunQueue.current().add(announcement);
    return true;
  }

  /** Whether a connection may begin with data: not too many wait for their handshake already. */
  boolean claimEarly(int limit) {
    if (earlyCount.incrementAndGet() <= limit) {
      return true;
    }
    earlyCount.decrementAndGet();
    return false;
  }

  /** The handshake of a connection that began with data is done, or it is gone. */
  void releaseEarly() {
    earlyCount.decrementAndGet();
  }

  // ---- the user's calls ----

  @Override
  public void bind(TransportAddress local) throws ErrnoException {
    long now = enter();
    try {
      if (claim != null) {
        throw new ErrnoException(Errno.EINVAL);
      }
      claim = protocol.bind(local, family, settings);
    } finally {
      exit(now);
    }
  }

  @Override
  public void listen(int wanted) throws ErrnoException {
    long now = enter();
    try {
      if (claim == null) {
        claim = protocol.bind(new TransportAddress(any(), 0), family, settings);
      }
      PortTable.Claim c = claim;
      boolean first = backlog < 0;
      if (first && c != null) {
        c.listen();
      }
      backlog = Math.clamp(wanted, 0, protocol.configuration().maxBacklog());
      if (first && c != null) {
        protocol.listeners().add(c.port(), this);
      }
    } finally {
      exit(now);
    }
  }

  private IpAddress any() {
    return family == AddressFamily.INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
  }

  @Override
  public @Nullable StreamEndpoint accept() throws ErrnoException {
    if (backlog < 0) {
      throw new ErrnoException(Errno.EINVAL);
    }
    TcpEndpoint next = accepted.poll();
    if (next != null) {
      acceptedCount.decrementAndGet();
    }
    return next;
  }

  @Override
  public @Nullable TransportAddress localAddress() {
    PortTable.Claim c = claim;
    return c == null ? null : new TransportAddress(c.address(), c.port());
  }

  @Override
  public int readiness() {
    return accepted.isEmpty() ? 0 : Readiness.ACCEPT;
  }

  @Override
  public void close() {
    long now = enter();
    try {
      if (closed) {
        return;
      }
      closed = true;
      PortTable.Claim c = claim;
      if (c != null) {
        protocol.listeners().remove(c.port(), this);
        c.release();
      }
      protocol.closed(this);
      // Those that are half-open are forgotten: who completes one now is refused.
      cache.clear();
      note(Readiness.ACCEPT);
    } finally {
      exit(now);
    }
    // Connections that wait to be accepted are reset, as on Linux; each under its own lock.
    for (TcpEndpoint child; (child = accepted.poll()) != null; ) {
      acceptedCount.decrementAndGet();
      child.abort();
    }
  }

  /** What the inspector shows, or null before {@link #listen}. */
  @Nullable TcpStatus status() {
    TransportAddress local = localAddress();
    if (backlog < 0 || local == null) {
      return null;
    }
    TransportAddress nobody = new TransportAddress(any(), 0);
    return new TcpStatus(
        TcpState.LISTEN,
        local,
        nobody,
        acceptedCount.get(),
        backlog,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        SocketDetailsReader.ofListener(settings, acceptedCount.get(), backlog));
  }

  @Override
  protected void fail(long now) {
    // One SYN less: the listener keeps nothing of it and goes on.
  }

  @Override
  protected boolean isFinished() {
    return closed;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      if (claim != null && option.name().equals("IPV6_V6ONLY")) {
        throw new ErrnoException(Errno.EINVAL);
      }
      TcpSettings changed = new TcpSettings(settings);
      changed.set(option, value);
      settings = changed;
      PortTable.Claim c = claim;
      if (c != null) {
        c.setReuseAddress(settings.reuseAddress);
        c.setReusePort(settings.reusePort);
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
      TcpState state = backlog < 0 ? TcpState.CLOSED : TcpState.LISTEN;
      Object value =
          option.name().equals("TCP_INFO")
              ? TcpInfoReader.without(state, acceptedCount.get(), Math.max(0, backlog))
              : settings.get(option.name());
      return option.type().cast(value);
    } finally {
      exit(now);
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return TcpSettings.listenerOptions(family);
  }

  @Override
  public String toString() {
    return "tcp listener " + localAddress();
  }
}
