// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.Engine;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/** What a link sees of datagrams that are too large for it, and by what they are told apart. */
class SentFragmentsTest {
  private static final int MTU = 1500;

  private final TwoHosts two;

  SentFragmentsTest() throws ErrnoException {
    two = new TwoHosts();
  }

  @Tag("RFC791-3.2-FRAGMENT")
  @ParameterizedTest
  @ValueSource(ints = {1473, 1474, 1480, 2952, 2953, 8192, 65_507})
  void ipv4FragmentsFollowOneAnotherInSteps(int length) throws Exception {
    assertThat(two.b.sendUdp("10.0.0.1", length)).isNull();

    int end = 0;
    List<byte[]> sent = two.b.sent;
    for (byte[] b : sent) {
      assertThat(b.length).isLessThanOrEqualTo(MTU);
      assertThat(Ipv4Header.fragmentOffset(b, 0)).isEqualTo(end).matches(at -> at % 8 == 0);
      assertThat(Ipv4Header.identification(b, 0))
          .isEqualTo(Ipv4Header.identification(sent.getFirst(), 0));
      assertThat(Ipv4Header.moreFragments(b, 0)).isEqualTo(b != sent.getLast());
      end += Ipv4Header.payloadLength(b, 0);
    }
    assertThat(sent).hasSizeGreaterThan(1);
    assertThat(end).isEqualTo(8 + length);
    assertThat(two.a.udp.received.getFirst().data()).isEqualTo(Host.data(length));
  }

  @Tag("RFC5722-4-SEND")
  @Tag("RFC8504-5.1-OVERLAP")
  @Tag("RFC8504-5.1-LENGTH")
  @ParameterizedTest
  @ValueSource(ints = {1453, 1454, 1460, 2896, 2897, 8192, 65_527})
  void ipv6FragmentsDoNotOverlap(int length) throws Exception {
    assertThat(two.b.sendUdp("2001:db8::1", length)).isNull();

    int end = 0;
    List<byte[]> sent = two.b.sent;
    for (byte[] b : sent) {
      assertThat(b.length).isLessThanOrEqualTo(MTU);
      assertThat(Ipv6Header.nextHeader(b, 0)).isEqualTo(IpProtocol.FRAGMENT);
      assertThat(Ipv6FragmentHeader.fragmentOffset(b, 40)).isEqualTo(end);
      assertThat(Ipv6FragmentHeader.identification(b, 40))
          .isEqualTo(Ipv6FragmentHeader.identification(sent.getFirst(), 40));
      assertThat(Ipv6FragmentHeader.moreFragments(b, 40)).isEqualTo(b != sent.getLast());
      end += b.length - 48;
    }
    assertThat(sent).hasSizeGreaterThan(1);
    assertThat(end).isEqualTo(8 + length);
    assertThat(two.a.udp.received.getFirst().data()).isEqualTo(Host.data(length));
  }

  @Tag("RFC8504-5.1-ATOMIC")
  @Test
  void whatFitsHasNoFragmentHeader() throws Exception {
    assertThat(two.b.sendUdp("2001:db8::1", MTU - 48)).isNull();

    assertThat(two.b.sent).hasSize(1);
    assertThat(Ipv6Header.nextHeader(two.b.sent.getFirst(), 0)).isEqualTo(IpProtocol.UDP);
  }

  private int identificationOfNext(Route route) {
    two.b.sent.clear();
    assertThat(two.b.sendUdp(route, MTU)).isNull();
    two.a.udp.received.clear();
    return Ipv4Header.identification(two.b.sent.getFirst(), 0);
  }

  @Tag("RFC791-3.2-ID")
  @Tag("RFC6864-4.2-COPY")
  @Tag("RFC6864-4.3-REPEAT")
  @Tag("RFC6864-5.2-RATE")
  @Test
  void allIdentificationsAreUsedBeforeOneComesAgainWhichNobodyWaitsFor() throws Exception {
    Route route = two.b.route("10.0.0.1");
    Set<Integer> used = new HashSet<>();
    int first = identificationOfNext(route);
    used.add(first);
    for (int i = 1; i < 1 << 16; i++) {
      assertThat(used.add(identificationOfNext(route))).isTrue();
    }
    assertThat(identificationOfNext(route)).isEqualTo(first);
  }

  @Tag("RFC6864-4.1-USE")
  @Tag("RFC6864-4.1-ATOMIC")
  @Test
  void twoDatagramsMayArriveWithTheSameIdentification() {
    byte[] datagram = ContainmentTest.datagram("10.0.0.1", "10.0.0.2");
    two.inject(datagram);
    two.inject(datagram);

    assertThat(two.b.udp.received).hasSize(2);
  }

  private static int ipv6Identification(long seed) throws ErrnoException {
    TwoHosts hosts = new TwoHosts();
    var internet =
        new InternetLayer(Engine.virtual(hosts.clock, seed), InternetConfiguration.LINUX);
    Interface link = internet.addInterface("eth0", new Wire(hosts.clock, MTU).left());
    link.setUp(true);
    link.addAddress(InterfaceAddress.parse("2001:db8::2/64"));
    List<byte[]> sent = new ArrayList<>();
    link.taps()
        .add(
            (direction, packet) -> {
              if (direction == LinkTap.Direction.OUT) {
                sent.add(Datagrams.bytes(packet));
              }
            });
    Route route = internet.route(Host.ip("2001:db8::1"), Host.ANY6, 0);
    assertThat(internet.send(route, Host.udpPacket(route, 2000), IpProtocol.UDP, 64, 0, false))
        .isNull();
    return Ipv6FragmentHeader.identification(sent.getFirst(), 40);
  }

  @Tag("RFC8504-5.1-ID")
  @Test
  void identificationsOfStacksWithOtherSecretsBeginElsewhere() throws Exception {
    Set<Integer> seen = new HashSet<>();
    for (int seed = 1; seed <= 50; seed++) {
      seen.add(ipv6Identification(seed));
    }
    assertThat(seen).hasSize(50);
  }

  @Tag("RFC8504-5.1-FLOW")
  @Test
  void aFlowKeepsItsLabelAndAnotherHasItsOwn() throws Exception {
    Set<Integer> labels = new HashSet<>();
    for (int i = 1; i <= 50; i++) {
      Route route = two.b.route("2001:db8::" + Integer.toHexString(0x100 + i));
      two.b.sent.clear();
      two.b.sendUdp(route, 1);
      two.b.sendUdp(route, 100);
      int label = Ipv6Header.flowLabel(two.b.sent.getFirst(), 0);
      assertThat(Ipv6Header.flowLabel(two.b.sent.getLast(), 0)).isEqualTo(label);
      labels.add(label);
    }
    assertThat(labels).hasSizeGreaterThan(45);
  }
}
