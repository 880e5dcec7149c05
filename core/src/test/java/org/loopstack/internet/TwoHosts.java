// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.loopstack.buffer.Packet;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Link;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpPrefix;

/** Two hosts with a wire between them: 10.0.0.1 and 10.0.0.2, 2001:db8::1 and 2001:db8::2. */
final class TwoHosts {
  final VirtualClock clock = new VirtualClock();
  final Host a;
  final Host b;
  final Interface atA;
  final Interface atB;
  private final Link linkA;

  TwoHosts() throws ErrnoException {
    this(InternetConfiguration.LINUX, Wire.DEFAULT_MTU);
  }

  TwoHosts(InternetConfiguration configurationOfB, int mtu) throws ErrnoException {
    Wire wire = new Wire(clock, mtu);
    a = new Host(clock, InternetConfiguration.LINUX);
    b = new Host(clock, configurationOfB);
    linkA = wire.left();
    atA = a.add("eth0", linkA, "10.0.0.1/24", "2001:db8::1/64", "fe80::1/64");
    atB = b.add("eth0", wire.right(), "10.0.0.2/24", "2001:db8::2/64", "fe80::2/64");
    a.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("224.0.0.0/4"), atA.index()));
    b.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("224.0.0.0/4"), atB.index()));
  }

  /** Puts any bytes on the wire, as if A had sent them, whatever A thinks of it. */
  void inject(byte[] datagram) {
    RunQueue queue = RunQueue.current();
    queue.enter();
    linkA.transmit(Packet.wrap(datagram.clone(), 0, datagram.length));
    queue.exit();
  }
}
