// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.cli.doctor.CheckTests.look;
import static org.loopstack.cli.doctor.CheckTests.run;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Severity;
import org.loopstack.cli.doctor.TestMachine;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.LinkFeatures;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.TrafficControl;

/** Faults of the interface, its addresses and its routes, built in a network of their own. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterfaceChecksTest {
  private static void assertOne(List<Finding> found, Severity severity, String seen, String mend) {
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().severity()).isEqualTo(severity);
    assertThat(found.getFirst().seen()).contains(seen);
    assertThat(found.getFirst().mend()).contains(mend);
    assertThat(found.getFirst().why()).isNotEmpty();
  }

  @Test
  void aLoopbackAsTheKernelMakesItIsHealthy() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(look(network, new LoopbackLinkCheck())).isEmpty();
      assertThat(look(network, new LinkSettingsCheck())).isEmpty();
      assertThat(look(network, new RouteCheck())).isEmpty();
      assertThat(look(network, new RouteSettingsCheck())).isEmpty();
      assertThat(look(network, new LoopbackAddressesCheck())).isEmpty();
    }
  }

  @Test
  void noLoopbackIsFound() throws Exception {
    assertOne(
        new LoopbackLinkCheck().look(new TestMachine().links(List.of())),
        Severity.ERROR,
        "there is no loopback interface",
        "ip netns add");
  }

  @Test
  void aLoopbackThatIsDownIsFoundAndMended() throws Exception {
    try (NetworkNamespace network = TestNetwork.down()) {
      assertOne(
          look(network, new LoopbackLinkCheck()),
          Severity.ERROR,
          "lo is down",
          "ip link set lo up");
      run(network, look(network, new LoopbackLinkCheck()).getFirst().mend());
      assertThat(look(network, new LoopbackLinkCheck())).isEmpty();
    }
  }

  @Test
  void aMissingAddressOfEitherVersionIsFoundAndMended() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      TestNetwork.removeAddress(network, "127.0.0.1", 8);
      assertOne(
          look(network, new LoopbackLinkCheck()),
          Severity.ERROR,
          "lo has no 127.0.0.1",
          "ip addr add 127.0.0.1/8 dev lo");
      run(network, look(network, new LoopbackLinkCheck()).getFirst().mend());
      TestNetwork.removeAddress(network, "::1", 128);
      assertOne(
          look(network, new LoopbackLinkCheck()),
          Severity.WARNING,
          "lo has no ::1",
          "ip addr add ::1/128 dev lo");
      run(network, look(network, new LoopbackLinkCheck()).getFirst().mend());
      assertThat(look(network, new LoopbackLinkCheck())).isEmpty();
    }
  }

  @Test
  void aSwitchThatTakesIpv6AwayIsNamed() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv6/conf/lo/disable_ipv6", "1");
      assertOne(
          look(network, new LoopbackLinkCheck()),
          Severity.WARNING,
          "IPv6 is switched off there",
          "sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
    }
  }

  @Test
  void anMtuThatIsNotTheKernelsIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      new Interfaces(network).setMtu("lo", 1500);
      assertOne(
          look(network, new LinkSettingsCheck()),
          Severity.WARNING,
          "the MTU of lo is 1500",
          "ip link set lo mtu 65536");
      new Interfaces(network).setMtu("lo", 1000);
      assertOne(
          look(network, new LinkSettingsCheck()), Severity.ERROR, "the MTU of lo is 1000", "65536");
      assertThat(look(network, new LoopbackLinkCheck()))
          .singleElement()
          .satisfies(f -> assertThat(f.mend()).contains("mtu 65536; ip addr add ::1/128"));
    }
  }

  @Test
  void offloadThatIsOffIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.run(() -> LinkFeatures.setSegmentationOffload("lo", false));
      assertOne(
          look(network, new LinkSettingsCheck()),
          Severity.WARNING,
          "TCP segmentation offload of lo is off",
          "ethtool -K lo tso on");
      network.run(() -> LinkFeatures.setSegmentationOffload("lo", true));
      assertThat(look(network, new LinkSettingsCheck())).isEmpty();
    }
  }

  @Test
  void aHookOfTrafficControlIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      new TrafficControl(network).addHooks(1);
      assertOne(
          look(network, new LinkSettingsCheck()),
          Severity.WARNING,
          "tc qdisc clsact",
          "tc qdisc del dev lo clsact");
    }
  }

  @Test
  void aQueueThatSlowsIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      run(network, "tc qdisc add dev lo root tbf rate 1mbit burst 10kb latency 50ms");
      assertOne(
          look(network, new LinkSettingsCheck()),
          Severity.WARNING,
          "lo has a queueing discipline, tbf",
          "tc qdisc del dev lo root");
    }
  }

  @Test
  void aMissingRuleForTheLocalTableIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      run(network, "ip rule del pref 0");
      assertOne(
          look(network, new RouteCheck()),
          Severity.ERROR,
          "there is no way to 127.0.0.1",
          "ip rule add pref 0 lookup local");
      run(network, look(network, new RouteCheck()).getFirst().mend());
      assertThat(look(network, new RouteCheck())).isEmpty();
    }
  }

  @Test
  void aLoopbackThatIsOpenToItsNeighboursIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv4/conf/all/route_localnet", "1");
      assertOne(
          look(network, new RouteSettingsCheck()),
          Severity.WARNING,
          "route_localnet is on for all",
          "sysctl -w net.ipv4.conf.all.route_localnet=0");
    }
  }

  @Test
  void aStrictFilterWithARuleInFrontIsFoundAndNeitherAlone() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv4/conf/all/rp_filter", "1");
      assertThat(look(network, new RouteSettingsCheck())).isEmpty();
      run(network, "ip rule add pref 100 lookup local");
      run(network, "ip rule del pref 0");
      run(network, "ip rule add pref 50 lookup main");
      assertOne(
          look(network, new RouteSettingsCheck()),
          Severity.WARNING,
          "rp_filter is strict",
          "sysctl -w net.ipv4.conf.lo.rp_filter=0");
      network.setVariable("ipv4/conf/all/rp_filter", "2");
      assertThat(look(network, new RouteSettingsCheck()))
          .as("loose")
          .noneMatch(f -> f.seen().contains("rp_filter"));
    }
  }

  @Test
  void addressesOf127ThatAreNotThisMachinesAreFoundAndMended() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      TestNetwork.removeAddress(network, "127.0.0.1", 8);
      TestNetwork.addAddress(network, "127.0.0.1", 32);
      assertOne(
          look(network, new LoopbackAddressesCheck()),
          Severity.WARNING,
          "nobody can bind to 127.0.0.2: Cannot assign requested address",
          "ip addr add 127.0.0.1/8 dev lo");
    }
  }
}
