// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TransportChecksums;

/** What goes in at the top comes out at the top, by way of lo. */
class LoopbackTest {
  private final Host host = new Host();

  @Test
  @Tag("FACTS-40")
  void comesUpAsLinuxPrintsIt() {
    Interface lo = host.internet.loopback();

    assertThat(lo).hasToString("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536");
    assertThat(lo.addresses())
        .extracting(Object::toString)
        .containsExactly("127.0.0.1/8", "::1/128");
    assertThat(lo.addresses()).extracting(a -> a.scope().name()).containsOnly("HOST");
    assertThat(lo.link().hardwareAddress()).containsOnly(0).hasSize(6);
  }

  @ParameterizedTest
  @Tag("FACTS-2")
  @ValueSource(strings = {"127.0.0.1", "127.1.2.3", "127.255.255.254", "::1"})
  void loopsBackAnyLoopbackAddress(String address) throws Exception {
    assertThat(host.sendUdp(address, 100)).isNull();

    assertThat(host.udp.received).hasSize(1);
    Host.Received received = host.udp.received.getFirst();
    assertThat(received.destination()).isEqualTo(Host.ip(address));
    assertThat(received.source()).isEqualTo(Host.ip(address.equals("::1") ? "::1" : "127.0.0.1"));
    assertThat(received.data()).isEqualTo(Host.data(100));
    assertThat(received.packet().interfaceIndex()).isEqualTo(1);
    assertThat(received.packet().protocol()).isEqualTo(IpProtocol.UDP);
  }

  @Test
  void countsWhatLoopsBackOnBothSides() throws Exception {
    host.sendUdp("127.0.0.1", 100);
    host.sendUdp("::1", 100);

    var counters = host.internet.loopback().counters();
    assertThat(counters.transmittedPackets()).isEqualTo(2);
    assertThat(counters.receivedPackets()).isEqualTo(2);
    assertThat(counters.receivedBytes()).isEqualTo(128 + 148);
    assertThat(host.internet.counters().all())
        .containsEntry("IpInReceives", 1L)
        .containsEntry("IpInDelivers", 1L)
        .containsEntry("IpOutRequests", 1L)
        .containsEntry("Ip6InReceives", 1L);
  }

  @Tag("RFC791-3.3-REPORT")
  @Tag("RFC1122-3.3.3")
  @Test
  @Tag("FACTS-12")
  void passesTheLargestDatagramWholeAndRefusesALargerOne() throws Exception {
    assertThat(host.sendUdp("127.0.0.1", 65_507)).isNull();
    assertThat(host.udp.received.getFirst().data()).isEqualTo(Host.data(65_507));
    assertThat(host.internet.loopback().counters().transmittedPackets()).isEqualTo(1);

    assertThat(host.sendUdp("127.0.0.1", 65_508)).isEqualTo(Errno.EMSGSIZE);
  }

  @Tag("RFC1122-3.3.3")
  @Test
  void fragmentsTheLargestIpv6DatagramEvenOnTheLoopback() throws Exception {
    assertThat(host.sendUdp("::1", 65_527)).isNull();

    assertThat(host.udp.received.getFirst().data()).isEqualTo(Host.data(65_527));
    assertThat(host.internet.loopback().counters().transmittedPackets()).isEqualTo(2);
    assertThat(host.sendUdp("::1", 65_528)).isEqualTo(Errno.EMSGSIZE);
  }

  @Tag("RFC791-3.1-TTL")
  @Tag("RFC1122-3.2.1.7-ZERO")
  @Tag("RFC1122-3.2.1.7-LOW")
  @Test
  @Tag("FACTS-13")
  void deliversTimeToLiveOneAndNeverSendsZero() throws Exception {
    Route route = host.route("127.0.0.1");

    assertThat(host.internet.send(route, Host.udpPacket(route, 1), 17, 1, 0, false)).isNull();
    assertThat(host.udp.received).hasSize(1);
    assertThat(host.internet.send(route, Host.udpPacket(route, 1), 17, 0, 0, false))
        .isEqualTo(Errno.EINVAL);
    assertThat(host.udp.received).hasSize(1);
  }

  @Test
  void tapsSeeCompleteDatagramsWithRightChecksums() throws Exception {
    host.tap(host.internet.loopback());

    host.sendUdp("127.0.0.1", 33);
    host.sendUdp("::1", 33);

    assertThat(host.sent).hasSize(2);
    for (byte[] datagram : host.sent) {
      assertThat(TransportChecksums.check(datagram, 0, datagram.length))
          .isEqualTo(TransportChecksums.Check.RIGHT);
    }
    byte[] first = host.sent.getFirst();
    assertThat(Ipv4Header.isChecksumValid(first, 0)).isTrue();
    assertThat(Ipv4Header.dontFragment(first, 0)).isTrue();
    assertThat(Ipv4Header.ttl(first, 0)).isEqualTo(64);
    assertThat(Ipv6Header.flowLabel(host.sent.get(1), 0)).isNotZero();
    assertThat(host.udp.received.getFirst().packet().isChecksumPending()).isTrue();
  }

  @Test
  void handsUpTheVeryBytesOfASharedBody() throws Exception {
    Route route = host.route("127.0.0.1");
    Packet packet = Host.udpPacket(route, 0);
    byte[] body = Host.data(500);
    packet.setBody(new Slice(body, 0, 500), 500);

    host.internet.send(route, packet, IpProtocol.UDP, 64, 0, true);

    Packet received = host.udp.received.getFirst().packet();
    assertThat(received.body()).isNotNull();
    assertThat(received.body().array()).isSameAs(body);
    assertThat(received.transportLength()).isEqualTo(508);
  }

  @Test
  @Tag("FACTS-40")
  void refusesEverythingWhenItIsDown() throws Exception {
    Route before = host.route("127.0.0.1");
    host.internet.loopback().setUp(false);

    assertThat(before.isCurrent()).isFalse();
    assertThat(host.sendUdp(before, 1)).isEqualTo(Errno.ENETDOWN);
    assertThat(host.internet.counters().drops(DropReason.LINK_DOWN)).isEqualTo(1);
    assertThat(host.udp.received).isEmpty();
    assertThat(host.internet.loopback().flags()).isEqualTo("LOOPBACK");
  }

  @Test
  void takesWhatNobodyIsRegisteredForAsUnknownProtocol() throws Exception {
    Route route = host.route("127.0.0.1");
    host.tap(host.internet.loopback());
    host.internet.send(route, Host.udpPacket(route, 20), 253, 64, 0, false);

    assertThat(host.internet.counters().drops(DropReason.NO_PROTOCOL)).isEqualTo(1);
    assertThat(host.sent).hasSize(2);
    assertThat(host.sent.get(1)[20]).isEqualTo((byte) 3);
    assertThat(host.sent.get(1)[21]).isEqualTo((byte) 2);
  }
}
