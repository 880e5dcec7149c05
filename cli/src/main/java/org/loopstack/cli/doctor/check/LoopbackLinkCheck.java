// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.linux.netlink.Link;
import org.loopstack.wire.IpAddress;

/** Whether there is a loopback, up, with 127.0.0.1 and ::1. */
public final class LoopbackLinkCheck implements Check {
  private static final String IPV6_SWITCH = "proc/sys/net/ipv6/conf/";

  @Override
  public String name() {
    return "loopback";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    Link lo = machine.loopback();
    if (lo == null) {
      return List.of(
          Finding.error(
              "there is no loopback interface",
              "127.0.0.1 and ::1 lead nowhere: nothing that talks to itself works",
              "a kernel makes it with each network: ip netns add NAME, and run there"));
    }
    if (!lo.isUp()) {
      return List.of(
          Finding.error(
              lo.name() + " is down",
              "127.0.0.1 and ::1 are unreachable, as is every other address of this machine from"
                  + " itself",
              "ip link set " + lo.name() + " up"));
    }
    List<Finding> found = new ArrayList<>();
    if (!lo.has(Link.LOWER_UP)) {
      found.add(
          Finding.error(
              lo.name() + " is up but does not carry",
              "what is sent on it is lost",
              "ip link set " + lo.name() + " down; ip link set " + lo.name() + " up"));
    }
    if (!machine.has(IpAddress.IPV4_LOOPBACK)) {
      found.add(
          Finding.error(
              lo.name() + " has no 127.0.0.1",
              "servers cannot bind to it, and clients that are told localhost fail",
              "ip addr add 127.0.0.1/8 dev " + lo.name()));
    }
    if (!machine.has(IpAddress.IPV6_LOOPBACK)) {
      found.add(withoutIpv6(machine, lo));
    }
    return found;
  }

  private static Finding withoutIpv6(Machine machine, Link lo) {
    if (!machine.files().exists("proc/sys/net/ipv6")) {
      return Finding.note(
          "this kernel has no IPv6",
          "programs that bind or connect to ::1 get EAFNOSUPPORT or EADDRNOTAVAIL",
          "");
    }
    String variable = IPV6_SWITCH + lo.name() + "/disable_ipv6";
    boolean disabled = machine.files().number(variable, 0) != 0;
    String mend =
        disabled
            ? "sysctl -w net.ipv6.conf." + lo.name() + ".disable_ipv6=0"
            : lo.mtu() < 1280
                ? "ip link set " + lo.name() + " mtu 65536; ip addr add ::1/128 dev " + lo.name()
                : "ip addr add ::1/128 dev " + lo.name();
    return Finding.warning(
        lo.name() + " has no ::1" + (disabled ? ": IPv6 is switched off there" : ""),
        "clients that try ::1 first lose time or give up; servers that bind to ::1 do not start",
        mend);
  }
}
