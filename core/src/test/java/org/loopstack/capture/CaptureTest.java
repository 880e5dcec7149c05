// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.Fault;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Match;
import org.loopstack.link.LinkTap;
import org.loopstack.link.Wire;
import org.loopstack.socket.NameTable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.TransportChecksums;

class CaptureTest {
  private static final long START_NANOS = 1_767_323_045_000_000_006L;

  private final VirtualClock clock =
      new VirtualClock(Instant.parse("2026-01-02T03:04:05.000000006Z"));
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());

  @TempDir private Path directory;

  @AfterEach
  void close() {
    stack.close();
  }

  private Path file() {
    return directory.resolve("capture.pcapng");
  }

  /** A stream on which a writer stands until it is let go. */
  private static final class Gate extends OutputStream {
    final ByteArrayOutputStream written = new ByteArrayOutputStream();
    final CountDownLatch reached = new CountDownLatch(1);
    final CountDownLatch open = new CountDownLatch(1);
    volatile boolean shut;
    volatile boolean full;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int at, int length) throws IOException {
      if (full) {
        throw new IOException("No space left on device");
      }
      if (shut) {
        reached.countDown();
        try {
          if (!open.await(60, TimeUnit.SECONDS)) {
            throw new IOException("Nobody opens the gate");
          }
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      written.write(b, at, length);
    }
  }

  @Test
  void aDatagramIsWrittenOnceWithVirtualTimeAndDirection() throws IOException {
    try (Capture capture = stack.loopback().captureTo(file())) {
      Traffic.datagram(stack, "127.0.0.1", 5);
      clock.advance(Duration.ofNanos(1_000_000_001));
      Traffic.datagram(stack, "127.0.0.1", 7);
      assertThat(capture.captured()).isEqualTo(2);
      assertThat(capture.lost()).isZero();
    }
    List<CapturedPacket> packets = CaptureReader.readAll(file());

    assertThat(packets).extracting(Traffic::describe).containsExactly("out 45 33", "out 45 35");
    assertThat(packets)
        .extracting(CapturedPacket::epochNanos)
        .containsExactly(START_NANOS, START_NANOS + 1_000_000_001);
    assertThat(packets.getFirst().source())
        .isEqualTo(new CapturedInterface(0, "lo", CapturedInterface.RAW));
  }

  @Test
  void everyChecksumIsRightThoughTheLoopbackComputesNone() throws IOException {
    boolean[] pending = new boolean[1];
    stack.loopback().addTap((direction, packet) -> pending[0] |= packet.isChecksumPending());
    try (Capture _ = stack.loopback().captureTo(file())) {
      Traffic.of(stack, "127.0.0.1");
      Traffic.of(stack, "::1");
    }

    assertThat(pending).as("the loopback leaves checksums out").containsExactly(true);
    assertThat(CaptureReader.readAll(file()))
        .hasSizeGreaterThan(30)
        .allSatisfy(
            packet -> {
              byte[] bytes = packet.bytes().toByteArray();
              assertThat(packet.originalLength()).isEqualTo(bytes.length);
              assertThat(TransportChecksums.check(bytes, 0, bytes.length))
                  .isEqualTo(TransportChecksums.Check.RIGHT);
            });
  }

  @Test
  void whatHasPassedIsInTheFileAfterAFlush() throws IOException {
    try (Capture capture = stack.loopback().captureTo(file())) {
      assertThat(CaptureReader.readAll(file())).isEmpty();
      Traffic.datagram(stack, "127.0.0.1", 5);
      capture.flush();
      assertThat(CaptureReader.readAll(file())).hasSize(1);
      Traffic.datagram(stack, "127.0.0.1", 5);
      capture.flush();
      assertThat(CaptureReader.readAll(file())).hasSize(2);
    }
  }

  @Test
  void nobodyHasToAskForWhatHasPassed() throws Exception {
    Gate gate = new Gate();
    try (Capture _ = Capture.to(gate, CaptureOptions.standard(), stack.loopback())) {
      gate.shut = true;
      gate.open.countDown();
      Traffic.datagram(stack, "127.0.0.1", 5);
      assertThat(gate.reached.await(60, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void aWriterThatStandsHoldsUpNobodyAndWhatIsLostIsCounted() throws Exception {
    Gate gate = new Gate();
    Capture capture =
        Capture.to(gate, CaptureOptions.standard().queueBytes(1 << 16), stack.loopback());
    gate.shut = true;
    Traffic.datagram(stack, "127.0.0.1", 5);
    assertThat(gate.reached.await(60, TimeUnit.SECONDS)).isTrue();
    // The thread stands in its write with an empty queue behind it.
    int size = Traffic.datagramLength(1000) + PassedQueue.OVERHEAD;
    int room = (1 << 16) / size;
    for (int i = 0; i < room + 7; i++) {
      Traffic.datagram(stack, "127.0.0.1", 1000);
    }
    assertThat(capture.lost()).isEqualTo(7);
    assertThat(capture.captured()).isEqualTo(room + 1);

    gate.open.countDown();
    capture.close();
    try (CaptureReader reader =
        CaptureReader.of(new ByteArrayInputStream(gate.written.toByteArray()), "gate")) {
      for (int i = 0; i < room + 1; i++) {
        assertThat(reader.next()).isNotNull();
      }
      assertThat(reader.next()).isNull();
      assertThat(reader.statistics())
          .containsExactly(
              new CapturedStatistics(
                  reader.interfaces().getFirst(), room + 1 + 7, room + 1 + 7, 7));
    }
  }

  @Test
  void aFullDiskEndsTheCaptureAndFlushAndCloseTell() throws IOException {
    Gate gate = new Gate();
    Capture capture = Capture.to(gate, CaptureOptions.standard(), stack.loopback());
    gate.full = true;
    Traffic.datagram(stack, "127.0.0.1", 5);

    assertThatThrownBy(capture::flush)
        .isInstanceOf(IOException.class)
        .hasMessage("The capture ended early: No space left on device");
    Traffic.datagram(stack, "127.0.0.1", 5);
    assertThat(capture.lost()).isEqualTo(1);
    assertThatThrownBy(
            () -> {
              try (capture) {
                capture.flush();
              }
            })
        .hasMessage("The capture ended early: No space left on device")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(stack.loopback().counters().transmittedPackets()).isEqualTo(2);
  }

  @Test
  void itEndsWithItsStack() throws IOException {
    Capture capture = stack.loopback().captureTo(file());
    Traffic.datagram(stack, "127.0.0.1", 5);
    assertThat(capture.isOpen()).isTrue();
    stack.close();

    assertThat(capture.isOpen()).isFalse();
    try (CaptureReader reader = CaptureReader.open(file())) {
      assertThat(reader.next()).isNotNull();
      assertThat(reader.next()).isNull();
      assertThat(reader.statistics()).extracting(CapturedStatistics::received).containsExactly(1L);
    }
    capture.close();
  }

  @Test
  void nothingIsCapturedAfterTheEnd() throws IOException {
    Capture capture = stack.loopback().captureTo(file());
    capture.close();
    Traffic.datagram(stack, "127.0.0.1", 5);
    capture.close();

    assertThat(capture.captured()).isZero();
    assertThat(CaptureReader.readAll(file())).isEmpty();
  }

  @Test
  void severalInterfacesShareAFileWithTheirNamesAndDirections() throws IOException {
    Wire wire = new Wire(clock);
    StackInterface left = stack.addInterface("left", wire.left(), "10.0.0.1/24");
    StackConfiguration other = StackConfiguration.linux().toBuilder().clock(clock).build();
    try (Stack peer = Stack.create(other)) {
      StackInterface right = peer.addInterface("right", wire.right(), "10.0.0.2/24");
      try (Capture capture = Capture.to(file(), stack.loopback(), left, right)) {
        try (var socket = stack.selectorProvider().openDatagramChannel()) {
          socket.send(ByteBuffer.allocate(3), new InetSocketAddress("10.0.0.2", 9));
        }
        stack.removeInterface(left);
        assertThat(capture.isOpen()).isTrue();
        Traffic.datagram(stack, "127.0.0.1", 5);
      }
    }

    assertThat(CaptureReader.readAll(file()))
        .extracting(p -> p.source().name() + " " + Traffic.describe(p))
        .containsExactly(
            "left out 45 31", "right in 45 31", "right out 45 59", "left in 45 59", "lo out 45 33");
  }

  @Test
  void aFileThatCannotBeMadeIsNamedAsNioDoes() {
    Path missing = directory.resolve("no/capture.pcapng");
    assertThatThrownBy(() -> stack.loopback().captureTo(missing))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(missing.toString());
    assertThatThrownBy(() -> stack.loopback().captureTo(directory))
        .isInstanceOf(FileSystemException.class)
        .hasMessage(directory + ": Is a directory");
    assertThatThrownBy(() -> CaptureOptions.standard().queueBytes(65_535))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The queue of a capture takes 65536 bytes at least: 65535");
  }

  @Test
  void whatTheStackDropsSaysWhy() throws IOException {
    try (Capture capture = stack.loopback().captureTo(file());
        CaptureRing ring = Capture.ring(1, stack.loopback());
        var socket = stack.selectorProvider().openDatagramChannel()) {
      socket.send(ByteBuffer.allocate(3), new InetSocketAddress("127.0.0.1", 9));
      Traffic.datagram(stack, "::1", 5);
      socket.send(ByteBuffer.allocate(3), new InetSocketAddress("127.0.0.1", 9));
      capture.flush();
      assertThat(ring.packets()).extracting(CapturedPacket::comment).containsOnlyNulls();
    }

    assertThat(CaptureReader.readAll(file()))
        .extracting(CapturedPacket::comment)
        .containsExactly(
            "dropped: no socket is bound to the UDP port",
            null,
            null,
            "dropped: no socket is bound to the UDP port",
            null);
  }

  @Test
  void whatARuleDidIsSaidAlsoOfWhatItDropped() throws IOException {
    try (Capture _ = stack.loopback().captureTo(file());
        FaultHandle _ = stack.loopback().faults().add(Fault.on(Match.udp()).drop().times(1))) {
      Traffic.datagram(stack, "127.0.0.1", 5);
      Traffic.datagram(stack, "127.0.0.1", 7);
    }
    List<CapturedPacket> packets = CaptureReader.readAll(file());

    assertThat(packets).extracting(Traffic::describe).containsExactly("out 45 33", "out 45 35");
    assertThat(packets.getFirst().comment()).startsWith("dropped by ");
    assertThat(packets.getLast().comment()).isNull();
  }

  @Test
  void onlyWhatTheFilterLetsThroughIsCapturedAndBothAreCounted() throws IOException {
    CaptureOptions options = CaptureOptions.standard().filter("ip6 and udp");
    try (Capture capture = Capture.to(file(), options, stack.loopback())) {
      Traffic.datagram(stack, "127.0.0.1", 5);
      Traffic.datagram(stack, "::1", 6);
      assertThat(capture.statistics())
          .extracting(CapturedStatistics::received, CapturedStatistics::accepted)
          .containsExactly(tuple(2L, 1L));
    }

    try (CaptureReader reader = CaptureReader.open(file())) {
      assertThat(reader.next()).isNotNull();
      assertThat(reader.next()).isNull();
      CapturedInterface lo = reader.interfaces().getFirst();
      assertThat(reader.statistics()).containsExactly(new CapturedStatistics(lo, 2, 1, 0));
    }
  }

  @Test
  void itEndsWithTheLastPacketThatIsWanted() throws Exception {
    Capture capture = Capture.to(file(), CaptureOptions.standard().limit(2), stack.loopback());
    for (int i = 0; i < 5; i++) {
      Traffic.datagram(stack, "127.0.0.1", i);
    }
    capture.awaitEnd();
    assertThat(CaptureReader.readAll(file())).hasSize(2);
    capture.close();

    assertThat(capture.captured()).isEqualTo(2);
    assertThat(capture.lost()).isZero();
    assertThat(CaptureReader.readAll(file())).hasSize(2);
  }

  @Test
  void whoWaitsForTheEndIsToldWhenSomebodyStopsItOrItsStackCloses() throws Exception {
    Capture stopped = Capture.to(file(), stack.loopback());
    Traffic.datagram(stack, "127.0.0.1", 1);
    stopped.stop();
    Traffic.datagram(stack, "127.0.0.1", 1);
    stopped.awaitEnd();
    stopped.close();
    assertThat(CaptureReader.readAll(file())).hasSize(1);

    Capture other = Capture.to(file(), stack.loopback());
    stack.close();
    other.awaitEnd();
    other.close();
  }

  @Test
  void aListenerIsToldOfPacketsAndOfPauses() throws IOException {
    List<String> told = new ArrayList<>();
    CaptureListener listener =
        new CaptureListener() {
          @Override
          public void passed(CapturedPacket packet) {
            told.add(Traffic.describe(packet));
          }

          @Override
          public void caughtUp() {
            told.add("pause");
          }
        };
    try (Capture capture = Capture.to(listener, CaptureOptions.standard(), stack.loopback())) {
      Traffic.datagram(stack, "127.0.0.1", 1);
      capture.flush();
      assertThat(told).contains("out 45 29").endsWith("pause");
    }
  }

  @Test
  void aListenerThatThrowsEndsTheCapture() throws Exception {
    CaptureListener listener =
        _ -> {
          throw new IOException("enough");
        };
    Capture capture = Capture.to(listener, CaptureOptions.standard(), stack.loopback());
    Traffic.datagram(stack, "127.0.0.1", 1);
    capture.awaitEnd();

    assertThatThrownBy(capture::close).hasMessage("The capture ended early: enough");
  }

  @Test
  void theNamesOfTheStacksHostsAreThere() throws IOException {
    StackConfiguration named =
        StackConfiguration.linux().toBuilder()
            .name("web")
            .names(NameTable.standard().with("db.test", "127.0.0.2", "fd00::2"))
            .build();
    try (Stack web = Stack.create(named)) {
      web.loopback().captureTo(file()).close();
    }
    try (CaptureReader reader = CaptureReader.open(file())) {
      assertThat(reader.next()).isNull();
      assertThat(reader.names())
          .containsEntry(IpAddress.parse("127.0.0.1"), List.of("localhost"))
          .containsEntry(IpAddress.parse("::1"), List.of("localhost"))
          .containsEntry(IpAddress.parse("127.0.0.2"), List.of("db.test"))
          .containsEntry(IpAddress.parse("fd00::2"), List.of("db.test"))
          .hasSize(4);
    }
  }

  @Test
  void noThreadIsLeftBehind() throws IOException {
    // Those of captures that were ended before may not be through.
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Capture capture = stack.loopback().captureTo(file());
    Thread writer =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t.getName().equals("loopstack-capture") && !before.contains(t))
            .findFirst()
            .orElseThrow();
    assertThat(writer.isDaemon()).isTrue();
    capture.close();

    assertThat(writer.isAlive()).isFalse();
  }

  @Test
  void aTapThatWasRemovedIsNotToldOfTheEnd() {
    int[] ends = new int[1];
    LinkTap tap =
        new LinkTap() {
          @Override
          public void pass(Direction direction, Packet packet) {}

          @Override
          public void ended() {
            ends[0]++;
          }
        };
    stack.loopback().addTap(tap);
    stack.loopback().removeTap(tap);
    stack.loopback().addTap(tap);
    stack.close();
    assertThat(ends).containsExactly(1);
  }
}
