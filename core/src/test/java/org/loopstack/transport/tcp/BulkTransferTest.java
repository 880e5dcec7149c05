// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/**
 * Much data in one direction, over the loopback, in virtual time: as long as one side writes and
 * the other reads, something moves at every step. Who needs a timer to go on has stalled: a window
 * was not opened, or not by enough for the sender to use it.
 */
class BulkTransferTest {
  private static final int PORT = 9000;
  private static final int TOTAL = 8 << 20;

  private final Random random = new Random(1);
  private TcpHost host = new TcpHost();
  private @Nullable StreamEndpoint accepted;

  private StreamEndpoint reader() {
    return Objects.requireNonNull(accepted);
  }

  /** Returns the writer. */
  private StreamEndpoint connect() throws Exception {
    ListenerEndpoint listener = host.listen(PORT, 5);
    StreamEndpoint writer = host.connect(PORT);
    accepted = Objects.requireNonNull(listener.accept());
    host.trace.clear();
    return writer;
  }

  /**
   * @param writes the most that is written at once
   * @param reads the most that is read at once
   * @param rounds how often it is read before the writer's turn
   */
  private void transfer(StreamEndpoint writer, int writes, int reads, int rounds) throws Exception {
    ByteBuffer out = ByteBuffer.allocate(writes);
    ByteBuffer in = ByteBuffer.allocate(reads);
    int written = 0;
    int read = 0;
    while (read < TOTAL) {
      int moved = 0;
      int length = Math.min(1 + random.nextInt(writes), TOTAL - written);
      while (length > 0) {
        int n = writer.write(out.clear().limit(length));
        moved += n;
        written += n;
        length = n < length ? 0 : Math.min(1 + random.nextInt(writes), TOTAL - written);
      }
      for (int i = 0; i < rounds; i++) {
        int n = reader().read(in.clear().limit(1 + random.nextInt(reads)));
        moved += n;
        read += n;
      }
      host.clock.advance(Duration.ofNanos(1 + random.nextInt(40_000)));
      if (moved == 0) {
        int last = Math.max(0, host.trace.size() - 12);
        throw new AssertionError(
            "stalled after "
                + read
                + " bytes: "
                + host.tcp.statuses()
                + String.join("\n", host.trace.subList(last, host.trace.size())));
      }
      if (host.trace.size() > 1000) {
        host.trace.subList(0, 900).clear();
      }
    }
    assertThat(writer.readiness()).isNotZero();
  }

  @ParameterizedTest
  @CsvSource({
    "40000, 50000, 1",
    "65536, 65536, 1",
    "65536, 65536, 1000",
    "262144, 262144, 1",
    "262144, 262144, 3",
    "1000, 200000, 20",
    "1048576, 1048576, 2",
    "1048576, 3000, 40",
    "70000, 9000, 3",
    "5000, 5000, 1"
  })
  void somethingMovesAtEveryStep(int writes, int reads, int rounds) throws Exception {
    transfer(connect(), writes, reads, rounds);
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 16_384, 65_536, 131_072, 200_000, 262_144, 1 << 20, 3 << 20})
  void whateverTheBufferBeginsWith(int bytes) throws Exception {
    host = new TcpHost(TcpConfiguration.linux().toBuilder().receiveBuffer(bytes).build());
    transfer(connect(), 100_000, 100_000, 2);
  }

  @ParameterizedTest
  @CsvSource({"5000, 70000", "2304, 400000", "10000, 1000000", "100000, 120000"})
  void afterTheBufferHasBecomeSmallAndLargeAgain(int small, int large) throws Exception {
    StreamEndpoint writer = connect();
    reader().setOption(StandardSocketOptions.SO_RCVBUF, small);
    reader().setOption(StandardSocketOptions.SO_RCVBUF, large);
    transfer(writer, 100_000, 100_000, 2);
  }
}
