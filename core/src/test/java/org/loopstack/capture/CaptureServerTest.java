// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

/** The live stream, over the machine's own loopback. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureServerTest {
  private final Stack stack = Stack.create();

  @AfterEach
  void close() {
    stack.close();
  }

  private CaptureServer start(CaptureOptions options) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    listener.bind(new InetSocketAddress("127.0.0.1", 0), 50);
    return CaptureServer.start(listener, options, stack.loopback());
  }

  /** A connection of which the beginning of the capture was read, so that it captures now. */
  private static CaptureReader connect(CaptureServer server) throws IOException {
    InetSocketAddress address = (InetSocketAddress) server.address();
    return reader(new Socket(address.getAddress(), address.getPort()).getInputStream());
  }

  private static CaptureReader reader(InputStream in) throws IOException {
    return CaptureReader.of(in, "live");
  }

  private static void awaitReaders(CaptureServer server, int count) {
    while (server.readers() != count) {
      Thread.onSpinWait();
    }
  }

  @Test
  void eachReaderIsGivenWhatPassesFromWhenItCame() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard());
        CaptureReader first = connect(server)) {
      awaitReaders(server, 1);
      Traffic.datagram(stack, "127.0.0.1", 1);
      assertThat(Traffic.describe(Objects.requireNonNull(first.next()))).isEqualTo("out 45 29");
      try (CaptureReader second = connect(server)) {
        awaitReaders(server, 2);
        Traffic.datagram(stack, "127.0.0.1", 2);
        for (CaptureReader each : List.of(first, second)) {
          assertThat(Traffic.describe(Objects.requireNonNull(each.next()))).isEqualTo("out 45 30");
        }
      }
    }
  }

  @Test
  void theFilterCountsForAll() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard().filter("ip6"));
        CaptureReader reader = connect(server)) {
      awaitReaders(server, 1);
      Traffic.datagram(stack, "127.0.0.1", 1);
      Traffic.datagram(stack, "::1", 2);
      assertThat(Traffic.describe(Objects.requireNonNull(reader.next()))).isEqualTo("out 60 50");
    }
  }

  @Test
  void whoGoesIsForgottenAlsoIfNothingPasses() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard())) {
      CaptureReader reader = connect(server);
      awaitReaders(server, 1);
      reader.close();
      awaitReaders(server, 0);
    }
  }

  @Test
  void readersAreToldTheEndWithItsCountsWhenTheStackCloses() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard());
        CaptureReader reader = connect(server)) {
      awaitReaders(server, 1);
      Traffic.datagram(stack, "127.0.0.1", 1);
      stack.close();
      assertThat(reader.next()).isNotNull();
      assertThat(reader.next()).isNull();
      assertThat(reader.statistics()).extracting(CapturedStatistics::received).containsExactly(1L);
    }
  }

  @Test
  void thereIsABoundForReaders() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard())) {
      List<CaptureReader> readers = new ArrayList<>();
      for (int i = 0; i < CaptureServer.MAX_READERS; i++) {
        readers.add(connect(server));
      }
      awaitReaders(server, CaptureServer.MAX_READERS);
      InetSocketAddress address = (InetSocketAddress) server.address();
      try (Socket late = new Socket(address.getAddress(), address.getPort())) {
        assertThat(late.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.refused()).isEqualTo(1);
      for (CaptureReader each : readers) {
        each.close();
      }
    }
  }

  /** The queue of each is full at once; the stack goes on, and can be closed. */
  @Test
  void whoReadsNothingLosesPacketsAndHoldsUpNobody() throws IOException {
    try (CaptureServer server = start(CaptureOptions.standard().queueBytes(1 << 16));
        CaptureReader _ = connect(server);
        CaptureReader other = connect(server)) {
      awaitReaders(server, 2);
      for (int i = 0; i < 400; i++) {
        Traffic.datagram(stack, "127.0.0.1", 60_000);
      }
      Traffic.datagram(stack, "127.0.0.1", 1);
      assertThat(stack.loopback().counters().transmittedPackets()).isEqualTo(401);
      assertThat(server.lost()).isPositive();
      assertThat(other.next()).isNotNull();
      stack.close();
    }
  }
}
