// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.loopstack.cli.doctor.Check;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Machine;
import org.loopstack.cli.doctor.RoundTrips;
import org.loopstack.wire.IpAddress;

/** How long round trips on the loopback take, how many get lost, and how much it carries. */
public final class LatencyCheck implements Check {
  private static final int COUNT = 1000;
  private static final Duration LIMIT = Duration.ofMillis(400);
  private static final Duration BULK = Duration.ofMillis(100);
  private static final long SLOW_MICROS = 1000;
  private static final long UNSTEADY_MICROS = 20_000;
  private static final double SLOW_BYTES = 50e6;
  private static final String LOOK =
      "tc qdisc show dev lo; nft list ruleset; lo capture -c 20 shows where it waits";

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public List<Finding> look(Machine machine) throws IOException {
    List<Finding> found = new ArrayList<>();
    List<String> measured = new ArrayList<>();
    for (IpAddress each : List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK)) {
      if (machine.has(each)) {
        look(found, measured, machine, each);
      }
    }
    if (!measured.isEmpty()) {
      found.add(Finding.note("measured: " + String.join("; ", measured), "", ""));
    }
    return found;
  }

  private static void look(
      List<Finding> found, List<String> measured, Machine machine, IpAddress address) {
    try {
      RoundTrips tcp = machine.probe().tcp(address, COUNT, LIMIT);
      RoundTrips udp = machine.probe().udp(address, COUNT, LIMIT);
      double bytes = machine.probe().throughput(address, BULK);
      measured.add(
          String.format(
              Locale.ROOT,
              "%s: TCP %d us (p50), %d us (p99), UDP %d us, %d us, %.1f GB/s",
              address,
              tcp.micros(50),
              tcp.micros(99),
              udp.micros(50),
              udp.micros(99),
              bytes / 1e9));
      judge(found, "TCP", address, tcp);
      judge(found, "UDP", address, udp);
      if (bytes < SLOW_BYTES) {
        found.add(
            Finding.warning(
                String.format(
                    Locale.ROOT, "a connection to %s carries %.1f MB/s", address, bytes / 1e6),
                "a healthy loopback carries a thousand and more",
                LOOK));
      }
    } catch (IOException e) {
      found.add(
          Finding.error(
              "this machine does not reach itself at " + address + ": " + e.getMessage(),
              "no client here reaches a server there",
              "ip link show lo; ip route get " + address + "; nft list ruleset"));
    }
  }

  private static void judge(
      List<Finding> found, String protocol, IpAddress address, RoundTrips trips) {
    String times =
        String.format(
            Locale.ROOT,
            "%s round trips to %s take %d us in the middle, %d us at worst but one in a hundred",
            protocol,
            address,
            trips.micros(50),
            trips.micros(99));
    if (trips.lost() > 0) {
      found.add(
          Finding.error(
              trips.lost()
                  + " of "
                  + trips.sent()
                  + " "
                  + protocol
                  + " round trips to "
                  + address
                  + " got lost",
              "nothing gets lost on a healthy loopback",
              LOOK));
    } else if (trips.micros(50) >= SLOW_MICROS) {
      found.add(Finding.warning(times, "a healthy loopback takes some tens of microseconds", LOOK));
    } else if (trips.micros(99) >= UNSTEADY_MICROS) {
      found.add(
          Finding.warning(
              times, "something holds them up now and then, or the machine is overloaded", LOOK));
    }
  }
}
