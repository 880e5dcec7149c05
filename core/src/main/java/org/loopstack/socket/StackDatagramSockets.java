// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes the datagram sockets of {@code java.net} of one stack. Safe for use by many threads. */
public final class StackDatagramSockets {
  private final StackSelectorProvider provider;

  /** Makes sockets that share their ports with that stack's channels. */
  public StackDatagramSockets(StackSelectorProvider provider) {
    this.provider = provider;
  }

  /**
   * As {@link DatagramSocket#DatagramSocket(SocketAddress)}.
   *
   * @param local where to bind; null for not bound yet
   */
  public DatagramSocket datagram(@Nullable SocketAddress local) throws IOException {
    return set(provider.openUninterruptibleDatagrams().socket(), local);
  }

  /**
   * As {@link MulticastSocket#MulticastSocket(SocketAddress)}: SO_REUSEADDR is set before it is
   * bound.
   *
   * <p>Every constructor of {@link MulticastSocket} opens a socket of the machine. None runs where
   * the JDK's module {@code jdk.unsupported} is there, as it is to all programs on a class path;
   * else that socket is closed, unbound and unused, before this method returns.
   *
   * @param local where to bind; null for not bound yet
   */
  public MulticastSocket multicast(@Nullable SocketAddress local) throws IOException {
    StackDatagramSocket socket =
        (StackDatagramSocket) provider.openUninterruptibleDatagrams().socket();
    MulticastSocket multicast = StackMulticastSocket.over(socket);
    multicast.setReuseAddress(true);
    return set(multicast, local);
  }

  private static <S extends DatagramSocket> S set(S socket, @Nullable SocketAddress local)
      throws IOException {
    try {
      if (local != null) {
        socket.bind(local);
      }
      socket.setBroadcast(true);
      return socket;
    } catch (IOException | IllegalArgumentException e) {
      socket.close();
      throw e;
    }
  }
}
