// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpOptionsTest {
  private final TcpOptions options = new TcpOptions();

  private boolean parse(String hex) {
    byte[] b = HexFormat.of().parseHex(hex.replace(" ", ""));
    return options.parse(b, 0, b.length);
  }

  private static String syn(boolean sack, boolean timestamps, int scale) {
    byte[] b = new byte[40];
    int end = TcpOptionWriter.syn(b, 0, 65495, sack, timestamps, 0x01020304, 0, scale);
    assertThat(end).isEqualTo(TcpOptionWriter.synLength(sack, timestamps, scale));
    return HexFormat.of().formatHex(b, 0, end);
  }

  @Test
  void theOptionsOfASynStandAsOnLinux() {
    assertThat(syn(true, true, 7))
        .isEqualTo("0204ffd7" + "0402" + "080a0102030400000000" + "01" + "030307");
    assertThat(syn(false, true, 7))
        .isEqualTo("0204ffd7" + "0101" + "080a0102030400000000" + "01" + "030307");
    assertThat(syn(true, false, 7)).isEqualTo("0204ffd7" + "01010402" + "01" + "030307");
    assertThat(syn(false, false, 7)).isEqualTo("0204ffd7" + "01" + "030307");
    assertThat(syn(false, false, -1)).isEqualTo("0204ffd7");
  }

  @Property
  void theOptionsOfASynReadBack(
      @ForAll @IntRange(min = 1, max = 0xffff) int mss,
      @ForAll boolean sack,
      @ForAll boolean timestamps,
      @ForAll int value,
      @ForAll int echo,
      @ForAll @IntRange(min = -1, max = 14) int scale) {
    byte[] b = new byte[40];
    int end = TcpOptionWriter.syn(b, 0, mss, sack, timestamps, value, echo, scale);

    assertThat(end % 4).isZero();
    assertThat(options.parse(b, 0, end)).isTrue();
    assertThat(options.mss()).isEqualTo(mss);
    assertThat(options.sackPermitted()).isEqualTo(sack);
    assertThat(options.hasTimestamps()).isEqualTo(timestamps);
    assertThat(options.timestampValue()).isEqualTo(timestamps ? value : 0);
    assertThat(options.timestampEcho()).isEqualTo(timestamps ? echo : 0);
    assertThat(options.windowScale()).isEqualTo(scale);
    assertThat(options.hasWindowScale()).isEqualTo(scale >= 0);
    assertThat(options.unknownCount()).isZero();
  }

  @Property
  void timestampsAndSackBlocksReadBack(
      @ForAll boolean timestamps,
      @ForAll int value,
      @ForAll @Size(8) int[] edges,
      @ForAll @IntRange(max = 4) int wanted) {
    int blocks = Math.min(wanted, TcpOptionWriter.maxSackBlocks(timestamps));
    byte[] b = new byte[40];
    int end = TcpOptionWriter.segment(b, 0, timestamps, value, ~value, edges, blocks);

    assertThat(end).isEqualTo(TcpOptionWriter.segmentLength(timestamps, blocks));
    assertThat(end % 4).isZero();
    assertThat(options.parse(b, 0, end)).isTrue();
    assertThat(options.hasTimestamps()).isEqualTo(timestamps);
    assertThat(options.timestampEcho()).isEqualTo(timestamps ? ~value : 0);
    assertThat(options.sackBlockCount()).isEqualTo(blocks);
    for (int i = 0; i < blocks; i++) {
      assertThat(options.sackLeft(i)).isEqualTo(edges[2 * i]);
      assertThat(options.sackRight(i)).isEqualTo(edges[2 * i + 1]);
    }
  }

  @Test
  void parsingForgetsWhatWasHeld() {
    parse("0204ffd7 0402 080a0102030400000000 030307 1e02 2202 1c0400 05");
    parse("01010101");

    assertThat(options.mss()).isZero();
    assertThat(options.windowScale()).isEqualTo(-1);
    assertThat(options.sackPermitted()).isFalse();
    assertThat(options.hasTimestamps()).isFalse();
    assertThat(options.sackBlockCount()).isZero();
    assertThat(options.fastOpenCookieLength()).isEqualTo(-1);
    assertThat(options.userTimeoutSeconds()).isEqualTo(-1);
    assertThat(options.unknownCount()).isZero();
    assertThat(options.malformedAt()).isEqualTo(-1);
  }

  /** MUST-7: an illegal length stops the reading; what came before it counts. */
  @Tag("RFC9293-MUST-7")
  @ParameterizedTest
  @CsvSource({
    "020405b4 0300, 4",
    "020405b4 0301, 4",
    "020405b4 0304 07, 4",
    "020405b4 03, 4",
    "020405b4 fe, 4",
    "020405b4 01 ff00 00, 5"
  })
  void anIllegalLengthStopsTheReading(String hex, int at) {
    assertThat(parse(hex)).isFalse();

    assertThat(options.malformedAt()).isEqualTo(at);
    assertThat(options.mss()).isEqualTo(0x5b4);
    assertThat(options.hasWindowScale()).isFalse();
  }

  /**
   * MUST-6: what is not known, or has another length than its kind, is ignored and kept by its
   * place.
   */
  @Tag("RFC9293-MUST-6")
  @ParameterizedTest
  @CsvSource({
    "1e04 0102, 0",
    "fe02, 0",
    "01 0203 05, 1",
    "0303 07 0202, 3",
    "0409 01020304050607, 0",
    "0502, 0",
    "0508 010203040506, 0",
    "0809 01020304050607, 0",
    "1c03 01, 0",
    "2203 01, 0",
    "2204 0102, 0",
    "2214 010203040506070809101112131415161718, 0"
  })
  void anUnknownOptionIsKeptByItsPlace(String hex, int at) {
    assertThat(parse(hex + "0402")).isTrue();

    assertThat(options.unknownCount()).isEqualTo(1);
    assertThat(options.unknownAt(0)).isEqualTo(at);
    assertThat(options.sackPermitted()).as("reading goes on").isTrue();
  }

  @Tag("RFC9293-MUST-4")
  @Test
  void nothingAfterTheEndOfTheListIsRead() {
    assertThat(parse("00 0402 01")).isTrue();

    assertThat(options.sackPermitted()).isFalse();
  }

  @Tag("RFC7323-2.3-MAX")
  @Test
  void aWindowScaleAboveFourteenCountsAsFourteen() {
    parse("0303ff");

    assertThat(options.windowScale()).isEqualTo(14);
    assertThat(options.rawWindowScale()).isEqualTo(255);
  }

  @Test
  void ofTwoOptionsTheLastCounts() {
    parse("02040001 02040002");

    assertThat(options.mss()).isEqualTo(2);
  }

  @Test
  void fastOpenHasACookieOrAsksForOne() {
    byte[] b = new byte[20];
    byte[] cookie = {9, 1, 2, 3, 4, 5, 6, 7, 8};
    int end = TcpOptionWriter.fastOpen(b, 1, cookie, 1, 8);
    assertThat(options.parse(b, 1, end)).isTrue();
    assertThat(options.fastOpenCookieAt()).isEqualTo(3);
    assertThat(options.fastOpenCookieLength()).isEqualTo(8);
    assertThat(b[3]).isEqualTo((byte) 1);

    parse("2202");
    assertThat(options.fastOpenCookieLength()).isZero();
  }

  @Tag("RFC7413-4.1.1-IGNORE")
  @ParameterizedTest
  @ValueSource(
      strings = {
        "2203 01",
        "2204 0102",
        "2207 0102030405",
        "2214 000102030405060708090a0b0c0d0e0f1011"
      })
  void aCookieOfAnotherLengthIsIgnored(String hex) {
    parse(hex);
    assertThat(options.fastOpenCookieLength()).isEqualTo(-1);
  }

  @Tag("RFC5482-3.3-FORMAT")
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "32767, 32767", "32768, 32820", "36000, 36000", "1966020, 1966020"})
  void aUserTimeoutIsInSecondsOrMinutes(int seconds, int read) {
    byte[] b = new byte[4];
    TcpOptionWriter.userTimeout(b, 0, seconds);
    options.parse(b, 0, 4);

    assertThat(options.userTimeoutSeconds()).isEqualTo(read);
  }

  @Tag("RFC9293-MUST-69")
  @Test
  void paddingFillsToAMultipleOfFour() {
    byte[] b = new byte[8];
    int end = TcpOptionWriter.pad(b, 1, TcpOptionWriter.windowScale(b, 1, 7));

    assertThat(HexFormat.of().formatHex(b)).isEqualTo("0003030701000000");
    assertThat(end).isEqualTo(5);
    assertThat(TcpOptionWriter.pad(b, 1, end)).isEqualTo(5);
  }

  @Test
  void theOptionsOfAHeaderAreFoundByItsLength() {
    byte[] b = new byte[30];
    TcpOptionWriter.mss(b, 22, 1460);
    b[26] = 2; // not an option any more
    TcpHeader.encode(b, 2, 1, 2, 3, 4, 24, TcpHeader.SYN, 100, 0);

    assertThat(options.parseHeader(b, 2)).isTrue();
    assertThat(options.mss()).isEqualTo(1460);
  }
}
