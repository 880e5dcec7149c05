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
import org.loopstack.linux.netlink.LegacyIptables;
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

  private static boolean isLegacy(Obstacle obstacle) {
    return obstacle.chain().type().equals(LegacyIptables.TYPE);
  }

  /** As {@code iptables-legacy -t filter}. */
  private static String command(Obstacle obstacle) {
    return (obstacle.chain().family() == Nftables.IPV6 ? "ip6tables-legacy" : "iptables-legacy")
        + " -t "
        + obstacle.chain().table().replace(" (legacy)", "");
  }

  private static Finding finding(Obstacle obstacle, SamplePacket packet) {
    String why =
        switch (obstacle.fate()) {
          case DROPPED -> "clients on this machine wait until they give up";
          case REJECTED -> "clients on this machine are refused though somebody listens";
          case DIVERTED -> "clients on this machine meet another server than they mean";
        };
    if (obstacle.rule() == null) {
      return Finding.error(
          "the firewall's chain "
              + place(obstacle)
              + " drops what no rule accepts, and none accepts "
              + packet
              + " on lo",
          why,
          accept(obstacle));
    }
    String seen = seen(obstacle, obstacle.rule().handle(), packet);
    String mend = delete(obstacle, obstacle.rule().handle());
    return obstacle.sure() && obstacle.fate() != Fate.DIVERTED
        ? Finding.error(seen, why, mend)
        : Finding.warning(seen, why, mend);
  }

  private static String seen(Obstacle obstacle, long number, SamplePacket packet) {
    String verb =
        switch (obstacle.fate()) {
          case DROPPED -> "drops";
          case REJECTED -> "rejects";
          case DIVERTED -> "leads elsewhere";
        };
    return "the firewall's rule "
        + number
        + " of "
        + place(obstacle)
        + (obstacle.sure() ? " " : " at times ")
        + verb
        + " "
        + packet;
  }

  private static String accept(Obstacle obstacle) {
    int hook = obstacle.chain().hook();
    boolean out = hook == 3 || hook == 4;
    return isLegacy(obstacle)
        ? command(obstacle)
            + " -I "
            + obstacle.chain().name()
            + (out ? " -o" : " -i")
            + " lo -j ACCEPT"
        : "nft insert rule " + place(obstacle) + (out ? " oif" : " iif") + " lo accept";
  }

  private static String delete(Obstacle obstacle, long number) {
    return isLegacy(obstacle)
        ? command(obstacle) + " -D " + obstacle.chain().name() + " " + number
        : "nft delete rule " + place(obstacle) + " handle " + number;
  }
}
