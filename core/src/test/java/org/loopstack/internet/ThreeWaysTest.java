// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TransportChecksums;

/**
 * The three ways onto the loopback (Stevens, TCP/IP Illustrated, vol. 1, figure 2.4): a loopback
 * address, another address of this host, and a copy of what goes to many.
 */
class ThreeWaysTest {
  private final TwoHosts two;

  ThreeWaysTest() throws ErrnoException {
    two = new TwoHosts();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aLoopbackAddressGoesByTheLoopback(String address) throws Exception {
    two.a.sendUdp(address, 10);

    assertThat(two.a.udp.received).hasSize(1);
    assertThat(two.a.udp.received.getFirst().packet().interfaceIndex()).isEqualTo(1);
    assertThat(two.a.sent).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1", "2001:db8::1"})
  void anotherAddressOfThisHostGoesByTheLoopbackToo(String address) throws Exception {
    two.a.sendUdp(address, 10);

    assertThat(two.a.udp.received).hasSize(1);
    assertThat(two.a.udp.received.getFirst().packet().interfaceIndex()).isEqualTo(1);
    assertThat(two.a.udp.received.getFirst().source()).isEqualTo(Host.ip(address));
    assertThat(two.a.sent).isEmpty();
    assertThat(two.a.internet.loopback().counters().receivedPackets()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.255", "255.255.255.255"})
  void aBroadcastLeavesAndIsCopied(String address) throws Exception {
    two.a.sendUdp(two.a.route(address, "10.0.0.1", 0), 10);

    for (Host host : new Host[] {two.a, two.b}) {
      assertThat(host.udp.received).hasSize(1);
      Host.Received received = host.udp.received.getFirst();
      assertThat(received.destination()).isEqualTo(Host.ip(address));
      assertThat(received.source()).isEqualTo(Host.ip("10.0.0.1"));
      assertThat(received.data()).isEqualTo(Host.data(10));
      assertThat(received.packet().interfaceIndex()).isEqualTo(2);
    }
    assertThat(two.a.sent).hasSize(1);
  }

  @ParameterizedTest
  @Tag("FACTS-34")
  @ValueSource(strings = {"224.5.5.5", "ff02::55", "ff0e::55"})
  void aGroupsDatagramLeavesAndIsCopiedToAMember(String address) throws Exception {
    IpAddress group = Host.ip(address);
    int index = two.a.internet.groups().join(group, two.atA.index());
    two.b.internet.groups().join(group, two.atB.index());
    assertThat(index).isEqualTo(2);

    two.a.sendUdp(two.a.route(address, group.isIpv4() ? "0.0.0.0" : "::", 2), 10);

    for (Host host : new Host[] {two.a, two.b}) {
      assertThat(host.udp.received).hasSize(1);
      assertThat(host.udp.received.getFirst().destination()).isEqualTo(group);
      assertThat(host.udp.received.getFirst().data()).isEqualTo(Host.data(10));
    }
  }

  @Test
  @Tag("FACTS-34")
  void withoutMulticastLoopAMemberGetsNoCopyOfWhatLeaves() throws Exception {
    two.a.internet.groups().join(Host.ip("224.5.5.5"), 2);
    Route route = two.a.route("224.5.5.5");

    two.a.internet.send(route, Host.udpPacket(route, 1), 17, 1, 0, false, false);

    assertThat(two.a.udp.received).isEmpty();
    assertThat(two.a.sent).hasSize(1);
    assertThat(two.b.internet.counters().drops(DropReason.MULTICAST_NOT_MEMBER)).isEqualTo(1);
  }

  @Test
  @Tag("FACTS-34")
  void onTheLoopbackAGroupsDatagramComesBackInAnyCaseButOnce() throws Exception {
    two.a.internet.groups().join(Host.ip("224.5.5.5"), 1);
    Route route = two.a.route("224.5.5.5", "0.0.0.0", 1);

    two.a.internet.send(route, Host.udpPacket(route, 1), 17, 1, 0, false, false);
    two.a.internet.send(route, Host.udpPacket(route, 1), 17, 1, 0, false, true);
    two.a.internet.send(route, Host.udpPacket(route, 1), 17, 0, 0, false, true);

    assertThat(two.a.udp.received).hasSize(3);
    assertThat(two.a.sent).isEmpty();
  }

  @Test
  void withTimeToLiveZeroAGroupsDatagramStaysHere() throws Exception {
    two.a.internet.groups().join(Host.ip("224.5.5.5"), 2);
    Route route = two.a.route("224.5.5.5");

    two.a.internet.send(route, Host.udpPacket(route, 1), 17, 0, 0, false);

    assertThat(two.a.udp.received).hasSize(1);
    assertThat(two.a.sent).isEmpty();
  }

  @Test
  @Tag("FACTS-28")
  void anInterfaceLocalGroupNeverLeaves() throws Exception {
    two.a.internet.groups().join(Host.ip("ff01::55"), 2);

    assertThat(two.a.sendUdp(two.a.route("ff01::55", "::", 2), 10)).isNull();

    assertThat(two.a.udp.received).hasSize(1);
    assertThat(two.a.sent).isEmpty();
  }

  @Test
  void membershipIsCountedAndOfOneInterface() throws Exception {
    GroupMembership groups = two.b.internet.groups();
    groups.join(Host.ip("224.5.5.5"), 2);
    groups.join(Host.ip("224.5.5.5"), 2);
    groups.join(Host.ip("224.6.6.6"), 1);
    two.a.sendUdp("224.5.5.5", 1);
    two.a.sendUdp("224.6.6.6", 1);
    assertThat(two.b.udp.received).hasSize(1);

    groups.leave(Host.ip("224.5.5.5"), 2);
    two.a.sendUdp("224.5.5.5", 1);
    assertThat(two.b.udp.received).hasSize(2);

    groups.leave(Host.ip("224.5.5.5"), 2);
    two.a.sendUdp("224.5.5.5", 1);
    assertThat(two.b.udp.received).hasSize(2);
  }

  @Tag("RFC4861-7.2.1")
  @Test
  @Tag("FACTS-23")
  void everyInterfaceListensToAllHostsAndAllNodes() throws Exception {
    two.a.sendUdp("224.0.0.1", 1);
    two.a.sendUdp(two.a.route("ff02::1", "::", 2), 1);
    two.a.sendUdp(two.a.route("ff01::1", "::", 2), 1);

    assertThat(two.b.udp.received).hasSize(2);
    assertThat(two.a.udp.received).hasSize(3);
  }

  @Test
  void refusesToJoinWhatIsNoGroupOrNowhere() {
    Host lonely = new Host();
    GroupMembership groups = lonely.internet.groups();

    assertThatThrownBy(() -> groups.join(Host.ip("10.0.0.1"), 1)).hasMessage("Invalid argument");
    assertThatThrownBy(() -> groups.join(Host.ip("224.5.5.5"), 0)).hasMessage("No such device");
    assertThatThrownBy(() -> groups.join(Host.ip("ff02::5"), 99)).hasMessage("No such device");
    assertThat(groups.interfaceNamed("lo")).isEqualTo(1);
    assertThat(groups.interfaceOf(Host.ip("127.4.5.6"))).isEqualTo(1);
    assertThat(groups.interfaceOf(Host.ip("10.0.0.1"))).isZero();
  }

  @Test
  @Tag("FACTS-36")
  void theLoopbacksBroadcastComesBackOnce() throws Exception {
    two.a.sendUdp("127.255.255.255", 10);

    assertThat(two.a.udp.received).hasSize(1);
    assertThat(two.a.sent).isEmpty();
  }

  @ParameterizedTest
  @Tag("FACTS-37")
  @ValueSource(strings = {"10.0.0.2", "2001:db8::2"})
  void whatIsForAnotherHostLeavesCompleteAndAlone(String address) throws Exception {
    two.a.sendUdp(address, 99);

    assertThat(two.a.udp.received).isEmpty();
    assertThat(two.b.udp.received).hasSize(1);
    assertThat(two.b.udp.received.getFirst().data()).isEqualTo(Host.data(99));
    assertThat(two.b.udp.received.getFirst().packet().isChecksumPending()).isFalse();
    assertThat(two.a.sent).hasSize(1);
    byte[] datagram = two.a.sent.getFirst();
    assertThat(TransportChecksums.check(datagram, 0, datagram.length))
        .isEqualTo(TransportChecksums.Check.RIGHT);
  }
}
