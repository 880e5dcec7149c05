// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Wire;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TransportChecksums;

/** Echo, errors and their limits, path MTU. */
class IcmpTest {
  private static final int IPV4 = 20;
  private static final int IPV6 = 40;

  private final TwoHosts two;

  IcmpTest() throws ErrnoException {
    two = new TwoHosts();
  }

  private static void echo(Host host, Route route, int length) {
    Packet packet = Packet.allocate(route.headroom(), 8 + length);
    int at = packet.append(8 + length);
    boolean ipv4 = route.destination().isIpv4();
    int type = ipv4 ? IcmpHeader.ECHO_REQUEST : Icmpv6Header.ECHO_REQUEST;
    IcmpHeader.encode(packet.head(), at, type, 0, IcmpHeader.restOfEcho(0x4711, 3));
    System.arraycopy(Host.data(length), 0, packet.head(), at + 8, length);
    packet.setChecksumPending(true);
    int protocol = ipv4 ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    assertThat(host.internet.send(route, packet, protocol, 64, 0, false)).isNull();
  }

  /** A complete datagram of any protocol as it is on the wire. */
  private static byte[] datagram(int protocol, String source, String destination, byte[] payload) {
    boolean ipv4 = Host.ip(source).isIpv4();
    int header = ipv4 ? IPV4 : IPV6;
    byte[] b = new byte[header + payload.length];
    System.arraycopy(payload, 0, b, header, payload.length);
    IpAddress from = Host.ip(source);
    IpAddress to = Host.ip(destination);
    if (ipv4) {
      Ipv4Header.encode(b, 0, 20, 0, b.length, 7, 0, 0, 64, protocol, from, to);
    } else {
      Ipv6Header.encode(b, 0, 0, 0, payload.length, protocol, 64, from, to);
    }
    TransportChecksums.complete(b, 0, b.length);
    return b;
  }

  /** An ICMP error about a datagram, from the other end of the wire. */
  private static byte[] error(int type, int code, int rest, byte[] about) {
    boolean ipv4 = Ipv4Header.version(about, 0) == 4;
    byte[] message = new byte[8 + about.length];
    IcmpHeader.encode(message, 0, type, code, rest);
    System.arraycopy(about, 0, message, 8, about.length);
    return ipv4
        ? datagram(IpProtocol.ICMP, "10.0.0.1", "10.0.0.2", message)
        : datagram(IpProtocol.ICMPV6, "2001:db8::1", "2001:db8::2", message);
  }

  private static void unregister(Host host) {
    host.internet.register(IpProtocol.UDP, new PortUnreachable(host));
  }

  /** Answers every datagram as UDP does where nobody is. */
  private record PortUnreachable(Host host) implements UpperProtocol {
    @Override
    public void receive(Packet packet, IpAddress source, IpAddress destination) {
      host.internet.sendPortUnreachable(packet);
    }

    @Override
    public void receiveError(IcmpError error) {
      host.udp.receiveError(error);
    }
  }

  @Tag("RFC792-8-DATA")
  @Tag("RFC8504-5.8")
  @Tag("RFC1122-3.2.2.6")
  @Tag("RFC4443-2.2")
  @Tag("RFC4443-4.2")
  @Tag("RFC4443-4.2-PASS")
  @ParameterizedTest
  @Tag("FACTS-11")
  @Tag("FACTS-17")
  @CsvSource({
    "127.0.0.1, 56",
    "127.9.9.9, 0",
    "127.9.9.9, 65507",
    "::1, 56",
    "::1, 65527",
    "10.0.0.1, 9",
    "10.0.0.2, 56",
    "10.0.0.2, 5000",
    "2001:db8::2, 56",
    "2001:db8::2, 5000"
  })
  void answersAnEchoFromTheAddressThatWasPingedWithAllData(String address, int length)
      throws Exception {
    echo(two.a, two.a.route(address), length);

    Host.Recorder listener = Host.ip(address).isIpv4() ? two.a.icmp : two.a.icmpv6;
    assertThat(listener.received).hasSize(1);
    Host.Received reply = listener.received.getFirst();
    assertThat(reply.source()).isEqualTo(Host.ip(address));
    assertThat(reply.data()).isEqualTo(Host.data(length));
    byte[] b = reply.packet().head();
    int at = reply.packet().transportOffset();
    assertThat(IcmpHeader.type(b, at)).isIn(IcmpHeader.ECHO_REPLY, Icmpv6Header.ECHO_REPLY);
    assertThat(IcmpHeader.identifier(b, at)).isEqualTo(0x4711);
    assertThat(IcmpHeader.sequence(b, at)).isEqualTo(3);
  }

  @Tag("RFC4443-4.2-MANY")
  @Tag("RFC4443-4.2-MANY-SOURCE")
  @Test
  void ignoresAnEchoToABroadcastOrGroupUnlessToldToAnswer() throws Exception {
    two.b.internet.groups().join(Host.ip("224.5.5.5"), 2);
    echo(two.a, two.a.route("10.0.0.255"), 8);
    echo(two.a, two.a.route("224.5.5.5"), 8);
    assertThat(two.a.icmp.received).isEmpty();

    var polite =
        InternetConfiguration.LINUX.toBuilder()
            .echoIgnoreBroadcasts(false)
            .echoIgnoreMulticast(true)
            .build();
    TwoHosts other = new TwoHosts(polite, Wire.DEFAULT_MTU);
    echo(other.a, other.a.route("10.0.0.255"), 8);
    assertThat(other.a.icmp.received).hasSize(1);
    assertThat(other.a.icmp.received.getFirst().source()).isEqualTo(Host.ip("10.0.0.2"));

    echo(two.a, two.a.route("ff02::1", "::", 2), 8);
    assertThat(two.a.icmpv6.received)
        .extracting(Host.Received::source)
        .contains(Host.ip("fe80::2"));
    echo(other.a, other.a.route("ff02::1", "::", 2), 8);
    assertThat(other.a.icmpv6.received)
        .extracting(Host.Received::source)
        .doesNotContain(Host.ip("fe80::2"));
  }

  @Tag("RFC792-13-STAMP")
  @Tag("RFC1122-3.2.2.8")
  @Test
  void answersATimestamp() throws Exception {
    two.clock.advance(Duration.ofSeconds(5));
    byte[] request = new byte[20];
    IcmpHeader.encode(request, 0, IcmpHeader.TIMESTAMP_REQUEST, 0, IcmpHeader.restOfEcho(9, 8));
    Bytes.put32(request, 8, 123);
    two.inject(datagram(IpProtocol.ICMP, "10.0.0.1", "10.0.0.2", request));

    Packet reply = two.a.icmp.received.getFirst().packet();
    int at = reply.transportOffset();
    assertThat(IcmpHeader.type(reply.head(), at)).isEqualTo(IcmpHeader.TIMESTAMP_REPLY);
    assertThat(IcmpHeader.identifier(reply.head(), at)).isEqualTo(9);
    assertThat(IcmpHeader.originateTimestamp(reply.head(), at)).isEqualTo(123);
    assertThat(IcmpHeader.receiveTimestamp(reply.head(), at)).isEqualTo(5000);
    assertThat(IcmpHeader.transmitTimestamp(reply.head(), at)).isEqualTo(5000);
  }

  @Tag("RFC792-3-PORT")
  @Tag("RFC1122-4.1.3.1")
  @Tag("RFC4443-2.2")
  @Tag("RFC4443-3.1-PORT")
  @Tag("RFC4443-2.4-C")
  @Tag("RFC1122-3.2.2-QUOTE")
  @ParameterizedTest
  @Tag("FACTS-14")
  @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "10.0.0.2", "2001:db8::2"})
  void tellsTheSenderThatNobodyIsAtThePort(String address) throws Exception {
    unregister(two.a);
    unregister(two.b);
    two.a.sendUdp(address, 2000);

    assertThat(two.a.udp.errors).hasSize(1);
    IcmpError error = two.a.udp.errors.getFirst();
    IpAddress to = Host.ip(address);
    assertThat(error.kind()).isEqualTo(IcmpError.Kind.PORT_UNREACHABLE);
    assertThat(error.destination()).isEqualTo(to);
    assertThat(error.reporter()).isEqualTo(to);
    assertThat(error.protocol()).isEqualTo(IpProtocol.UDP);
    assertThat(error.packet().attachment()).isSameAs(error);
    assertThat(Bytes.u16(error.packet().head(), error.transportOffset())).isEqualTo(1000);
    assertThat(Bytes.u16(error.packet().head(), error.transportOffset() + 2)).isEqualTo(2000);
    assertThat(error.packet().length()).isEqualTo(to.isIpv4() ? 576 : 1280);
  }

  @Tag("RFC792-QUOTE")
  @Tag("RFC792-CHECKSUM")
  @Tag("RFC1122-3.2.2-QUOTE")
  @Test
  void quotesAShortDatagramWholeWithARightChecksum() throws Exception {
    unregister(two.a);
    two.a.sendUdp("127.0.0.1", 30);

    IcmpError error = two.a.udp.errors.getFirst();
    int from = error.transportOffset() - IPV4;
    byte[] quoted = Arrays.copyOfRange(error.packet().head(), from, error.packet().headEnd());
    assertThat(quoted).hasSize(58);
    assertThat(TransportChecksums.check(quoted, 0, quoted.length))
        .isEqualTo(TransportChecksums.Check.RIGHT);
  }

  @Tag("RFC1122-3.2.2-ABOUT")
  @Tag("RFC4443-2.4-E")
  @ParameterizedTest
  @Tag("FACTS-15")
  @Tag("FACTS-16")
  @CsvSource({
    "10.0.0.1, 10.0.0.255",
    "10.0.0.1, 255.255.255.255",
    "10.0.0.1, 224.0.0.1",
    "0.0.0.0, 255.255.255.255",
    "2001:db8::1, ff02::1"
  })
  void sendsNoErrorAboutWhatWentToMany(String source, String destination) {
    unregister(two.b);

    two.inject(ContainmentTest.datagram(source, destination));

    assertThat(
            two.b.internet.counters().value("IpInDelivers")
                + two.b.internet.counters().value("Ip6InDelivers"))
        .isEqualTo(1);
    assertThat(two.b.sent).isEmpty();
  }

  @Tag("RFC792-ABOUT")
  @Tag("RFC1122-3.2.2-ABOUT")
  @Test
  @Tag("FACTS-15")
  void sendsNoErrorAboutAnErrorNorAboutALaterFragment() {
    byte[] about = ContainmentTest.datagram("10.0.0.2", "10.0.0.1");
    byte[] error = error(IcmpHeader.UNREACHABLE, 3, 0, about);
    // Options that are broken ask for a parameter problem; an ICMP error must not get it.
    byte[] withOption = new byte[error.length + 4];
    System.arraycopy(error, 0, withOption, 0, IPV4);
    System.arraycopy(error, IPV4, withOption, IPV4 + 4, error.length - IPV4);
    withOption[0] = 0x46;
    withOption[IPV4] = 7;
    withOption[IPV4 + 1] = 99;
    Bytes.put16(withOption, 2, withOption.length);
    Ipv4Header.updateChecksum(withOption, 0);
    two.inject(withOption);
    assertThat(two.b.internet.counters().drops(DropReason.IP_OPTION_INVALID)).isEqualTo(1);
    assertThat(two.b.sent).isEmpty();

    withOption[9] = IpProtocol.UDP;
    Bytes.put16(withOption, 6, 8); // not the first fragment
    Ipv4Header.updateChecksum(withOption, 0);
    two.inject(withOption);
    assertThat(two.b.sent).isEmpty();

    Bytes.put16(withOption, 6, 0);
    Ipv4Header.updateChecksum(withOption, 0);
    two.inject(withOption);
    assertThat(two.b.sent).hasSize(1);
    byte[] problem = two.b.sent.getFirst();
    assertThat(IcmpHeader.type(problem, IPV4)).isEqualTo(IcmpHeader.PARAMETER_PROBLEM);
    assertThat(IcmpHeader.pointer(problem, IPV4)).isEqualTo(20);
  }

  @Tag("RFC4443-2.4-E")
  @Test
  @Tag("FACTS-16")
  void sendsNoErrorAboutAnIcmpv6ErrorOfUnknownType() {
    byte[] unknownOption = new byte[16];
    unknownOption[0] = IpProtocol.ICMPV6;
    unknownOption[2] = (byte) 0x9e; // action 2: discard and answer
    unknownOption[3] = 4;
    unknownOption[8] = 100; // an ICMPv6 error
    two.inject(
        datagram(IpProtocol.DESTINATION_OPTIONS, "2001:db8::1", "2001:db8::2", unknownOption));
    assertThat(two.b.sent).isEmpty();

    unknownOption[8] = (byte) 200; // informational
    two.inject(
        datagram(IpProtocol.DESTINATION_OPTIONS, "2001:db8::1", "2001:db8::2", unknownOption));
    assertThat(two.b.sent).hasSize(1);
    byte[] problem = two.b.sent.getFirst();
    assertThat(Icmpv6Header.type(problem, IPV6)).isEqualTo(Icmpv6Header.PARAMETER_PROBLEM);
    assertThat(Icmpv6Header.code(problem, IPV6)).isEqualTo(Icmpv6Header.UNRECOGNIZED_OPTION);
    assertThat(Icmpv6Header.pointer(problem, IPV6)).isEqualTo(42);
    assertThat(two.b.internet.counters().drops(DropReason.EXTENSION_HEADER_INVALID)).isEqualTo(2);
  }

  @Tag("RFC1122-3.2.2-UNKNOWN")
  @Tag("RFC4443-2.1-UNKNOWN-INFO")
  @ParameterizedTest
  @CsvSource({"41, 10.0.0.1, 10.0.0.2", "254, 10.0.0.1, 10.0.0.2", "200, 2001:db8::1, 2001:db8::2"})
  void isSilentAboutATypeThatItDoesNotKnow(int type, String source, String destination) {
    byte[] message = new byte[16];
    IcmpHeader.encode(message, 0, type, 0, 0);
    int protocol = Host.ip(source).isIpv4() ? IpProtocol.ICMP : IpProtocol.ICMPV6;
    two.inject(datagram(protocol, source, destination, message));

    assertThat(two.b.sent).isEmpty();
    assertThat(two.b.udp.errors).isEmpty();
  }

  @Tag("RFC4443-3.4")
  @Tag("RFC8200-4-NEXT")
  @Test
  void namesTheUnknownNextHeader() {
    two.inject(datagram(253, "2001:db8::1", "2001:db8::2", new byte[8]));

    byte[] problem = two.b.sent.getFirst();
    assertThat(Icmpv6Header.type(problem, IPV6)).isEqualTo(Icmpv6Header.PARAMETER_PROBLEM);
    assertThat(Icmpv6Header.code(problem, IPV6)).isEqualTo(Icmpv6Header.UNRECOGNIZED_NEXT_HEADER);
    assertThat(Icmpv6Header.pointer(problem, IPV6)).isEqualTo(6);
  }

  @Tag("RFC4443-2.4-F")
  @Test
  @Tag("FACTS-16")
  void limitsItsErrorsOnALinkButNotOnTheLoopback() throws Exception {
    unregister(two.a);
    unregister(two.b);
    for (int i = 0; i < 20; i++) {
      two.a.sendUdp("10.0.0.2", 1);
      two.a.sendUdp("127.0.0.1", 1);
    }
    assertThat(two.a.udp.errors).hasSize(20 + 6);
    assertThat(two.b.internet.counters().drops(DropReason.RATE_LIMITED)).isEqualTo(14);

    two.clock.advance(Duration.ofMillis(1000));
    for (int i = 0; i < 5; i++) {
      two.a.sendUdp("10.0.0.2", 1);
    }
    assertThat(two.a.udp.errors).as("one more after a second").hasSize(20 + 6 + 1);
  }

  @Tag("RFC1122-3.2.2-DEMUX")
  @ParameterizedTest
  @CsvSource({
    "3, 0, NETWORK_UNREACHABLE", "3, 1, HOST_UNREACHABLE", "3, 2, PROTOCOL_UNREACHABLE",
    "3, 3, PORT_UNREACHABLE", "3, 5, SOURCE_ROUTE_FAILED", "3, 13, HOST_UNREACHABLE",
    "11, 0, TIME_EXCEEDED", "12, 0, PARAMETER_PROBLEM"
  })
  void passesAnErrorToTheProtocolWhoseDatagramItIsAbout(int type, int code, IcmpError.Kind kind) {
    two.inject(error(type, code, 0, ContainmentTest.datagram("10.0.0.2", "192.0.2.9")));

    assertThat(two.b.udp.errors).hasSize(1);
    IcmpError error = two.b.udp.errors.getFirst();
    assertThat(error.kind()).isEqualTo(kind);
    assertThat(error.reporter()).isEqualTo(Host.ip("10.0.0.1"));
    assertThat(error.source()).isEqualTo(Host.ip("10.0.0.2"));
    assertThat(error.destination()).isEqualTo(Host.ip("192.0.2.9"));
    assertThat(error.quotedLength()).isEqualTo(12);
  }

  @Tag("RFC4443-3.1-TELL")
  @ParameterizedTest
  @CsvSource({
    "1, 0, NETWORK_UNREACHABLE",
    "1, 1, PROHIBITED",
    "1, 3, HOST_UNREACHABLE",
    "1, 4, PORT_UNREACHABLE",
    "2, 0, PACKET_TOO_BIG",
    "3, 0, TIME_EXCEEDED",
    "4, 0, PARAMETER_PROBLEM"
  })
  void passesAnIcmpv6ErrorToTheProtocolWhoseDatagramItIsAbout(
      int type, int code, IcmpError.Kind kind) {
    byte[] about = datagram(IpProtocol.UDP, "2001:db8::2", "2001:db8:9::9", new byte[12]);
    byte[] message = new byte[8 + about.length];
    message[0] = (byte) type;
    message[1] = (byte) code;
    Bytes.put32(message, 4, 1400);
    System.arraycopy(about, 0, message, 8, about.length);
    two.inject(datagram(IpProtocol.ICMPV6, "2001:db8::1", "2001:db8::2", message));

    assertThat(two.b.udp.errors).hasSize(1);
    IcmpError error = two.b.udp.errors.getFirst();
    assertThat(error.kind()).isEqualTo(kind);
    assertThat(error.source()).isEqualTo(Host.ip("2001:db8::2"));
    assertThat(error.destination()).isEqualTo(Host.ip("2001:db8:9::9"));
    assertThat(error.quotedLength()).isEqualTo(12);
  }

  @Tag("RFC4443-2.4-A")
  @ParameterizedTest
  @CsvSource({"5, PARAMETER_PROBLEM", "100, PARAMETER_PROBLEM", "1, NETWORK_UNREACHABLE"})
  void passesAnIcmpv6ErrorOfUnknownTypeOnAsWell(int type, IcmpError.Kind kind) {
    byte[] about = datagram(IpProtocol.UDP, "2001:db8::2", "2001:db8:9::9", new byte[12]);
    byte[] message = new byte[8 + about.length];
    message[0] = (byte) type;
    System.arraycopy(about, 0, message, 8, about.length);
    two.inject(datagram(IpProtocol.ICMPV6, "2001:db8::1", "2001:db8::2", message));

    assertThat(two.b.udp.errors).hasSize(1);
    IcmpError error = two.b.udp.errors.getFirst();
    assertThat(error.kind()).isEqualTo(kind);
    assertThat(error.type()).isEqualTo(type);
    assertThat(error.destination()).isEqualTo(Host.ip("2001:db8:9::9"));
  }

  @Tag("RFC9293-MUST-55")
  @Test
  void ignoresAnErrorAboutADatagramThatIsNotOursAndSourceQuench() {
    two.inject(error(3, 3, 0, ContainmentTest.datagram("10.0.0.77", "192.0.2.9")));
    two.inject(error(4, 0, 0, ContainmentTest.datagram("10.0.0.2", "192.0.2.9")));

    assertThat(two.b.udp.errors).isEmpty();
    assertThat(two.b.internet.counters().drops(DropReason.ICMP_INVALID)).isEqualTo(1);
  }

  @Test
  void givesAnErrorAboutAnEchoToWhoIsRegisteredForIcmp() {
    byte[] request = new byte[16];
    IcmpHeader.encode(request, 0, IcmpHeader.ECHO_REQUEST, 0, IcmpHeader.restOfEcho(77, 1));
    two.inject(error(11, 0, 0, datagram(IpProtocol.ICMP, "10.0.0.2", "192.0.2.9", request)));

    IcmpError error = two.b.icmp.errors.getFirst();
    assertThat(IcmpHeader.identifier(error.packet().head(), error.transportOffset())).isEqualTo(77);
  }

  @Tag("RFC792-CHECKSUM")
  @Test
  void dropsAMessageWithAWrongChecksum() {
    byte[] request =
        datagram(IpProtocol.ICMP, "10.0.0.1", "10.0.0.2", new byte[] {8, 0, 0, 0, 0, 0, 0, 0});
    request[27]++;
    two.inject(request);

    assertThat(two.b.internet.counters().drops(DropReason.ICMP_CHECKSUM)).isEqualTo(1);
    assertThat(two.b.sent).isEmpty();
  }

  private static byte[] sized(int length, String source, String destination) {
    boolean ipv4 = Host.ip(source).isIpv4();
    byte[] whole =
        datagram(IpProtocol.UDP, source, destination, new byte[length - (ipv4 ? IPV4 : IPV6)]);
    return Arrays.copyOf(whole, (ipv4 ? IPV4 : IPV6) + 8);
  }

  @Tag("RFC1191-3-RAISE")
  @Tag("RFC8899-3-RAISE")
  @Tag("RFC1191-3")
  @Tag("RFC791-3.2-DF")
  @Tag("RFC6864-4.3-DF")
  @Test
  void learnsThePathMtuAndForgetsItAfterTenMinutes() throws Exception {
    Route route = two.b.route("10.0.0.1");
    Route other = two.b.route("10.0.0.3");
    assertThat(route.mtu()).isEqualTo(1500);

    two.inject(error(3, 4, 1400, sized(1500, "10.0.0.2", "10.0.0.1")));

    assertThat(two.b.udp.errors.getFirst().kind()).isEqualTo(IcmpError.Kind.PACKET_TOO_BIG);
    assertThat(two.b.udp.errors.getFirst().mtu()).isEqualTo(1400);
    assertThat(route.mtu()).isEqualTo(1400);
    assertThat(other.mtu()).isEqualTo(1500);
    two.inject(error(3, 4, 1450, sized(1500, "10.0.0.2", "10.0.0.1")));
    assertThat(route.mtu()).as("a report never takes it up").isEqualTo(1400);
    Packet big = Host.udpPacket(route, 1450);
    assertThat(two.b.internet.send(route, big, 17, 64, 0, true)).isEqualTo(Errno.EMSGSIZE);
    assertThat(two.b.sendUdp(route, 1450)).isNull();
    assertThat(two.b.sent).as("fragments").hasSize(2);

    two.clock.advance(Duration.ofSeconds(599));
    assertThat(route.mtu()).isEqualTo(1400);
    two.clock.advance(Duration.ofSeconds(2));
    assertThat(route.mtu()).isEqualTo(1500);
  }

  @Tag("RFC8201-4-MIN")
  @Tag("RFC8201-4")
  @Tag("RFC8201-4-RAISE")
  @Tag("RFC8201-4-AGAIN")
  @Tag("RFC8201-5.2-PATH")
  @Tag("RFC8201-5.2-TELL")
  @Tag("RFC8201-5.3-AGE")
  @Tag("RFC8504-5.7-PMTU")
  @Test
  void learnsTheIpv6PathMtuButNeverBelow1280() throws Exception {
    Route route = two.b.route("2001:db8::1");
    two.inject(error(2, 0, 1279, sized(1500, "2001:db8::2", "2001:db8::1")));
    assertThat(route.mtu()).isEqualTo(1500);

    two.inject(error(2, 0, 1300, sized(1500, "2001:db8::2", "2001:db8::1")));
    assertThat(route.mtu()).isEqualTo(1300);
    two.inject(error(2, 0, 1400, sized(1500, "2001:db8::2", "2001:db8::1")));
    assertThat(route.mtu()).isEqualTo(1300);
    assertThat(two.b.route("2001:db8::3").mtu()).isEqualTo(1500);
    two.clock.advance(Duration.ofSeconds(599));
    assertThat(route.mtu()).isEqualTo(1300);
    two.clock.advance(Duration.ofSeconds(2));
    assertThat(route.mtu()).isEqualTo(1500);
    assertThat(two.b.udp.errors)
        .extracting(IcmpError::kind)
        .containsOnly(IcmpError.Kind.PACKET_TOO_BIG);
  }

  @Tag("RFC1191-3-LEAST")
  @Tag("RFC1191-3-OLD")
  @Test
  void takesAPlateauFromARouterThatDoesNotSayAndStaysAboveTheLeast() throws Exception {
    Route route = two.b.route("10.0.0.1");
    two.inject(error(3, 4, 0, sized(1500, "10.0.0.2", "10.0.0.1")));
    assertThat(route.mtu()).isEqualTo(1492);

    two.inject(error(3, 4, 100, sized(1492, "10.0.0.2", "10.0.0.1")));
    assertThat(route.mtu()).isEqualTo(552);
    two.b.sent.clear();
    assertThat(two.b.internet.send(route, Host.udpPacket(route, 500), 17, 64, 0, true)).isNull();
    assertThat(Ipv4Header.dontFragment(two.b.sent.getFirst(), 0)).as("DF").isFalse();
  }

  @Test
  void noReportFromOutsideChangesTheLoopbacksMtu() throws Exception {
    two.inject(error(3, 4, 600, sized(1500, "10.0.0.2", "127.0.0.1")));
    two.inject(error(3, 4, 600, sized(1500, "10.0.0.2", "10.0.0.2")));

    assertThat(two.b.route("127.0.0.1").mtu()).isEqualTo(65_536);
    assertThat(two.b.route("10.0.0.2").mtu()).isEqualTo(65_536);
  }
}
