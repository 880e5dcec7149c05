// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's loopback through the JDK's own provider, with CUBIC where that can be set: an
 * accepted channel has the congestion control of its listener.
 */
public final class KernelSide implements Side {
  private final SelectorProvider provider = SelectorProvider.provider();
  private final @Nullable TcpCongestion congestion;

  /**
   * The kernel's loopback.
   *
   * @param congestion sets the congestion control of each TCP socket; null to leave the machine's
   *     default
   */
  public KernelSide(@Nullable TcpCongestion congestion) {
    this.congestion = congestion;
  }

  @Override
  public String name() {
    return "kernel";
  }

  @Override
  public SocketChannel openSocket() throws IOException {
    SocketChannel channel = provider.openSocketChannel();
    if (congestion != null) {
      congestion.set(channel, TcpCongestion.CUBIC);
    }
    return channel;
  }

  @Override
  public ServerSocketChannel openServer() throws IOException {
    ServerSocketChannel channel = provider.openServerSocketChannel();
    if (congestion != null) {
      congestion.set(channel, TcpCongestion.CUBIC);
    }
    return channel;
  }

  @Override
  public DatagramChannel openDatagram() throws IOException {
    return provider.openDatagramChannel();
  }

  @Override
  public Selector openSelector() throws IOException {
    return provider.openSelector();
  }

  @Override
  public List<String> javaOptions() {
    return List.of();
  }

  @Override
  public Side another() {
    return new KernelSide(congestion);
  }

  @Override
  public long memoryBesidesHeap() {
    return KernelMemory.bytes();
  }

  @Override
  public void close() {}
}
