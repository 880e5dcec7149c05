// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import org.jspecify.annotations.Nullable;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/**
 * Which datagrams a socket wants: an immutable value, replaced whole, so that the demultiplexer can
 * look at it without a lock.
 *
 * @param family which IP versions a wildcard stands for
 * @param local the address that a datagram must be to, or the unspecified one
 * @param port the local port
 * @param zone the interface of a local address that needs one, or 0
 * @param remote the only one that a datagram may be from, or null
 */
record UdpBinding(
    AddressFamily family, IpAddress local, int port, int zone, @Nullable TransportAddress remote) {
  /** No match. */
  static final int NONE = -1;

  private static final int SPECIFIC = 8;
  private static final int CONNECTED = 4;
  private static final int IPV4_ONLY = 1;

  /**
   * How well a unicast datagram to the port fits, as Linux reckons: a connected socket before one
   * that is bound to the address, that before a wildcard, and an IPv4 wildcard before one that
   * serves both versions. {@link #NONE} if it does not fit.
   */
  int score(IpAddress source, int sourcePort, IpAddress destination) {
    int score = 0;
    IpAddress address = local;
    if (address.equals(destination)) {
      score = SPECIFIC;
    } else if (!isWildcardFor(destination)) {
      return NONE;
    }
    TransportAddress peer = remote;
    if (peer != null) {
      if (peer.port() != sourcePort || !peer.address().equals(source)) {
        return NONE;
      }
      score += CONNECTED;
    }
    return family == AddressFamily.INET ? score + IPV4_ONLY : score;
  }

  /** Whether a datagram to many, a broadcast or multicast one, is for this socket too. */
  boolean wants(IpAddress source, int sourcePort, IpAddress destination) {
    return score(source, sourcePort, destination) != NONE;
  }

  /** RFC 3493 section 3.7: :: is the wildcard of both versions, 0.0.0.0 of IPv4 alone. */
  private boolean isWildcardFor(IpAddress destination) {
    return local.isAny() && (local.isIpv6() || destination.isIpv4());
  }

  UdpBinding connected(IpAddress address, @Nullable TransportAddress peer) {
    return new UdpBinding(family, address, port, zone, peer);
  }

  TransportAddress localAddress() {
    return new TransportAddress(local, port, zone);
  }
}
