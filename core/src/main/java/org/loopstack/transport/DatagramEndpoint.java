// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.IpAddress;

/** Sends and receives datagrams. */
public interface DatagramEndpoint extends SocketEndpoint {
  /**
   * Fixes the other end, as {@code connect} on a datagram socket does; again: another one.
   *
   * @throws ErrnoException ENETUNREACH, EADDRNOTAVAIL, EACCES, EAFNOSUPPORT, EINVAL
   */
  void connect(TransportAddress remote) throws ErrnoException;

  /** Lets go of the other end; does nothing if there is none. */
  void disconnect() throws ErrnoException;

  /** The other end, or null. */
  @Nullable TransportAddress remoteAddress();

  /**
   * Sends one datagram with the buffer's remaining bytes.
   *
   * @param target where to, or null for the connected peer
   * @return true if it was taken, whatever becomes of it; false if there is no room now
   * @throws ErrnoException EMSGSIZE, EACCES (broadcast), ENETUNREACH, EINVAL, EDESTADDRREQ, or a
   *     pending error such as ECONNREFUSED after an ICMP message
   */
  boolean send(ByteBuffer payload, @Nullable TransportAddress target) throws ErrnoException;

  /**
   * Takes the next datagram; what does not fit into the buffer is lost.
   *
   * @return who sent it, or null if there is none
   * @throws ErrnoException a pending error such as ECONNREFUSED after an ICMP message
   */
  @Nullable TransportAddress receive(ByteBuffer target) throws ErrnoException;

  /**
   * Joins a group on an interface, for all sources or for one (RFC 3678).
   *
   * @param interfaceIndex 0 for the one that the route to the group takes
   * @param source null for all
   * @throws ErrnoException EINVAL if it is no group, ENODEV without such an interface, EADDRINUSE
   *     if joined already
   */
  void join(IpAddress group, int interfaceIndex, @Nullable IpAddress source) throws ErrnoException;

  /** Undoes a {@link #join}; EADDRNOTAVAIL if there is none. */
  void leave(IpAddress group, int interfaceIndex, @Nullable IpAddress source) throws ErrnoException;

  /** Refuses a source of a group joined for all sources. */
  void block(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException;

  /** Undoes a {@link #block}; EADDRNOTAVAIL if there is none. */
  void unblock(IpAddress group, int interfaceIndex, IpAddress source) throws ErrnoException;
}
