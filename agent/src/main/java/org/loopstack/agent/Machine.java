// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;

/**
 * The machine's network, as far as it is a JVM's in two worlds.
 *
 * @param provider the JDK's own
 * @param reaches which addresses are to be reached by it
 * @param addresses those it has itself
 */
record Machine(SelectorProvider provider, Predicate<InetAddress> reaches, Addresses addresses) {
  /** Looks up addresses, which may come and go. */
  interface Addresses {
    /** The addresses of now, or of IPv4 alone. */
    List<InetAddress> get(boolean ipv4Only) throws SocketException;
  }

  /** All but the loopback addresses. */
  static Machine real(SelectorProvider provider) {
    return new Machine(provider, address -> !address.isLoopbackAddress(), Machine::realAddresses);
  }

  private static List<InetAddress> realAddresses(boolean ipv4Only) throws SocketException {
    List<InetAddress> found = new ArrayList<>();
    for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      for (InetAddress address : Collections.list(each.getInetAddresses())) {
        if (!address.isLoopbackAddress() && (!ipv4Only || address instanceof Inet4Address)) {
          found.add(address);
        }
      }
    }
    return found;
  }
}
