// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.net.Inet6Address;
import java.net.SocketException;
import java.nio.channels.spi.SelectorProvider;

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
  public void close() {}
}
