// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.loopstack.buffer.Packet;
import org.loopstack.capture.CapturedInterface;
import org.loopstack.capture.PcapngWriter;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.testing.Tshark;
import org.loopstack.wire.DropReason;

/**
 * tshark reads all that crosses the wire in our own scripts: whatever the stack is sent, it sends
 * nothing that is malformed or has a bad checksum; and what it is sent of that kind it drops, or is
 * the option that a script about malformed options sends.
 */
class CapturedScriptsTest {
  private static final Path FOLDER = Path.of("src/test/scripts");

  @TempDir private Path directory;

  @BeforeAll
  static void tsharkIsThere() {
    Tshark.assumeInstalled();
  }

  /** What crossed, and for each datagram whether the stack dropped it. */
  private static final class Crossed implements LinkTap {
    private final String script;
    private final List<Direction> directions = new ArrayList<>();
    private final List<byte[]> datagrams = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private final List<@Nullable DropReason> drops = new ArrayList<>();

    Crossed(String script) {
      this.script = script;
    }

    @Override
    public void pass(Direction direction, Packet packet) {
      directions.add(direction);
      datagrams.add(Datagrams.bytes(packet));
      numbers.add(packet.tapNumber());
      drops.add(null);
    }

    @Override
    public void dropped(Packet packet, DropReason reason) {
      int at = numbers.lastIndexOf(packet.tapNumber());
      if (at >= 0) {
        drops.set(at, reason);
      }
    }

    /** Writes them, with what is asserted of them as a comment, and returns how many there are. */
    int writeTo(PcapngWriter writer, CapturedInterface wire, int before) throws IOException {
      for (int i = 0; i < datagrams.size(); i++) {
        boolean in = directions.get(i) == Direction.IN;
        DropReason reason = drops.get(i);
        String fate = !in ? "sent" : reason == null ? "taken" : "dropped: " + reason.description();
        byte[] b = datagrams.get(i);
        writer.write(
            wire, (before + i) * 1000L, directions.get(i), b, 0, b.length, fate + ", " + script);
      }
      return datagrams.size();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = IpVersion.class,
      names = {"IPV4", "IPV6"})
  void tsharkFindsNothingWrongInWhatTheStackSends(IpVersion version) throws Exception {
    Path file = directory.resolve("scripts.pcapng");
    int count = 0;
    try (PcapngWriter writer =
        new PcapngWriter(new BufferedOutputStream(Files.newOutputStream(file)))) {
      CapturedInterface wire = writer.addInterface("tun0");
      for (ScriptRunner.Case each : ScriptRunner.cases(FOLDER)) {
        Crossed crossed = new Crossed(each.name());
        ScriptResult _ =
            ScriptRunner.run(each, ScriptOptions.DEFAULT.withIpVersion(version).withTap(crossed));
        count += crossed.writeTo(writer, wire, count);
      }
    }

    // Some scripts send on purpose what is malformed: that, and no more, is found.
    assertThat(Tshark.wrong(file))
        .isNotEmpty()
        .allMatch(
            line -> line.contains("\tdropped: ") || line.contains("\ttaken, options/malformed-"));
    assertThat(count).isGreaterThan(5_000);
  }
}
