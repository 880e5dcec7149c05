// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

/**
 * The numbers that UDP's sockets begin with. Sizes are in bytes, as a user sets and reads them: as
 * on Linux, a receive buffer really has twice as much, to allow for what each datagram costs beside
 * its own bytes.
 *
 * @param receiveBuffer SO_RCVBUF of a new socket
 * @param sendBuffer SO_SNDBUF of a new socket
 * @param maximumReceiveBuffer what a larger SO_RCVBUF is cut to
 * @param maximumSendBuffer what a larger SO_SNDBUF is cut to
 * @param defaultTtl the time to live and hop limit of unicast and broadcast datagrams
 */
public record UdpConfiguration(
    int receiveBuffer,
    int sendBuffer,
    int maximumReceiveBuffer,
    int maximumSendBuffer,
    int defaultTtl) {
  /** Linux: half of rmem_default and wmem_default; rmem_max, wmem_max; ip_default_ttl. */
  public static UdpConfiguration linux() {
    return new UdpConfiguration(106_496, 106_496, 4 << 20, 4 << 20, 64);
  }
}
