// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.wire.IpAddress;

/**
 * The groups that this host's interfaces listen to: counted, since several sockets may be members
 * of one group. What a single socket has joined and which sources it wants (RFC 3678) is the
 * socket's own business. Safe for use by many threads.
 */
public interface GroupMembership {
  /**
   * One more socket wants the group's datagrams.
   *
   * @param interfaceIndex 0 for the interface that the route to the group takes
   * @return the interface's index
   * @throws ErrnoException EINVAL if it is no group, ENODEV without such an interface
   */
  int join(IpAddress group, int interfaceIndex) throws ErrnoException;

  /** One socket fewer wants them. */
  void leave(IpAddress group, int interfaceIndex);

  /** The interface that an address or prefix of ours belongs to, 0 if it is not ours. */
  int interfaceOf(IpAddress address);

  /** The interface with that name, 0 if there is none. */
  int interfaceNamed(String name);
}
