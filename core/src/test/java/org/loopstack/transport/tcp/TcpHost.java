// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.PacketPrinter;

/** A host with TCP in virtual time, and all that crossed its loopback, in tcpdump's words. */
final class TcpHost {
  static final IpAddress LOCALHOST = IpAddress.IPV4_LOOPBACK;

  final VirtualClock clock = new VirtualClock();
  final InternetLayer internet;
  final PortTable ports;
  final TcpProtocol tcp;
  final List<String> trace = new ArrayList<>();

  TcpHost() {
    this(TcpConfiguration.linux());
  }

  TcpHost(TcpConfiguration configuration) {
    Engine engine = Engine.virtual(clock, 7);
    internet = new InternetLayer(engine, InternetConfiguration.LINUX);
    ports = new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    tcp = new TcpProtocol(internet, ports, configuration);
    internet
        .loopback()
        .taps()
        .add(
            (direction, packet) -> {
              if (direction == LinkTap.Direction.OUT) {
                byte[] b = Datagrams.bytes(packet);
                trace.add(PacketPrinter.print(b, 0, b.length));
              }
            });
  }

  ListenerEndpoint listen(int port, int backlog) throws ErrnoException {
    ListenerEndpoint listener = tcp.openListener(AddressFamily.INET);
    listener.bind(new TransportAddress(LOCALHOST, port));
    listener.listen(backlog);
    return listener;
  }

  StreamEndpoint connect(int port) throws ErrnoException {
    StreamEndpoint client = tcp.openStream(AddressFamily.INET);
    client.connect(new TransportAddress(LOCALHOST, port));
    return client;
  }

  static int write(StreamEndpoint endpoint, String text) throws ErrnoException {
    return endpoint.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** What can be read now, or null at the end of the stream. */
  static String read(StreamEndpoint endpoint) throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
    int n = endpoint.read(buffer);
    return n < 0 ? "<end>" : new String(buffer.array(), 0, n, StandardCharsets.UTF_8);
  }
}
