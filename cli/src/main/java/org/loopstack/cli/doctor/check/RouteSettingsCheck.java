// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RuleEntry;

/** Kernel settings that open the loopback to others, or close it to itself. */
public final class RouteSettingsCheck implements Check {
  private static final String CONF = "proc/sys/net/ipv4/conf";
  private static final int STRICT = 1;

  @Override
  public String name() {
    return "route-settings";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    MachineFiles files = machine.files();
    List<Finding> found = new ArrayList<>();
    for (String link : files.names(CONF).stream().sorted().toList()) {
      if (!link.equals("lo") && files.number(CONF + "/" + link + "/route_localnet", 0) != 0) {
        found.add(
            Finding.warning(
                "route_localnet is on for " + link,
                "hosts on that link can send to 127.0.0.1 of this machine, and reach servers that"
                    + " trust whoever comes from there",
                "sysctl -w net.ipv4.conf."
                    + link
                    + ".route_localnet=0, unless a firewall rule of"
                    + " yours needs it"));
      }
    }
    long strict =
        Math.max(files.number(CONF + "/all/rp_filter", 0), files.number(CONF + "/lo/rp_filter", 0));
    RuleEntry first = machine.rules().stream().filter(r -> !r.ipv6()).findFirst().orElse(null);
    boolean others = first != null && first.table() != RouteEntry.LOCAL_TABLE;
    if (strict == STRICT && others) {
      found.add(
          Finding.warning(
              "rp_filter is strict for lo, and a rule of yours is asked before the local table",
              "what this machine sends to itself is thrown away if that rule's table has another"
                  + " way back",
              "sysctl -w net.ipv4.conf.lo.rp_filter=0 net.ipv4.conf.all.rp_filter=2"));
    }
    return found;
  }
}
