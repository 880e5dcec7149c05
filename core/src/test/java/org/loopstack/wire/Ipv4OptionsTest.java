// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv4OptionsTest {
  private static final int AT = 3;

  /** A header with these options, given in hexadecimal, padded with zeros. */
  private static byte[] header(String hex) {
    byte[] options = HexFormat.of().parseHex(hex.replace(" ", ""));
    int length = 20 + (options.length + 3) / 4 * 4;
    byte[] b = new byte[AT + length];
    System.arraycopy(options, 0, b, AT + 20, options.length);
    IpAddress lo = IpAddress.IPV4_LOOPBACK;
    Ipv4Header.encode(b, AT, length, 0, length, 0, 0, 0, 64, 17, lo, lo);
    return b;
  }

  @Tag("RFC791-3.1-OPTIONS")
  @Test
  void iterationSkipsNopsAndEndsAtTheEndOfTheList() {
    byte[] b = header("01 9404 0000 01 01 07 07 04 00000000 00 9404 0000");

    List<String> seen = new ArrayList<>();
    for (int o = Ipv4Options.first(b, AT); o >= 0; o = Ipv4Options.next(b, AT, o)) {
      seen.add(Ipv4Options.type(b, o) + " at " + (o - AT) + ", " + Ipv4Options.length(b, o));
    }

    assertThat(seen).containsExactly("148 at 21, 4", "7 at 27, 7");
    assertThat(Ipv4Options.find(b, AT, Ipv4Options.RECORD_ROUTE)).isEqualTo(AT + 27);
    assertThat(Ipv4Options.find(b, AT, Ipv4Options.TIMESTAMP)).isEqualTo(-1);
  }

  @Test
  void aHeaderWithoutOptionsHasNone() {
    byte[] b = header("");

    assertThat(Ipv4Options.first(b, AT)).isEqualTo(-1);
    assertThat(Ipv4Options.findInvalid(b, AT)).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({
    "94 04 00 00, -1", // router alert
    "94 03 00 00, 21",
    "fe 04 aa bb, -1", // unknown, well-formed
    "fe 01 aa bb, 20",
    "fe 00 aa bb, 20",
    "fe 05 aa bb, 20",
    "01 01 01 fe, 23", // no room for a length
    "07 07 04 00000000 00, -1",
    "07 07 08 7f000001 00, -1", // full
    "07 02 01 01, 21",
    "07 07 03 00000000 00, 22", // pointer into the option's head
    "07 07 05 00000000 00, 22", // pointer with less than an address behind it
    "07 07 04 00000000 07 07 04 00000000, 27", // two of them
    "83 07 04 7f000002 00, -1",
    "83 07 04 7f000002 89 07 04 7f000002, 27", // loose and strict
    "44 08 05 00 00000000, -1",
    "44 0c 05 01 00000000 00000000, -1",
    "44 08 05 01 00000000, 22",
    "44 08 04 00 00000000, 22",
    "44 08 05 02 00000000, 23", // no such flag
    "44 08 09 f0 00000000, 23", // the overflow count overflows
    "44 08 09 e0 00000000, -1",
    "44 03 05 00, 21"
  })
  void theByteInErrorIsFound(String hex, int expected) {
    assertThat(Ipv4Options.findInvalid(header(hex), AT)).isEqualTo(expected);
  }

  @Tag("RFC791-3.1-RR")
  @Test
  void routesAreRecordedUntilTheOptionIsFull() {
    byte[] b = header("07 0b 04 00000000 00000000 00");
    int option = Ipv4Options.first(b, AT);
    for (int i = 1; i <= 3; i++) {
      Ipv4Options.record(b, option, IpAddress.ofIpv4(i));
    }

    assertThat(HexFormat.of().formatHex(b, option, option + 11))
        .isEqualTo("070b0c" + "00000001" + "00000002");
  }

  @Tag("RFC791-3.1-TS")
  @Test
  void timesAreStampedUntilTheOptionIsFullAndThenCounted() {
    byte[] b = header("44 0c 05 01 00000000 00000000");
    int option = Ipv4Options.first(b, AT);
    Ipv4Options.stamp(b, option, IpAddress.IPV4_LOOPBACK, 0x01020304);
    Ipv4Options.stamp(b, option, IpAddress.IPV4_LOOPBACK, 0x05060708);

    assertThat(HexFormat.of().formatHex(b, option, option + 12))
        .isEqualTo("440c0d11" + "7f000001" + "01020304");
  }

  @Test
  void aPrespecifiedStampIsForWhomItNames() {
    byte[] b = header("44 0c 05 03 7f000002 00000000");
    int option = Ipv4Options.first(b, AT);
    Ipv4Options.stamp(b, option, IpAddress.IPV4_LOOPBACK, 1);
    assertThat(b[option + 2]).isEqualTo((byte) 5);

    Ipv4Options.stamp(b, option, IpAddress.parse("127.0.0.2"), 1);
    assertThat(b[option + 2]).isEqualTo((byte) 13);
  }

  @Test
  void aSourceRouteHasHopsLeftUntilThePointerPassesItsEnd() {
    byte[] b = header("89 07 04 7f000002 00");
    int option = Ipv4Options.findSourceRoute(b, AT);

    assertThat(Ipv4Options.hasHopsLeft(b, option)).isTrue();
    b[option + 2] = 8;
    assertThat(Ipv4Options.hasHopsLeft(b, option)).isFalse();
  }

  @Tag("RFC791-3.2-COPY")
  @Test
  void fragmentsGetTheOptionsThatAreCopied() {
    byte[] b = header("07 07 04 00000000 83 07 04 7f000002 9404 0000");
    byte[] out = new byte[20];
    int end = Ipv4Options.copyForFragments(b, AT, out, 1);

    assertThat(HexFormat.of().formatHex(out, 1, end))
        .isEqualTo("8307047f000002" + "94040000" + "00");
  }
}
