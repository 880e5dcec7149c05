// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
import org.loopstack.transport.info.TcpMemoryInfo;
import org.loopstack.transport.raw.IcmpProtocol;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpProtocol;
import org.loopstack.transport.tcp.TcpStatus;
import org.loopstack.transport.udp.UdpConfiguration;
import org.loopstack.transport.udp.UdpProtocol;

/** What one stack has above its internet layer. */
final class Transports implements EndpointFactory, AutoCloseable {
  private final Engine engine;
  private final TcpProtocol tcp;
  private final UdpProtocol udp;
  private final IcmpProtocol icmp;
  private final StackSelectorProvider provider = new StackSelectorProvider(this);

  Transports(InternetLayer internet, StackConfiguration c) {
    engine = internet.engine();
    PortRange range =
        new PortRange(
            c.firstEphemeralPort(),
            c.lastEphemeralPort(),
            c.unprivilegedPortStart(),
            c.splitPortsByParity());
    Randomness randomness = engine.randomness();
    tcp =
        new TcpProtocol(
            internet,
            new PortTable(PortTable.Sharing.CONNECTIONS, randomness, range),
            tcpConfiguration(c));
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

  private static TcpConfiguration tcpConfiguration(StackConfiguration c) {
    return c.tcp().toBuilder()
        .robustResets(c.robustResets())
        .softErrorsEndAttempts(c.softErrorsEndAttempts())
        .sendBuffer(c.streamSendBuffer())
        .receiveBuffer(c.streamReceiveBuffer())
        .maxReceiveBuffer(c.maximumReceiveBuffer())
        .maxSendBuffer(c.maximumSendBuffer())
        .synRetries(c.synRetries())
        .dataRetries(c.dataRetries())
        .timeWait(c.timeWait().toNanos())
        .maxBacklog(c.maximumBacklog())
        .ttl(c.defaultTtl())
        .build();
  }

  /** What the TCP connections hold together. */
  TcpMemoryInfo tcpMemory() {
    return tcp.memoryInfo();
  }

  @Override
  public Engine engine() {
    return engine;
  }

  StackSelectorProvider selectorProvider() {
    return provider;
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

  IcmpProtocol icmp() {
    return icmp;
  }

  /** What TCP and UDP have counted, by the names of {@code nstat}. */
  Map<String, Long> counters() {
    Map<String, Long> all = new TreeMap<>(tcp.counters());
    all.putAll(tcp.memoryInfo().counters());
    all.putAll(udp.counters());
    return all;
  }

  List<SocketInfo> sockets() {
    List<SocketInfo> all = new ArrayList<>(udp.sockets());
    for (TcpStatus each : tcp.statuses()) {
      all.add(each.toSocketInfo());
    }
    all.addAll(icmp.sockets());
    return all;
  }

  @Override
  public void close() {
    provider.closeAll();
    tcp.close();
    udp.close();
    icmp.close();
  }
}
