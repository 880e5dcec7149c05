// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Randomness;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.PortTable.Claim;
import org.loopstack.transport.PortTable.Sharing;
import org.loopstack.wire.IpAddress;

class PortTableTest {
  private static final IpAddress LO = IpAddress.IPV4_LOOPBACK;
  private static final IpAddress LO2 = IpAddress.parse("127.0.0.2");
  private static final IpAddress LO6 = IpAddress.IPV6_LOOPBACK;
  private static final IpAddress ANY = IpAddress.IPV4_ANY;
  private static final IpAddress ANY6 = IpAddress.IPV6_ANY;
  private static final TransportAddress PEER = new TransportAddress(LO, 80);

  private final PortTable tcp = table(Sharing.CONNECTIONS, PortRange.DEFAULT);
  private final PortTable udp = table(Sharing.DATAGRAMS, PortRange.DEFAULT);

  private static PortTable table(Sharing sharing, PortRange range) {
    return new PortTable(sharing, Randomness.seeded(7), range);
  }

  private static Claim bind(PortTable table, IpAddress address) throws ErrnoException {
    return table.bind(address, 80, false, false, false);
  }

  private static Claim bindReusing(PortTable table, IpAddress address) throws ErrnoException {
    return table.bind(address, 80, false, true, false);
  }

  private static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  private static void assertInUse(ThrowingCallable call) {
    assertRefused(Errno.EADDRINUSE, call);
  }

  @Test
  void twoAddressesShareAPort() throws ErrnoException {
    bind(tcp, LO);
    assertThat(bind(tcp, LO2).port()).isEqualTo(80);
  }

  @Test
  void oneAddressAndPortIsForOne() throws ErrnoException {
    bind(tcp, LO);
    assertInUse(() -> bind(tcp, LO));
  }

  @Test
  void theWildcardConflictsWithAnyAddressInEitherOrder() throws ErrnoException {
    Claim any = bind(tcp, ANY);
    assertInUse(() -> bind(tcp, LO));
    any.release();
    bind(tcp, LO);
    assertInUse(() -> bind(tcp, ANY));
  }

  @Test
  void theDualStackWildcardConflictsWithIpv4UnlessV6Only() throws ErrnoException {
    Claim dual = bind(tcp, ANY6);
    assertInUse(() -> bind(tcp, LO));
    assertInUse(() -> bind(tcp, ANY));
    assertInUse(() -> bind(tcp, LO6));
    dual.release();
    tcp.bind(ANY6, 80, true, false, false);
    bind(tcp, ANY);
    assertInUse(() -> bind(tcp, LO6));
    assertInUse(() -> bind(tcp, ANY6));
  }

  @Test
  void ipv6AndIpv4AddressesDoNotMeet() throws ErrnoException {
    bind(tcp, LO6);
    bind(tcp, ANY);
    assertInUse(() -> bind(tcp, ANY6));
  }

  @Test
  void reuseAddressHasToBeOnBoth() throws ErrnoException {
    bind(tcp, LO);
    assertInUse(() -> bindReusing(tcp, LO));
    Claim other = bindReusing(tcp, LO2);
    assertInUse(() -> bind(tcp, LO2));
    bindReusing(tcp, LO2);
    other.setReuseAddress(false);
    assertInUse(() -> bindReusing(tcp, LO2));
  }

  @Test
  void reuseAddressDoesNotShareAListenersPort() throws ErrnoException {
    Claim listener = bindReusing(tcp, LO);
    Claim second = bindReusing(tcp, LO);
    listener.listen();
    assertInUse(second::listen);
    assertInUse(() -> bindReusing(tcp, ANY));
    listener.unlisten();
    second.listen();
  }

  @Test
  void reusePortSharesAListenersPort() throws ErrnoException {
    Claim a = tcp.bind(LO, 80, false, false, true);
    Claim b = tcp.bind(LO, 80, false, false, true);
    a.listen();
    b.listen();
    assertInUse(() -> bindReusing(tcp, LO));
  }

  @Test
  void reuseAddressSharesADatagramPort() throws ErrnoException {
    bindReusing(udp, ANY).listen();
    bindReusing(udp, LO);
    assertInUse(() -> bind(udp, LO));
  }

  @Test
  void acceptedConnectionsKeepThePortFromBindWithoutReuse() throws ErrnoException {
    Claim listener = bindReusing(tcp, ANY);
    listener.listen();
    Claim connection = listener.inherit(LO);
    listener.release();
    assertInUse(() -> bind(tcp, LO));
    bind(tcp, LO2).release();
    bindReusing(tcp, ANY).listen();
    connection.release();
  }

  @Test
  void connectingNarrowsTheClaimAndDisconnectingWidensIt() throws ErrnoException {
    Claim claim = bind(udp, ANY);
    claim.moveTo(LO);
    bind(udp, LO2);
    claim.moveTo(ANY);
    assertThat(claim.address()).isEqualTo(ANY);
    assertInUse(() -> bind(udp, IpAddress.parse("127.0.0.3")));
  }

  @Test
  void bindChoosesOddAndConnectEvenPorts() throws ErrnoException {
    for (int i = 0; i < 100; i++) {
      assertThat(tcp.bind(LO, 0, false, false, false).port()).isBetween(32_768, 60_999).isOdd();
      assertThat(tcp.claimForConnect(LO, PEER, false, false, p -> true).port())
          .isBetween(32_768, 60_999)
          .isEven();
    }
  }

  @Test
  void withoutASplitByParityBindAndConnectTakeEither() throws ErrnoException {
    PortTable both = table(Sharing.CONNECTIONS, new PortRange(10_000, 65_535, 0, false));
    Set<Integer> parities = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      parities.add(both.bind(LO, 0, false, false, false).port() % 2);
      TransportAddress peer = new TransportAddress(LO2, 1000 + i);
      parities.add(2 + both.claimForConnect(LO, peer, false, false, p -> true).port() % 2);
    }
    assertThat(parities).containsExactlyInAnyOrder(0, 1, 2, 3);
  }

  @Test
  void whenItsParityIsUsedUpBindAndConnectTakeTheOther() throws ErrnoException {
    PortTable small = table(Sharing.CONNECTIONS, new PortRange(1001, 1005, 0));
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      ports.add(small.bind(LO, 0, false, true, true).port());
    }
    assertThat(ports).hasSize(4).contains(1001, 1003, 1005);
    int last = small.claimForConnect(LO, PEER, false, false, p -> true).port();
    assertThat(ports).doesNotContain(last);
    assertInUse(() -> small.bind(LO, 0, false, true, true));
    assertRefused(
        Errno.EADDRNOTAVAIL, () -> small.claimForConnect(LO, PEER, false, false, p -> p != last));
  }

  @Test
  void anEphemeralPortIsNeverShared() throws ErrnoException {
    PortTable small = table(Sharing.DATAGRAMS, new PortRange(2000, 2002, 0));
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      ports.add(small.bind(ANY, 0, false, true, true).port());
    }
    assertThat(ports).containsExactlyInAnyOrder(2000, 2001, 2002);
    assertInUse(() -> small.bind(LO, 0, false, true, true));
  }

  @Test
  void aRangeOfOnePortWorks() throws ErrnoException {
    PortTable one = table(Sharing.CONNECTIONS, new PortRange(4000, 4000, 0));
    assertThat(one.bind(LO, 0, false, false, false).port()).isEqualTo(4000);
    assertThat(one.bind(LO2, 0, false, false, false).port()).isEqualTo(4000);
  }

  @Test
  void connectionsToDifferentPeersMayShareAPort() throws ErrnoException {
    PortTable one = table(Sharing.CONNECTIONS, new PortRange(4000, 4000, 0));
    one.claimForConnect(LO, PEER, false, false, p -> true);
    one.claimForConnect(LO, new TransportAddress(LO2, 80), false, false, p -> true);
    assertThat(one.claims()).isEqualTo(2);
  }

  @Tag("RFC6056-3.2-SERVICES")
  @Test
  void connectNeverTakesABoundPort() throws ErrnoException {
    PortTable one = table(Sharing.CONNECTIONS, new PortRange(4000, 4000, 0));
    Claim bound = one.bind(LO2, 4000, false, true, true);
    assertRefused(Errno.EADDRNOTAVAIL, () -> one.claimForConnect(LO, PEER, true, true, p -> true));
    bound.release();
    assertThat(one.claimForConnect(LO, PEER, true, true, p -> true).port()).isEqualTo(4000);
  }

  @Tag("RFC6056-3.3.4")
  @Test
  void portsTowardsOnePeerDoNotComeBackSoon() throws ErrnoException {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      Claim claim = tcp.claimForConnect(LO, PEER, false, false, p -> true);
      ports.add(claim.port());
      claim.release();
    }
    assertThat(ports).doesNotHaveDuplicates();
  }

  @Tag("RFC6056-3.3")
  @Test
  void stacksWithOtherSecretsBeginElsewhere() throws ErrnoException {
    Set<Integer> ports = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      PortTable table =
          new PortTable(Sharing.CONNECTIONS, Randomness.seeded(seed), PortRange.DEFAULT);
      ports.add(table.claimForConnect(LO, PEER, false, false, p -> true).port());
    }
    assertThat(ports).hasSizeGreaterThan(40);
  }

  @Test
  void privilegedPortsAreRefusedWhereTheSettingSaysSo() throws ErrnoException {
    PortTable strict = table(Sharing.CONNECTIONS, new PortRange(32_768, 60_999, 1024));
    assertRefused(Errno.EACCES, () -> strict.bind(LO, 1023, false, false, false));
    assertThat(strict.bind(LO, 1024, false, false, false).port()).isEqualTo(1024);
    assertThat(tcp.bind(LO, 1, false, false, false).port()).isEqualTo(1);
  }

  @Test
  void releasingTwiceFreesOnce() throws ErrnoException {
    Claim a = bindReusing(tcp, LO);
    Claim b = bindReusing(tcp, LO);
    Claim c = bindReusing(tcp, LO);
    b.release();
    b.release();
    assertThat(tcp.claims()).isEqualTo(2);
    a.release();
    assertInUse(() -> bind(tcp, LO));
    c.release();
    bind(tcp, LO).release();
    assertThat(tcp.claims()).isZero();
  }

  @Test
  void claimsAreToldApartHoweverManyAddressesThePortHas() throws ErrnoException {
    Claim listener = bindReusing(tcp, ANY);
    List<Claim> connections = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      connections.add(listener.inherit(IpAddress.parse("127.0.0." + (1 + i % 20))));
    }
    listener.release();
    assertThat(tcp.claims()).isEqualTo(60);
    for (Claim each : connections) {
      assertInUse(() -> bind(tcp, each.address()));
      each.release();
    }
    bind(tcp, ANY);
    assertThat(tcp.claims()).isOne();
  }

  @Test
  void whatChangesOneClaimLeavesThoseLikeItAsTheyAre() throws ErrnoException {
    Claim one = bindReusing(udp, LO);
    Claim other = bindReusing(udp, LO);
    one.setReuseAddress(false);
    one.moveTo(LO2);
    assertThat(other.address()).isEqualTo(LO);
    bindReusing(udp, LO).release();
    assertInUse(() -> bindReusing(udp, LO2));
    one.release();
    one.moveTo(LO);
    one.setReuseAddress(true);
    assertThat(udp.claims()).isOne();
    bindReusing(udp, LO2);
    other.release();
    bind(udp, LO);
  }

  @Test
  void aRangeOutsideThePortsIsRefusedByItsValue() {
    assertThatThrownBy(() -> new PortRange(5000, 4000, 0)).hasMessageContaining("5000 to 4000");
    assertThatThrownBy(() -> new PortRange(0, 4000, 0)).hasMessageContaining("0 to 4000");
    assertThatThrownBy(() -> new PortRange(1, 4000, -1)).hasMessageContaining("-1");
  }
}
