// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TCP, UDP, ICMP and ICMPv6 headers against bytes written down by hand. */
class UpperHeadersTest {
  private static String hex(byte[] b) {
    return HexFormat.of().formatHex(b);
  }

  @Test
  void aTcpHeaderStandsAsTheRfcDrawsIt() {
    byte[] b = new byte[20];
    int flags = TcpHeader.AE | TcpHeader.SYN | TcpHeader.ACK;
    TcpHeader.encode(b, 0, 0x1234, 80, 0xfffffffe, 7, 20, flags, 0xabcd, 9);

    assertThat(hex(b)).isEqualTo("12340050" + "fffffffe" + "00000007" + "5112abcd" + "00000009");
    assertThat(TcpHeader.has(b, 0, TcpHeader.SYN | TcpHeader.ACK)).isTrue();
    assertThat(TcpHeader.has(b, 0, TcpHeader.SYN | TcpHeader.FIN)).isFalse();
    b[12] |= 0x0e; // the reserved bits
    assertThat(TcpHeader.flags(b, 0)).isEqualTo(flags);
  }

  /** "SEG.LEN = the number of octets occupied by the data in the segment (counting SYN and FIN)" */
  @ParameterizedTest
  @CsvSource({"0, 10", "2, 11", "1, 11", "3, 12", "16, 10", "4, 10"})
  void theLengthOfASegmentCountsSynAndFin(int flags, int expected) {
    byte[] b = new byte[40];
    TcpHeader.encode(b, 2, 1, 2, 3, 4, 24, flags, 5, 0);

    assertThat(TcpHeader.payloadAt(b, 2)).isEqualTo(26);
    assertThat(TcpHeader.payloadLength(b, 2, 36)).isEqualTo(10);
    assertThat(TcpHeader.segmentLength(b, 2, 36)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "20, 0x50, ",
    "19, 0x50, X",
    "0, 0x50, X",
    "40, 0x4f, X",
    "24, 0x60, ",
    "23, 0x60, X"
  })
  void aTcpHeaderLiesWithinItsSegment(int length, String offset, @Nullable String refused) {
    byte[] b = new byte[60];
    b[12] = Integer.decode(offset).byteValue();

    assertThat(TcpHeader.validate(b, 0, length))
        .isEqualTo(refused == null ? null : DropReason.TCP_HEADER_INVALID);
  }

  @ParameterizedTest
  @CsvSource({"8, 8, ", "7, 8, X", "20, 7, X", "20, 0, X", "20, 21, X", "20, 12, "})
  void aUdpDatagramLiesWithinItsPayload(int available, int length, @Nullable String refused) {
    byte[] b = new byte[30];
    UdpHeader.encode(b, 0, 1, 2, length - UdpHeader.LENGTH);

    assertThat(UdpHeader.validate(b, 0, available))
        .isEqualTo(refused == null ? null : DropReason.UDP_LENGTH);
  }

  @Test
  void aUdpHeaderStandsAsTheRfcDrawsIt() {
    byte[] b = new byte[8];
    UdpHeader.encode(b, 0, 0xfffe, 53, 1000);

    assertThat(hex(b)).isEqualTo("fffe003503f00000");
    assertThat(UdpHeader.sourcePort(b, 0)).isEqualTo(0xfffe);
    assertThat(UdpHeader.payloadLength(b, 0)).isEqualTo(1000);
  }

  @Test
  void anEchoRequestStandsAsTheRfcDrawsIt() {
    byte[] b = new byte[10];
    IcmpHeader.encode(b, 0, IcmpHeader.ECHO_REQUEST, 0, IcmpHeader.restOfEcho(0xfedc, 0x8001));
    b[8] = 0x11;
    IcmpHeader.updateChecksum(b, 0, 10);

    // 0800 + fedc + 8001 + 1100 = 197dd; with the carry 97de, and its complement
    assertThat(hex(b)).isEqualTo("08006821" + "fedc8001" + "1100");
    assertThat(IcmpHeader.identifier(b, 0)).isEqualTo(0xfedc);
    assertThat(IcmpHeader.sequence(b, 0)).isEqualTo(0x8001);
    assertThat(IcmpHeader.isChecksumValid(b, 0, 10)).isTrue();
  }

  @Test
  void theRestOfAnIcmpErrorIsReadByItsType() {
    byte[] b = new byte[8];
    IcmpHeader.encode(b, 0, IcmpHeader.UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, 1400);
    assertThat(IcmpHeader.nextHopMtu(b, 0)).isEqualTo(1400);
    IcmpHeader.encode(b, 0, IcmpHeader.PARAMETER_PROBLEM, 0, 20 << 24);
    assertThat(IcmpHeader.pointer(b, 0)).isEqualTo(20);
    IcmpHeader.encode(b, 0, IcmpHeader.REDIRECT, 1, 0x7f000002);
    assertThat(IcmpHeader.gateway(b, 0)).hasToString("127.0.0.2");
    Icmpv6Header.encode(b, 0, Icmpv6Header.PACKET_TOO_BIG, 0, -1);
    assertThat(Icmpv6Header.mtu(b, 0)).isEqualTo(0xffff_ffffL);
    assertThat(Icmpv6Header.pointer(b, 0)).isEqualTo(0xffff_ffffL);
  }

  @Test
  void anIcmpErrorHoldsTheHeaderInErrorAndEightBytes() {
    byte[] inner = new byte[24 + 8];
    IpAddress lo = IpAddress.IPV4_LOOPBACK;
    Ipv4Header.encode(inner, 0, 24, 0, 1500, 0, 0, 0, 64, 17, lo, lo);
    byte[] b = new byte[8 + inner.length];
    IcmpHeader.encode(b, 0, IcmpHeader.UNREACHABLE, IcmpHeader.PORT_UNREACHABLE, 0);
    System.arraycopy(inner, 0, b, 8, inner.length);

    assertThat(IcmpHeader.validate(b, 0, b.length)).isNull();
    assertThat(IcmpHeader.validate(b, 0, b.length - 1)).isEqualTo(DropReason.ICMP_INVALID);
    b[8] = 0x65;
    assertThat(IcmpHeader.validate(b, 0, b.length)).isEqualTo(DropReason.ICMP_INVALID);
  }
}
