// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.NetlinkException;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RuleEntry;
import org.loopstack.wire.IpAddress;

/** Whether the way to 127.0.0.1 and ::1 leads to this machine. */
public final class RouteCheck implements Check {
  @Override
  public String name() {
    return "routes";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    Link lo = machine.loopback();
    if (lo == null || !lo.isUp()) {
      // Told by another check.
      return List.of();
    }
    List<Finding> found = new ArrayList<>();
    for (IpAddress each : List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK)) {
      if (machine.has(each)) {
        look(found, machine, lo, each);
      }
    }
    return found;
  }

  private static void look(List<Finding> found, Machine machine, Link lo, IpAddress address)
      throws IOException {
    String mend =
        hasLocalRule(machine.rules(), address.isIpv6())
            ? "ip route add local " + address + " dev lo table local"
            : (address.isIpv6() ? "ip -6" : "ip") + " rule add pref 0 lookup local";
    try {
      RouteEntry way = machine.routeTo(address);
      if (way.type() != RouteEntry.LOCAL || way.linkIndex() != lo.index()) {
        found.add(
            Finding.error(
                "the way to " + address + " does not end on " + lo.name(),
                "what is meant for this machine leaves it: " + way,
                mend));
      }
    } catch (NetlinkException e) {
      found.add(
          Finding.error(
              "there is no way to " + address + ": " + e.getMessage(),
              "connecting to this machine itself fails",
              mend));
    }
  }

  private static boolean hasLocalRule(List<RuleEntry> rules, boolean ipv6) {
    return rules.stream().anyMatch(r -> r.ipv6() == ipv6 && r.table() == RouteEntry.LOCAL_TABLE);
  }
}
