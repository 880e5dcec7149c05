// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.UpperProtocol;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.SocketInfo;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;

/**
 * Gives ICMP echo replies, and ICMP errors about echo requests, to the endpoint that has sent the
 * request: it knows its own by the identifier, as Linux's ping sockets do. Requests are answered by
 * the internet layer. Safe for use by many threads.
 */
public final class IcmpProtocol implements UpperProtocol, AutoCloseable {
  private static final int IDENTIFIERS = 65_536;

  private final Internet internet;
  private final ConcurrentHashMap<Integer, IcmpEndpoint> endpoints = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Echo on an internet layer, with which it registers itself for both versions of ICMP. */
  public IcmpProtocol(Internet internet) {
    this.internet = internet;
    internet.register(IpProtocol.ICMP, this);
    internet.register(IpProtocol.ICMPV6, this);
  }

  /**
   * A new endpoint with an identifier of its own.
   *
   * @throws ErrnoException ENETDOWN after {@link #close}; EADDRINUSE if all 65,536 are taken
   */
  public IcmpEndpoint openEcho(AddressFamily family) throws ErrnoException {
    IcmpEndpoint endpoint = register(family);
    // Looked at after registering: either close() finds the endpoint, or this finds it closed.
    if (closed) {
      endpoint.close();
      throw new ErrnoException(Errno.ENETDOWN);
    }
    return endpoint;
  }

  private IcmpEndpoint register(AddressFamily family) throws ErrnoException {
    int first = internet.engine().randomness().nextInt(IDENTIFIERS);
    for (int i = 0; i < IDENTIFIERS; i++) {
      int identifier = (first + i) % IDENTIFIERS;
      IcmpEndpoint endpoint = new IcmpEndpoint(this, internet, family, identifier);
      if (endpoints.putIfAbsent(identifier, endpoint) == null) {
        return endpoint;
      }
    }
    throw new ErrnoException(Errno.EADDRINUSE);
  }

  void closed(IcmpEndpoint endpoint) {
    endpoints.remove(endpoint.identifier(), endpoint);
  }

  /** What all endpoints look like. */
  public List<SocketInfo> sockets() {
    List<SocketInfo> all = new ArrayList<>();
    for (IcmpEndpoint endpoint : endpoints.values()) {
      all.add(endpoint.info());
    }
    return all;
  }

  /** Closes all endpoints. */
  @Override
  public void close() {
    closed = true;
    for (IcmpEndpoint endpoint : endpoints.values()) {
      endpoint.close();
    }
  }

  @Override
  public void receive(Packet packet, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.transportOffset();
    boolean ipv4 = source.isIpv4();
    int type = ipv4 ? IcmpHeader.type(b, at) : Icmpv6Header.type(b, at);
    if (type == (ipv4 ? IcmpHeader.ECHO_REPLY : Icmpv6Header.ECHO_REPLY)) {
      packet.attach(new IcmpEndpoint.Ends(source, destination));
      offer(packet, b, at);
    }
    // Other messages, a timestamp reply for example, nobody here has asked for.
  }

  @Override
  public void receiveError(IcmpError error) {
    byte[] b = error.packet().head();
    int at = error.transportOffset();
    int type = IcmpHeader.type(b, at);
    if (type == (error.source().isIpv4() ? IcmpHeader.ECHO_REQUEST : Icmpv6Header.ECHO_REQUEST)) {
      offer(error.packet(), b, at);
    }
  }

  private void offer(Packet packet, byte[] b, int echoAt) {
    @Nullable IcmpEndpoint endpoint = endpoints.get(IcmpHeader.identifier(b, echoAt));
    if (endpoint != null && !endpoint.take(packet)) {
      internet.drop(packet, DropReason.INBOX_FULL);
    }
  }
}
