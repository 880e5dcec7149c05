// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.internet.RouteEntry;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.raw.IcmpProtocol;
import org.loopstack.transport.tcp.TcpConfiguration;
import org.loopstack.transport.tcp.TcpProtocol;
import org.loopstack.transport.tcp.TcpStatus;
import org.loopstack.transport.udp.UdpConfiguration;
import org.loopstack.transport.udp.UdpProtocol;
import org.loopstack.wire.IpPrefix;

/**
 * The host under test: one stack's layers in virtual time, with a scripted wire beside its
 * loopback. It is wired here and not by {@code Stack}, because a script wants errno results from
 * the endpoints themselves and settings that only the layers have.
 */
final class ScriptHost implements AutoCloseable {
  final VirtualClock clock;
  final ScriptedLink link;
  final TcpProtocol tcp;
  final UdpProtocol udp;
  private final IcmpProtocol icmp;
  private final InternetLayer internet;

  /**
   * A host.
   *
   * @param start how far its clock has run when the script begins: what moves its initial sequence
   *     numbers, which follow a clock (RFC 6528)
   */
  ScriptHost(Settings settings, TcpConfiguration configuration, long start) {
    clock = new VirtualClock();
    clock.advanceTo(start);
    Engine engine = Engine.virtual(clock, settings.seed);
    internet = new InternetLayer(engine, InternetConfiguration.LINUX);
    link = new ScriptedLink(settings.mtu, clock, start);
    tcp = new TcpProtocol(internet, ports(engine, true), configuration);
    udp = new UdpProtocol(internet, ports(engine, false), UdpConfiguration.linux());
    icmp = new IcmpProtocol(internet);
    try {
      Interface tun = internet.addInterface("tun0", link);
      if (settings.tap != null) {
        tun.taps().add(settings.tap);
      }
      tun.setUp(true);
      boolean ipv6 = settings.isIpv6OnTheWire();
      tun.addAddress(InterfaceAddress.of(settings.localIp, ipv6 ? 64 : 16));
      internet.addRoute(
          RouteEntry.onLink(IpPrefix.parse(ipv6 ? "::/0" : "0.0.0.0/0"), tun.index()));
    } catch (ErrnoException e) {
      internet.close();
      throw new IllegalArgumentException("No host at " + settings.localIp, e);
    }
  }

  private static PortTable ports(Engine engine, boolean connections) {
    PortTable.Sharing sharing =
        connections ? PortTable.Sharing.CONNECTIONS : PortTable.Sharing.DATAGRAMS;
    return new PortTable(sharing, engine.randomness(), PortRange.DEFAULT);
  }

  /** What the inspector would show of the connection between these ends, or null. */
  @Nullable TcpStatus status(TransportAddress local, TransportAddress remote) {
    for (TcpStatus each : tcp.statuses()) {
      if (each.local().equals(local) && each.remote().equals(remote)) {
        return each;
      }
    }
    return null;
  }

  List<TcpStatus> statuses() {
    return tcp.statuses();
  }

  @Override
  public void close() {
    internet.close();
    tcp.close();
    udp.close();
    icmp.close();
  }
}
