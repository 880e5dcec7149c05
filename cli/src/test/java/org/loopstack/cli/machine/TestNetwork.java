// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.netlink.RouteNetlink;
import org.loopstack.wire.IpAddress;

/** Networks for tests, gone with them; where they are not allowed the test is skipped. */
public final class TestNetwork {
  private TestNetwork() {}

  /** One whose loopback is down. */
  public static NetworkNamespace down() {
    try {
      return NetworkNamespace.create();
    } catch (IOException | UnsupportedOperationException e) {
      return abort("not allowed here, run the tests as root: " + e.getMessage());
    }
  }

  /** One whose loopback is up. */
  public static NetworkNamespace up() throws IOException {
    NetworkNamespace network = down();
    new Interfaces(network).setUp("lo");
    return network;
  }

  /** Gives its loopback another address. */
  public static void addAddress(NetworkNamespace network, String address, int length)
      throws IOException {
    network.run(
        () -> {
          try (RouteNetlink netlink = RouteNetlink.open()) {
            netlink.addAddress(1, IpAddress.parse(address), length);
          }
        });
  }

  /** Takes an address from its loopback. */
  public static void removeAddress(NetworkNamespace network, String address, int length)
      throws IOException {
    network.run(
        () -> {
          try (RouteNetlink netlink = RouteNetlink.open()) {
            netlink.removeAddress(1, IpAddress.parse(address), length);
          }
        });
  }
}
