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
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Endpoint;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TcpHeader;

/**
 * Where connections arrive: makes an endpoint of its own for each SYN, and keeps those that are
 * established until the user accepts them. The queue of the latter needs no lock, since the
 * connections enter it under their own.
 */
final class TcpListener extends Endpoint implements ListenerEndpoint {
  private final TcpProtocol protocol;
  private final AddressFamily family;
  private final TcpSettings settings;
  private final ConcurrentLinkedQueue<TcpEndpoint> accepted = new ConcurrentLinkedQueue<>();
  private final AtomicInteger acceptedCount = new AtomicInteger();
  private final AtomicInteger halfOpen = new AtomicInteger();
  private final AtomicInteger earlyCount = new AtomicInteger();
  private volatile int backlog = -1;
  private volatile PortTable.@Nullable Claim claim;
  private volatile boolean closed;

  /** Whether a SYN was ever answered by a cookie, and when last. */
  private boolean cookieSent;

  private long lastCookie;

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
    this.settings = new TcpSettings(protocol.configuration());
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

  /** LISTEN (RFC 9293 section 3.10.7.2). */
  @Override
  protected void receive(Packet packet, long now) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int flags = TcpHeader.flags(b, at);
    if ((flags & TcpHeader.RST) != 0) {
      protocol.internet().drop(packet, DropReason.TCP_OUT_OF_WINDOW);
    } else if (!closed && (flags & (TcpHeader.ACK | TcpHeader.SYN)) == TcpHeader.ACK) {
      acknowledged(packet, now);
    } else if (closed || (flags & TcpHeader.ACK) != 0) {
      // "Any acknowledgment is bad if it arrives on a connection still in the LISTEN state."
      protocol.sendReset(packet);
    } else if ((flags & TcpHeader.SYN) == 0) {
      protocol.internet().drop(packet, DropReason.TCP_OUT_OF_WINDOW);
    } else {
      synArrived(packet, now);
    }
  }

  private void synArrived(Packet syn, long now) {
    SynCookieMode mode = protocol.configuration().synCookies();
    boolean pressed = halfOpen.get() >= protocol.configuration().maxHalfOpen();
    if (isFull() || (pressed && mode == SynCookieMode.NEVER)) {
      // As on Linux the SYN is dropped, not refused: the client tries again later.
      protocol.internet().drop(syn, DropReason.TCP_BACKLOG_FULL);
    } else if (pressed || mode == SynCookieMode.ALWAYS) {
      lastCookie = now;
      cookieSent = true;
      StatelessAnswer.send(protocol, settings, protocol.endsOf(syn), syn, now);
    } else {
      open(syn);
    }
  }

  /** An acknowledgment of what no connection has sent: of a cookie, if we have sent any. */
  private void acknowledged(Packet packet, long now) {
    FourTuple ends = protocol.endsOf(packet);
    SynCookie cookie = null;
    if (cookieSent && now - lastCookie <= SynCookies.VALID) {
      int offset = protocol.isn().timestampOffset(ends);
      cookie = protocol.cookies().read(ends, new Segment(packet), offset, now);
    }
    if (cookie == null) {
      protocol.sendReset(packet);
    } else if (isFull()) {
      protocol.internet().drop(packet, DropReason.TCP_BACKLOG_FULL);
    } else {
      packet.attach(cookie);
      open(packet);
    }
  }

  /** Makes an endpoint for a SYN, or for the acknowledgment of a cookie. */
  private void open(Packet syn) {
    PortTable.Claim own = claim;
    if (own == null) {
      return;
    }
    FourTuple ends = protocol.endsOf(syn);
    TcpEndpoint child =
        new TcpEndpoint(protocol, this, new TcpSettings(settings), own.inherit(ends.local()), ends);
    halfOpen.incrementAndGet();
    if (protocol.connections().putIfAbsent(ends, child) != null) {
      // Another thread has brought a copy of the same SYN.
      child.finished();
      return;
    }
    if (!child.offer(syn)) {
      throw new AssertionError("a new endpoint's inbox is full");
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** As Linux and FreeBSD count: one more than the backlog, or its share, may wait. */
  private boolean isFull() {
    return acceptedCount.get() > backlog * protocol.configuration().backlogPercent() / 100;
  }

  // ---- connections, each under its own lock ----

  /**
   * A connection is about to be established.
   *
   * @return false if the queue is full or the listener closed
   */
  boolean offer(TcpEndpoint child) {
    if (closed || isFull()) {
      return false;
    }
    halfOpen.decrementAndGet();
    acceptedCount.incrementAndGet();
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

  /** A connection that was never established is gone. */
  void forget() {
    halfOpen.decrementAndGet();
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
      note(Readiness.ACCEPT);
    } finally {
      exit(now);
    }
    // "any connections waiting to be accepted are reset", as on Linux; each under its own lock.
    for (TcpEndpoint child; (child = accepted.poll()) != null; ) {
      acceptedCount.decrementAndGet();
      child.abort();
    }
    // Those that are half-open are forgotten: who completes one now is refused.
    for (TcpEndpoint child : protocol.connections().values()) {
      child.forgetIfHalfOpen(this);
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
        TcpState.LISTEN, local, nobody, acceptedCount.get(), backlog, 0, 0, 0, 0, 0, 0, 0);
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
      settings.set(option, value);
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
