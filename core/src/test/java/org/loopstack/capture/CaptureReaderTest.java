// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.Octets;

class CaptureReaderTest {
  private static final byte[] DATAGRAM = {0x45, 1, 2, 3, 4};

  private static CaptureReader reader(byte[] bytes) throws IOException {
    return CaptureReader.of(new ByteArrayInputStream(bytes), "x");
  }

  private static CaptureReader reader(String hex) throws IOException {
    return reader(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  private static List<CapturedPacket> all(byte[] bytes) throws IOException {
    List<CapturedPacket> all = new ArrayList<>();
    try (CaptureReader reader = reader(bytes)) {
      for (CapturedPacket packet; (packet = reader.next()) != null; ) {
        all.add(packet);
      }
    }
    return all;
  }

  private static byte[] pcap(ByteOrder order, int magic, int minor) {
    return ByteBuffer.allocate(45)
        .order(order)
        .putInt(magic)
        .putShort((short) 2)
        .putShort((short) minor)
        .putInt(0)
        .putInt(0)
        .putInt(65_535)
        .putInt(CapturedInterface.RAW)
        .putInt(1_735_689_600)
        .putInt(123_456)
        .putInt(5)
        .putInt(9)
        .put(DATAGRAM)
        .array();
  }

  /** A section with an interface, packets with options, and statistics. */
  private static byte[] pcapng() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PcapngWriter writer = new PcapngWriter(out)) {
      CapturedInterface lo = writer.addInterface("lo");
      writer.write(lo, 1, LinkTap.Direction.IN, DATAGRAM, 0, 5, "first");
      writer.write(lo, 2, LinkTap.Direction.OUT, DATAGRAM, 0, 4, null);
      writer.writeStatistics(new CapturedStatistics(lo, 2, 2, 0), 1, 2);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "BIG_ENDIAN, a1b2c3d4, 4, 1735689600123456000",
    "LITTLE_ENDIAN, a1b2c3d4, 4, 1735689600123456000",
    "BIG_ENDIAN, a1b23c4d, 4, 1735689600000123456",
    "LITTLE_ENDIAN, a1b23c4d, 3, 1735689600000123456",
  })
  void classicPcapIsReadInBothByteOrdersAndResolutions(
      String order, String magic, int minor, long time) throws IOException {
    ByteOrder byteOrder =
        order.equals("BIG_ENDIAN") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;

    assertThat(all(pcap(byteOrder, (int) Long.parseLong(magic, 16), minor)))
        .containsExactly(
            new CapturedPacket(
                time,
                new CapturedInterface(0, "", CapturedInterface.RAW),
                null,
                Octets.copyOf(DATAGRAM),
                9,
                null));
  }

  @Test
  void pcapngOfTheOtherByteOrderIsRead() throws IOException {
    CaptureReader reader =
        reader(
            "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
                + "00000001 00000020 0065 0000 00000000 0002 0003 746e37 00 0000 0000 00000020"
                + "00000006 00000030 00000000 00062aa1 d2b4c240 00000004 00000004 45000000"
                + "0002 0004 00000001 0000 0000 00000030");

    // 0x62aa1d2b4c240 microseconds, which is what counts if nothing is said.
    assertThat(reader.next())
        .isEqualTo(
            new CapturedPacket(
                0x62aa1d2b4c240L * 1000,
                new CapturedInterface(0, "tn7", 101),
                LinkTap.Direction.IN,
                Octets.of(0x45, 0, 0, 0),
                4,
                null));
    assertThat(reader.next()).isNull();
  }

  @Test
  void simpleAndOldPacketBlocksAreReadAndOthersPassedOver() throws IOException {
    CaptureReader reader =
        reader(
            "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"
                + "01000000 14000000 6500 0000 03000000 14000000"
                + "04000000 0c000000 0c000000"
                + "03000000 14000000 05000000 45010200 14000000"
                + "02000000 28000000 0000 ffff 00000000 07000000 04000000 04000000 45010203"
                + "00000000 28000000");

    CapturedInterface only = new CapturedInterface(0, "", 101);
    assertThat(reader.next())
        .isEqualTo(new CapturedPacket(0, only, null, Octets.of(0x45, 1, 2), 5, null));
    assertThat(reader.next())
        .isEqualTo(new CapturedPacket(7000, only, null, Octets.of(0x45, 1, 2, 3), 4, null));
    assertThat(reader.next()).isNull();
  }

  @Test
  void aNewSectionDescribesItsInterfacesAnew() throws IOException {
    byte[] section = pcapng();
    byte[] twice = ByteBuffer.allocate(2 * section.length).put(section).put(section).array();

    assertThat(all(twice)).hasSize(4);
    assertThatThrownBy(
            () ->
                all(
                    ByteBuffer.allocate(section.length + 48 + 32)
                        .put(section)
                        .put(section, 0, 48)
                        .put(section, 48 + 40, 32)
                        .array()))
        .isInstanceOf(CaptureFormatException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "6, 0, 5000000, 5000000000",
    "0, -3, 5, 2000000000",
    "12, 0, 5999, 5",
    "138, 1, 1024, 2000000000",
    "127, 0, -1, 0",
  })
  void timesAreScaledAsTheInterfaceSays(int resolution, long offset, long ticks, long nanos) {
    assertThat(new TimeScale(resolution, offset).epochNanos(ticks)).isEqualTo(nanos);
  }

  @Test
  void aCaptureThatEndsEarlyGivesWhatIsThereAndThenSaysSo() throws IOException {
    byte[] whole = pcapng();
    int blocks = 0;
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      try {
        int packets = all(cut).size();
        assertThat(packets).isLessThanOrEqualTo(2);
        blocks++;
      } catch (CaptureFormatException e) {
        assertThat(e).hasMessageMatching("x, byte " + length + ": ends (inside|before) a .*");
      }
    }
    // Behind the section header, the interface and two packets, the end is one.
    assertThat(blocks).isEqualTo(4);
  }

  @Test
  void aBrokenCaptureGivesIoExceptionsOnly() throws IOException {
    List<byte[]> wholes =
        List.of(
            pcapng(),
            pcap(ByteOrder.BIG_ENDIAN, 0xa1b2c3d4, 4),
            pcap(ByteOrder.LITTLE_ENDIAN, 0xa1b23c4d, 4));
    Random random = new Random(5);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = wholes.get(i % 3).clone();
      for (int n = random.nextInt(4); n >= 0; n--) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
      }
      try {
        all(broken);
      } catch (CaptureFormatException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(1_000, 19_000);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 'x, byte 0: ends before a magic number'",
    "'0102', 'x, byte 2: ends inside a magic number, of which 4 bytes were to come'",
    "'01020304', 'x, byte 4: neither pcapng nor pcap; it begins with 01020304'",
    "'a1b2c3d4 0001 0004 00000000 00000000 00000000 00000000',"
        + " 'x, byte 24: pcap of version 1.4; 2.3 and 2.4 can be read'",
    "'0a0d0d0a 1c000000 01020304', "
        + " 'x, byte 12: a section header without a byte order: 01020304'",
    "'0a0d0d0a 0000001c 1a2b3c4d 0002 0000 ffffffffffffffff 0000001c',"
        + " 'x, byte 28: pcapng of version 2; 1 can be read'",
    "'0a0d0d0a 0000001d 1a2b3c4d', 'x, byte 12: a block of 29 bytes'",
    "'0a0d0d0a 7ffffffc 1a2b3c4d',"
        + " 'x, byte 12: a block of 2147483644 bytes; not more is believed than 67108864'",
    "'0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001b',"
        + " 'x, byte 28: a block of 28 bytes says in its end that it has 27'",
  })
  void whatIsNoCaptureIsRefusedWithTheReason(String hex, String reason) {
    assertThatThrownBy(() -> reader(hex))
        .isInstanceOf(CaptureFormatException.class)
        .hasMessage(reason);
  }

  @Test
  void aPacketOfAnInterfaceThatIsNotDescribedIsRefused() throws IOException {
    CaptureReader reader =
        reader(
            "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
                + "00000006 00000020 00000000 00000000 00000000 00000000 00000000 00000020");

    assertThatThrownBy(reader::next)
        .isInstanceOf(CaptureFormatException.class)
        .hasMessage("x, byte 60: interface 0 where 0 were described");
  }

  @Test
  void aFileThatIsNotThereIsNamedAsNioDoes(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("no.pcapng");
    assertThatThrownBy(() -> CaptureReader.open(file))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(file.toString());

    Files.writeString(file, "no capture");
    assertThatThrownBy(() -> CaptureReader.readAll(file))
        .isInstanceOf(CaptureFormatException.class)
        .hasMessageStartingWith(file + ", byte 4: neither pcapng nor pcap");
  }
}
