// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.raw;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.Endpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.SocketInfo;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;

/**
 * Sends echo requests (RFC 792, RFC 4443 section 4.1) with an identifier of its own and receives
 * what comes back to it. No call blocks; {@link Readiness#READ} says when something has come. Safe
 * for use by many threads.
 */
public final class IcmpEndpoint extends Endpoint {
  /** How many messages wait; a ping that floods loses replies rather than memory. */
  private static final int LIMIT = 256;

  private static final int MAXIMUM_IPV4 = 65_507;
  private static final int MAXIMUM_IPV6 = 65_527;

  /** Who sent a reply, and to which address of ours. */
  record Ends(IpAddress from, IpAddress to) {}

  private final IcmpProtocol protocol;
  private final Internet internet;
  private final AddressFamily family;
  private final int identifier;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile int ttl = 64;
  private volatile int trafficClass;
  private volatile boolean dontFragment;
  private volatile boolean closed;

  // Guarded by the lock.
  private final ArrayDeque<EchoEvent> events = new ArrayDeque<>();

  IcmpEndpoint(IcmpProtocol protocol, Internet internet, AddressFamily family, int identifier) {
    super(internet.engine());
    this.protocol = protocol;
    this.internet = internet;
    this.family = family;
    this.identifier = identifier;
  }

  /** What the requests carry, 0 to 65,535. */
  public int identifier() {
    return identifier;
  }

  /** Sets the time to live or hop limit of requests, 1 to 255; it begins with 64. */
  public void setTtl(int value) {
    ttl = value;
  }

  /** Sets the type-of-service or traffic-class octet of requests; it begins with 0. */
  public void setTrafficClass(int octet) {
    trafficClass = octet;
  }

  /** Sets whether a request larger than the MTU is refused instead of fragmented. */
  public void setDontFragment(boolean value) {
    dontFragment = value;
  }

  /**
   * Sends an echo request.
   *
   * @param target where to; the port is not looked at, the zone is
   * @param source the address of ours to send from, or null for the stack to choose
   * @param sequence the sequence number, of which 16 bits are sent
   * @param data what the reply is to bring back: 65,507 bytes at most, over IPv6 65,527
   * @return when it was sent, in nanoseconds of the stack's clock
   * @throws ErrnoException EMSGSIZE, ENETUNREACH, EADDRNOTAVAIL, EINVAL, EACCES (broadcast),
   *     EAFNOSUPPORT; ENETDOWN after {@link #close}
   */
  public long send(TransportAddress target, @Nullable IpAddress source, int sequence, byte[] data)
      throws ErrnoException {
    boolean ipv4 = target.address().isIpv4();
    if (closed) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
    if (ipv4 != (family == AddressFamily.INET)) {
      throw new ErrnoException(Errno.EAFNOSUPPORT);
    }
    if (data.length > (ipv4 ? MAXIMUM_IPV4 : MAXIMUM_IPV6)) {
      throw new ErrnoException(Errno.EMSGSIZE);
    }
    IpAddress any = ipv4 ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
    Route route =
        internet.route(target.address(), source == null ? any : source, target.interfaceIndex());
    if (route.isBroadcast()) {
      throw new ErrnoException(Errno.EACCES);
    }
    long now = engine().now();
    Errno refusal = transmit(route, encode(route, ipv4, sequence, data));
    if (refusal != null) {
      throw new ErrnoException(refusal);
    }
    return now;
  }

  private Packet encode(Route route, boolean ipv4, int sequence, byte[] data) {
    int length = IcmpHeader.LENGTH + data.length;
    Packet packet = Packet.allocate(route.headroom(), length);
    int at = packet.append(length);
    byte[] b = packet.head();
    int type = ipv4 ? IcmpHeader.ECHO_REQUEST : Icmpv6Header.ECHO_REQUEST;
    IcmpHeader.encode(b, at, type, 0, IcmpHeader.restOfEcho(identifier, sequence));
    System.arraycopy(data, 0, b, IcmpHeader.payloadAt(at), data.length);
    if (ipv4) {
      IcmpHeader.updateChecksum(b, at, at + length);
    } else {
      int pseudoHeader =
          InternetChecksum.pseudoHeader(
              route.source(), route.destination(), IpProtocol.ICMPV6, length);
      Icmpv6Header.updateChecksum(b, at, at + length, pseudoHeader);
    }
    return packet;
  }

  private @Nullable Errno transmit(Route route, Packet packet) {
    int number = route.destination().isIpv4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      return internet.send(route, packet, number, ttl, trafficClass, dontFragment, true);
    } finally {
      queue.exit();
    }
  }

  /** Takes what has come back and has waited longest, or null if nothing waits. */
  public @Nullable EchoEvent receive() {
    long now = enter();
    try {
      EchoEvent oldest = events.poll();
      if (oldest != null) {
        waiting.getAndDecrement();
      }
      return oldest;
    } finally {
      exit(now);
    }
  }

  /** Whether it was closed, by its user or because the stack went down. */
  public boolean isClosed() {
    return closed;
  }

  /** Gives the endpoint up; whoever waits for it is told that it can be read. */
  public void close() {
    long now = enter();
    try {
      if (!closed) {
        closed = true;
        protocol.closed(this);
        waiting.getAndAdd(-events.size());
        events.clear();
        note(Readiness.ALL);
      }
    } finally {
      exit(now);
    }
  }

  /** Puts a message on the inbox, unless too many wait. Any thread. */
  boolean take(Packet packet) {
    if (waiting.getAndIncrement() >= LIMIT || !offer(packet)) {
      waiting.getAndDecrement();
      return false;
    }
    return true;
  }

  @Override
  protected void receive(Packet packet, long now) {
    if (closed) {
      waiting.getAndDecrement();
      return;
    }
    if (events.isEmpty()) {
      note(Readiness.READ);
    }
    events.add(
        packet.attachment() instanceof IcmpError error ? failure(error, now) : reply(packet, now));
  }

  private static EchoEvent reply(Packet packet, long now) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    Ends ends = (Ends) Objects.requireNonNull(packet.attachment());
    int hopLimit =
        ends.from.isIpv4()
            ? Ipv4Header.ttl(b, packet.offset())
            : Ipv6Header.hopLimit(b, packet.offset());
    byte[] data = Arrays.copyOfRange(b, IcmpHeader.payloadAt(at), packet.headEnd());
    return new EchoEvent.Reply(ends.from, ends.to, IcmpHeader.sequence(b, at), hopLimit, data, now);
  }

  private static EchoEvent failure(IcmpError error, long now) {
    int sequence = Bytes.u16(error.packet().head(), error.transportOffset() + 6);
    return new EchoEvent.Failure(
        error.reporter(),
        error.destination(),
        sequence,
        error.kind(),
        error.type(),
        error.code(),
        error.mtu(),
        now);
  }

  SocketInfo info() {
    long now = enter();
    try {
      IpAddress any = family == AddressFamily.INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
      return new SocketInfo(
          "icmp", "UNCONN", events.size(), 0, new TransportAddress(any, identifier), null, null);
    } finally {
      exit(now);
    }
  }

  @Override
  protected boolean isFinished() {
    return closed;
  }

  @Override
  protected void fail(long now) {
    waiting.getAndDecrement();
  }
}
