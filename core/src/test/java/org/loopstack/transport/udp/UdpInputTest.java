// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.transport.udp.UdpHost.ip;
import static org.loopstack.transport.udp.UdpHost.receive;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkTap;
import org.loopstack.link.Wire;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.UdpHeader;

/** What UDP makes of datagrams that somebody else has written. */
class UdpInputTest {
  private final UdpHost host = new UdpHost();
  private final Wire wire = new Wire(host.engine.scheduler());
  private final Link outside = wire.right();

  @BeforeEach
  void connect() throws ErrnoException {
    Interface eth = host.internet.addInterface("eth0", wire.left());
    eth.setUp(true);
    eth.addAddress(InterfaceAddress.parse("10.0.0.1/24"));
    eth.addAddress(InterfaceAddress.parse("fd00::1/64"));
    outside.attach(packet -> {});
  }

  private static byte[] datagram(String source, String destination, String data) {
    IpAddress from = ip(source);
    IpAddress to = ip(destination);
    byte[] payload = data.getBytes();
    int length = UdpHeader.LENGTH + payload.length;
    int at = from.isIpv4() ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    byte[] b = new byte[at + length];
    if (from.isIpv4()) {
      Ipv4Header.encode(
          b, 0, Ipv4Header.MIN_LENGTH, 0, b.length, 0, 0, 0, 64, IpProtocol.UDP, from, to);
      Ipv4Header.updateChecksum(b, 0);
    } else {
      Ipv6Header.encode(b, 0, 0, 0, length, IpProtocol.UDP, 64, from, to);
    }
    UdpHeader.encode(b, at, 99, 7, payload.length);
    System.arraycopy(payload, 0, b, UdpHeader.payloadAt(at), payload.length);
    UdpHeader.updateChecksum(
        b, at, InternetChecksum.pseudoHeader(from, to, IpProtocol.UDP, length));
    return b;
  }

  private void arrives(byte[] datagram) {
    outside.transmit(Packet.wrap(datagram, 0, datagram.length));
  }

  private long drops(DropReason reason) {
    return host.internet.counters().drops(reason);
  }

  @Tag("RFC768-CHECKSUM")
  @Tag("RFC1122-4.1.3.4-CHECK")
  @Test
  void aRightChecksumIsAcceptedAndAWrongOneIsNot() throws ErrnoException {
    DatagramEndpoint server = host.bound("::", 7);
    for (String[] ends : new String[][] {{"10.0.0.2", "10.0.0.1"}, {"fd00::2", "fd00::1"}}) {
      arrives(datagram(ends[0], ends[1], "good"));
      byte[] bad = datagram(ends[0], ends[1], "bad");
      bad[bad.length - 1] ^= 1;
      arrives(bad);
      assertThat(receive(server)).isEqualTo("good");
      assertThat(receive(server)).isNull();
    }
    assertThat(drops(DropReason.UDP_CHECKSUM)).isEqualTo(2);
  }

  @Tag("RFC768-CHECKSUM-ZERO")
  @Test
  void withoutAChecksumADatagramIsAcceptedOverIpv4Only() throws ErrnoException {
    DatagramEndpoint server = host.bound("::", 7);
    byte[] four = datagram("10.0.0.2", "10.0.0.1", "four");
    Bytes.put16(four, Ipv4Header.MIN_LENGTH + 6, 0);
    arrives(four);
    byte[] six = datagram("fd00::2", "fd00::1", "six");
    Bytes.put16(six, Ipv6Header.LENGTH + 6, 0);
    arrives(six);
    assertThat(receive(server)).isEqualTo("four");
    assertThat(receive(server)).isNull();
    assertThat(drops(DropReason.UDP_CHECKSUM)).isEqualTo(1);
  }

  @Tag("RFC768-LENGTH")
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9 + 4, 65_535})
  void aWrongLengthIsDropped(int length) throws ErrnoException {
    DatagramEndpoint server = host.bound("::", 7);
    byte[] b = datagram("10.0.0.2", "10.0.0.1", "data");
    Bytes.put16(b, Ipv4Header.MIN_LENGTH + 4, length);
    arrives(b);
    assertThat(receive(server)).isNull();
    assertThat(drops(DropReason.UDP_LENGTH)).isEqualTo(1);
  }

  @Tag("RFC768-CHECKSUM")
  @Tag("RFC1122-4.1.3.4-GENERATE")
  @Test
  void whatWeSendOnALinkHasARightChecksum() throws ErrnoException {
    byte[][] seen = new byte[1][];
    Interface eth = host.internet.interfaceNamed("eth0");
    assertThat(eth).isNotNull();
    eth.taps()
        .add(
            (direction, packet) -> {
              if (direction == LinkTap.Direction.OUT) {
                seen[0] = Datagrams.bytes(packet);
              }
            });
    UdpHost.send(host.open(), "checksum", UdpHost.at("10.0.0.2", 7));
    int at = Ipv4Header.MIN_LENGTH;
    assertThat(UdpHeader.checksum(seen[0], at)).isNotZero();
    assertThat(
            UdpHeader.isChecksumValid(
                seen[0],
                at,
                InternetChecksum.pseudoHeader(
                    ip("10.0.0.1"), ip("10.0.0.2"), IpProtocol.UDP, seen[0].length - at)))
        .isTrue();
  }

  /** What the checksum of two zero bytes is takes, as data, the checksum of the same to zero. */
  @Tag("RFC768-CHECKSUM-ZERO")
  @Test
  void aChecksumThatComesOutAsZeroIsSentAsAllOnes() throws ErrnoException {
    List<byte[]> seen = new ArrayList<>();
    Interface eth = Objects.requireNonNull(host.internet.interfaceNamed("eth0"));
    eth.taps()
        .add(
            (direction, packet) -> {
              if (direction == LinkTap.Direction.OUT) {
                seen.add(Datagrams.bytes(packet));
              }
            });
    DatagramEndpoint socket = host.open();
    socket.send(ByteBuffer.wrap(new byte[2]), UdpHost.at("10.0.0.2", 7));
    int at = Ipv4Header.MIN_LENGTH;
    int checksum = UdpHeader.checksum(seen.getFirst(), at);
    byte[] data = {(byte) (checksum >> 8), (byte) checksum};
    socket.send(ByteBuffer.wrap(data), UdpHost.at("10.0.0.2", 7));
    assertThat(UdpHeader.checksum(seen.getLast(), at)).isEqualTo(0xffff);
  }

  @Tag("RFC1122-4.1.3.2-RECEIVE")
  @Tag("RFC1122-4.1.3.2-SEND")
  @Test
  void optionsOfIpAreNotTheApplicationsBusiness() throws ErrnoException {
    DatagramEndpoint server = host.bound("10.0.0.1", 7);
    byte[] plain = datagram("10.0.0.2", "10.0.0.1", "data");
    byte[] b = new byte[plain.length + 4];
    int at = Ipv4Header.MIN_LENGTH;
    System.arraycopy(plain, at, b, at + 4, plain.length - at);
    Ipv4Header.encode(
        b, 0, at + 4, 0, b.length, 0, 0, 0, 64, IpProtocol.UDP, ip("10.0.0.2"), ip("10.0.0.1"));
    b[at] = (byte) Ipv4Options.ROUTER_ALERT;
    b[at + 1] = 4;
    b[at + 2] = 0;
    b[at + 3] = 0;
    Ipv4Header.updateChecksum(b, 0);
    arrives(b);
    assertThat(receive(server)).isEqualTo("data");
    assertThat(server.supportedOptions()).doesNotContain(TransportOptions.IP_OPTIONS);
  }

  @Tag("RFC1122-4.1.4")
  @Test
  void theApplicationChoosesTimeToLiveAndTypeOfService() throws ErrnoException {
    List<byte[]> seen = new ArrayList<>();
    Interface eth = Objects.requireNonNull(host.internet.interfaceNamed("eth0"));
    eth.taps().add((direction, packet) -> seen.add(Datagrams.bytes(packet)));
    DatagramEndpoint socket = host.open();
    socket.setOption(TransportOptions.IP_TTL, 3);
    socket.setOption(StandardSocketOptions.IP_TOS, 0x28);
    UdpHost.send(socket, "x", UdpHost.at("10.0.0.2", 7));
    assertThat(Ipv4Header.ttl(seen.getFirst(), 0)).isEqualTo(3);
    assertThat(Ipv4Header.trafficClass(seen.getFirst(), 0)).isEqualTo(0x28);
    socket.setOption(TransportOptions.IP_TTL, -1);
    assertThat(socket.option(TransportOptions.IP_TTL)).isEqualTo(64);
    UdpHost.assertRefused(Errno.EINVAL, () -> socket.setOption(TransportOptions.IP_TTL, 0));

    DatagramEndpoint six = host.bound("fd00::1", 8);
    six.setOption(TransportOptions.IPV6_UNICAST_HOPS, 5);
    UdpHost.send(six, "x", UdpHost.at("fd00::2", 7));
    assertThat(Ipv6Header.hopLimit(seen.getLast(), 0)).isEqualTo(5);
  }

  @Test
  void aDatagramForAClosedPortReachesNobodyElse() throws ErrnoException {
    DatagramEndpoint other = host.bound("10.0.0.1", 8);
    other.connect(UdpHost.at("10.0.0.2", 99));
    arrives(datagram("10.0.0.2", "10.0.0.1", "nobody"));
    assertThat(receive(other)).isNull();
    assertThat(drops(DropReason.UDP_NO_PORT)).isEqualTo(1);
  }
}
