// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.listen.PortRanges;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.KernelSocket.Protocol;

/** Whether there are ports left for connections, and whether servers stand among them. */
public final class EphemeralPortsCheck implements Check {
  private static final int FEW = 4000;
  private static final String RANGE = "sysctl -w net.ipv4.ip_local_port_range='15000 65000'";
  private static final String REUSE =
      "sysctl -w net.ipv4.tcp_tw_reuse=1, and keep connections open";

  @Override
  public String name() {
    return "ephemeral-ports";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    PortRanges ranges = PortRanges.read(machine.files());
    List<KernelSocket> sockets = machine.sockets();
    List<Finding> found = new ArrayList<>();
    int size = ranges.lastEphemeral() - ranges.firstEphemeral() + 1;
    if (size < FEW) {
      found.add(
          Finding.warning(
              "there are " + size + " ephemeral ports: " + range(ranges),
              "so many connections to one server at a time, those of the last minute included;"
                  + " then connecting fails with EADDRNOTAVAIL",
              RANGE));
    }
    addUse(found, ranges, size, sockets);
    addListeners(found, ranges, sockets);
    addSelfConnections(found, sockets);
    return found;
  }

  private static String range(PortRanges ranges) {
    return ranges.firstEphemeral() + " to " + ranges.lastEphemeral();
  }

  private static void addUse(
      List<Finding> found, PortRanges ranges, int size, List<KernelSocket> sockets) {
    Set<Integer> used = new HashSet<>();
    Set<Integer> waiting = new HashSet<>();
    for (KernelSocket each : sockets) {
      if (each.protocol() == Protocol.TCP && ranges.isEphemeral(each.localPort())) {
        used.add(each.localPort());
        if (each.state() == KernelSocket.TIME_WAIT) {
          waiting.add(each.localPort());
        }
      }
    }
    int percent = 100 * used.size() / Math.max(1, size);
    if (percent >= 50) {
      String seen =
          used.size()
              + " of "
              + size
              + " ephemeral ports are in use, "
              + waiting.size()
              + " of them in TIME-WAIT";
      String why = "when all are, connecting fails with EADDRNOTAVAIL";
      String mend = waiting.size() > used.size() / 2 ? REUSE : RANGE;
      found.add(percent >= 90 ? Finding.error(seen, why, mend) : Finding.warning(seen, why, mend));
    }
  }

  private static void addListeners(
      List<Finding> found, PortRanges ranges, List<KernelSocket> sockets) {
    Set<Integer> inside = new TreeSet<>();
    for (KernelSocket each : sockets) {
      if (each.protocol() == Protocol.TCP
          && each.state() == KernelSocket.LISTEN
          && ranges.isEphemeral(each.localPort())) {
        inside.add(each.localPort());
      }
    }
    if (!inside.isEmpty()) {
      String ports = inside.stream().map(String::valueOf).collect(Collectors.joining(","));
      found.add(
          Finding.note(
              "servers listen on ephemeral ports: " + ports,
              "while one is down, a connection may be given its port, and one to it may be given"
                  + " the same port and meet itself; the server then does not start",
              "sysctl -w net.ipv4.ip_local_reserved_ports="
                  + (ranges.reserved().isEmpty() ? "" : ranges.reserved() + ",")
                  + ports));
    }
  }

  private static void addSelfConnections(List<Finding> found, List<KernelSocket> sockets) {
    for (KernelSocket each : sockets) {
      if (each.protocol() == Protocol.TCP
          && each.state() == KernelSocket.ESTABLISHED
          && each.localPort() == each.remotePort()
          && each.local().equals(each.remote())) {
        found.add(
            Finding.error(
                "a connection of port " + each.localPort() + " is connected to itself",
                "a client that tried to reach a server that was down talks to itself, and the"
                    + " server finds its port in use",
                "end the client (lo listen "
                    + each.localPort()
                    + "), and: sysctl -w net.ipv4.ip_local_reserved_ports="
                    + each.localPort()));
      }
    }
  }
}
