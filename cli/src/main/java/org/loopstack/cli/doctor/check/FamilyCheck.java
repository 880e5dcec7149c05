// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;
import org.loopstack.wire.IpAddress;

/**
 * Servers that listen on one IP version only, and which clients that are told localhost miss them.
 */
public final class FamilyCheck implements Check {
  private final int port;

  /**
   * Of one port, or all.
   *
   * @param port 0 for those that somebody listens on
   */
  public FamilyCheck(int port) {
    this.port = port;
  }

  @Override
  public String name() {
    return "ip-versions";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    if (!machine.has(IpAddress.IPV4_LOOPBACK) || !machine.has(IpAddress.IPV6_LOOPBACK)) {
      return List.of();
    }
    Set<Integer> ipv4 = new TreeSet<>();
    Set<Integer> ipv6 = new TreeSet<>();
    for (KernelSocket each : machine.sockets()) {
      if (each.protocol() == Protocol.TCP
          && each.state() == KernelSocket.LISTEN
          && (port == 0 || each.localPort() == port)) {
        addTo(ipv4, ipv6, each);
      }
    }
    List<IpAddress> system = machine.resolver().system("localhost").addresses();
    boolean knowsIpv6 = system.stream().anyMatch(IpAddress::isIpv6);
    List<Finding> found = new ArrayList<>();
    Set<Integer> ipv4Only = without(ipv4, ipv6);
    if (!ipv4Only.isEmpty() && knowsIpv6) {
      found.add(
          finding(
              "on 127.0.0.1 and not on ::1: " + list(ipv4Only),
              "clients that take ::1, and only that, for localhost are refused: Node 17 to 19, and"
                  + " who says [::1]; curl, browsers, Go and Java get there",
              "let the server listen on ::1 (or [::]) as well, or name 127.0.0.1"));
    }
    Set<Integer> ipv6Only = without(ipv6, ipv4);
    if (!ipv6Only.isEmpty()) {
      found.add(
          finding(
              "on ::1 and not on 127.0.0.1: " + list(ipv6Only),
              "clients that take 127.0.0.1 for localhost are refused: Java's, which take the first"
                  + " answer, IPv4; and who says 127.0.0.1; curl and browsers get there",
              "let the server listen on 127.0.0.1 (or on [::] without IPV6_V6ONLY) as well; Java:"
                  + " -Djava.net.preferIPv6Addresses=true"));
    }
    return found;
  }

  private static void addTo(Set<Integer> ipv4, Set<Integer> ipv6, KernelSocket socket) {
    IpAddress local = socket.local();
    boolean reached = local.isAny() || local.isLoopback();
    boolean mapped = local.isIpv6() && local.high() == 0 && local.low() >>> 32 == 0xffff;
    if (mapped || reached && (local.isIpv4() || local.isAny() && !socket.ipv6Only())) {
      ipv4.add(socket.localPort());
    }
    if (reached && local.isIpv6()) {
      ipv6.add(socket.localPort());
    }
  }

  private static Set<Integer> without(Set<Integer> these, Set<Integer> those) {
    Set<Integer> left = new TreeSet<>(these);
    left.removeAll(those);
    return left;
  }

  private static String list(Set<Integer> ports) {
    return ports.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** Of a port that somebody asks for it is the likely answer; of all, a thing to know. */
  private Finding finding(String where, String why, String mend) {
    String seen = "servers listen " + where;
    return port == 0 ? Finding.note(seen, why, mend) : Finding.warning(seen, why, mend);
  }
}
