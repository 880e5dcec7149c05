// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TransportChecksumsTest {
  private static final IpAddress LO4 = IpAddress.IPV4_LOOPBACK;
  private static final IpAddress LO6 = IpAddress.IPV6_LOOPBACK;

  @Provide
  Arbitrary<IpDatagram> datagrams() {
    return WirePackets.datagrams();
  }

  /** Where the checksum of the upper layer is, or -1. */
  private static int fieldAt(IpDatagram datagram, byte[] b) {
    int upperAt = b.length - datagram.payload().length();
    return switch (datagram.payload()) {
      case TcpSegment _ -> upperAt + 16;
      case UdpDatagram _ -> upperAt + 6;
      case IcmpMessage _ -> upperAt + 2;
      case Icmpv6Message _ -> upperAt + 2;
      case OpaquePayload _ -> -1;
    };
  }

  @Property
  void whateverTheFieldHoldsTheRightChecksumIsWritten(
      @ForAll("datagrams") IpDatagram datagram, @ForAll @IntRange(max = 0xffff) int junk) {
    byte[] right = datagram.encode();
    int fieldAt = fieldAt(datagram, right);
    byte[] b = new byte[right.length + 9];
    System.arraycopy(right, 0, b, 4, right.length);
    if (fieldAt >= 0) {
      Bytes.put16(b, 4 + fieldAt, junk);
    }

    boolean written = TransportChecksums.complete(b, 4, b.length);

    assertThat(written).isEqualTo(fieldAt >= 0);
    if (datagram.payload() instanceof UdpDatagram udp && !udp.checksummed()) {
      assertThat(TransportChecksums.check(b, 4, b.length))
          .isEqualTo(TransportChecksums.Check.RIGHT);
      Bytes.put16(b, 4 + fieldAt, 0);
    }
    assertThat(Octets.copyOf(b, 4, right.length)).isEqualTo(Octets.copyOf(right));
  }

  @Property
  void aChangedBitIsFound(
      @ForAll("datagrams") IpDatagram datagram, @ForAll @IntRange(max = 1 << 16) int place) {
    byte[] b = datagram.encode();
    if (TransportChecksums.check(b, 0, b.length) != TransportChecksums.Check.RIGHT) {
      return;
    }
    int from = b.length - datagram.payload().length();
    if (datagram.payload() instanceof TcpSegment || datagram.payload() instanceof UdpDatagram) {
      from = Math.min(b.length - 1, from + 18); // let the header stay well-formed
    }
    int i = from + place % (b.length - from);
    b[i] ^= (byte) (1 << (place & 7));

    assertThat(TransportChecksums.check(b, 0, b.length))
        .isNotEqualTo(TransportChecksums.Check.RIGHT);
  }

  /** A datagram whose checksum is computed as 0. */
  private static byte[] udpWithZeroSum(boolean ipv4) {
    byte[] b = encodeUdp(ipv4, 0);
    int fieldAt = b.length - 10 + 6;
    // A word of data equal to the checksum takes the sum to 0xffff, and its complement to 0.
    return encodeUdp(ipv4, Bytes.u16(b, fieldAt));
  }

  private static byte[] encodeUdp(boolean ipv4, int word) {
    UdpDatagram udp = UdpDatagram.of(40000, 53, Octets.of(word >>> 8, word));
    return ipv4 ? Ipv4Datagram.of(LO4, LO4, udp).encode() : Ipv6Datagram.of(LO6, LO6, udp).encode();
  }

  @Tag("RFC768-CHECKSUM-ZERO")
  @Test
  void aUdpChecksumThatComesOutAsZeroIsSentAsAllOnes() {
    for (boolean ipv4 : new boolean[] {true, false}) {
      byte[] b = udpWithZeroSum(ipv4);
      int fieldAt = b.length - 10 + 6;
      assertThat(Bytes.u16(b, fieldAt)).isEqualTo(0xffff);
      Bytes.put16(b, fieldAt, 0x1234);

      assertThat(TransportChecksums.complete(b, 0, b.length)).isTrue();

      assertThat(Bytes.u16(b, fieldAt)).isEqualTo(0xffff);
      assertThat(TransportChecksums.check(b, 0, b.length))
          .isEqualTo(TransportChecksums.Check.RIGHT);
    }
  }

  @Tag("RFC8200-8.1-CHECKSUM")
  @Test
  void aUdpChecksumOfZeroMeansNoneOverIpv4AndIsWrongOverIpv6() {
    byte[] v4 = encodeUdp(true, 7);
    Bytes.put16(v4, v4.length - 4, 0);
    byte[] v6 = encodeUdp(false, 7);
    Bytes.put16(v6, v6.length - 4, 0);

    assertThat(TransportChecksums.check(v4, 0, v4.length)).isEqualTo(TransportChecksums.Check.NONE);
    assertThat(TransportChecksums.check(v6, 0, v6.length))
        .isEqualTo(TransportChecksums.Check.WRONG);
  }

  @Test
  void anAtomicFragmentIsCompletedAndARealOneIsNot() {
    UdpDatagram udp = UdpDatagram.of(1, 2, Octets.of(1, 2, 3));
    byte[] atomic =
        new Ipv6Datagram(0, 0, 64, LO6, LO6, List.of(Ipv6Extension.fragment(0, false, 9)), udp)
            .encode();
    byte[] first = atomic.clone();
    first[43] |= 1; // more fragments

    assertThat(TransportChecksums.complete(atomic, 0, atomic.length)).isTrue();
    byte[] before = first.clone();
    assertThat(TransportChecksums.complete(first, 0, first.length)).isFalse();
    assertThat(first).isEqualTo(before);
  }
}
