// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.MulticastSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** The JDK's own provider on the kernel's loopback: the reference. */
final class KernelSubject implements Subject {
  static final String NAME = "kernel";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SelectorProvider provider() {
    return SelectorProvider.provider();
  }

  @Override
  public String lacks(Family family) {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "the kernel here is not Linux";
    }
    try {
      boolean ipv6 = lo().inetAddresses().anyMatch(Inet6Address.class::isInstance);
      return family == Family.IPV4 || ipv6 ? "" : "the kernel's lo has no IPv6 here";
    } catch (SocketException e) {
      return "the kernel has no loopback interface here: " + e.getMessage();
    }
  }

  @Override
  public SocketFactory sockets() {
    return SocketFactory.getDefault();
  }

  @Override
  public ServerSocketFactory serverSockets() {
    return ServerSocketFactory.getDefault();
  }

  @Override
  public DatagramSocket datagramSocket(@Nullable SocketAddress local) throws IOException {
    return new DatagramSocket(local);
  }

  @Override
  public MulticastSocket multicastSocket(@Nullable SocketAddress local) throws IOException {
    return new MulticastSocket(local);
  }

  @Override
  public AsynchronousChannelProvider asynchronous() {
    return AsynchronousChannelProvider.provider();
  }

  @Override
  public void close() {}
}
