// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

/** What kind of link it is; the names are those that {@code ip link} prints. */
public enum LinkFlag {
  /** Whatever is transmitted comes back to this host. At most one interface of a stack has it. */
  LOOPBACK,
  /** All hosts on the link can be reached with one datagram. */
  BROADCAST,
  /** There is exactly one other end. */
  POINTOPOINT,
  /** Datagrams to groups are carried. */
  MULTICAST,
  /** Nobody on the link answers ARP or neighbour solicitations; none are sent. */
  NOARP
}
