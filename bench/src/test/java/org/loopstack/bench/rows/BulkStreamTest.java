// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.loopstack.bench.KernelSide;
import org.loopstack.bench.Task;
import org.loopstack.bench.ThreadKind;

class BulkStreamTest {
  private static final int BLOCK = 4096;
  private final BulkStream stream = new BulkStream(BLOCK);

  @Test
  void whatWasSentIsWhatComes() throws Exception {
    try (TcpPair pair = TcpPair.open(new KernelSide(null))) {
      Task<Long> sender =
          new Task<>(ThreadKind.PLATFORM, "send", () -> stream.send(pair.client(), 1_000_000));
      BulkStream.Received received = stream.receive(pair.server());
      assertThat(received.bytes()).isEqualTo(sender.join()).isGreaterThanOrEqualTo(2 << 20);
      assertThat(received.timedBytes()).isEqualTo(received.bytes() - (1 << 20));
    }
  }

  @Test
  void otherBytesAreNoticed() throws Exception {
    try (TcpPair pair = TcpPair.open(new KernelSide(null))) {
      pair.client().write(ByteBuffer.allocate(BLOCK));
      assertThatThrownBy(() -> stream.receive(pair.server()))
          .isInstanceOf(IOException.class)
          .hasMessage("wrong bytes in the first MiB");
    }
  }

  @Test
  void lostByteInTheTimedPartIsNoticed() throws Exception {
    try (TcpPair pair = TcpPair.open(new KernelSide(null))) {
      Task<Void> sender =
          new Task<>(
              ThreadKind.PLATFORM,
              "send",
              () -> {
                ByteBuffer block = stream.pattern();
                for (int sent = 0; sent < 1 << 20; sent += BLOCK) {
                  pair.client().write(block.clear());
                }
                pair.client().write(block.position(1));
                pair.client().shutdownOutput();
                return null;
              });
      assertThatThrownBy(() -> stream.receive(pair.server())).hasMessageStartingWith("wrong bytes");
      sender.join();
    }
  }

  @Test
  void streamThatEndsEarlyIsNoticed() throws Exception {
    try (TcpPair pair = TcpPair.open(new KernelSide(null))) {
      pair.client().shutdownOutput();
      assertThatThrownBy(() -> stream.receive(pair.server())).isInstanceOf(EOFException.class);
    }
  }
}
