// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.firewall.PacketWalk;
import org.loopstack.cli.doctor.firewall.PacketWalk.Fate;
import org.loopstack.cli.doctor.firewall.PacketWalk.Obstacle;
import org.loopstack.cli.doctor.firewall.SamplePacket;
import org.loopstack.linux.netlink.KernelSocket;
import org.loopstack.linux.netlink.Link;
import org.loopstack.linux.netlink.Nftables;
import org.loopstack.wire.IpAddress;

/**
 * Whether rules of the firewall keep this machine from itself: packets to the ports that somebody
 * listens on are led through the rules.
 */
public final class FirewallCheck implements Check {
  private static final int SOME_PORT = 8080;
  private static final int MOST_PORTS = 64;
  private final int port;

  /**
   * Of one port, or all.
   *
   * @param port 0 for those that somebody listens on
   */
  public FirewallCheck(int port) {
    this.port = port;
  }

  @Override
  public String name() {
    return "firewall";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    Link lo = machine.loopback();
    Nftables.RuleSet rules = machine.firewall();
    if (lo == null || rules.chains().isEmpty()) {
      return List.of();
    }
    List<Finding> found = new ArrayList<>();
    Set<String> told = new HashSet<>();
    for (SamplePacket packet : packets(machine)) {
      for (Obstacle each : PacketWalk.of(rules, lo.index(), packet)) {
        String key = each.rule() == null ? place(each) : place(each) + each.rule().handle();
        if (told.add(key)) {
          found.add(finding(each, packet));
        }
      }
    }
    return found;
  }

  private List<SamplePacket> packets(Machine machine) throws IOException {
    Set<Integer> ports = new TreeSet<>();
    if (port != 0) {
      ports.add(port);
    } else {
      ports.add(SOME_PORT);
      for (KernelSocket each : machine.sockets()) {
        if (each.state() == KernelSocket.LISTEN && ports.size() < MOST_PORTS) {
          ports.add(each.localPort());
        }
      }
    }
    List<SamplePacket> packets = new ArrayList<>();
    for (IpAddress each : List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK)) {
      if (machine.has(each)) {
        for (boolean tcp : new boolean[] {true, false}) {
          ports.forEach(p -> packets.add(new SamplePacket(each, tcp, p)));
          ports.forEach(p -> packets.add(new SamplePacket(each, tcp, p).answer()));
        }
      }
    }
    return packets;
  }

  private static String place(Obstacle obstacle) {
    String family =
        switch (obstacle.chain().family()) {
          case Nftables.INET -> "inet";
          case Nftables.IPV6 -> "ip6";
          default -> "ip";
        };
    return family + " " + obstacle.chain().table() + " " + obstacle.chain().name();
  }

  private static Finding finding(Obstacle obstacle, SamplePacket packet) {
    String verb =
        switch (obstacle.fate()) {
          case DROPPED -> "drops";
          case REJECTED -> "rejects";
          case DIVERTED -> "leads elsewhere";
        };
    String place = place(obstacle);
    String direction = obstacle.chain().hook() == 3 || obstacle.chain().hook() == 4 ? "oif" : "iif";
    String why =
        obstacle.fate() == Fate.DROPPED
            ? "clients on this machine wait until they give up"
            : obstacle.fate() == Fate.REJECTED
                ? "clients on this machine are refused though somebody listens"
                : "clients on this machine meet another server than they mean";
    String insert =
        "nft insert rule "
            + place
            + (obstacle.chain().hook() < 0 ? "" : " " + direction + " lo accept");
    if (obstacle.rule() == null) {
      return Finding.error(
          "the firewall's chain "
              + place
              + " drops what no rule accepts, and none accepts "
              + packet
              + " on lo",
          why,
          insert);
    }
    long handle = obstacle.rule().handle();
    String seen =
        "the firewall's rule "
            + handle
            + " of "
            + place
            + (obstacle.sure() ? " " : " at times ")
            + verb
            + " "
            + packet;
    String mend = "nft delete rule " + place + " handle " + handle;
    return obstacle.sure() && obstacle.fate() != Fate.DIVERTED
        ? Finding.error(seen, why, mend)
        : Finding.warning(seen, why, mend);
  }
}
