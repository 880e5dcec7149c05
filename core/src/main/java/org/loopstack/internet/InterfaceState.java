// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/** What can change about an interface, as a part of the {@link HostTable}. Immutable. */
record InterfaceState(Interface identity, boolean up, int mtu, List<InterfaceAddress> addresses) {
  InterfaceState {
    addresses = List.copyOf(addresses);
  }

  int index() {
    return identity.index();
  }

  InterfaceState withUp(boolean newUp) {
    return new InterfaceState(identity, newUp, mtu, addresses);
  }

  InterfaceState withMtu(int newMtu) {
    return new InterfaceState(identity, up, newMtu, addresses);
  }

  InterfaceState withAddresses(List<InterfaceAddress> newAddresses) {
    return new InterfaceState(identity, up, mtu, newAddresses);
  }

  boolean has(IpAddress address) {
    return find(address) != null;
  }

  @Nullable InterfaceAddress find(IpAddress address) {
    for (InterfaceAddress a : addresses) {
      if (a.address().equals(address)) {
        return a;
      }
    }
    return null;
  }
}
