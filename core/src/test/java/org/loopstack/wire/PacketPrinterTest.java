// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PacketPrinterTest {
  private static final IpAddress LO4 = IpAddress.IPV4_LOOPBACK;
  private static final IpAddress LO6 = IpAddress.IPV6_LOOPBACK;

  private static String ipv4(IpPayload payload) {
    return Ipv4Datagram.of(LO4, LO4, payload).toString();
  }

  private static String ipv6(IpPayload payload) {
    return Ipv6Datagram.of(LO6, LO6, payload).toString();
  }

  private static TcpSegment tcp(int flags, Octets options, Octets data) {
    return new TcpSegment(40000, 8080, -2, 7, flags, 65495, 3, options, data);
  }

  @Test
  void segmentsArePrintedAsTcpdumpDoes() {
    assertThat(ipv4(tcp(TcpHeader.SYN, WirePackets.synOptions(), Octets.EMPTY)))
        .isEqualTo(
            "IP 127.0.0.1.40000 > 127.0.0.1.8080: Flags [S], seq 4294967294, win 65495, options"
                + " [mss 65495,sackOK,TS val 1 ecr 0,nop,wscale 7], length 0");
    assertThat(ipv6(tcp(TcpHeader.ACK | TcpHeader.PSH, Octets.EMPTY, Octets.of(1, 2, 3))))
        .isEqualTo(
            "IP6 ::1.40000 > ::1.8080: Flags [P.], seq 4294967294:1, ack 7, win 65495, length 3");
    assertThat(ipv4(tcp(TcpHeader.ACK, WirePackets.dataOptions(), Octets.EMPTY)))
        .isEqualTo(
            "IP 127.0.0.1.40000 > 127.0.0.1.8080: Flags [.], ack 7, win 65495, options [nop,nop,TS"
                + " val 7 ecr 8,nop,nop,sack 3 {10:20}{4294967291:30}{2147483647:2147483649}],"
                + " length 0");
    assertThat(ipv4(tcp(0, Octets.of(0xfe, 4, 1, 2, 0x22, 2, 0, 0), Octets.EMPTY)))
        .isEqualTo(
            "IP 127.0.0.1.40000 > 127.0.0.1.8080: Flags [none], win 65495, options"
                + " [unknown-254 0x0102,tfo cookiereq,eol], length 0");
    assertThat(ipv4(tcp(0x1ff, Octets.of(3, 9, 1, 1), Octets.EMPTY)))
        .isEqualTo(
            "IP 127.0.0.1.40000 > 127.0.0.1.8080: Flags [FSRP.UEWe], seq 4294967294, ack 7, win"
                + " 65495, urg 3, options [[bad opt]], length 0");
  }

  @Test
  void datagramsArePrintedAsTcpdumpDoes() {
    UdpDatagram udp = UdpDatagram.of(40000, 53, Octets.of(1, 2));

    assertThat(ipv4(udp)).isEqualTo("IP 127.0.0.1.40000 > 127.0.0.1.53: UDP, length 2");
    assertThat(ipv6(udp)).isEqualTo("IP6 ::1.40000 > ::1.53: UDP, length 2");
    assertThat(ipv4(new OpaquePayload(132, Octets.of(1))))
        .isEqualTo("IP 127.0.0.1 > 127.0.0.1: proto 132, length 1");
  }

  @Test
  void icmpIsPrintedAsTcpdumpDoes() {
    assertThat(ipv4(new IcmpMessage.Echo(false, 7, 1, Octets.copyOf(new byte[56]))))
        .isEqualTo("IP 127.0.0.1 > 127.0.0.1: ICMP echo request, id 7, seq 1, length 64");
    assertThat(ipv6(new Icmpv6Message.Echo(true, 7, 1, Octets.copyOf(new byte[56]))))
        .isEqualTo("IP6 ::1 > ::1: ICMP6, echo reply, id 7, seq 1, length 64");

    UdpDatagram udp = UdpDatagram.of(40000, 9, Octets.EMPTY);
    Octets inner4 = Octets.copyOf(Ipv4Datagram.of(LO4, LO4, udp).encode());
    assertThat(ipv4(new IcmpMessage.Error(3, 3, 0, inner4)))
        .isEqualTo("IP 127.0.0.1 > 127.0.0.1: ICMP 127.0.0.1 udp port 9 unreachable, length 36");
    assertThat(ipv4(new IcmpMessage.Error(3, 4, 1400, inner4)))
        .isEqualTo(
            "IP 127.0.0.1 > 127.0.0.1: ICMP 127.0.0.1 unreachable - need to frag (mtu 1400), length"
                + " 36");
    Octets inner6 = Octets.copyOf(Ipv6Datagram.of(LO6, LO6, udp).encode());
    assertThat(ipv6(new Icmpv6Message.Error(1, 4, 0, inner6)))
        .isEqualTo(
            "IP6 ::1 > ::1: ICMP6, destination unreachable, unreachable port, ::1 udp port 9,"
                + " length 56");
    assertThat(ipv6(new Icmpv6Message.Error(2, 0, 1280, inner6)))
        .isEqualTo("IP6 ::1 > ::1: ICMP6, packet too big, mtu 1280, length 56");
  }

  @Test
  void fragmentsSayWhichPartTheyAre() {
    OpaquePayload part = new OpaquePayload(17, Octets.copyOf(new byte[16]));
    Ipv4Datagram v4 = new Ipv4Datagram(0, 7, false, true, 1480, 64, LO4, LO4, Octets.EMPTY, part);
    Ipv6Datagram v6 =
        new Ipv6Datagram(
            0, 0, 64, LO6, LO6, List.of(Ipv6Extension.fragment(1448, false, -1)), part);

    assertThat(v4)
        .hasToString("IP 127.0.0.1 > 127.0.0.1: UDP, fragment id 7, offset 1480, more, length 16");
    assertThat(v6)
        .hasToString("IP6 ::1 > ::1: UDP, fragment id 4294967295, offset 1448, last, length 16");
  }

  @Test
  void whatIsBrokenIsPrintedAsFarAsItGoes() {
    byte[] b = Ipv4Datagram.of(LO4, LO4, tcp(0, Octets.EMPTY, Octets.EMPTY)).encode();
    b[32] = 0x40;

    assertThat(PacketPrinter.print(b))
        .isEqualTo(
            "IP 127.0.0.1 > 127.0.0.1: [" + DropReason.TCP_HEADER_INVALID.description() + "]");
    assertThat(PacketPrinter.print(b, 0, 10))
        .isEqualTo("IP [" + DropReason.IP_HEADER_TRUNCATED.description() + "]");
    assertThat(PacketPrinter.print(new byte[0]))
        .isEqualTo("IP [" + DropReason.IP_HEADER_TRUNCATED.description() + "]");
  }
}
