// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.Qdisc;

/** Whether the loopback's MTU, offload and queueing discipline are as the kernel makes them. */
public final class LinkSettingsCheck implements Check {
  private static final int USUAL = 65_536;
  private static final int LEAST_OF_IPV6 = 1280;

  @Override
  public String name() {
    return "link-settings";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    Link lo = machine.loopback();
    if (lo == null) {
      return List.of();
    }
    List<Finding> found = new ArrayList<>();
    addMtu(found, lo);
    if (Boolean.FALSE.equals(machine.offloads(lo.name()))) {
      found.add(
          Finding.warning(
              "TCP segmentation offload of " + lo.name() + " is off",
              "every segment is made and checked one by one: the loopback carries a fraction of"
                  + " what it could",
              "ethtool -K " + lo.name() + " tso on"));
    }
    for (Qdisc each : machine.qdiscs()) {
      if (each.linkIndex() == lo.index()) {
        addQdisc(found, lo, each);
      }
    }
    return found;
  }

  private static void addMtu(List<Finding> found, Link lo) {
    String mend = "ip link set " + lo.name() + " mtu " + USUAL;
    String seen = "the MTU of " + lo.name() + " is " + lo.mtu() + " and not " + USUAL;
    if (lo.mtu() < LEAST_OF_IPV6) {
      found.add(
          Finding.error(seen, "IPv6 needs 1280 at least: ::1 is gone (RFC 8200 section 5)", mend));
    } else if (lo.mtu() != USUAL) {
      found.add(
          Finding.warning(
              seen, "local connections are slower, and datagrams are cut to pieces", mend));
    }
  }

  private static void addQdisc(List<Finding> found, Link lo, Qdisc qdisc) {
    switch (qdisc.kind()) {
      case "noqueue", "noop" -> {}
      case "clsact", "ingress" ->
          found.add(
              Finding.warning(
                  "somebody looks at what passes " + lo.name() + ": tc qdisc " + qdisc.kind(),
                  "a filter or an eBPF program there may change, redirect or drop it",
                  "tc filter show dev lo egress; tc filter show dev lo ingress; and if nobody needs"
                      + " it: tc qdisc del dev lo "
                      + qdisc.kind()));
      default ->
          found.add(
              Finding.warning(
                  lo.name() + " has a queueing discipline, " + qdisc.kind(),
                  qdisc.kind().equals("netem")
                      ? "it delays or drops on purpose, and somebody has forgotten it"
                      : "it may delay or drop what this machine sends to itself",
                  "tc qdisc del dev " + lo.name() + " root"));
    }
  }
}
