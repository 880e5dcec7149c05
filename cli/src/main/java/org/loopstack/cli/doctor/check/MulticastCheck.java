// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.wire.IpAddress;

/** Whether groups work on the loopback: clusters and service discovery on one machine use them. */
public final class MulticastCheck implements Check {
  private static final IpAddress GROUP = IpAddress.parse("239.255.77.77");
  private static final Duration LIMIT = Duration.ofMillis(250);

  @Override
  public String name() {
    return "multicast";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    if (!machine.has(IpAddress.IPV4_LOOPBACK)) {
      return List.of();
    }
    String failure;
    try {
      if (machine.probe().multicast(GROUP, LIMIT)) {
        return List.of();
      }
      failure = "nothing came";
    } catch (IOException e) {
      failure = String.valueOf(e.getMessage());
    }
    return List.of(
        Finding.warning(
            "a datagram to a group does not come back on lo: " + failure,
            "programs of one machine that find each other by multicast do not: JGroups, mDNS, DDS",
            "ip route add 239.0.0.0/8 dev lo; nft list ruleset"));
  }
}
