// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.IpAddress;

/** Which connection: both addresses and both ports. */
record FourTuple(IpAddress local, int localPort, IpAddress remote, int remotePort) {
  @Override
  public int hashCode() {
    // The multiplier spreads ports, which differ in few bits, over the table.
    int ports = (localPort << 16 | remotePort) * 0x9e3779b9;
    return (ports ^ ports >>> 15) + local.hashCode() * 31 + remote.hashCode();
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof FourTuple t
        && localPort == t.localPort
        && remotePort == t.remotePort
        && local.equals(t.local)
        && remote.equals(t.remote);
  }
}
