// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.Endpoint;
import org.loopstack.transport.PortTable.Claim;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.SocketInfo;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketMemory;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.UdpHeader;

/**
 * A UDP socket (RFC 768, RFC 1122 section 4.1) that behaves as Linux's do.
 *
 * <p>Receiving is guarded by the endpoint's lock. Sending takes no lock: UDP keeps nothing about
 * what it has sent, and what a sender must know, the binding and the options, it reads from
 * volatile fields.
 */
final class UdpEndpoint extends Endpoint implements DatagramEndpoint {
  private final UdpProtocol udp;
  private final AddressFamily family;
  private final UdpOptions options;
  private final UdpSender sender;
  private final ReceiveQueue queue = new ReceiveQueue();

  private volatile @Nullable UdpBinding binding;
  private volatile GroupFilter groups = GroupFilter.EMPTY;

  /** What the next operation fails with: what ICMP has reported. */
  private volatile @Nullable Errno pending;

  private volatile boolean closed;

  // Guarded by the lock.
  private long readIpv4;
  private long readIpv6;

  /** Whether the protocol has been told what was read and sent. */
  private boolean counted;

  private @Nullable Claim claim;
  private @Nullable IpAddress boundAddress;

  UdpEndpoint(UdpProtocol udp, AddressFamily family) {
    super(udp.internet().engine());
    this.udp = udp;
    this.family = family;
    this.options = new UdpOptions(udp.configuration(), udp.internet().groups());
    this.sender = new UdpSender(udp.internet(), options);
  }

  @Override
  public int readiness() {
    long now = enter();
    try {
      boolean readable = !queue.isEmpty() || hasUnread() || pending != null || closed;
      return readable ? Readiness.READ | Readiness.WRITE : Readiness.WRITE;
    } finally {
      exit(now);
    }
  }

  @Override
  public void bind(TransportAddress local) throws ErrnoException {
    long now = enter();
    try {
      checkOpen();
      if (binding != null) {
        throw new ErrnoException(Errno.EINVAL);
      }
      bindLocked(local);
    } finally {
      exit(now);
    }
  }

  private void bindLocked(TransportAddress local) throws ErrnoException {
    IpAddress address = local.address();
    checkFamily(address);
    if (options.v6Only() && address.isIpv4()) {
      throw new ErrnoException(Errno.EINVAL);
    }
    Internet internet = udp.internet();
    // Linux binds to a group or broadcast address too: the socket then receives what is sent there.
    if (!internet.isBindable(address) && !address.isMulticast() && !internet.isBroadcast(address)) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    Claim taken =
        udp.ports()
            .bind(
                address,
                local.port(),
                options.v6Only(),
                options.reuseAddress(),
                options.reusePort());
    claim = taken;
    boundAddress = address;
    binding = new UdpBinding(family, address, taken.port(), local.interfaceIndex(), null);
    if (!udp.add(taken.port(), this)) {
      abort();
      throw new ErrnoException(Errno.ENETDOWN);
    }
  }

  private void checkFamily(IpAddress address) throws ErrnoException {
    if (family == AddressFamily.INET && address.isIpv6()) {
      throw new ErrnoException(Errno.EAFNOSUPPORT);
    }
  }

  private void checkOpen() throws ErrnoException {
    if (closed) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
  }

  /** The binding, after binding to any free port if there is none. With the lock held. */
  private UdpBinding ensureBound() throws ErrnoException {
    if (binding == null) {
      IpAddress any = family == AddressFamily.INET ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
      bindLocked(new TransportAddress(any, 0));
    }
    return Objects.requireNonNull(binding);
  }

  @Override
  public @Nullable TransportAddress localAddress() {
    UdpBinding b = binding;
    return b == null ? null : b.localAddress();
  }

  @Override
  public @Nullable TransportAddress remoteAddress() {
    UdpBinding b = binding;
    return b == null ? null : b.remote();
  }

  @Override
  public void connect(TransportAddress remote) throws ErrnoException {
    long now = enter();
    try {
      checkOpen();
      checkFamily(remote.address());
      if (options.v6Only() && remote.address().isIpv4()) {
        throw new ErrnoException(Errno.ENETUNREACH);
      }
      UdpBinding unconnected = ensureBound().connected(boundTo(), remote);
      Route route = sender.look(unconnected, remote);
      if (route.isBroadcast() && !options.broadcast()) {
        throw new ErrnoException(Errno.EACCES);
      }
      IpAddress local = boundTo().isAny() ? route.source() : boundTo();
      TransportAddress peer =
          new TransportAddress(route.destination(), remote.port(), remote.interfaceIndex());
      Objects.requireNonNull(claim).moveTo(local);
      binding = unconnected.connected(local, peer);
    } finally {
      exit(now);
    }
  }

  private IpAddress boundTo() {
    return Objects.requireNonNull(boundAddress);
  }

  @Override
  public void disconnect() throws ErrnoException {
    long now = enter();
    try {
      UdpBinding b = binding;
      if (b != null && b.remote() != null) {
        Objects.requireNonNull(claim).moveTo(boundTo());
        binding = b.connected(boundTo(), null);
        pending = closed ? pending : null;
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public boolean send(ByteBuffer payload, @Nullable TransportAddress target) throws ErrnoException {
    if (pending != null || binding == null) {
      prepareToSend(target);
    }
    UdpBinding b = binding;
    if (b == null) {
      throw new ErrnoException(Errno.ENETDOWN);
    }
    TransportAddress to = target == null ? b.remote() : target;
    if (to == null) {
      throw new ErrnoException(Errno.EDESTADDRREQ);
    }
    if (options.v6Only() && to.address().isIpv4()) {
      throw new ErrnoException(Errno.ENETUNREACH);
    }
    sender.send(b, payload, to);
    return true;
  }

  private void prepareToSend(@Nullable TransportAddress target) throws ErrnoException {
    long now = enter();
    try {
      throwPending();
      checkOpen();
      if (binding == null && target == null) {
        throw new ErrnoException(Errno.EDESTADDRREQ);
      }
      var _ = ensureBound();
    } finally {
      exit(now);
    }
  }

  private void throwPending() throws ErrnoException {
    Errno errno = pending;
    if (errno != null) {
      // After the stack has gone down, it stays down.
      pending = closed ? errno : null;
      throw new ErrnoException(errno);
    }
  }

  @Override
  public @Nullable TransportAddress receive(ByteBuffer target) throws ErrnoException {
    long now = enter();
    try {
      throwPending();
      Packet packet = queue.poll();
      return packet == null ? null : take(packet, target);
    } finally {
      exit(now);
    }
  }

  private TransportAddress take(Packet packet, ByteBuffer target) {
    byte[] head = packet.head();
    int at = packet.transportOffset();
    int length = UdpHeader.payloadLength(head, at);
    target.put(head, UdpHeader.payloadAt(at), Math.min(length, target.remaining()));
    queue.taken(length);
    IpAddress source = (IpAddress) Objects.requireNonNull(packet.attachment());
    if (source.isIpv4()) {
      readIpv4++;
    } else {
      readIpv6++;
    }
    int zone = source.isLinkLocal() && source.isIpv6() ? packet.interfaceIndex() : 0;
    return new TransportAddress(source, UdpHeader.sourcePort(head, at), zone);
  }

  /** How well a unicast datagram fits; see {@link UdpBinding#score}. Any thread. */
  int score(IpAddress source, int sourcePort, IpAddress destination) {
    UdpBinding b = binding;
    return b == null || (options.v6Only() && destination.isIpv4())
        ? UdpBinding.NONE
        : b.score(source, sourcePort, destination);
  }

  /** Whether it is connected from this address of ours to that peer. Any thread. */
  boolean isConnection(IpAddress local, IpAddress remote, int remotePort) {
    UdpBinding b = binding;
    TransportAddress peer = b == null ? null : b.remote();
    return b != null
        && peer != null
        && peer.port() == remotePort
        && peer.address().equals(remote)
        && b.local().equals(local);
  }

  boolean sharesPort() {
    return options.reusePort();
  }

  /** Whether the socket wants what comes to a group. */
  boolean hears(IpAddress group, int interfaceIndex, IpAddress source) {
    return groups.allows(group, interfaceIndex, source, options.multicastAll());
  }

  /**
   * Takes a datagram whose source is attached to it. Any thread.
   *
   * @return null, or why it was not taken
   */
  @Nullable DropReason deliver(Packet packet) {
    int cost = ReceiveQueue.cost(UdpHeader.payloadLength(packet.head(), packet.transportOffset()));
    if (!queue.reserve(cost, options.receiveLimit())) {
      return DropReason.UDP_BUFFER_FULL;
    }
    if (!offer(packet)) {
      queue.release(cost);
      return DropReason.INBOX_FULL;
    }
    return null;
  }

  @Override
  protected void receive(Packet packet, long now) {
    if (packet.attachment() instanceof IcmpError error) {
      report(error);
      return;
    }
    int length = UdpHeader.payloadLength(packet.head(), packet.transportOffset());
    if (closed) {
      queue.release(ReceiveQueue.cost(length));
      return;
    }
    if (queue.isEmpty()) {
      note(Readiness.READ);
    }
    queue.add(packet, length);
  }

  /**
   * RFC 1122 section 4.1.3.3: "UDP MUST pass to the application layer all ICMP error messages that
   * it receives from the IP layer." As on Linux only a connected socket hears of them, and only of
   * those that will not pass; that a datagram is too big concerns who forbade to fragment it.
   */
  private void report(IcmpError error) {
    boolean tooBig = error.kind() == IcmpError.Kind.PACKET_TOO_BIG;
    if (!closed && (tooBig ? options.dontFragment() : error.kind().isHard())) {
      pending = error.kind().errno();
      note(Readiness.READ | Readiness.WRITE);
    }
  }

  @Override
  public void join(IpAddress group, int interfaceIndex, @Nullable IpAddress source)
      throws ErrnoException {
    long now = enter();
    try {
      checkOpen();
      checkFamily(group);
      int index = udp.internet().groups().join(group, interfaceIndex);
      boolean fresh = false;
      try {
        fresh = !groups.hasJoined(group, index);
        groups = groups.join(group, index, source);
      } catch (ErrnoException e) {
        fresh = false;
        throw e;
      } finally {
        // The host counts sockets, not sources.
        if (!fresh) {
          udp.internet().groups().leave(group, index);
        }
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public void leave(IpAddress group, int interfaceIndex, @Nullable IpAddress source)
      throws ErrnoException {
    long now = enter();
    try {
      int index = resolve(group, interfaceIndex);
      groups = groups.leave(group, index, source);
      if (!groups.hasJoined(group, index)) {
        udp.internet().groups().leave(group, index);
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public void block(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException {
    long now = enter();
    try {
      groups = groups.block(group, resolve(group, interfaceIndex), source);
    } finally {
      exit(now);
    }
  }

  @Override
  public void unblock(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException {
    long now = enter();
    try {
      groups = groups.unblock(group, resolve(group, interfaceIndex), source);
    } finally {
      exit(now);
    }
  }

  /** The interface that was meant by 0 when the group was joined. */
  private int resolve(IpAddress group, int interfaceIndex) {
    return interfaceIndex != 0 ? interfaceIndex : groups.interfaceOf(group);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    long now = enter();
    try {
      family.check(option);
      if (binding != null && option.name().equals("IPV6_V6ONLY")) {
        throw new ErrnoException(Errno.EINVAL);
      }
      options.set(option, value);
      Claim held = claim;
      if (held != null) {
        held.setReuseAddress(options.reuseAddress());
        held.setReusePort(options.reusePort());
      }
    } finally {
      exit(now);
    }
  }

  @Override
  public <T> @Nullable T option(SocketOption<T> option) {
    long now = enter();
    try {
      Object value = options.get(option);
      return value == null ? null : option.type().cast(value);
    } finally {
      exit(now);
    }
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return UdpOptions.supported(family);
  }

  @Override
  public void close() {
    long now = enter();
    try {
      abort();
    } finally {
      exit(now);
    }
  }

  /** The stack goes down: whoever waits is woken and finds out. */
  void down() {
    long now = enter();
    try {
      if (!closed) {
        abort();
        pending = Errno.ENETDOWN;
        note(Readiness.ALL);
      }
    } finally {
      exit(now);
    }
  }

  private void abort() {
    if (closed) {
      return;
    }
    closed = true;
    Claim held = claim;
    if (held != null) {
      udp.remove(held.port(), this);
      held.release();
      claim = null;
    }
    binding = null;
    counted = true;
    udp.ended(readIpv4, readIpv6, sender.sentIpv4(), sender.sentIpv6());
    for (GroupFilter.Membership m : groups.memberships()) {
      udp.internet().groups().leave(m.group(), m.interfaceIndex());
    }
    groups = GroupFilter.EMPTY;
    for (Packet packet; (packet = queue.poll()) != null; ) {
      queue.taken(UdpHeader.payloadLength(packet.head(), packet.transportOffset()));
    }
  }

  /** Adds what was read and sent and the protocol does not know yet. */
  void addCounts(long[] sums) {
    long now = enter();
    try {
      if (!counted) {
        sums[UdpProtocol.READ_IPV4] += readIpv4;
        sums[UdpProtocol.READ_IPV6] += readIpv6;
        sums[UdpProtocol.SENT_IPV4] += sender.sentIpv4();
        sums[UdpProtocol.SENT_IPV6] += sender.sentIpv6();
      }
    } finally {
      exit(now);
    }
  }

  /** What it looks like, or null if it is not bound. */
  @Nullable SocketInfo info() {
    long now = enter();
    try {
      UdpBinding b = binding;
      return b == null
          ? null
          : new SocketInfo(
              "udp",
              b.remote() == null ? "UNCONN" : "ESTAB",
              queue.bytes(),
              0,
              b.localAddress(),
              b.remote(),
              new SocketDetails(
                  null,
                  new SocketMemory(
                      queue.reserved(),
                      options.receiveLimit(),
                      0,
                      2L * options.sendBuffer(),
                      queue.drops()),
                  options.notable(),
                  null,
                  null));
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
    pending = Errno.EPROTO;
    note(Readiness.READ | Readiness.WRITE);
  }
}
