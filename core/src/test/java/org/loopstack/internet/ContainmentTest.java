// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.link.Wire;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TransportChecksums;
import org.loopstack.wire.UdpHeader;

/** What must not come in by a link, comes to nothing: counted, without an answer. */
class ContainmentTest {
  static byte[] datagram(String source, String destination) {
    boolean ipv4 = Host.ip(source).isIpv4();
    int header = ipv4 ? 20 : 40;
    byte[] b = new byte[header + 8 + 4];
    UdpHeader.encode(b, header, 1000, 2000, 4);
    if (ipv4) {
      Ipv4Header.encode(
          b, 0, 20, 0, b.length, 7, 0, 0, 64, 17, Host.ip(source), Host.ip(destination));
    } else {
      Ipv6Header.encode(b, 0, 0, 0, 12, IpProtocol.UDP, 64, Host.ip(source), Host.ip(destination));
    }
    TransportChecksums.complete(b, 0, b.length);
    return b;
  }

  @Tag("RFC1122-3.2.1.3-SOURCE")
  @Tag("RFC1122-3.2.1.3-DESTINATION")
  @Tag("RFC1122-3.2.1.3-LOOPBACK")
  @Tag("RFC1122-4.1.3.6")
  @Tag("RFC9293-MUST-63")
  @ParameterizedTest
  @Tag("FACTS-3")
  @Tag("FACTS-4")
  @Tag("FACTS-19")
  @Tag("FACTS-20")
  @CsvSource({
    "127.0.0.1, 10.0.0.2, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "127.9.9.9, 10.0.0.255, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "10.0.0.1, 127.0.0.1, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "10.0.0.1, 127.255.255.255, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "127.0.0.1, 127.0.0.1, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "::1, 2001:db8::2, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "2001:db8::1, ::1, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "::1, ::1, LOOPBACK_ADDRESS_OFF_LOOPBACK",
    "224.1.1.1, 10.0.0.2, MARTIAN_SOURCE",
    "255.255.255.255, 10.0.0.2, MARTIAN_SOURCE",
    "240.0.0.1, 10.0.0.2, MARTIAN_SOURCE",
    "0.0.0.0, 10.0.0.2, MARTIAN_SOURCE",
    "0.1.2.3, 255.255.255.255, MARTIAN_SOURCE",
    "10.0.0.2, 10.0.0.2, MARTIAN_SOURCE",
    "10.0.0.255, 10.0.0.2, MARTIAN_SOURCE",
    "ff02::5, 2001:db8::2, MARTIAN_SOURCE",
    "::, 2001:db8::2, MARTIAN_SOURCE",
    "10.0.0.1, 0.0.0.0, MARTIAN_DESTINATION",
    "2001:db8::1, ::, MARTIAN_DESTINATION",
    "2001:db8::1, ff01::1, MARTIAN_DESTINATION",
    "2001:db8::1, ff00::1, MARTIAN_DESTINATION",
    "10.0.0.1, 10.0.0.3, NOT_FOR_US",
    "10.0.0.1, 192.0.2.1, NOT_FOR_US",
    "10.0.0.1, 169.254.3.4, NOT_FOR_US",
    "10.0.0.1, 240.0.0.1, NOT_FOR_US",
    "2001:db8::1, 2001:db8::3, NOT_FOR_US",
    "10.0.0.1, 224.9.9.9, MULTICAST_NOT_MEMBER",
    "2001:db8::1, ff02::99, MULTICAST_NOT_MEMBER",
  })
  void dropsAndCountsWithoutAnAnswer(String from, String to, DropReason reason) throws Exception {
    TwoHosts two = new TwoHosts();

    two.inject(datagram(from, to));

    assertThat(two.b.udp.received).isEmpty();
    assertThat(two.b.sent).isEmpty();
    assertThat(two.atB.counters().drops()).containsExactly(Map.entry(reason, 1L));
    assertThat(two.b.internet.counters().drops(reason)).isEqualTo(1);
  }

  @Test
  void takesABroadcastFromAHostThatHasNoAddressYet() throws Exception {
    TwoHosts two = new TwoHosts();

    two.inject(datagram("0.0.0.0", "255.255.255.255"));

    assertThat(two.b.udp.received).hasSize(1);
  }

  @Test
  @Tag("FACTS-4")
  void routeLocalnetLetsADestinationInButNeverASource() throws Exception {
    var open = InternetConfiguration.LINUX.toBuilder().routeLocalnet(true).build();
    TwoHosts two = new TwoHosts(open, Wire.DEFAULT_MTU);

    two.inject(datagram("10.0.0.1", "127.0.0.1"));
    assertThat(two.b.udp.received).hasSize(1);

    two.inject(datagram("127.0.0.1", "10.0.0.2"));
    assertThat(two.b.udp.received).hasSize(1);
  }

  @Tag("RFC791-2.3-HOSTS")
  @Tag("RFC1122-3.3.4.2")
  @Test
  @Tag("FACTS-10")
  void aWeakHostTakesAnyOfItsAddressesAStrongOneThoseOfTheLink() throws Exception {
    for (var model : InternetConfiguration.HostModel.values()) {
      var configuration = InternetConfiguration.LINUX.toBuilder().hostModel(model).build();
      TwoHosts two = new TwoHosts(configuration, Wire.DEFAULT_MTU);
      two.b.add(
          "eth1", new Wire(two.clock).left(), "192.0.2.1/24", "2001:db8:9::1/64", "fe80::9/64");

      two.inject(datagram("10.0.0.1", "192.0.2.1"));
      two.inject(datagram("2001:db8::1", "2001:db8:9::1"));
      boolean weak = model == InternetConfiguration.HostModel.WEAK;
      assertThat(two.b.udp.received).hasSize(weak ? 2 : 0);

      two.inject(datagram("fe80::1", "fe80::9"));
      assertThat(two.b.internet.counters().drops(DropReason.NOT_FOR_US)).isEqualTo(weak ? 1 : 3);
      two.b.sendUdp("192.0.2.1", 1);
      assertThat(two.b.udp.received).as("by the loopback").hasSize(weak ? 3 : 1);
    }
  }

  @Test
  void aLinkMayPad() throws Exception {
    TwoHosts two = new TwoHosts();
    byte[] padded = Arrays.copyOf(datagram("10.0.0.1", "10.0.0.2"), 60);

    two.inject(padded);

    assertThat(two.b.udp.received.getFirst().packet().length()).isEqualTo(32);
  }

  @Tag("RFC791-3.1-CHECKSUM")
  @Tag("RFC1122-3.2.1.2")
  @Test
  void checksTheHeaderChecksumAlways() throws Exception {
    TwoHosts two = new TwoHosts();
    byte[] broken = datagram("10.0.0.1", "10.0.0.2");
    broken[10]++;

    two.inject(broken);

    assertThat(two.b.internet.counters().value("IpExtInCsumErrors")).isEqualTo(1);
    assertThat(two.b.udp.received).isEmpty();
  }

  @Test
  void whatComesWhileTheInterfaceIsDownIsDropped() throws Exception {
    TwoHosts two = new TwoHosts();
    two.atB.setUp(false);

    two.inject(datagram("10.0.0.1", "10.0.0.2"));

    assertThat(two.atB.counters().drops(DropReason.LINK_DOWN)).isEqualTo(1);
  }

  @Test
  void aClosedHostTakesNothingAndSendsNothing() throws Exception {
    TwoHosts two = new TwoHosts();
    Route route = two.a.route("10.0.0.2");
    two.a.internet.close();

    assertThat(two.a.sendUdp(route, 1)).isEqualTo(Errno.ENETDOWN);
    assertThat(two.b.udp.received).isEmpty();
    assertThatThrownBy(() -> two.a.route("127.0.0.1")).hasMessage("Network is down");
  }
}
