// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv6Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TcpSegment;
import org.loopstack.wire.TransportChecksums;

/**
 * What stands in the headers: window, checksum, options and segment sizes (RFC 9293 3.1, 3.7.1).
 */
class HeaderTest {
  /** Kind 253 is for experiments (RFC 4727): nobody implements it. */
  private static final int[] UNKNOWN = {253, 6, 1, 2, 3, 4, 1, 1};

  @Tag("RFC9293-MUST-1")
  @Tag("RFC9293-REC-1")
  @Test
  void aWindowWithItsHighestBitSetIsLargeAndNotNegative() throws Exception {
    TcpFixture f = new TcpFixture().accept(PeerSegment.join(PeerSegment.mss(1000), scale(14)));
    f.peer(ACK).window(0xffff).send();
    assertThat(f.core().tcb.sndWnd).isEqualTo(0xffff << 14);
    f.peer(ACK).window(0x8000).send();
    assertThat(f.core().tcb.sndWnd).isEqualTo(0x8000 << 14);
    f.write(5000);
    assertThat(f.sent()).hasSize(5);
  }

  private static int[] scale(int shift) {
    return new int[] {1, 3, 3, shift};
  }

  @Tag("RFC9293-MUST-2")
  @Test
  void everySegmentLeavesWithARightChecksum() throws Exception {
    TcpFixture f = new TcpFixture();
    List<TransportChecksums.Check> checks = new ArrayList<>();
    f.link
        .taps()
        .add(
            (direction, packet) -> {
              byte[] b = Datagrams.bytes(packet);
              if (direction == LinkTap.Direction.OUT) {
                checks.add(TransportChecksums.check(b, 0, b.length));
              }
            });
    f.accept();
    f.write("odd");
    f.write(4000);
    f.peerSends("x");
    f.passMillis(40);
    f.endpoint().abort();
    // And the reset of what belongs to no connection.
    f.peer(ACK).send();
    assertThat(checks).hasSizeGreaterThanOrEqualTo(6);
    assertThat(checks).containsOnly(TransportChecksums.Check.RIGHT);
  }

  @Tag("RFC9293-MUST-5")
  @Tag("RFC9293-MUST-6")
  @ParameterizedTest
  @ValueSource(strings = {"SYN", "DATA", "FIN"})
  void anUnknownOptionIsPassedOverInAnySegment(String where) throws Exception {
    TcpFixture f = new TcpFixture();
    f.listen(1);
    int[] syn = PeerSegment.join(UNKNOWN, PeerSegment.mss(700));
    f.peer(SYN).options(where.equals("SYN") ? syn : PeerSegment.mss(700)).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.peer(ACK).options(UNKNOWN).send();
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(f.core().tcb.sndMss).isEqualTo(700);
    f.peer(ACK).options(where.equals("DATA") ? UNKNOWN : new int[0]).data("abc").send();
    f.peerNext += 3;
    assertThat(f.core().receiver.buffer.size()).isEqualTo(3);
    f.peer(FIN | ACK).options(where.equals("FIN") ? UNKNOWN : new int[0]).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSE_WAIT);
  }

  @Tag("RFC9293-MUST-7")
  @ParameterizedTest
  @CsvSource({"2, 0", "253, 0", "253, 1", "253, 40", "2, 3"})
  void anIllegalLengthDoesNoHarm(int kind, int length) throws Exception {
    TcpFixture f = new TcpFixture().accept();
    f.peer(ACK).options(kind, length, 0, 0).data("abc").send();
    f.peerNext += 3;
    assertThat(f.read()).isEqualTo("abc");
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    // Nor does it in a SYN.
    TcpFixture g = new TcpFixture();
    g.listen(1);
    g.peer(SYN).options(kind, length, 0, 0).send();
    assertThat(g.sentOne().flags()).isEqualTo(SYN | ACK);
  }

  @Tag("RFC9293-MUST-4")
  @Tag("RFC9293-MUST-64")
  @Test
  void anOptionMayBeginAnywhereAndTheListEndAnywhere() throws Exception {
    TcpFixture f = new TcpFixture();
    f.listen(1);
    // NOP, MSS at an odd place, End, and behind it what looks like another MSS.
    f.peer(SYN).options(1, 2, 4, 2, 188, 0, 2, 4, 0, 1, 0, 0).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();
    assertThat(f.core().tcb.sndMss).isEqualTo(700);
  }

  @Tag("RFC9293-MUST-14")
  @Tag("RFC9293-SHLD-5")
  @Tag("RFC9293-MAY-3")
  @Tag("RFC9293-MUST-67")
  @ParameterizedTest
  @CsvSource({"1500, 1460", "576, 536", "9000, 8960", "65536, 65495"})
  void theMssOffersWhatCanBeReceivedInOnePiece(int mtu, int mss) throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.linux(), 7, 9, mtu);
    f.connect();
    assertThat(f.sentOne().parseOptions().mss()).isEqualTo(mss);
    // Never so much that the whole datagram could not be: 65,535 bytes less both headers.
    assertThat(mss).isLessThanOrEqualTo(65_535 - 20 - 20);
  }

  @Tag("RFC8201-5.4-MSS")
  @Tag("RFC8201-5.4-TCP")
  @Tag("RFC9293-MUST-16")
  @Tag("RFC9293-SHLD-28")
  @ParameterizedTest
  @CsvSource({"1500, 1000, 1000", "1500, 9000, 1460", "576, 1460, 536", "1500, 536, 536"})
  void aSegmentIsNoLargerThanThePeerTakesNorThanThePathDoes(int mtu, int offered, int size)
      throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.linux(), 7, 9, mtu);
    f.accept(PeerSegment.mss(offered));
    f.write(3 * size);
    assertThat(f.sent()).hasSize(3).allMatch(s -> s.data().length() == size);
  }

  @Tag("RFC9293-MUST-16")
  @Test
  void optionsAreCountedOff() throws Exception {
    TcpFixture f = new TcpFixture();
    f.accept(PeerSegment.join(PeerSegment.mss(1000), PeerSegment.timestamps(1, 0)));
    f.write(988);
    TcpSegment sent = f.sentOne();
    assertThat(sent.data().length()).isEqualTo(988);
    assertThat(sent.options().length()).isEqualTo(12);
  }

  @Tag("RFC9293-MUST-65")
  @Tag("RFC9293-MUST-68")
  @Tag("RFC9293-MUST-69")
  @Tag("RFC7323-3.2-ALL")
  @Tag("RFC2018-2-SYN")
  @Test
  void onlyASynOffersAndEveryListIsWellFormedToItsEnd() throws Exception {
    TcpFixture f = new TcpFixture();
    List<TcpSegment> all = new ArrayList<>();
    f.listen(1);
    f.peer(SYN)
        .options(
            PeerSegment.join(
                PeerSegment.mss(1000),
                new int[] {4, 2, 1, 1},
                PeerSegment.timestamps(1, 0),
                scale(3)))
        .send();
    TcpSegment synAck = f.sentOne();
    assertThat(synAck.parseOptions().mss()).isEqualTo(1460);
    assertWellFormed(synAck);
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    int[] stamps = PeerSegment.timestamps(1, 1);
    f.peer(ACK).options(stamps).send();
    var endpoint = Objects.requireNonNull(f.listener).accept();
    for (int gap = 1; gap < 12; gap += 2) {
      f.peer(ACK).seq(f.peerNext + gap * 10).options(stamps).data("out of order").send();
    }
    endpoint.write(ByteBuffer.allocate(3000));
    f.passMillis(300);
    endpoint.shutdownOutput();
    all.addAll(f.sent());
    assertThat(all).hasSizeGreaterThan(8);
    for (TcpSegment segment : all) {
      TcpOptions options = segment.parseOptions();
      assertThat(options.mss()).isZero();
      assertThat(options.sackPermitted()).isFalse();
      assertThat(options.hasWindowScale()).isFalse();
      assertThat(options.hasTimestamps()).isTrue();
      assertWellFormed(segment);
    }
  }

  private static void assertWellFormed(TcpSegment segment) {
    byte[] options = segment.options().toByteArray();
    assertThat(options.length % 4).isZero();
    int at = 0;
    while (at < options.length && options[at] != TcpOptions.END) {
      int length = options[at] == TcpOptions.NOP ? 1 : options[at + 1];
      assertThat(length).isPositive();
      at += length;
    }
    assertThat(at).isLessThanOrEqualTo(options.length);
    for (; at < options.length; at++) {
      assertThat(options[at]).isZero();
    }
  }

  @Tag("RFC9293-MUST-15")
  @Test
  void withoutAnMssThePeerTakes536OverIpv4() throws Exception {
    TcpFixture f = new TcpFixture();
    f.accept(1, 1, 1, 1);
    f.write(1000);
    assertThat(f.sent()).extracting(s -> s.data().length()).containsExactly(536, 464);
  }

  @Tag("RFC9293-MUST-15")
  @Test
  void withoutAnMssThePeerTakes1220OverIpv6() throws Exception {
    Engine engine = Engine.virtual(new VirtualClock(), 5);
    InternetLayer internet = new InternetLayer(engine, InternetConfiguration.LINUX);
    ScriptedLink link = new ScriptedLink(1500);
    Interface added = internet.addInterface("test0", link);
    added.setUp(true);
    added.addAddress(InterfaceAddress.parse("2001:db8::1/64"));
    PortTable ports =
        new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    TcpProtocol tcp = new TcpProtocol(internet, ports, TcpConfiguration.linux());
    StreamEndpoint stream = tcp.openStream(AddressFamily.INET6);
    while (link.poll() != null) {}
    stream.connect(new TransportAddress(IpAddress.parse("2001:db8::2"), 80));
    TcpSegment syn = sent(link).getFirst();
    assertThat(syn.parseOptions().mss()).isEqualTo(1440);
    TcpSegment synAck =
        new TcpSegment(
            80,
            syn.sourcePort(),
            5,
            syn.sequence() + 1,
            SYN | ACK,
            60_000,
            0,
            Octets.EMPTY,
            Octets.EMPTY);
    link.arrive(
        Ipv6Datagram.of(IpAddress.parse("2001:db8::2"), IpAddress.parse("2001:db8::1"), synAck)
            .encode());
    assertThat(sent(link)).hasSize(1);
    assertThat(stream.finishConnect()).isTrue();
    stream.write(ByteBuffer.allocate(2000));
    assertThat(sent(link)).extracting(s -> s.data().length()).containsExactly(1220, 780);
  }

  private static List<TcpSegment> sent(ScriptedLink link) {
    List<TcpSegment> all = new ArrayList<>();
    for (byte[] b; (b = link.poll()) != null; ) {
      if (Ipv6Datagram.parse(b, 0, b.length).payload() instanceof TcpSegment segment) {
        all.add(segment);
      }
    }
    return all;
  }

  @Tag("RFC9293-SHLD-2")
  @Test
  void aResetMayCarryData() throws Exception {
    TcpFixture f = new TcpFixture().accept();
    f.peer(RST).data("why").send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    assertThat(f.drops(DropReason.TCP_OUT_OF_WINDOW)).isZero();
  }
}
