// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import java.util.Collection;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.Link;
import org.loopstack.wire.IpAddress;

/** From where a socket can be reached, as far as its address says; a firewall may say less. */
public enum Scope {
  /** From this machine alone. */
  MACHINE("this machine"),

  /** From the hosts of one link: a link-local address. */
  LINK("this link"),

  /** From everywhere that a route leads from. */
  EVERYBODY("everybody");

  private final String text;

  Scope(String text) {
    this.text = text;
  }

  /** As people say it. */
  public String text() {
    return text;
  }

  /**
   * That of a socket.
   *
   * @param links of its network
   * @param outside whether its network has an address that is not the loopback's
   */
  public static Scope of(KernelSocket socket, Collection<Link> links, boolean outside) {
    if (isBoundToLoopback(socket, links)) {
      return MACHINE;
    }
    IpAddress local = unmapped(socket.local());
    if (local.isLoopback()) {
      return MACHINE;
    }
    if (local.isAny()) {
      return outside ? EVERYBODY : MACHINE;
    }
    return local.isLinkLocal() ? LINK : EVERYBODY;
  }

  private static boolean isBoundToLoopback(KernelSocket socket, Collection<Link> links) {
    return links.stream().anyMatch(l -> l.index() == socket.linkIndex() && l.isLoopback());
  }

  /** {@code ::ffff:127.0.0.1} is 127.0.0.1 for whoever wants to reach it. */
  static IpAddress unmapped(IpAddress address) {
    boolean mapped = address.isIpv6() && address.high() == 0 && address.low() >>> 32 == 0xffffL;
    return mapped ? IpAddress.ofIpv4((int) address.low()) : address;
  }
}
