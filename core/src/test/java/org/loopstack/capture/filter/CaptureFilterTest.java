// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;

class CaptureFilterTest {
  private static final int RAW = 101;

  /** A segment from 127.0.0.1 port 80 to 127.0.0.2 port 443. */
  private static byte[] segment() {
    byte[] b = new byte[44];
    b[0] = 0x45;
    b[3] = 44;
    b[9] = 6;
    System.arraycopy(new byte[] {127, 0, 0, 1, 127, 0, 0, 2, 0, 80, 1, (byte) 187}, 0, b, 12, 12);
    b[32] = 0x50;
    b[33] = 2;
    b[40] = 'x';
    return b;
  }

  private static boolean matches(String filter) {
    byte[] b = segment();
    return CaptureFilter.parse(filter).matches(b, b.length, RAW, LinkTap.Direction.OUT);
  }

  @Test
  void nothingAskedIsAllGiven() {
    assertThat(CaptureFilter.parse("  ")).isSameAs(CaptureFilter.ALL);
    assertThat(matches("")).isTrue();
    assertThat(CaptureFilter.ALL.matches(new byte[0], 0, RAW, null)).isTrue();
  }

  @Test
  void itIsItsTextAgain() {
    assertThat(CaptureFilter.parse("tcp  port 80")).hasToString("tcp  port 80");
  }

  @Test
  void directionsAreAskedFor() {
    assertThat(matches("outbound and tcp")).isTrue();
    assertThat(matches("inbound")).isFalse();
    byte[] b = segment();
    assertThat(CaptureFilter.parse("inbound or outbound").matches(b, b.length, RAW, null))
        .isFalse();
  }

  @Test
  void lengthIsThatOfThePacketAndNotOfWhatWasCaptured() {
    assertThat(CaptureFilter.parse("greater 1000").matches(segment(), 1500, RAW, null)).isTrue();
    assertThat(CaptureFilter.parse("len = 44").matches(segment(), 1500, RAW, null)).isFalse();
  }

  @Test
  void aHostMayHaveANameWithAddressesOfBothKinds() {
    CaptureFilter filter =
        CaptureFilter.parse(
            "src host db.test and dst host other",
            name ->
                name.equals("db.test")
                    ? List.of(IpAddress.parse("::5"), IpAddress.parse("127.0.0.1"))
                    : List.of(IpAddress.parse("127.0.0.2")));
    byte[] b = segment();

    assertThat(filter.matches(b, b.length, RAW, null)).isTrue();
    assertThat(matches("host localhost")).isTrue();
    assertThat(matches("ip6 host localhost")).isFalse();
  }

  @Test
  void aPacketIsLookedAtWhereItLies() {
    byte[] b = segment();
    byte[] head = new byte[60];
    System.arraycopy(b, 0, head, 7, 40);
    byte[] tail = new byte[10];
    System.arraycopy(b, 40, tail, 3, 4);
    Packet packet = Packet.wrap(head, 7, 40);
    Slice first = new Slice(tail, 3, 1);
    first.linkTo(new Slice(tail, 4, 3));
    packet.setBody(first, 4);

    assertThat(matches(packet, "tcp port 80 and len = 44")).isTrue();
    assertThat(matches(packet, "tcp[20] = 0x78")).isTrue();
    assertThat(matches(packet, "ip[38:4] = 0x7800")).isTrue();
    assertThat(matches(packet, "ip[43] = 0")).isTrue();
    assertThat(matches(packet, "ip[44] = 0 or ip")).isFalse();
  }

  private static boolean matches(Packet packet, String filter) {
    return CaptureFilter.parse(filter).matches(packet, LinkTap.Direction.OUT);
  }

  @Test
  void ofALinkWithoutIpNothingAboutIpIsTrue() {
    CaptureFilter filter = CaptureFilter.parse("ip or ip6");

    assertThat(filter.matches(segment(), 44, 189, null)).isFalse();
    assertThat(CaptureFilter.parse("not ip").matches(segment(), 44, 189, null)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tcp prot 80 | 4 | expected \"and\" or \"or\" before this",
        "port | 4 | expected the number or the name of a port",
        "port 99999 | 5 | a port is 0 to 65535",
        "port foo | 5 | not the number or the name of a port",
        "portrange 5-x | 10 | not the number or the name of a port",
        "host 1.2.3.400 | 5 | not an address",
        "host 1.2.3 | 5 | not an address",
        "host nowhere | 5 | there is no host of that name",
        "host 10.0.0.0/8 | 5 | a prefix is a net, not a host",
        "host 80 | 5 | a number is not a host; a port?",
        "host and | 5 | expected the address or the name of a host",
        "ip6 host 127.0.0.1 | 9 | has no address of ip6",
        "net 10.0.0.1/8 | 4 | has bits behind the end of the net",
        "net fe80::1/10 | 4 | has bits behind the end of the net",
        "net 10.0.0.0/33 | 13 | expected the length of a prefix, 0 to 32",
        "127.0.0.1 | 0 | say host or net before it",
        "multicast | 0 | say ip multicast or ip6 multicast",
        "ether host 1:2:3:4:5:6 | 0 | that word of pcap-filter is not understood here",
        "tcp host ::1 | 0 | with host it means nothing; \"and\" between the two may be missing",
        "ip port 80 | 0 | with port it means nothing; \"and\" between the two may be missing",
        "tcp or 80 | 7 | is that a host, a net or a port?",
        "tcp and | 7 | something is missing",
        "(tcp | 4 | expected \")\"",
        "tcp) | 3 | expected \"and\" or \"or\" before this",
        "tcp[0:3] = 1 | 6 | 1, 2 or 4 bytes can be looked at",
        "tcp[0 = 1 | 6 | expected \"]\"",
        "tcp[0] | 6 | expected a comparison: = != < <= > >=",
        "len = | 5 | expected a number, len, or bytes as in tcp[0:2]",
        "len / 0 = 1 | 4 | division by zero",
        "len << 32 = 1 | 4 | a shift is 0 to 31 bits",
        "len = 99999999999 | 6 | no number of 32 bits",
        "tcp and ? | 8 | no filter has this character",
        "less tcp | 5 | expected a number of bytes",
        "proto foo | 6 | not the number or the name of a protocol over IP",
        "proto 256 | 6 | a protocol is 0 to 255",
        "src proto 6 | 0 | a protocol has no source and no destination",
      })
  void whatIsWrongIsToldWithItsPlace(String filter, int position, String problem) {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> CaptureFilter.parse(filter))
        .satisfies(e -> assertThat(e.position()).isEqualTo(position))
        .withMessageStartingWith("filter \"" + filter + "\", ")
        .withMessageEndingWith(": " + problem);
  }

  @Test
  void theMessageNamesTheWordOrTheEnd() {
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> CaptureFilter.parse("tcp port htp"))
        .withMessage(
            "filter \"tcp port htp\", character 10, \"htp\": not the number or the name of a port");
    assertThatExceptionOfType(FilterException.class)
        .isThrownBy(() -> CaptureFilter.parse("tcp port"))
        .withMessage("filter \"tcp port\", at the end: expected the number or the name of a port");
  }

  @Test
  void bracketsWithoutEndAreRefusedAndNoOverflow() {
    for (String deep : List.of("(", "not ", "-", "tcp[", "len + (")) {
      assertThatExceptionOfType(FilterException.class)
          .isThrownBy(() -> CaptureFilter.parse(deep.repeat(100_000)));
    }
  }
}
