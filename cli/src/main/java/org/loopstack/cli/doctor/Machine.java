// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.listen.Listener;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.LinkAddress;
import org.loopstack.linux.netlink.Nftables;
import org.loopstack.linux.netlink.Qdisc;
import org.loopstack.linux.netlink.RouteEntry;
import org.loopstack.linux.netlink.RuleEntry;
import org.loopstack.wire.IpAddress;

/** A machine as the checks see it, in one network namespace: what it says of itself, and trials. */
public interface Machine {
  /** Its files under /etc and /proc. */
  MachineFiles files();

  /** The variables of the environment that programs are started in. */
  Map<String, String> environment();

  /** Its interfaces. */
  List<Link> links() throws IOException;

  /** Their addresses. */
  List<LinkAddress> addresses() throws IOException;

  /** The way to an address. */
  RouteEntry routeTo(IpAddress destination) throws IOException;

  /** Its rules, which say which route table is asked. */
  List<RuleEntry> rules() throws IOException;

  /** The queueing disciplines of its interfaces. */
  List<Qdisc> qdiscs() throws IOException;

  /** Whether the segmentation offloads of an interface are on; null if that cannot be known. */
  @Nullable Boolean offloads(String linkName) throws IOException;

  /** Its sockets, in all states. */
  List<KernelSocket> sockets() throws IOException;

  /** Who listens, in other networks of the machine, too, as far as that may be seen. */
  List<Listener> listeners() throws IOException;

  /** The chains and rules of its firewall. */
  Nftables.RuleSet firewall() throws IOException;

  /** What becomes of names. */
  Resolver resolver();

  /** Trials. */
  Probe probe();

  /** The process that has started this one, whose limits programs inherit; 0 if not known. */
  long parent();

  /** The only loopback, or null. */
  default @Nullable Link loopback() throws IOException {
    for (Link each : links()) {
      if (each.isLoopback()) {
        return each;
      }
    }
    return null;
  }

  /** Whether its loopback has an address. */
  default boolean has(IpAddress address) throws IOException {
    Link lo = loopback();
    return lo != null
        && addresses().stream()
            .anyMatch(a -> a.linkIndex() == lo.index() && a.address().equals(address));
  }
}
