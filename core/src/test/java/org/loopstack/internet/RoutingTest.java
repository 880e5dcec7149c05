// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** Which way, from which address, and how it is refused: as seen on Linux where it says so. */
class RoutingTest {
  private final VirtualClock clock = new VirtualClock();
  private final Host host = new Host(clock, InternetConfiguration.LINUX);

  private String answer(String destination, String source, int interfaceIndex) {
    try {
      return host.route(destination, source, interfaceIndex).source().toString();
    } catch (ErrnoException e) {
      return e.errno().name();
    }
  }

  private Interface wire(String... addresses) throws ErrnoException {
    return host.add("eth0", new Wire(clock).left(), addresses);
  }

  /** Seen on Linux 6.18, in a network namespace with nothing but lo, up. */
  @ParameterizedTest
  @Tag("FACTS-8")
  @Tag("FACTS-30")
  @Tag("FACTS-27")
  @Tag("FACTS-28")
  @CsvSource({
    "::1, ::, 0, ::1",
    "::1, ::, 1, ::1",
    "::, ::, 0, ::1",
    "fe80::1, ::, 0, EINVAL",
    "fe80::1, ::, 99, ENETUNREACH",
    "fe80::1, ::, 1, ENETUNREACH",
    "ff02::1, ::, 0, EINVAL",
    "ff02::1, ::, 1, ENETUNREACH",
    "ff02::1, ::, 99, ENETUNREACH",
    "ff01::1, ::, 1, ENETUNREACH",
    "ff05::1, ::, 1, ENETUNREACH",
    "2001:db8::1, ::, 0, ENETUNREACH",
    "2001:db8::1, ::1, 0, ENETUNREACH",
    "::2, ::, 0, ENETUNREACH",
    "127.0.0.1, 0.0.0.0, 0, 127.0.0.1",
    "127.0.0.1, 127.9.9.9, 0, 127.9.9.9",
    "127.5.6.7, 0.0.0.0, 0, 127.0.0.1",
    "127.5.6.7, 127.9.9.9, 0, 127.9.9.9",
    "0.0.0.0, 0.0.0.0, 0, 127.0.0.1",
    "0.0.0.0, 127.9.9.9, 0, 127.9.9.9",
    "10.1.1.1, 0.0.0.0, 0, ENETUNREACH",
    "10.1.1.1, 127.0.0.1, 0, ENETUNREACH",
    "128.0.0.1, 0.0.0.0, 0, ENETUNREACH",
    "224.0.0.1, 0.0.0.0, 0, ENETUNREACH",
    "224.1.2.3, 0.0.0.0, 0, ENETUNREACH",
    "224.1.2.3, 127.0.0.1, 0, 127.0.0.1",
    "224.1.2.3, 127.9.9.9, 0, 127.9.9.9",
    "224.1.2.3, 0.0.0.0, 1, 127.0.0.1",
    "255.255.255.255, 0.0.0.0, 0, ENETUNREACH",
    "255.255.255.255, 127.9.9.9, 0, 127.9.9.9",
    "127.255.255.255, 0.0.0.0, 0, 127.0.0.1",
    "127.255.255.255, 127.9.9.9, 0, 127.9.9.9",
    "240.0.0.1, 0.0.0.0, 0, ENETUNREACH",
    "0.0.0.5, 0.0.0.0, 0, ENETUNREACH",
  })
  void answersAsLinuxWithTheLoopbackUp(String to, String from, int index, String answer) {
    assertThat(answer(to, from, index)).isEqualTo(answer);
  }

  /** Seen on Linux 6.18, in a fresh network namespace: lo is down and has no address. */
  @ParameterizedTest
  @Tag("FACTS-40")
  @CsvSource({
    "::1, ::, 0, EADDRNOTAVAIL",
    "::1, ::, 1, EADDRNOTAVAIL",
    "fe80::1, ::, 0, EINVAL",
    "fe80::1, ::, 1, EADDRNOTAVAIL",
    "ff02::1, ::, 0, EINVAL",
    "ff02::1, ::, 1, EADDRNOTAVAIL",
    "2001:db8::1, ::, 0, EADDRNOTAVAIL",
    "2001:db8::1, ::1, 0, EADDRNOTAVAIL",
    "127.0.0.1, 0.0.0.0, 0, ENETUNREACH",
    "127.0.0.1, 127.0.0.1, 0, ENETUNREACH",
    "127.5.6.7, 127.9.9.9, 0, ENETUNREACH",
    "0.0.0.0, 0.0.0.0, 0, ENETUNREACH",
    "10.1.1.1, 0.0.0.0, 0, ENETUNREACH",
    "224.0.0.1, 0.0.0.0, 0, ENETUNREACH",
    "255.255.255.255, 127.0.0.1, 0, ENETUNREACH",
    "127.255.255.255, 0.0.0.0, 0, ENETUNREACH",
  })
  void answersAsLinuxWithTheLoopbackDown(String to, String from, int index, String answer) {
    var down = InternetConfiguration.LINUX.toBuilder().loopbackUp(false).build();
    var fresh = new Host(clock, down);

    assertThat(fresh.internet.loopback().addresses()).isEmpty();
    assertThatThrownBy(() -> fresh.route(to, from, index))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno().name()).isEqualTo(answer));

    fresh.internet.loopback().setUp(true);
    assertThat(fresh.internet.loopback().addresses()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, true",
    "127.0.0.0, true",
    "127.255.255.255, true",
    "127.7.7.7, true",
    "0.0.0.0, true",
    "::, true",
    "::1, true",
    "128.0.0.1, false",
    "::2, false",
    "10.0.0.1, false",
  })
  void saysWhatCanBeBoundAsLinuxDoes(String address, boolean bindable) {
    assertThat(host.internet.isBindable(Host.ip(address))).isEqualTo(bindable);
  }

  @Tag("RFC6724-4-ERROR")
  @Tag("RFC791-3.3-SOURCE")
  @Tag("RFC1122-3.2.1.3-LOOPBACK")
  @Test
  @Tag("FACTS-1")
  void bindingLoopbackAndSendingElsewhereIsInvalid() throws Exception {
    wire("10.0.0.1/24", "2001:db8::1/64");

    assertThat(answer("10.0.0.2", "127.0.0.1", 0)).isEqualTo("EINVAL");
    assertThat(answer("2001:db8::2", "::1", 0)).isEqualTo("EINVAL");
    assertThat(answer("224.1.1.1", "127.0.0.1", 2)).isEqualTo("EINVAL");
  }

  @Tag("RFC1122-3.2.1.3-LOOPBACK")
  @Test
  @Tag("FACTS-1")
  @Tag("FACTS-19")
  void neverSendsToALoopbackAddressByAnotherLink() throws Exception {
    Interface eth = wire("10.0.0.1/24", "2001:db8::1/64");
    host.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("0.0.0.0/0"), eth.index()));
    host.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("::/0"), eth.index()));

    assertThat(answer("127.0.0.1", "0.0.0.0", eth.index())).isEqualTo("EINVAL");
    assertThat(answer("::1", "::", eth.index())).isEqualTo("EINVAL");
    assertThat(answer("::1", "::", 99)).isEqualTo("EINVAL");
    host.internet.loopback().setUp(false);
    assertThat(answer("127.0.0.1", "0.0.0.0", 0)).isEqualTo("ENETUNREACH");
    assertThat(answer("127.0.0.1", "0.0.0.0", eth.index())).isEqualTo("ENETUNREACH");
    assertThat(answer("::1", "::", 0)).isEqualTo("ENETUNREACH");
    assertThatThrownBy(
            () ->
                host.internet.addRoute(
                    RouteEntry.onLink(IpPrefix.parse("127.0.0.0/8"), eth.index())))
        .hasMessage("Invalid argument");
  }

  @Tag("RFC8504-6.1")
  @Test
  @Tag("FACTS-18")
  void noOtherLinkCanHaveALoopbackAddress() throws Exception {
    Interface eth = wire();

    for (String address : new String[] {"::1/128", "127.0.0.2/8"}) {
      assertThatThrownBy(() -> eth.addAddress(InterfaceAddress.parse(address)))
          .isInstanceOfSatisfying(
              ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EADDRNOTAVAIL));
    }
  }

  @Tag("RFC1122-3.2.1.3-OWN")
  @Test
  @Tag("FACTS-30")
  void aDestinationOfOursIsItsOwnSourceAndGoesByTheLoopback() throws Exception {
    wire("10.0.0.1/24", "2001:db8::1/64");

    for (String address : new String[] {"10.0.0.1", "2001:db8::1"}) {
      Route route = host.route(address);
      assertThat(route.source()).isEqualTo(Host.ip(address));
      assertThat(route.isLoopback()).isTrue();
      assertThat(route.interfaceIndex()).isEqualTo(1);
      assertThat(route.mtu()).isEqualTo(65_536);
      assertThat(route.offloadsChecksum()).isTrue();
    }
    assertThat(host.route("10.0.0.2").isLoopback()).isFalse();
    assertThat(host.route("10.0.0.2").mtu()).isEqualTo(1500);
  }

  @Test
  void theLongestPrefixWinsThenTheLowestMetric() throws Exception {
    Interface a = wire("10.0.0.1/24");
    Interface b = host.add("eth1", new Wire(clock).left(), "10.1.0.1/24");
    IpPrefix net = IpPrefix.parse("192.0.2.0/24");
    host.internet.addRoute(RouteEntry.via(net, Host.ip("10.0.0.9"), a.index()).withMetric(10));
    host.internet.addRoute(RouteEntry.via(net, Host.ip("10.1.0.9"), b.index()).withMetric(5));
    host.internet.addRoute(
        RouteEntry.via(IpPrefix.parse("192.0.2.128/25"), Host.ip("10.0.0.8"), a.index()));

    assertThat(host.route("192.0.2.1").source()).isEqualTo(Host.ip("10.1.0.1"));
    assertThat(host.route("192.0.2.200").source()).isEqualTo(Host.ip("10.0.0.1"));
    assertThat(((InternetRoute) host.route("192.0.2.1")).nextHop()).isEqualTo(Host.ip("10.1.0.9"));
    assertThat(host.internet.routes().getFirst().prefix().length()).isEqualTo(25);
  }

  @ParameterizedTest
  @CsvSource({"BLACKHOLE, EINVAL", "UNREACHABLE, EHOSTUNREACH", "PROHIBIT, EACCES"})
  void aRouteCanRefuse(RouteEntry.Kind kind, String errno) throws Exception {
    RouteEntry entry = RouteEntry.refuse(IpPrefix.parse("198.51.100.0/24"), kind);
    host.internet.addRoute(entry);
    assertThat(answer("198.51.100.7", "0.0.0.0", 0)).isEqualTo(errno);

    assertThat(host.internet.removeRoute(entry)).isTrue();
    assertThat(host.internet.removeRoute(entry)).isFalse();
    assertThat(answer("198.51.100.7", "0.0.0.0", 0)).isEqualTo("ENETUNREACH");
  }

  @Test
  void anyChangeOutdatesARoute() throws Exception {
    Interface eth = wire("10.0.0.1/24");
    Route route = host.route("10.0.0.2");
    assertThat(route.isCurrent()).isTrue();

    eth.setMtu(1400);
    assertThat(route.isCurrent()).isFalse();
    route = host.route("10.0.0.2");
    assertThat(route.mtu()).isEqualTo(1400);
    assertThat(eth.removeAddress(Host.ip("10.0.0.1"))).isTrue();
    assertThat(route.isCurrent()).isFalse();
    assertThat(answer("10.0.0.2", "0.0.0.0", 0)).isEqualTo("ENETUNREACH");
    assertThat(answer("10.0.0.1", "0.0.0.0", 0)).isEqualTo("ENETUNREACH");
  }

  @Test
  void anInterfaceComesAndGoesWithItsRoutes() throws Exception {
    Interface eth = wire("10.0.0.1/24");
    host.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("0.0.0.0/0"), eth.index()));
    assertThat(answer("8.8.8.8", "0.0.0.0", 0)).isEqualTo("10.0.0.1");

    host.internet.removeInterface(eth);
    assertThat(answer("8.8.8.8", "0.0.0.0", 0)).isEqualTo("ENETUNREACH");
    assertThat(host.internet.interfaceNamed("eth0")).isNull();
    Interface again = host.add("eth0", new Wire(clock).left());
    assertThat(again.index()).isEqualTo(3);
    assertThatThrownBy(() -> host.internet.removeInterface(host.internet.loopback()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> host.internet.addInterface("eth0", new Wire(clock).left()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Tag("RFC8200-5-MTU")
  @Test
  @Tag("FACTS-26")
  void withLessThan1280BytesThereIsNoIpv6() throws Exception {
    Interface eth = wire("10.0.0.1/24", "2001:db8::1/64");

    eth.setMtu(1279);
    assertThat(eth.addresses()).extracting(Object::toString).containsExactly("10.0.0.1/24");
    assertThatThrownBy(() -> eth.addAddress(InterfaceAddress.parse("2001:db8::1/64")))
        .hasMessage("Invalid argument");
    assertThatThrownBy(() -> eth.setMtu(67)).hasMessage("Invalid argument");
    assertThatThrownBy(() -> eth.setMtu(1501)).hasMessage("Invalid argument");
  }

  @Tag("RFC8504-6.1")
  @Test
  @Tag("FACTS-27")
  void aLinkLocalAddressMeansNothingWithoutItsZone() throws Exception {
    Interface eth = wire("fe80::1/64");

    assertThat(answer("fe80::2", "::", 0)).isEqualTo("EINVAL");
    assertThat(answer("fe80::2", "::", eth.index())).isEqualTo("fe80::1");
    assertThat(answer("fe80::1", "::", eth.index())).isEqualTo("fe80::1");
    assertThat(answer("fe80::1", "::", 1)).isEqualTo("ENETUNREACH");
    assertThat(answer("ff02::1", "::", eth.index())).isEqualTo("fe80::1");
  }

  @Tag("RFC6724-5-RULES")
  @Tag("RFC6724-5-TEMPORARY")
  @Tag("RFC6724-4-LINK")
  @Tag("RFC8504-6.6")
  @Test
  void choosesTheSourceByTheRulesOfRfc6724() throws Exception {
    Interface eth =
        wire("fe80::1/64", "2001:db8:1::1/64", "2001:db8:2::1/64", "fd00::1/64", "2002:1::1/64");
    host.internet.addRoute(RouteEntry.onLink(IpPrefix.parse("::/0"), eth.index()));

    assertThat(answer("2001:db8:2::9", "::", 0)).as("rule 8").isEqualTo("2001:db8:2::1");
    assertThat(answer("fd99::9", "::", 0)).as("rule 6, label 13").isEqualTo("fd00::1");
    assertThat(answer("2002:9::9", "::", 0)).as("rule 6, label 2").isEqualTo("2002:1::1");
    assertThat(answer("fe80::9", "::", eth.index())).as("rule 2").isEqualTo("fe80::1");
    assertThat(answer("ff0e::9", "::", 0)).as("rule 2").isNotEqualTo("fe80::1");
    eth.removeAddress(Host.ip("2001:db8:2::1"));
    eth.addAddress(
        new InterfaceAddress(Host.ip("2001:db8:2::1"), 64, InterfaceAddress.Scope.GLOBAL, true));
    assertThat(answer("2001:db8:2::9", "::", 0)).as("rule 3").isEqualTo("2001:db8:1::1");
  }

  @Tag("RFC6724-2.1-TABLE")
  @Tag("RFC6724-3.2-MAPPED")
  @Tag("RFC6724-6-RULES")
  @Tag("RFC8504-6.6")
  @Test
  @Tag("FACTS-31")
  void sortsDestinationsByTheRulesOfRfc6724() throws Exception {
    IpAddress four = Host.ip("127.0.0.1");
    IpAddress six = Host.ip("::1");
    IpAddress nowhere = Host.ip("2001:db8::9");

    assertThat(AddressSelection.sort(host.internet, List.of(nowhere, four, six)))
        .containsExactly(six, four, nowhere);
    var preferIpv4 =
        new PolicyTable(
            List.of(
                PolicyTable.policy("::1/128", 50, 0),
                new PolicyTable.Policy(0, 0xffff_0000_0000L, 96, 100, 4)));
    var other =
        new Host(clock, InternetConfiguration.LINUX.toBuilder().policyTable(preferIpv4).build());
    assertThat(AddressSelection.sort(other.internet, List.of(six, four)))
        .containsExactly(four, six);
  }

  @Tag("RFC1122-3.3.6")
  @Test
  @Tag("FACTS-36")
  void knowsTheBroadcastAddresses() throws Exception {
    wire("10.0.0.1/24", "10.9.0.1/31");

    assertThat(host.internet.isBroadcast(Host.ip("127.255.255.255"))).isTrue();
    assertThat(host.internet.isBroadcast(Host.ip("255.255.255.255"))).isTrue();
    assertThat(host.internet.isBroadcast(Host.ip("10.0.0.255"))).isTrue();
    assertThat(host.internet.isBroadcast(Host.ip("10.0.0.254"))).isFalse();
    assertThat(host.internet.isBroadcast(Host.ip("10.9.0.1"))).isFalse();
    assertThat(host.route("127.255.255.255").isBroadcast()).isTrue();
    assertThat(host.route("127.255.255.255").isLoopback()).isTrue();
    assertThat(host.route("10.0.0.255").isBroadcast()).isTrue();
    assertThat(host.route("10.0.0.255").isLoopback()).isFalse();
  }

  @Test
  @Tag("FACTS-25")
  @Tag("FACTS-24")
  void theLoopbackHasNoLinkLocalAddressAndNeedsNoDetectionOfDuplicates() {
    assertThat(host.internet.loopback().addresses())
        .noneMatch(a -> a.address().isLinkLocal())
        .noneMatch(InterfaceAddress::deprecated);
    assertThat(host.internet.loopback().counters().transmittedPackets()).isZero();
  }
}
