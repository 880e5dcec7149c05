// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Wireshark's own reader. */
final class Tshark {
  /** What no datagram may be. */
  private static final String WRONG =
      "_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\""
          + " || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || icmpv6.checksum.status == \"Bad\"";

  private Tshark() {}

  static void assumeInstalled() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "tshark")));
    assumeThat(there)
        .as("tshark is not installed: what it says of captures is not tested")
        .isTrue();
  }

  /** The numbers and comments of the packets that are malformed or have a bad checksum. */
  static List<String> wrong(Path capture) throws IOException, InterruptedException {
    Path out = capture.resolveSibling("tshark.out");
    Path errors = capture.resolveSibling("tshark.err");
    int exit =
        new ProcessBuilder(
                "tshark",
                "-n",
                "-r",
                capture.toString(),
                "-o",
                "ip.check_checksum:TRUE",
                "-o",
                "tcp.check_checksum:TRUE",
                "-o",
                "udp.check_checksum:TRUE",
                // What is in the segments is nobody's protocol, whatever their ports mean
                // elsewhere.
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
                "frame.comment")
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    assertThat(exit).as(Files.readString(errors)).isZero();
    return Files.readAllLines(out);
  }
}
