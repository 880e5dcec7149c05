// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.wire.IpAddress;

/**
 * How to get from here to one destination: the answer to one look-up, with all that a transport
 * needs to know of the layers below. Endpoints keep it and ask again when it {@linkplain #isCurrent
 * is no longer current}. Immutable but for the path MTU.
 */
public abstract class Route {
  private final IpAddress source;
  private final IpAddress destination;

  /** A route between two addresses. */
  protected Route(IpAddress source, IpAddress destination) {
    this.source = source;
    this.destination = destination;
  }

  /** The address of ours that the datagrams carry. */
  public final IpAddress source() {
    return source;
  }

  /** Where the datagrams go; never the unspecified address. */
  public final IpAddress destination() {
    return destination;
  }

  /** The interface by which the datagrams leave: the loopback's for every address of ours. */
  public abstract int interfaceIndex();

  /** Whether the datagrams come back to this host by the loopback. */
  public abstract boolean isLoopback();

  /** Whether the destination is a broadcast address, limited or of a prefix of ours. */
  public abstract boolean isBroadcast();

  /** Whether the destination is a group. */
  public abstract boolean isMulticast();

  /**
   * The largest datagram that can be sent whole, in bytes: the link's MTU or what the path allows.
   */
  public abstract int mtu();

  /** Whether the link wants the transport checksum left out; see {@code Packet}. */
  public abstract boolean offloadsChecksum();

  /** Bytes to keep free in front of the transport header for the headers of the layers below. */
  public abstract int headroom();

  /** Whether a look-up now would give the same answer: no address, route or link has changed. */
  public abstract boolean isCurrent();
}
