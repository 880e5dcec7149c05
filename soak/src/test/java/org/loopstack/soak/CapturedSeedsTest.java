// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.capture.CapturedInterface;
import org.loopstack.capture.PcapngWriter;
import org.loopstack.link.LinkTap;
import org.loopstack.testing.Tshark;

/** tshark reads all that two stacks send each other over a hostile wire, before that touches it. */
class CapturedSeedsTest {
  private static final int SEEDS = 12;

  @TempDir private Path directory;

  @BeforeAll
  static void tsharkIsThere() {
    Tshark.assumeInstalled();
  }

  @Test
  void tsharkFindsNothingMalformedAndNoBadChecksum() throws Exception {
    Path file = directory.resolve("seeds.pcapng");
    long[] count = new long[1];
    try (PcapngWriter writer =
        new PcapngWriter(new BufferedOutputStream(Files.newOutputStream(file)))) {
      for (long seed = 1; seed <= SEEDS; seed++) {
        CapturedInterface wire = writer.addInterface("seed" + seed);
        SeedResult result =
            World.run(
                Plan.of(seed),
                new WireObserver() {
                  @Override
                  public void sent(long time, boolean fromClient, byte[] datagram) {
                    write(fromClient, datagram);
                  }

                  private void write(boolean fromClient, byte[] b) {
                    LinkTap.Direction direction =
                        fromClient ? LinkTap.Direction.OUT : LinkTap.Direction.IN;
                    try {
                      writer.write(wire, count[0]++ * 1000, direction, b, 0, b.length, null);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }
                });
        assertThat(result.passed()).as(result.report()).isTrue();
      }
    }

    assertThat(Tshark.wrong(file)).isEmpty();
    assertThat(count[0]).isGreaterThan(1_000);
  }
}
