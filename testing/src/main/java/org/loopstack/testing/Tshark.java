// SPDX-License-Identifier: Apache-2.0
package org.loopstack.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Wireshark's own reader on what we write. */
public final class Tshark {
  /** What no datagram may be that nobody has damaged on purpose, as a display filter. */
  public static final String WRONG =
      "(_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\""
          + " || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || icmpv6.checksum.status == \"Bad\")";

  private Tshark() {}

  /** Skips the calling test where there is none. */
  public static void assumeInstalled() {
    Programs.assume("tshark", "what it says of captures");
  }

  /**
   * The lines that it prints of a capture, all checksums verified.
   *
   * @param arguments more of its options
   * @throws IOException if it fails, with what it said
   */
  public static List<String> read(Path capture, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    for (String protocol : List.of("ip", "tcp", "udp")) {
      command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
    }
    // What a client's port happens to mean elsewhere is not what it carries.
    for (String protocol : List.of("tcp", "udp")) {
      command.addAll(List.of("-d", protocol + ".port==32768-60999,data"));
    }
    command.addAll(List.of(arguments));
    Path folder = Files.createTempDirectory("tshark");
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    try {
      int exit =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile())
              .start()
              .waitFor();
      if (exit != 0) {
        String said = Files.readString(errors, StandardCharsets.ISO_8859_1);
        throw new IOException("tshark ended with status " + exit + ": " + said);
      }
      return Files.readAllLines(out);
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(errors);
      Files.delete(folder);
    }
  }

  /**
   * The numbers and comments of the packets that are malformed or have a bad checksum, where what
   * the segments carry is nobody's protocol, whatever their ports mean elsewhere.
   */
  public static List<String> wrong(Path capture) throws IOException, InterruptedException {
    return read(
        capture,
        "-o",
        "tcp.analyze_sequence_numbers:FALSE",
        "--disable-protocol",
        "http",
        "-Y",
        WRONG,
        "-T",
        "fields",
        "-e",
        "frame.number",
        "-e",
        "frame.comment");
  }
}
