// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.link.Link;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpProtocol;

/**
 * One of the two hosts. It is wired here and not by {@code Stack}, because the simulation asks the
 * layers what is left of a connection.
 */
final class Host {
  final InternetLayer internet;
  final PortTable ports;
  final TcpProtocol tcp;

  /**
   * A host.
   *
   * @param address with its prefix, as {@code 10.0.0.1/24}
   */
  Host(VirtualClock clock, long seed, Link link, String address, TcpConfiguration configuration)
      throws ErrnoException {
    Engine engine = Engine.virtual(clock, seed);
    internet = new InternetLayer(engine, InternetConfiguration.LINUX);
    Interface added = internet.addInterface("eth0", link);
    added.setUp(true);
    added.addAddress(InterfaceAddress.parse(address));
    ports = new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    tcp = new TcpProtocol(internet, ports, configuration);
  }
}
