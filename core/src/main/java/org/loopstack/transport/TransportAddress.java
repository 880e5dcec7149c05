// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import org.loopstack.wire.IpAddress;

/**
 * One end of a conversation.
 *
 * @param address an IP address
 * @param port 0 to 65535, 0 for none yet
 * @param interfaceIndex the zone of a scoped address (RFC 4007): an interface's index, 0 for none
 */
public record TransportAddress(IpAddress address, int port, int interfaceIndex) {
  /** An address without a zone. */
  public TransportAddress(IpAddress address, int port) {
    this(address, port, 0);
  }

  @Override
  public String toString() {
    return (address.isIpv4() ? address.toString() : "[" + address + "]") + ":" + port;
  }
}
