// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;

/** Wireshark's own reader on what we write. */
class TsharkTest {
  private static final String WRONG =
      "_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\""
          + " || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || icmpv6.checksum.status == \"Bad\" || _ws.expert.severity == \"Error\"";

  @TempDir private Path directory;

  @BeforeAll
  static void tsharkIsThere() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "tshark")));
    assumeThat(there)
        .as("tshark is not installed: what it says of captures is not tested")
        .isTrue();
  }

  /** What tshark prints. */
  private List<String> tshark(Path capture, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    for (String protocol : List.of("ip", "tcp", "udp")) {
      command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
    }
    command.addAll(List.of(arguments));
    Path out = directory.resolve("out.txt");
    Path errors = directory.resolve("errors.txt");
    int exit =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    assertThat(exit).as(() -> read(errors)).isZero();
    return Files.readAllLines(out);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
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
        tshark(
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
    assertThat(tshark(file, "-Y", WRONG)).isEmpty();
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

    assertThat(tshark(file, "-Y", WRONG)).isEmpty();
    assertThat(tshark(broken, "-Y", WRONG, "-T", "fields", "-e", "frame.comment"))
        .containsExactly("a bit is wrong");
  }
}
