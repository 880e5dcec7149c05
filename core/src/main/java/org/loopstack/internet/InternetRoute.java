// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** The {@link Route} that this layer gives out: one answer of one {@link HostTable}. */
final class InternetRoute extends Route {
  private final InternetLayer layer;
  private final HostTable table;
  private final Interface out;
  private final RouteEntry.Kind kind;
  private final @Nullable IpAddress gateway;
  private final int linkMtu;
  private final int headroom;

  InternetRoute(
      InternetLayer layer,
      HostTable table,
      InterfaceState out,
      RouteEntry.Kind kind,
      @Nullable IpAddress gateway,
      IpAddress source,
      IpAddress destination) {
    super(source, destination);
    this.layer = layer;
    this.table = table;
    this.out = out.identity();
    this.kind = kind;
    this.gateway = gateway;
    this.linkMtu = out.mtu();
    this.headroom = this.out.link().headroom() + (destination.isIpv4() ? 20 : 40);
  }

  InternetLayer layer() {
    return layer;
  }

  Interface out() {
    return out;
  }

  RouteEntry.Kind kind() {
    return kind;
  }

  /** The next hop: a router, or the destination itself. */
  IpAddress nextHop() {
    return gateway == null ? destination() : gateway;
  }

  @Override
  public int interfaceIndex() {
    return out.index();
  }

  @Override
  public boolean isLoopback() {
    return out.isLoopback();
  }

  @Override
  public boolean isBroadcast() {
    return kind == RouteEntry.Kind.BROADCAST;
  }

  @Override
  public boolean isMulticast() {
    return kind == RouteEntry.Kind.MULTICAST;
  }

  @Override
  public int mtu() {
    return layer.pathMtus().mtu(destination(), linkMtu);
  }

  /** Whether DF must not be set, because a router wants less than we believe. */
  boolean isPathMtuLocked() {
    return layer.pathMtus().isLocked(destination());
  }

  @Override
  public boolean offloadsChecksum() {
    return out.offloadsChecksum();
  }

  @Override
  public int headroom() {
    return headroom;
  }

  @Override
  public boolean isCurrent() {
    return layer.table() == table;
  }

  @Override
  public String toString() {
    return destination() + " dev " + out.name() + " src " + source();
  }
}
