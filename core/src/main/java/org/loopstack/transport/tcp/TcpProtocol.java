// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.BlockPool;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.internet.UpperProtocol;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.info.TcpMemoryInfo;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * TCP on one stack: finds the endpoint for a segment, answers segments that have none, and opens
 * endpoints. Safe for use by many threads; what it keeps are concurrent leaves.
 */
public final class TcpProtocol implements UpperProtocol {
  /**
   * A connection with its place in the tables.
   *
   * @param claim the local port
   * @param ends both ends
   * @param replaced the connection in TIME-WAIT that had the place until now
   */
  record Registration(PortTable.Claim claim, FourTuple ends, @Nullable Occupant replaced) {}

  private final Internet internet;
  private final PortTable ports;
  private final TcpConfiguration configuration;
  private final TcpSettings defaultSettings;
  private final IsnGenerator isn;
  private final SynCookies cookies;
  private final FastOpen fastOpen;
  private final ConcurrentHashMap<FourTuple, Occupant> connections = new ConcurrentHashMap<>();
  private final ListenerTable listeners = new ListenerTable();
  private final Set<TcpListener> openListeners = ConcurrentHashMap.newKeySet();
  private final TimeWaits timeWaits;
  private final AtomicInteger timeWaitCount = new AtomicInteger();
  private final TcpMemory memory;
  private final TcpStatistics statistics = new TcpStatistics();
  private final BlockPool blocks = new BlockPool();
  private volatile boolean closed;

  /** TCP over an internet layer; registers itself there. */
  public TcpProtocol(Internet internet, PortTable ports, TcpConfiguration configuration) {
    this.internet = internet;
    this.ports = ports;
    this.configuration = configuration;
    this.defaultSettings = new TcpSettings(configuration);
    this.memory = new TcpMemory(configuration);
    this.timeWaits = new TimeWaits(internet.engine());
    this.isn = new IsnGenerator(internet.engine().randomness());
    this.cookies = new SynCookies(internet.engine().randomness());
    this.fastOpen =
        new FastOpen(internet.engine().randomness(), configuration, internet.engine().now());
    internet.register(IpProtocol.TCP, this);
  }

  Internet internet() {
    return internet;
  }

  TcpConfiguration configuration() {
    return configuration;
  }

  /** What a socket has whose user has set nothing. To be copied before it is changed. */
  TcpSettings defaultSettings() {
    return defaultSettings;
  }

  TcpMemory memory() {
    return memory;
  }

  /** What writers copy to. */
  BlockPool blocks() {
    return blocks;
  }

  TcpStatistics statistics() {
    return statistics;
  }

  /** What was counted so far, by the names that {@code nstat} prints; also what is zero. */
  public Map<String, Long> counters() {
    return statistics.all(
        sums -> {
          for (Occupant each : connections.values()) {
            each.addCounts(sums);
          }
        });
  }

  /** What all connections hold together. */
  public TcpMemoryInfo memoryInfo() {
    return memory.info();
  }

  IsnGenerator isn() {
    return isn;
  }

  FastOpen fastOpen() {
    return fastOpen;
  }

  SynCookies cookies() {
    return cookies;
  }

  ConcurrentHashMap<FourTuple, Occupant> connections() {
    return connections;
  }

  /** The records of connections in TIME-WAIT. */
  TimeWaits timeWaits() {
    return timeWaits;
  }

  ListenerTable listeners() {
    return listeners;
  }

  // ---- from below ----

  @Override
  public void receive(Packet packet, IpAddress source, IpAddress destination) {
    DropReason invalid = validate(packet, source, destination);
    if (invalid != null) {
      statistics.increment(TcpCounter.IN_SEGS);
      internet.drop(packet, invalid);
    } else {
      dispatch(packet, source, destination);
    }
  }

  private @Nullable DropReason validate(Packet packet, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    DropReason invalid = TcpHeader.validate(b, at, packet.headEnd());
    if (invalid != null) {
      return invalid;
    }
    // RFC 9293 section 3.9.2.3, MUST-57: "A TCP implementation MUST silently discard an incoming
    // SYN segment that is addressed to a broadcast or multicast address."
    if (destination.isMulticast() || internet.isBroadcast(destination)) {
      return DropReason.MARTIAN_DESTINATION;
    }
    return packet.isChecksumPending() || isChecksumRight(packet, source, destination)
        ? null
        : DropReason.TCP_CHECKSUM;
  }

  private static boolean isChecksumRight(Packet packet, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int done = packet.headEnd() - at;
    int sum =
        InternetChecksum.add(
            InternetChecksum.pseudoHeader(
                source, destination, IpProtocol.TCP, packet.transportLength()),
            InternetChecksum.sum(b, at, done));
    for (Slice s = packet.body(); s != null; s = s.next()) {
      sum = InternetChecksum.append(sum, done, s.array(), s.offset(), s.length());
      done += s.length();
    }
    return sum == InternetChecksum.VALID_SUM;
  }

  /** Finds the receiver of a segment that has been validated before. */
  void dispatch(Packet packet) {
    FourTuple ends = endsOf(packet);
    dispatch(packet, ends.remote(), ends.local());
  }

  private void dispatch(Packet packet, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    FourTuple ends =
        new FourTuple(
            destination, TcpHeader.destinationPort(b, at), source, TcpHeader.sourcePort(b, at));
    Occupant occupant = connections.get(ends);
    if (!countsItsOwn(occupant)) {
      statistics.increment(TcpCounter.IN_SEGS);
    }
    if (occupant != null) {
      if (!occupant.offer(packet)) {
        refused(occupant, packet);
      }
      return;
    }
    TcpListener listener = listeners.find(ends);
    if (listener == null) {
      sendReset(packet);
    } else if (!listener.offer(packet)) {
      internet.drop(packet, DropReason.INBOX_FULL);
    }
  }

  /** A connection counts its own segments. */
  private static boolean countsItsOwn(@Nullable Occupant occupant) {
    return occupant instanceof TcpEndpoint || occupant instanceof TimeWait;
  }

  /** Hands a segment over that was counted before. */
  void handOver(Occupant occupant, Packet packet) {
    if (countsItsOwn(occupant)) {
      statistics.add(TcpCounter.IN_SEGS, -1);
    }
    if (!occupant.offer(packet)) {
      refused(occupant, packet);
    }
  }

  private void refused(Occupant occupant, Packet packet) {
    if (countsItsOwn(occupant)) {
      statistics.increment(TcpCounter.IN_SEGS);
    }
    internet.drop(packet, DropReason.INBOX_FULL);
  }

  /** Both ends of a segment's connection, ours as the local one. */
  FourTuple endsOf(Packet packet) {
    byte[] b = packet.head();
    int ip = packet.offset();
    int at = packet.transportOffset();
    boolean v4 = Ipv4Header.version(b, ip) == 4;
    return new FourTuple(
        v4 ? Ipv4Header.destination(b, ip) : Ipv6Header.destination(b, ip),
        TcpHeader.destinationPort(b, at),
        v4 ? Ipv4Header.source(b, ip) : Ipv6Header.source(b, ip),
        TcpHeader.sourcePort(b, at));
  }

  @Override
  public void receiveError(IcmpError error) {
    Occupant occupant = connections.get(endsOf(error));
    if (occupant != null) {
      error.packet().attach(error);
      if (!occupant.offer(error.packet())) {
        internet.drop(error.packet(), DropReason.INBOX_FULL);
      }
    }
  }

  /**
   * A connection enters TIME-WAIT.
   *
   * @return false if there are so many that this one must not
   */
  boolean claimTimeWait() {
    if (timeWaitCount.incrementAndGet() <= configuration.maxTimeWait()) {
      return true;
    }
    timeWaitCount.decrementAndGet();
    return false;
  }

  /** One has left it. */
  void releaseTimeWait() {
    timeWaitCount.decrementAndGet();
  }

  /** A connection knows the numbers that it has sent: RFC 5927 section 7. */
  @Override
  public boolean checksErrors() {
    return true;
  }

  /** Both ends of the connection that an error is about. */
  FourTuple endsOf(IcmpError error) {
    byte[] b = error.packet().head();
    int at = error.transportOffset();
    return new FourTuple(
        error.source(), Bytes.u16(b, at), error.destination(), Bytes.u16(b, at + 2));
  }

  /**
   * Answers a segment that belongs to no connection (RFC 9293 section 3.10.7.1): "If the ACK bit is
   * off, sequence number zero is used, {@code <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>}"; "If the
   * ACK bit is on, {@code <SEQ=SEG.ACK><CTL=RST>}". A reset is never answered.
   */
  void sendReset(Packet packet) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int flags = TcpHeader.flags(b, at);
    internet.drop(packet, DropReason.TCP_NO_SOCKET);
    if ((flags & TcpHeader.RST) != 0) {
      return;
    }
    FourTuple ends = endsOf(packet);
    IpOptions options = IpOptions.wayBack(packet, ends.remote());
    Route route;
    try {
      route = internet.route(IpOptions.firstHop(options, ends.remote()), ends.local(), 0);
    } catch (ErrnoException noWayBack) {
      return;
    }
    boolean acknowledges = (flags & TcpHeader.ACK) != 0;
    Segment segment = new Segment(packet);
    Packet reset =
        Packet.allocate(route.headroom() + IpOptions.length(options), TcpHeader.MIN_LENGTH);
    int header = reset.append(TcpHeader.MIN_LENGTH);
    reset.setTransport(header, IpProtocol.TCP);
    reset.setTime(packet.time());
    TcpHeader.encode(
        reset.head(),
        header,
        ends.localPort(),
        ends.remotePort(),
        acknowledges ? segment.ack : 0,
        acknowledges ? 0 : SequenceNumber.add(segment.seq, segment.length()),
        TcpHeader.MIN_LENGTH,
        acknowledges ? TcpHeader.RST : TcpHeader.RST | TcpHeader.ACK,
        0,
        0);
    SegmentWriter.finishChecksum(reset, route, ends, options);
    statistics.increment(TcpCounter.OUT_SEGS);
    statistics.increment(TcpCounter.OUT_RSTS);
    // A reset that cannot be sent is a reset that is lost: the peer will ask again.
    byte[] inHeader = IpOptions.bytes(options);
    var _ =
        internet.send(route, reset, IpProtocol.TCP, configuration.ttl(), 0, true, true, inHeader);
  }

  // ---- from above ----

  /** An endpoint for an outgoing connection. */
  public StreamEndpoint openStream(AddressFamily family) throws ErrnoException {
    checkOpen();
    return new TcpEndpoint(this, family);
  }

  /** An endpoint for incoming connections. */
  public ListenerEndpoint openListener(AddressFamily family) throws ErrnoException {
    checkOpen();
    TcpListener listener = new TcpListener(this, family);
    openListeners.add(listener);
    return listener;
  }

  private void checkOpen() throws ErrnoException {
    if (closed) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
  }

  void closed(TcpListener listener) {
    openListeners.remove(listener);
  }

  /** Claims a local address and port. */
  PortTable.Claim bind(TransportAddress local, AddressFamily family, TcpSettings settings)
      throws ErrnoException {
    if (family == AddressFamily.INET && !local.address().isIpv4()) {
      throw new ErrnoException(Errno.EAFNOSUPPORT);
    }
    // Linux refuses an IPv4-mapped address of a socket that is for IPv6 only in these words.
    if (settings.v6Only && local.address().isIpv4()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    if (!internet.isBindable(local.address())) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    return ports.bind(
        local.address(), local.port(), settings.v6Only, settings.reuseAddress, settings.reusePort);
  }

  /** Gives a connection its port, if it has none yet, and its place among the connections. */
  Registration register(
      TcpEndpoint endpoint,
      PortTable.@Nullable Claim bound,
      IpAddress local,
      TransportAddress far,
      TcpSettings settings,
      long now)
      throws ErrnoException {
    IpAddress remote = far.address();
    int remotePort = far.port();
    Place place = new Place(endpoint, now);
    if (bound != null) {
      if (!place.take(new FourTuple(local, bound.port(), remote, remotePort))) {
        throw new ErrnoException(Errno.EADDRNOTAVAIL);
      }
      bound.moveTo(local);
      return new Registration(bound, place.ends(), place.replaced);
    }
    PortTable.Claim claim =
        ports.claimForConnect(
            local,
            far,
            settings.reuseAddress,
            settings.reusePort,
            port -> place.take(new FourTuple(local, port, remote, remotePort)));
    return new Registration(claim, place.ends(), place.replaced);
  }

  /** A place among the connections, taken if it is free or its holder has only to wait. */
  private final class Place {
    private final TcpEndpoint endpoint;
    private final long now;
    private @Nullable FourTuple ends;
    private @Nullable Occupant replaced;

    Place(TcpEndpoint endpoint, long now) {
      this.endpoint = endpoint;
      this.now = now;
    }

    boolean take(FourTuple wanted) {
      Occupant holder = connections.putIfAbsent(wanted, endpoint);
      if (holder != null) {
        if (!holder.isReusable(now) || !connections.replace(wanted, holder, endpoint)) {
          return false;
        }
        replaced = holder;
        statistics.increment(TcpCounter.TIME_WAIT_RECYCLED);
      }
      ends = wanted;
      return true;
    }

    FourTuple ends() {
      FourTuple taken = ends;
      if (taken == null) {
        throw new IllegalStateException("no place was taken");
      }
      return taken;
    }
  }

  /** All connections and listeners, for the inspector. */
  public List<TcpStatus> statuses() {
    List<TcpStatus> all = new ArrayList<>();
    for (TcpListener listener : openListeners) {
      TcpStatus status = listener.status();
      if (status != null) {
        all.add(status);
      }
    }
    for (Occupant occupant : connections.values()) {
      TcpStatus status = occupant.status();
      if (status != null) {
        all.add(status);
      }
    }
    return all;
  }

  /** The stack goes down: listeners are closed, connections reset, as far as they can be told. */
  public void close() {
    closed = true;
    for (TcpListener listener : openListeners) {
      listener.close();
    }
    for (Occupant occupant : connections.values()) {
      // No pattern switch: its bootstrap takes a JVM's first stack four milliseconds.
      if (occupant instanceof TcpEndpoint endpoint) {
        endpoint.shutDown(Errno.ENETDOWN);
      } else if (occupant instanceof TimeWait record) {
        record.end(internet.engine().now());
      }
    }
    timeWaits.close();
  }
}
