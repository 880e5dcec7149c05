// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** One implementation of the loopback interface under test. */
public sealed interface Subject extends AutoCloseable
    permits KernelSubject, LoopstackSubject, AgentSubject {
  /** The name in reports. */
  String name();

  /** What opens the channels and selectors. */
  SelectorProvider provider();

  /** What makes sockets of {@code java.net}. */
  SocketFactory sockets();

  /** What makes server sockets of {@code java.net}. */
  ServerSocketFactory serverSockets();

  /** A datagram socket of {@code java.net}, bound unless the address is null. */
  DatagramSocket datagramSocket(@Nullable SocketAddress local) throws IOException;

  /** A multicast socket, bound unless the address is null. */
  MulticastSocket multicastSocket(@Nullable SocketAddress local) throws IOException;

  /** What opens asynchronous channels. */
  AsynchronousChannelProvider asynchronous();

  /** The loopback interface as Java names it. */
  default NetworkInterface lo() throws SocketException {
    NetworkInterface lo = NetworkInterface.getByName("lo");
    if (lo == null) {
      throw new SocketException("this machine has no interface lo");
    }
    return lo;
  }

  /** Why this subject cannot run a family, in one line, or an empty string where it can. */
  default String lacks(Family family) {
    return "";
  }

  @Override
  void close();
}
