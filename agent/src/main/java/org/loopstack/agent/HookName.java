// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

/** What the rewritten classes of the JDK ask for. */
enum HookName {
  /** {@code SocketImpl.createPlatformSocketImpl}: whether for a server (Boolean). */
  SOCKET_IMPL,
  /** {@code DatagramSocket.createDelegate}: nothing. */
  DATAGRAM_CHANNEL,
  /** {@code InetAddress.isReachable}: the address, hops and milliseconds. */
  REACHABLE,
  /** {@code NetworkInterface.getAll}: the machine's, an array or null. */
  INTERFACES,
  /** {@code NetworkInterface.getByName0} and its sisters: the machine's, or null. */
  INTERFACE,
  /** {@code Channels.newInputStream}: the channel. */
  INPUT_STREAM,
  /** {@code Channels.newOutputStream}: the channel. */
  OUTPUT_STREAM
}
