// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class InternetChecksumTest {
  /** The definition, word by word. */
  private static int naiveSum(byte[] b, int offset, int length) {
    int sum = 0;
    for (int i = 0; i < length; i += 2) {
      int low = i + 1 < length ? b[offset + i + 1] & 0xff : 0;
      sum += (b[offset + i] & 0xff) << 8 | low;
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum;
  }

  /** RFC 1071 section 3: "ddf2" (the sum before folding is 2ddf0). */
  @Test
  void theExampleOfRfc1071() {
    byte[] b = {0x00, 0x01, (byte) 0xf2, 0x03, (byte) 0xf4, (byte) 0xf5, (byte) 0xf6, (byte) 0xf7};

    assertThat(InternetChecksum.sum(b, 0, 8)).isEqualTo(0xddf2);
    assertThat(InternetChecksum.finish(0xddf2)).isEqualTo(0x220d);
  }

  @Property
  void theSumIsThatOfTheDefinition(
      @ForAll @Size(max = 300) byte[] b, @ForAll @IntRange(max = 40) int skip) {
    int offset = Math.min(skip, b.length);

    assertThat(InternetChecksum.sum(b, offset, b.length - offset))
        .isEqualTo(naiveSum(b, offset, b.length - offset));
  }

  @Test
  void theSumOfTheLargestDatagramsIsThatOfTheDefinition() {
    byte[] b = new byte[65_535];
    Random random = new Random(1071);
    for (int round = 0; round < 50; round++) {
      random.nextBytes(b);
      int length = b.length - random.nextInt(64);
      assertThat(InternetChecksum.sum(b, 0, length)).isEqualTo(naiveSum(b, 0, length));
    }
    Arrays.fill(b, (byte) 0xff);
    assertThat(InternetChecksum.sum(b, 0, b.length)).isEqualTo(naiveSum(b, 0, b.length));
    Arrays.fill(b, (byte) 0);
    assertThat(InternetChecksum.sum(b, 0, b.length)).isZero();
  }

  @Property
  void aWholeCutAnywhereHasTheSumOfItsParts(
      @ForAll @Size(max = 200) byte[] b,
      @ForAll @IntRange(max = 200) int one,
      @ForAll @IntRange(max = 200) int other) {
    int first = Math.min(Math.min(one, other), b.length);
    int second = Math.min(Math.max(one, other), b.length);

    int sum = InternetChecksum.sum(b, 0, first);
    sum = InternetChecksum.append(sum, first, b, first, second - first);
    sum = InternetChecksum.append(sum, second, b, second, b.length - second);

    assertThat(sum).isEqualTo(naiveSum(b, 0, b.length));
  }

  @Property
  void aWholeWithItsChecksumInItIsValid(
      @ForAll @Size(min = 4, max = 100) byte[] b, @ForAll @IntRange(max = 100) int place) {
    int at = place % (b.length - 1) & ~1;
    Bytes.put16(b, at, 0);
    Assume.that(InternetChecksum.sum(b, 0, b.length) != 0);
    Bytes.put16(b, at, InternetChecksum.finish(InternetChecksum.sum(b, 0, b.length)));

    assertThat(InternetChecksum.sum(b, 0, b.length)).isEqualTo(InternetChecksum.VALID_SUM);
  }

  /** RFC 1624 section 4: the example that equation 2 of RFC 1141 gets wrong. */
  @Test
  void theExampleOfRfc1624() {
    assertThat(InternetChecksum.update16(0xdd2f, 0x5555, 0x3285)).isEqualTo(0x0000);
  }

  @Property
  void anUpdateIsTheSameAsComputingAgain(
      @ForAll @Size(min = 24, max = 60) byte[] b,
      @ForAll int value,
      @ForAll @IntRange(max = 9) int place) {
    Bytes.put16(b, 0, 0x4500); // as in a header, not all words are zero
    int before = InternetChecksum.finish(InternetChecksum.sum(b, 0, b.length));
    int at = 2 + place * 2;

    int old32 = Bytes.i32(b, at);
    Bytes.put32(b, at, value);
    int after = InternetChecksum.finish(InternetChecksum.sum(b, 0, b.length));
    assertThat(InternetChecksum.update32(before, old32, value)).isEqualTo(after);

    int old16 = Bytes.u16(b, at);
    Bytes.put16(b, at, old32);
    int again = InternetChecksum.finish(InternetChecksum.sum(b, 0, b.length));
    assertThat(InternetChecksum.update16(after, old16, Bytes.u16(b, at))).isEqualTo(again);
  }

  @Property
  void thePseudoHeaderIsTheSumOfItsBytes(
      @ForAll int source4,
      @ForAll int destination4,
      @ForAll long high,
      @ForAll long low,
      @ForAll @IntRange(max = 255) int protocol,
      @ForAll @IntRange(max = 65_535) int length) {
    byte[] v4 = new byte[12]; // RFC 9293 section 3.1
    Bytes.put32(v4, 0, source4);
    Bytes.put32(v4, 4, destination4);
    Bytes.put16(v4, 8, protocol);
    Bytes.put16(v4, 10, length);
    IpAddress s4 = IpAddress.ofIpv4(source4);
    IpAddress d4 = IpAddress.ofIpv4(destination4);
    assertThat(InternetChecksum.pseudoHeader(s4, d4, protocol, length))
        .isEqualTo(naiveSum(v4, 0, 12));

    IpAddress s6 = IpAddress.ofIpv6(high | 1, low);
    IpAddress d6 = IpAddress.ofIpv6(~high | 1, low ^ high);
    byte[] v6 = new byte[40]; // RFC 8200 section 8.1
    s6.writeIpv6(v6, 0);
    d6.writeIpv6(v6, 16);
    Bytes.put32(v6, 32, length);
    Bytes.put32(v6, 36, protocol);
    assertThat(InternetChecksum.pseudoHeader(s6, d6, protocol, length))
        .isEqualTo(naiveSum(v6, 0, 40));

    byte[] header4 = new byte[20];
    Ipv4Header.encode(header4, 0, 20, 0, 20, 0, 0, 0, 64, protocol, s4, d4);
    assertThat(InternetChecksum.pseudoHeaderIpv4(header4, 0, protocol, length))
        .isEqualTo(naiveSum(v4, 0, 12));
    byte[] header6 = new byte[40];
    Ipv6Header.encode(header6, 0, 0, 0, 0, protocol, 64, s6, d6);
    assertThat(InternetChecksum.pseudoHeaderIpv6(header6, 0, protocol, length))
        .isEqualTo(naiveSum(v6, 0, 40));
  }
}
