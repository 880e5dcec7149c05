// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4HeaderTest {
  /** An echo request from 127.0.0.1 to 127.0.0.1 as Linux sends it, header only. */
  private static final byte[] HEADER =
      HexFormat.of().parseHex("45000054a6f24000400195b47f0000017f000001");

  @Test
  void encodesTheHeaderThatLinuxSends() {
    byte[] b = new byte[22];
    IpAddress lo = IpAddress.IPV4_LOOPBACK;
    Ipv4Header.encode(b, 2, 20, 0, 84, 0xa6f2, Ipv4Header.DONT_FRAGMENT, 0, 64, 1, lo, lo);

    assertThat(HexFormat.of().formatHex(b, 2, 22)).isEqualTo(HexFormat.of().formatHex(HEADER));
    assertThat(Ipv4Header.isChecksumValid(b, 2)).isTrue();
    assertThat(Ipv4Header.dontFragment(b, 2)).isTrue();
    assertThat(Ipv4Header.isFragment(b, 2)).isFalse();
    assertThat(Ipv4Header.payloadLength(b, 2)).isEqualTo(64);
    assertThat(Ipv4Header.sourceBits(b, 2)).isEqualTo(0x7f000001);
    assertThat(Ipv4Header.destinationBits(b, 2)).isEqualTo(0x7f000001);
  }

  @Property
  void everyFieldReadsBackAsItWasWritten(
      @ForAll @IntRange(min = 5, max = 15) int words,
      @ForAll @IntRange(max = 255) int octet,
      @ForAll @IntRange(max = 0xffff) int number,
      @ForAll @IntRange(max = 3) int flags,
      @ForAll @IntRange(max = 8191) int offset,
      @ForAll int source,
      @ForAll int destination) {
    byte[] b = new byte[70];
    int totalLength = Math.max(number, words * 4);
    Ipv4Header.encode(
        b,
        5,
        words * 4,
        octet,
        totalLength,
        number,
        flags,
        offset * 8,
        255 - octet,
        octet ^ 6,
        IpAddress.ofIpv4(source),
        IpAddress.ofIpv4(destination));

    assertThat(Ipv4Header.version(b, 5)).isEqualTo(4);
    assertThat(Ipv4Header.headerLength(b, 5)).isEqualTo(words * 4);
    assertThat(Ipv4Header.trafficClass(b, 5)).isEqualTo(octet);
    assertThat(Ipv4Header.totalLength(b, 5)).isEqualTo(totalLength);
    assertThat(Ipv4Header.identification(b, 5)).isEqualTo(number);
    assertThat(Ipv4Header.flags(b, 5)).isEqualTo(flags);
    assertThat(Ipv4Header.moreFragments(b, 5)).isEqualTo((flags & 1) != 0);
    assertThat(Ipv4Header.dontFragment(b, 5)).isEqualTo((flags & 2) != 0);
    assertThat(Ipv4Header.fragmentOffset(b, 5)).isEqualTo(offset * 8);
    assertThat(Ipv4Header.isFragment(b, 5)).isEqualTo((flags & 1) != 0 || offset != 0);
    assertThat(Ipv4Header.ttl(b, 5)).isEqualTo(255 - octet);
    assertThat(Ipv4Header.protocol(b, 5)).isEqualTo(octet ^ 6);
    assertThat(Ipv4Header.source(b, 5)).isEqualTo(IpAddress.ofIpv4(source));
    assertThat(Ipv4Header.destination(b, 5)).isEqualTo(IpAddress.ofIpv4(destination));
    assertThat(Ipv4Header.isChecksumValid(b, 5)).isTrue();

    Ipv4Header.setTtl(b, 5, octet);
    assertThat(Ipv4Header.ttl(b, 5)).isEqualTo(octet);
    assertThat(Ipv4Header.protocol(b, 5)).isEqualTo(octet ^ 6);
    assertThat(Ipv4Header.isChecksumValid(b, 5)).isTrue();
  }

  @Test
  void aWrongChecksumStaysWrongWhenTheTimeToLiveChanges() {
    byte[] b = HEADER.clone();
    b[Ipv4Header.CHECKSUM] ^= 4;
    Ipv4Header.setTtl(b, 0, 63);

    assertThat(Ipv4Header.isChecksumValid(b, 0)).isFalse();
  }

  @Tag("RFC792-12-DISCARD")
  @Tag("RFC1122-3.2.1.1")
  @ParameterizedTest
  @CsvSource({
    "0, 0x65, 84, IP_VERSION",
    "0, 0x55, 84, IP_VERSION",
    "0, 0x44, 84, IP_HEADER_LENGTH",
    "0, 0x45, 19, IP_HEADER_TRUNCATED",
    "0, 0x45, 0, IP_HEADER_TRUNCATED",
    "0, 0x4f, 59, IP_HEADER_TRUNCATED",
    "0, 0x45, 83, IP_TOTAL_LENGTH",
    "2, 0x01, 84, IP_TOTAL_LENGTH",
    "3, 0x13, 84, IP_TOTAL_LENGTH",
    "3, 0x14, 84, ",
    "0, 0x45, 84, ",
    "0, 0x45, 90, "
  })
  void aHeaderIsRefusedForWhatIsWrongWithIt(
      int place, String value, int available, DropReason expected) {
    byte[] b = new byte[100];
    System.arraycopy(HEADER, 0, b, 0, 20);
    b[place] = Integer.decode(value).byteValue();

    assertThat(Ipv4Header.validate(b, 0, available)).isEqualTo(expected);
  }

  @Test
  void trafficClassIsMadeOfDscpAndEcn() {
    int expedited = TrafficClass.of(46, TrafficClass.ECT_0);

    assertThat(expedited).isEqualTo(0xba);
    assertThat(TrafficClass.dscp(expedited)).isEqualTo(46);
    assertThat(TrafficClass.ecn(expedited)).isEqualTo(TrafficClass.ECT_0);
    assertThat(TrafficClass.withEcn(expedited, TrafficClass.CE)).isEqualTo(0xbb);
  }
}
