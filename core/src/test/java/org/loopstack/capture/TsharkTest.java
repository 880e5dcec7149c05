// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;
import org.loopstack.testing.Tshark;

/** Wireshark's own reader on what we write. */
class TsharkTest {
  private static final String WRONG = Tshark.WRONG + " || _ws.expert.severity == \"Error\"";

  @TempDir private Path directory;

  @BeforeAll
  static void tsharkIsThere() {
    Tshark.assumeInstalled();
  }

  @Test
  void findsNothingMalformedAndNoBadChecksum() throws Exception {
    Path file = directory.resolve("sample.pcapng");
    long captured;
    try (Stack stack = Stack.create();
        Capture capture = stack.loopback().captureTo(file)) {
      Traffic.of(stack, "127.0.0.1");
      Traffic.of(stack, "::1");
      capture.flush();
      captured = capture.captured();
    }
    // Each datagram with its verdict: dissected as what it is, on lo, on its way out.
    List<String> all =
        Tshark.read(
            file,
            "-T",
            "fields",
            "-e",
            "_ws.col.Protocol",
            "-e",
            "frame.interface_name",
            "-e",
            "frame.packet_flags_direction");
    assertThat(all)
        .hasSize((int) captured)
        .allMatch(line -> line.endsWith("\tlo\t2") || line.endsWith("\tlo\t0x00000002"));
    assertThat(all)
        .extracting(line -> line.split("\t", -1)[0])
        .contains("TCP", "UDP", "ICMP", "ICMPv6");
    assertThat(Tshark.read(file, "-Y", WRONG)).isEmpty();
  }

  @Test
  void findsABadChecksumWhereThereIsOne() throws Exception {
    Path file = directory.resolve("sample.pcapng");
    Path broken = directory.resolve("broken.pcapng");
    try (Stack stack = Stack.create();
        CaptureRing ring = Capture.ring(1, stack.loopback())) {
      Traffic.datagram(stack, "::1", 9);
      ring.saveTo(file);
    }
    CapturedPacket packet = CaptureReader.readAll(file).getFirst();
    byte[] bytes = packet.bytes().toByteArray();
    bytes[bytes.length - 1] ^= 1;
    try (PcapngWriter writer = new PcapngWriter(Files.newOutputStream(broken))) {
      CapturedInterface lo = writer.addInterface("lo");
      writer.write(lo, 1, null, bytes, 0, bytes.length, "a bit is wrong");
    }

    assertThat(Tshark.read(file, "-Y", WRONG)).isEmpty();
    assertThat(Tshark.read(broken, "-Y", WRONG, "-T", "fields", "-e", "frame.comment"))
        .containsExactly("a bit is wrong");
  }
}
