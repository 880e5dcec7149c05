// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Octets;

class PcapngWriterTest {
  private static final byte[] FIVE = {0x45, 1, 2, 3, 4};

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final PcapngWriter writer;

  PcapngWriterTest() throws IOException {
    writer = new PcapngWriter(out);
  }

  private String written() {
    String all = HexFormat.of().formatHex(out.toByteArray());
    out.reset();
    return all;
  }

  private static String hex(String spaced) {
    return spaced.replace(" ", "");
  }

  @Test
  void aSectionBeginsWithItsHeader() {
    assertThat(written())
        .isEqualTo(
            hex(
                "0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff"
                    + " 0400 0900 4c6f6f70737461636b 000000 0000 0000 30000000"));
  }

  @Test
  void anInterfaceHasANameRawDatagramsAndNanoseconds() throws IOException {
    written();
    writer.addInterface("lo");

    assertThat(written())
        .isEqualTo(
            hex(
                "01000000 28000000 6500 0000 00000000"
                    + " 0200 0200 6c6f 0000 0900 0100 09 000000 0000 0000 28000000"));
  }

  @Test
  void aPacketHasItsTimeDirectionAndComment() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    written();
    writer.write(lo, 0x0102030405060708L, LinkTap.Direction.OUT, FIVE, 0, 5, "x");

    assertThat(written())
        .isEqualTo(
            hex(
                "06000000 3c000000 00000000 04030201 08070605 05000000 05000000"
                    + " 4501020304 000000 0200 0400 02000000 0100 0100 78 000000 0000 0000"
                    + " 3c000000"));
  }

  @Test
  void aPacketOfWhichNothingElseIsKnownHasNoOptions() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    written();
    writer.write(lo, 7, null, FIVE, 1, 4, null);

    assertThat(written())
        .isEqualTo(
            hex(
                "06000000 24000000 00000000 00000000 07000000 04000000 04000000 01020304"
                    + " 24000000"));
  }

  @Test
  void statisticsHaveTimesAndCounts() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    written();
    writer.writeStatistics(new CapturedStatistics(lo, 10, 9, 3), 1, 1L << 32);

    assertThat(written())
        .isEqualTo(
            hex(
                "05000000 58000000 00000000 01000000 00000000"
                    + " 0200 0800 00000000 01000000 0300 0800 01000000 00000000"
                    + " 0400 0800 0a00000000000000 0500 0800 0300000000000000"
                    + " 0600 0800 0900000000000000 0000 0000 58000000"));
  }

  @Test
  void namesAreRecordsByAddress() throws IOException {
    written();
    writer.writeNames(Map.of(IpAddress.parse("127.0.0.1"), List.of("localhost", "db.test")));

    assertThat(written())
        .isEqualTo(
            hex(
                "04000000 2c000000 0100 1600 7f000001 6c6f63616c686f737400 64622e7465737400"
                    + " 0000 0000 0000 2c000000"));
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    CapturedInterface eth = writer.addInterface("ethernet-äöü", CapturedInterface.ETHERNET);
    List<CapturedPacket> packets =
        List.of(
            new CapturedPacket(0, lo, LinkTap.Direction.IN, Octets.copyOf(FIVE), 5, null),
            new CapturedPacket(Long.MAX_VALUE, eth, null, Octets.EMPTY, 0, "dropped: ☂"),
            new CapturedPacket(
                1_735_689_600_123_456_789L,
                eth,
                LinkTap.Direction.OUT,
                Octets.copyOf(new byte[70_000]),
                90_000,
                ""));
    for (CapturedPacket each : packets) {
      writer.write(each);
    }
    Map<IpAddress, List<String>> names = new LinkedHashMap<>();
    names.put(IpAddress.parse("127.0.0.1"), List.of("localhost"));
    names.put(IpAddress.parse("fd00::7"), List.of("db.test", "grün.test", "x"));
    writer.writeNames(names);
    writer.writeStatistics(new CapturedStatistics(eth, Long.MAX_VALUE, 5, 0), 0, 1);
    writer.close();

    try (CaptureReader reader =
        CaptureReader.of(new ByteArrayInputStream(out.toByteArray()), "x")) {
      for (CapturedPacket each : packets) {
        assertThat(reader.next()).isEqualTo(each);
      }
      assertThat(reader.next()).isNull();
      assertThat(reader.names()).isEqualTo(names);
      assertThat(reader.interfaces()).containsExactly(lo, eth);
      assertThat(reader.statistics())
          .containsExactly(new CapturedStatistics(eth, Long.MAX_VALUE, 5, 0));
    }
  }

  @Test
  void aCommentThatIsTooLongIsCutBetweenCharacters() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    writer.write(lo, 0, null, FIVE, 0, 5, "a" + "ä".repeat(40_000));

    CaptureReader reader = CaptureReader.of(new ByteArrayInputStream(out.toByteArray()), "x");
    assertThat(reader.next())
        .satisfies(
            packet ->
                assertThat(packet.comment().getBytes(StandardCharsets.UTF_8))
                    .hasSize(PcapngWriter.MAX_TEXT)
                    .endsWith("ä".getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatCannotBeWrittenIsRefusedAndLeavesNoBytes() throws IOException {
    CapturedInterface lo = writer.addInterface("lo");
    written();

    assertThatThrownBy(
            () -> writer.write(new CapturedInterface(1, "lo", 101), 0, null, FIVE, 0, 5, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "This capture does not describe CapturedInterface[id=1, name=lo, linkType=101]");
    assertThatThrownBy(() -> writer.write(lo, -1, null, FIVE, 0, 5, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("pcapng knows no time before 1970: -1 ns since then");
    assertThatThrownBy(() -> writer.write(lo, 0, null, FIVE, 1, 5, null))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () -> writer.write(new CapturedPacket(0, lo, null, Octets.copyOf(FIVE), 4, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("5 bytes captured of a packet of 4");
    assertThatThrownBy(() -> writer.addInterface("lo", 65_536))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Link type 65536 is not in 0..65535");
    assertThat(written()).isEmpty();
  }
}
