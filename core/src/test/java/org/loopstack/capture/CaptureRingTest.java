// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;

class CaptureRingTest {
  private final Stack stack = Stack.create();

  @AfterEach
  void close() {
    stack.close();
  }

  private static List<Integer> lengths(List<CapturedPacket> packets) {
    return packets.stream().map(CapturedPacket::originalLength).toList();
  }

  @Test
  void theLastPacketsAreKeptInTheirOrder() throws IOException {
    try (CaptureRing ring = Capture.ring(3, stack.loopback())) {
      assertThat(ring.packets()).isEmpty();
      for (int payload = 0; payload < 2; payload++) {
        Traffic.datagram(stack, "127.0.0.1", payload);
      }
      assertThat(lengths(ring.packets())).containsExactly(28, 29);
      for (int payload = 2; payload < 8; payload++) {
        Traffic.datagram(stack, "127.0.0.1", payload);
      }
      assertThat(lengths(ring.packets())).containsExactly(33, 34, 35);
      assertThat(ring.passed()).isEqualTo(8);
    }
  }

  @Test
  void itCanBeSavedAlsoAfterItsStackWasClosed(@TempDir Path directory) throws IOException {
    CaptureRing ring = Capture.ring(100, stack.loopback());
    Traffic.of(stack, "::1");
    stack.close();
    Path file = directory.resolve("ring.pcapng");
    ring.saveTo(file);

    assertThat(CaptureReader.readAll(file)).isEqualTo(ring.packets()).hasSizeGreaterThan(10);
    assertThatThrownBy(() -> ring.saveTo(directory.resolve("no/ring.pcapng")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatPassesAfterItWasClosedIsNotKept() throws IOException {
    CaptureRing ring = Capture.ring(10, stack.loopback());
    Traffic.datagram(stack, "127.0.0.1", 0);
    ring.close();
    Traffic.datagram(stack, "127.0.0.1", 1);

    assertThat(lengths(ring.packets())).containsExactly(28);
  }

  @Test
  void manyThreadsLeaveExactlyTheLastPackets() throws Exception {
    CaptureRing ring = Capture.ring(64, stack.loopback());
    List<FutureTask<Boolean>> senders = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      FutureTask<Boolean> sender =
          new FutureTask<>(
              () -> {
                for (int n = 0; n < 500; n++) {
                  Traffic.datagram(stack, "127.0.0.1", 1);
                }
                return true;
              });
      senders.add(sender);
      Thread.ofPlatform().daemon().start(sender);
    }
    for (FutureTask<Boolean> sender : senders) {
      assertThat(sender.get()).isTrue();
    }
    assertThat(ring.passed()).isEqualTo(4000);
    assertThat(ring.packets()).hasSize(64);
  }

  @Test
  void aSizeOutOfRangeIsRefused() {
    assertThatThrownBy(() -> Capture.ring(0, stack.loopback()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A ring keeps 1 to 16777216 packets: 0");
  }
}
