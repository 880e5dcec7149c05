// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Randomness;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetLayer;
import org.loopstack.socket.StackSelectorProvider;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.EndpointFactory;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.SocketInfo;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.raw.IcmpProtocol;
import org.loopstack.transport.udp.UdpConfiguration;
import org.loopstack.transport.udp.UdpProtocol;

/** What one stack has above its internet layer. */
final class Transports implements EndpointFactory, AutoCloseable {
  private final Engine engine;
  private final UdpProtocol udp;
  private final IcmpProtocol icmp;
  private final StackSelectorProvider provider = new StackSelectorProvider(this);

  Transports(InternetLayer internet, StackConfiguration c) {
    engine = internet.engine();
    PortRange range =
        new PortRange(c.firstEphemeralPort(), c.lastEphemeralPort(), c.unprivilegedPortStart());
    Randomness randomness = engine.randomness();
    udp =
        new UdpProtocol(
            internet,
            new PortTable(PortTable.Sharing.DATAGRAMS, randomness, range),
            new UdpConfiguration(
                c.datagramReceiveBuffer(),
                c.datagramSendBuffer(),
                c.maximumReceiveBuffer(),
                c.maximumSendBuffer(),
                c.defaultTtl()));
    icmp = new IcmpProtocol(internet);
  }

  @Override
  public Engine engine() {
    return engine;
  }

  StackSelectorProvider selectorProvider() {
    return provider;
  }

  @Override
  public StreamEndpoint openStream(AddressFamily family) {
    throw new UnsupportedOperationException("TCP has not landed yet");
  }

  @Override
  public ListenerEndpoint openListener(AddressFamily family) {
    throw new UnsupportedOperationException("TCP has not landed yet");
  }

  @Override
  public DatagramEndpoint openDatagram(AddressFamily family) throws ErrnoException {
    return udp.openDatagram(family);
  }

  IcmpProtocol icmp() {
    return icmp;
  }

  List<SocketInfo> sockets() {
    List<SocketInfo> all = new ArrayList<>(udp.sockets());
    all.addAll(icmp.sockets());
    return all;
  }

  @Override
  public void close() {
    provider.closeAll();
    udp.close();
    icmp.close();
  }
}
