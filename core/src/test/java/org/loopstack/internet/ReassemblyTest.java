// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.link.Wire;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/** Fragments that arrive by a link: what becomes of them, by example. */
class ReassemblyTest {
  private static final int ID = 0x1234;

  private final TwoHosts two;

  ReassemblyTest() throws ErrnoException {
    two = new TwoHosts();
  }

  /** A fragment from A to B with some bytes of a payload. */
  static byte[] fragment(boolean ipv6, int id, byte[] payload, int from, int to, boolean more) {
    int header = ipv6 ? 48 : 20;
    byte[] b = new byte[header + to - from];
    System.arraycopy(payload, from, b, header, to - from);
    if (ipv6) {
      Ipv6Header.encode(
          b,
          0,
          0,
          0,
          8 + to - from,
          IpProtocol.FRAGMENT,
          64,
          Host.ip("2001:db8::1"),
          Host.ip("2001:db8::2"));
      Ipv6FragmentHeader.encode(b, 40, IpProtocol.UDP, from, more, id);
    } else {
      Ipv4Header.encode(
          b,
          0,
          20,
          0,
          b.length,
          id,
          more ? Ipv4Header.MORE_FRAGMENTS : 0,
          from,
          64,
          IpProtocol.UDP,
          Host.ip("10.0.0.1"),
          Host.ip("10.0.0.2"));
    }
    return b;
  }

  private void send(boolean ipv6, byte[] payload, int from, int to, boolean more) {
    two.inject(fragment(ipv6, ID, payload, from, to, more));
  }

  private byte[] payloadOf(Host.Received received) {
    byte[] all = received.packet().head();
    return Arrays.copyOfRange(
        all, received.packet().transportOffset(), received.packet().headEnd());
  }

  private long memory() {
    return two.b.internet.reassembler().memory();
  }

  @Tag("RFC791-3.1-576")
  @Tag("RFC8504-5.1-LENGTH")
  @Tag("RFC1122-3.3.2")
  @Tag("RFC8200-4.5-SIZE")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @Tag("FACTS-12")
  void putsTheLargestDatagramTogetherAgain(boolean ipv6) throws Exception {
    int most = ipv6 ? 65_527 : 65_507;
    two.a.sendUdp(ipv6 ? "2001:db8::2" : "10.0.0.2", most);

    assertThat(two.a.sent).hasSizeGreaterThan(44);
    assertThat(two.a.sent).allSatisfy(f -> assertThat(f).hasSizeLessThanOrEqualTo(1500));
    assertThat(two.b.udp.received.getFirst().data()).isEqualTo(Host.data(most));
    String prefix = ipv6 ? "Ip6" : "Ip";
    assertThat(two.b.internet.counters().value(prefix + "ReasmOKs")).isEqualTo(1);
    assertThat(two.a.internet.counters().value(prefix + "FragOKs")).isEqualTo(1);
    assertThat(two.a.internet.counters().value(prefix + "FragCreates"))
        .isEqualTo(two.a.sent.size());
    assertThat(memory()).isZero();
    assertThat(two.b.internet.reassembler().size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void takesFragmentsInAnyOrderAndTwice(boolean ipv6) {
    byte[] payload = Host.data(100);
    send(ipv6, payload, 64, 100, false);
    send(ipv6, payload, 16, 64, true);
    send(ipv6, payload, 16, 64, true);
    send(ipv6, payload, 64, 100, false);
    assertThat(two.b.udp.received).isEmpty();
    send(ipv6, payload, 0, 16, true);

    assertThat(payloadOf(two.b.udp.received.getFirst())).isEqualTo(payload);
    byte[] whole = two.b.udp.received.getFirst().packet().head();
    if (ipv6) {
      assertThat(Ipv6Header.nextHeader(whole, 0)).isEqualTo(IpProtocol.UDP);
      assertThat(Ipv6Header.payloadLength(whole, 0)).isEqualTo(100);
    } else {
      assertThat(Ipv4Header.isChecksumValid(whole, 0)).isTrue();
      assertThat(Ipv4Header.totalLength(whole, 0)).isEqualTo(120);
      assertThat(Ipv4Header.isFragment(whole, 0)).isFalse();
    }
    assertThat(memory()).isZero();
  }

  @Tag("RFC5722-4-RECEIVE")
  @Tag("RFC8200-4.5-OVERLAP")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anOverlapLosesTheDatagram(boolean ipv6) {
    byte[] payload = Host.data(100);
    send(ipv6, payload, 0, 64, true);
    send(ipv6, payload, 56, 100, false);
    assertThat(two.b.internet.counters().drops(DropReason.FRAGMENT_OVERLAP)).isEqualTo(1);

    send(ipv6, payload, 64, 100, false);
    assertThat(two.b.udp.received).isEmpty();
    two.clock.advance(Duration.ofSeconds(61));
    assertThat(two.b.sent).as("no ICMP").isEmpty();
    assertThat(memory()).isZero();
  }

  @Tag("RFC5722-4-RECEIVE")
  @Tag("RFC8504-5.1-OVERLAP")
  @Tag("RFC8200-4.5-OVERLAP")
  @Test
  void anIpv6OverlapAlsoLosesTheFragmentsThatAreStillToCome() {
    byte[] payload = Host.data(100);
    send(true, payload, 0, 64, true);
    send(true, payload, 56, 100, false);
    send(true, payload, 0, 64, true);
    send(true, payload, 64, 100, false);
    assertThat(two.b.udp.received).isEmpty();

    two.clock.advance(Duration.ofSeconds(61));
    send(true, payload, 0, 64, true);
    send(true, payload, 64, 100, false);
    assertThat(two.b.udp.received).hasSize(1);
  }

  @Test
  void anIpv4RepetitionOfAPartIsADuplicateAnIpv6OneAnOverlap() {
    byte[] payload = Host.data(100);
    for (boolean ipv6 : new boolean[] {false, true}) {
      send(ipv6, payload, 0, 32, true);
      send(ipv6, payload, 32, 64, true);
      send(ipv6, payload, 8, 48, true);
      send(ipv6, payload, 64, 100, false);
    }
    assertThat(two.b.udp.received).hasSize(1);
    assertThat(two.b.udp.received.getFirst().source().isIpv4()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void twoEndsThatDisagreeLoseTheDatagram(boolean ipv6) {
    byte[] payload = Host.data(200);
    send(ipv6, payload, 64, 100, false);
    send(ipv6, payload, 104, 200, false);
    assertThat(two.b.internet.counters().drops(DropReason.FRAGMENT_OVERLAP)).isEqualTo(1);
  }

  @Tag("RFC792-11-TIME")
  @Tag("RFC1122-3.3.2-TIMEOUT")
  @Tag("RFC8200-4.5-TIMEOUT")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tellsTheSenderWhenTheRestDidNotComeInTime(boolean ipv6) {
    byte[] payload = Host.data(100);
    send(ipv6, payload, 0, 64, true);
    long limit = ipv6 ? 60 : 30;

    two.clock.advance(Duration.ofSeconds(limit).minusMillis(1));
    assertThat(two.b.sent).isEmpty();
    two.clock.advance(Duration.ofMillis(1));

    assertThat(two.b.sent).hasSize(1);
    byte[] error = two.b.sent.getFirst();
    int at = ipv6 ? 40 : 20;
    assertThat(IcmpHeader.type(error, at))
        .isEqualTo(ipv6 ? Icmpv6Header.TIME_EXCEEDED : IcmpHeader.TIME_EXCEEDED);
    assertThat(IcmpHeader.code(error, at)).isEqualTo(1);
    assertThat(two.b.internet.counters().drops(DropReason.REASSEMBLY_TIMEOUT)).isEqualTo(1);
    assertThat(memory()).isZero();
  }

  @Tag("RFC1122-3.3.2-TIMEOUT")
  @Tag("RFC8200-4.5-TIMEOUT")
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isSilentWhenTheFirstFragmentIsMissing(boolean ipv6) {
    send(ipv6, Host.data(100), 64, 100, false);

    two.clock.advance(Duration.ofMinutes(2));

    assertThat(two.b.sent).isEmpty();
    assertThat(two.b.internet.counters().drops(DropReason.REASSEMBLY_TIMEOUT)).isEqualTo(1);
    assertThat(memory()).isZero();
    assertThat(two.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Tag("RFC8200-4.5-ATOMIC")
  @Test
  void processesAnAtomicFragmentInIsolation() {
    byte[] payload = Host.data(16);
    send(true, payload, 0, 8, true);
    send(true, payload, 0, 16, false);

    assertThat(two.b.udp.received).hasSize(1);
    send(true, payload, 8, 16, false);
    assertThat(two.b.udp.received).hasSize(2);
  }

  @Tag("RFC8200-4.5-LENGTH")
  @Test
  void refusesAnIpv6FragmentOfOddSizeOrBeyondTheEnd() {
    send(true, Host.data(13), 0, 13, true);
    byte[] tooFar = fragment(true, ID, Host.data(100), 0, 96, true);
    Ipv6FragmentHeader.encode(tooFar, 40, IpProtocol.UDP, 65_528, false, ID);
    two.inject(tooFar);

    assertThat(two.b.sent).hasSize(2);
    assertThat(Icmpv6Header.pointer(two.b.sent.get(0), 40)).isEqualTo(4);
    assertThat(Icmpv6Header.pointer(two.b.sent.get(1), 40)).isEqualTo(42);
    assertThat(two.b.internet.counters().drops(DropReason.FRAGMENT_TOO_BIG)).isEqualTo(2);
    assertThat(memory()).isZero();
  }

  @Test
  void dropsAnIpv4FragmentBeyondTheLargestDatagram() {
    byte[] tooFar = fragment(false, ID, Host.data(100), 0, 96, false);
    Bytes.put16(tooFar, 6, 65_528 >>> 3);
    Ipv4Header.updateChecksum(tooFar, 0);
    two.inject(tooFar);

    assertThat(two.b.internet.counters().drops(DropReason.FRAGMENT_TOO_BIG)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void keepsWithinItsMemory(boolean ipv6) throws Exception {
    var small = InternetConfiguration.LINUX.toBuilder().reassemblyMemory(20_000).build();
    TwoHosts bounded = new TwoHosts(small, Wire.DEFAULT_MTU);
    byte[] payload = Host.data(1024);
    for (int id = 0; id < 100; id++) {
      bounded.inject(fragment(ipv6, id, payload, 0, 1024, true));
      assertThat(bounded.b.internet.reassembler().memory()).isLessThanOrEqualTo(20_000);
    }
    assertThat(bounded.b.internet.counters().drops(DropReason.REASSEMBLY_MEMORY))
        .isEqualTo(100 - bounded.b.internet.reassembler().size());

    bounded.clock.advance(Duration.ofMinutes(2));
    assertThat(bounded.b.internet.reassembler().memory()).isZero();
    bounded.a.sendUdp(ipv6 ? "2001:db8::2" : "10.0.0.2", 4000);
    assertThat(bounded.b.udp.received).hasSize(1);
  }

  @Tag("RFC3168-5.3")
  @Test
  void aCongestionMarkOnOneFragmentIsOneOnTheWhole() {
    byte[] payload = Host.data(16);
    byte[] first = fragment(false, ID, payload, 0, 8, true);
    byte[] second = fragment(false, ID, payload, 8, 16, false);
    first[1] = 2;
    second[1] = 3;
    Ipv4Header.updateChecksum(first, 0);
    Ipv4Header.updateChecksum(second, 0);
    two.inject(first);
    two.inject(second);
    byte[] whole = two.b.udp.received.getFirst().packet().head();
    assertThat(Ipv4Header.trafficClass(whole, 0)).isEqualTo(3);

    first[1] = 0;
    Ipv4Header.updateChecksum(first, 0);
    two.inject(first);
    two.inject(second);
    assertThat(two.b.udp.received).as("Not-ECT and CE: dropped").hasSize(1);
  }
}
