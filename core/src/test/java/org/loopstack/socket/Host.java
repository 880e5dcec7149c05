// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.engine.Engine;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.EndpointFactory;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpProtocol;
import org.loopstack.transport.udp.UdpConfiguration;
import org.loopstack.transport.udp.UdpProtocol;

/** A stack's layers up to and with the channels, without the roof. */
final class Host implements EndpointFactory, AutoCloseable {
  /** The two ends of a connection. */
  record Pair(SocketChannel client, SocketChannel server) {}

  private final Engine engine;
  private final TcpProtocol tcp;
  private final UdpProtocol udp;
  final StackSelectorProvider provider = new StackSelectorProvider(this);

  Host() {
    this(Engine.system());
  }

  Host(Engine engine) {
    this.engine = engine;
    InternetLayer internet = new InternetLayer(engine, InternetConfiguration.LINUX);
    tcp = new TcpProtocol(internet, ports(PortTable.Sharing.CONNECTIONS), TcpConfiguration.linux());
    udp = new UdpProtocol(internet, ports(PortTable.Sharing.DATAGRAMS), UdpConfiguration.linux());
  }

  private PortTable ports(PortTable.Sharing sharing) {
    return new PortTable(sharing, engine.randomness(), PortRange.DEFAULT);
  }

  @Override
  public Engine engine() {
    return engine;
  }

  @Override
  public StreamEndpoint openStream(AddressFamily family) throws ErrnoException {
    return tcp.openStream(family);
  }

  @Override
  public ListenerEndpoint openListener(AddressFamily family) throws ErrnoException {
    return tcp.openListener(family);
  }

  @Override
  public DatagramEndpoint openDatagram(AddressFamily family) throws ErrnoException {
    return udp.openDatagram(family);
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  static InetSocketAddress local(NetworkChannel channel) throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  ServerSocketChannel listen() throws IOException {
    return provider.openServerSocketChannel().bind(loopback(0));
  }

  SocketChannel connect(ServerSocketChannel server) throws IOException {
    SocketChannel client = provider.openSocketChannel();
    client.connect(local(server));
    return client;
  }

  Pair pair() throws IOException {
    try (ServerSocketChannel server = listen()) {
      SocketChannel client = connect(server);
      return new Pair(client, server.accept());
    }
  }

  @Override
  public void close() {
    provider.closeAll();
    tcp.close();
    udp.close();
  }
}
