// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Slice;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpSegment;

/** What a stack's connections hold together, and what they do when it is too much. */
class TcpMemoryTest {
  private static final String SEGMENT = "x".repeat(1000);

  private TcpFixture f = new TcpFixture();

  private static TcpFixture with(long low, long pressure, long high) {
    return new TcpFixture(TcpConfiguration.linux().toBuilder().memory(low, pressure, high).build());
  }

  private long held() {
    return f.tcp.memoryInfo().held();
  }

  private long counter(String name) {
    return f.tcp.memoryInfo().counters().get(name);
  }

  @Test
  void whatIsSentReceivedAndAheadOfAGapCountsAndIsGivenBack() throws Exception {
    f.accept();
    assertThat(held()).isEqualTo(4096);
    f.write("x".repeat(100_000));
    assertThat(held()).isGreaterThanOrEqualTo(100_000);
    for (int i = 0; i < 20; i++) {
      f.peerSends(SEGMENT);
    }
    assertThat(held()).isGreaterThanOrEqualTo(120_000);
    f.peer(ACK).seq(f.peerNext + 2000).data(SEGMENT).send();
    assertThat(f.core().receiver.queue.held()).isGreaterThanOrEqualTo(1000);
    f.peer(RST).send();
    // What had come in order can still be read.
    assertThat(held()).isBetween(20_000L, 60_000L);
    f.endpoint().close();
    assertThat(held()).isZero();
  }

  @Test
  void itIsCrowdedBeyondAMarkUntilHalfOfThatIsLeft() throws Exception {
    f.accept();
    TcpMemory memory = f.tcp.memory();
    long own = held();
    memory.reserve(TcpMemory.CROWD - own);
    assertThat(f.endpoint().isCrowded()).isFalse();
    memory.reserve(1);
    assertThat(f.endpoint().isCrowded()).isTrue();
    memory.reserve(TcpMemory.NO_CROWD - TcpMemory.CROWD);
    assertThat(f.endpoint().isCrowded()).isTrue();
    memory.reserve(-1);
    assertThat(f.endpoint().isCrowded()).isFalse();
    memory.reserve(own - TcpMemory.NO_CROWD);
    assertThat(held()).isEqualTo(own);
  }

  @Test
  void nothingIsLeftAfterAnOrderlyClose() throws Exception {
    f.accept();
    f.write("hello");
    f.peerSends(SEGMENT);
    assertThat(f.read()).hasSize(1000);
    f.peerAcknowledges(f.iss + 6);
    f.endpoint().shutdownOutput();
    f.peerAcknowledges(f.iss + 7);
    f.peer(FIN | ACK).send();
    assertThat(f.state()).isEqualTo(TcpState.TIME_WAIT);
    assertThat(held()).isZero();
    f.endpoint().close();
    f.pass(Duration.ofMinutes(2));
    assertThat(held()).isZero();
  }

  @Test
  void halfOpenConnectionsCountUntilTheyAreOpenOrForgotten() throws Exception {
    ListenerEndpoint listener = f.listen(100);
    for (int port = 50_000; port < 50_010; port++) {
      f.inject(fromPort(port, SYN, 1000, 0));
    }
    List<TcpSegment> answers = f.sent();
    assertThat(answers).hasSize(10);
    assertThat(held()).isEqualTo(10 * HalfOpen.MEMORY);
    // A SYN that comes again takes nothing more.
    f.inject(fromPort(50_000, SYN, 1000, 0));
    assertThat(held()).isEqualTo(10 * HalfOpen.MEMORY);
    f.inject(fromPort(50_000, RST, 1001, 0));
    assertThat(held()).isEqualTo(9 * HalfOpen.MEMORY);
    f.inject(fromPort(50_001, ACK, 1001, answers.get(1).sequence() + 1));
    StreamEndpoint opened = Objects.requireNonNull(listener.accept());
    assertThat(held()).isEqualTo(8 * HalfOpen.MEMORY + 4096);
    opened.abort();
    assertThat(held()).isEqualTo(8 * HalfOpen.MEMORY);
    // One attempt ends by its timer, all others with their listener.
    f.pass(Duration.ofSeconds(50));
    f.inject(fromPort(60_000, SYN, 1000, 0));
    assertThat(held()).isEqualTo(9 * HalfOpen.MEMORY);
    f.pass(Duration.ofSeconds(50));
    assertThat(held()).isEqualTo(HalfOpen.MEMORY);
    listener.close();
    assertThat(held()).isZero();
  }

  private static byte[] fromPort(int port, int flags, int seq, int ack) {
    TcpSegment segment =
        new TcpSegment(
            port, TcpFixture.PORT, seq, ack, flags, 60_000, 0, Octets.EMPTY, Octets.EMPTY);
    return Ipv4Datagram.of(TcpFixture.PEER, TcpFixture.US, segment).encode();
  }

  @Test
  void pressureBeginsBeyondItsMarkAndEndsAtTheLowOne() {
    TcpMemory memory = new TcpMemory(configuration(100, 200, 300));
    memory.reserve(200);
    assertThat(memory.isScarce()).isFalse();
    memory.reserve(1);
    assertThat(memory.isScarce()).isTrue();
    assertThat(memory.isExhausted()).isFalse();
    memory.reserve(100);
    assertThat(memory.isExhausted()).isTrue();
    memory.reserve(-200);
    assertThat(memory.isScarce()).isTrue();
    memory.reserve(-1);
    assertThat(memory.isScarce()).isFalse();
    assertThat(memory.info().counters()).containsEntry("TcpExtTCPMemoryPressures", 1L);
  }

  private static TcpConfiguration configuration(long low, long pressure, long high) {
    return TcpConfiguration.linux().toBuilder().memory(low, pressure, high).build();
  }

  @Test
  void marksInNoOrderAreRefused() {
    assertThatThrownBy(() -> configuration(3, 2, 4)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> configuration(1, 5, 4)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void underPressureTheWindowShrinksToAFewSegmentsWithoutItsEdgeMovingLeft() throws Exception {
    f = with(1000, 2000, 1 << 20);
    f.accept();
    int edge = f.core().tcb.rcvAdv;
    for (int i = 0; i < 60; i++) {
      f.peerSends(SEGMENT);
      assertThat(f.read()).hasSize(1000);
      assertThat(f.core().tcb.rcvAdv - edge).isNotNegative();
      edge = f.core().tcb.rcvAdv;
    }
    assertThat(f.core().tcb.rcvWnd()).isBetween(2000, 4 * 1460);
    assertThat(counter("TcpExtTCPMemoryPressures")).isEqualTo(1);
  }

  @Test
  void beyondTheLimitWhatComesHasToComeAgainUntilTheReaderHasRead() throws Exception {
    f = with(0, 0, 0);
    f.accept();
    f.peerSends(SEGMENT);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.peer(ACK).data(SEGMENT).send();
    TcpSegment refusal = f.sentOne();
    assertThat(refusal.acknowledgment()).isEqualTo(f.peerNext);
    assertThat(refusal.window()).isZero();
    assertThat(f.drops(DropReason.TCP_BUFFER_FULL)).isEqualTo(1);
    assertThat(counter("TcpExtRcvPruned")).isEqualTo(1);
    assertThat(counter("TcpExtPruneCalled")).isPositive();
    assertThat(f.read()).hasSize(1000);
    assertThat(f.sentOne().window()).isPositive();
    f.peerSends(SEGMENT);
    assertThat(f.read()).hasSize(1000);
  }

  @Test
  void beyondTheLimitNothingAheadOfAGapIsKept() throws Exception {
    f = with(0, 0, 5_000);
    f.accept();
    int start = f.peerNext;
    f.peer(ACK).seq(start + 1000).data(SEGMENT).send();
    assertThat(f.core().receiver.queue.isEmpty()).isFalse();
    f.peer(ACK).seq(start + 3000).data(SEGMENT).send();
    f.peer(ACK).seq(start + 5000).data(SEGMENT).send();
    f.peer(ACK).seq(start + 7000).data(SEGMENT).send();
    assertThat(counter("TcpExtOfoPruned")).isPositive();
    // The data is lost, not the connection: all of it comes again.
    for (int i = 0; i < 8; i++) {
      f.peerSends(SEGMENT);
      assertThat(f.read()).startsWith(SEGMENT);
      f.peerNext = f.core().tcb.rcvNxt;
    }
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Test
  void aWriterWaitsForMemoryAndIsToldWhenWhatIsUnderWayHasArrived() throws Exception {
    f = with(0, 0, 0);
    f.accept();
    assertThat(f.endpoint().write(ByteBuffer.allocate(500))).isEqualTo(500);
    assertThat(f.endpoint().readiness() & Readiness.WRITE).isZero();
    f.peerAcknowledges(f.iss + 501);
    assertThat(f.endpoint().readiness() & Readiness.WRITE).isNotZero();
    assertThat(f.endpoint().write(ByteBuffer.allocate(500))).isEqualTo(500);
  }

  @Test
  void aWriterWhoseOwnPeerIsSilentHearsWhenOthersGiveMemoryBack() throws Exception {
    TcpHost host = new TcpHost(TcpConfiguration.linux().toBuilder().memory(0, 0, 300_000).build());
    ListenerEndpoint listener = host.listen(9000, 5);
    StreamEndpoint large = host.connect(9000);
    StreamEndpoint reader = Objects.requireNonNull(listener.accept());
    listener.setOption(StandardSocketOptions.SO_RCVBUF, 2304);
    StreamEndpoint small = host.connect(9000);
    AtomicInteger told = new AtomicInteger();
    small.setReadinessListener(bits -> told.updateAndGet(before -> before | bits));
    // Its peer's window is shut, and nobody reads: no acknowledgment will come.
    assertThat(small.write(ByteBuffer.allocate(20_000))).isEqualTo(20_000);
    assertThat(large.write(ByteBuffer.allocate(1 << 20))).isPositive();
    told.set(0);
    assertThat(small.write(ByteBuffer.allocate(1 << 20))).isZero();
    ByteBuffer in = ByteBuffer.allocate(1 << 20);
    while (reader.read(in.clear()) > 0) {}
    assertThat(told.get() & Readiness.WRITE).isNotZero();
    assertThat(small.write(ByteBuffer.allocate(1000))).isEqualTo(1000);
    // Nobody is told who does not wait any more.
    told.set(0);
    assertThat(large.write(ByteBuffer.allocate(1 << 20))).isPositive();
    while (reader.read(in.clear()) > 0) {}
    assertThat(told.get() & Readiness.WRITE).isZero();
  }

  @Test
  void aFewBytesDoNotKeepALargeArrayAlive() {
    ReceiveBuffer buffer = new ReceiveBuffer();
    buffer.append(new Slice(new byte[65_536], 100, 10), 10);
    assertThat(buffer.held()).isEqualTo(10);
    buffer.append(new Slice(new byte[65_536], 100, 10), 10);
    assertThat(buffer.held()).isLessThan(10_000);
    assertThat(buffer.size()).isEqualTo(20);
    assertThat(buffer.take(100)).isNotNull();
    assertThat(buffer.held()).isZero();
  }

  @Test
  void neighboursInOneArrayCountItOnce() {
    byte[] array = new byte[6000];
    ReceiveBuffer buffer = new ReceiveBuffer();
    for (int i = 0; i < 4; i++) {
      buffer.append(new Slice(array, 1500 * i, 1500), 1500);
    }
    assertThat(buffer.held()).isEqualTo(6000);
    assertThat(buffer.take(4000)).isNotNull();
    assertThat(buffer.held()).isEqualTo(6000);
    buffer.append(new Slice(new byte[2000], 0, 2000), 2000);
    assertThat(buffer.held()).isEqualTo(8000);
    assertThat(buffer.take(2000)).isNotNull();
    assertThat(buffer.held()).isEqualTo(2000);
    assertThat(buffer.take(2000)).isNotNull();
    assertThat(buffer.held()).isZero();
  }

  @Test
  void collapsingKeepsTheBytesAndLetsTheArraysGo() {
    ReceiveBuffer buffer = new ReceiveBuffer();
    for (int i = 0; i < 10; i++) {
      byte[] array = new byte[65_536];
      java.util.Arrays.fill(array, (byte) i);
      buffer.append(new Slice(array, i, 2000), 2000);
    }
    assertThat(buffer.held()).isEqualTo(655_360);
    assertThat(buffer.collapse()).isEqualTo(10);
    assertThat(buffer.held()).isEqualTo(20_000);
    assertThat(buffer.collapse()).isZero();
    Slice all = buffer.take(20_000);
    assertThat(all).isNotNull();
    for (int i = 0; i < 20_000; i++) {
      assertThat(Objects.requireNonNull(all).array()[i]).isEqualTo((byte) (i / 2000));
    }
  }

  @Test
  void aPieceAheadOfAGapIsCopiedOutOfALargeArray() {
    ReassemblyQueue queue = new ReassemblyQueue();
    assertThat(queue.insert(1000, new Slice(new byte[65_536], 7, 100), 100)).isFalse();
    assertThat(queue.held()).isLessThan(200);
    queue.clear();
    assertThat(queue.held()).isZero();
  }

  @Test
  void lowWaterDoesNotOutgrowTheMemoryOfItsOwnConnection() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.SO_RCVLOWAT, 3 << 20);
    assertThat(f.core().receiver.capacity()).isEqualTo(3 << 20);
  }
}
