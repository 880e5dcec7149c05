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

/** Wireshark's own reader on what we write. */
final class Tshark {
  /** What no datagram may be that nobody has damaged on purpose. */
  static final String WRONG =
      "_ws.malformed || ip.checksum.status == \"Bad\" || tcp.checksum.status == \"Bad\""
          + " || udp.checksum.status == \"Bad\" || icmp.checksum.status == \"Bad\""
          + " || icmpv6.checksum.status == \"Bad\" || _ws.expert.severity == \"Error\"";

  private Tshark() {}

  static void assumeInstalled() {
    boolean there =
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(each -> Files.isExecutable(Path.of(each, "tshark")));
    assumeThat(there)
        .as("tshark is not installed: what it says of captures is not tested")
        .isTrue();
  }

  /** What it prints of a capture. */
  static List<String> read(Path capture, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
    for (String protocol : List.of("ip", "tcp", "udp")) {
      command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
    }
    command.addAll(List.of(arguments));
    Path out = capture.resolveSibling("out.txt");
    Path errors = capture.resolveSibling("errors.txt");
    int exit =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start()
            .waitFor();
    String said = Files.readString(errors);
    assertThat(exit).as(said).isZero();
    return Files.readAllLines(out);
  }
}
