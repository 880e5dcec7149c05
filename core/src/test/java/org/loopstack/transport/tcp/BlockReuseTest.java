// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.Packet;
import org.loopstack.link.LinkFilter;
import org.loopstack.link.LinkPassage;
import org.loopstack.link.LinkTap;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.wire.DropReason;

/**
 * The memory that writes are copied to is used again as soon as its bytes are read and acknowledged
 * and never before, whatever happens to segments on their way.
 */
class BlockReuseTest {
  private static final int PORT = 9000;

  private final TcpHost host = new TcpHost();
  private @Nullable StreamEndpoint accepted;
  private @Nullable StreamEndpoint connected;

  /** The next bytes to be written, and to be read. */
  private final Random written = new Random(5);

  private final Random expected = new Random(5);

  @BeforeEach
  void connect() throws Exception {
    ListenerEndpoint listener = host.listen(PORT, 5);
    connected = host.connect(PORT);
    accepted = Objects.requireNonNull(listener.accept());
  }

  private StreamEndpoint writer() {
    return Objects.requireNonNull(connected);
  }

  private StreamEndpoint reader() {
    return Objects.requireNonNull(accepted);
  }

  private int write(int length) throws Exception {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) written.nextInt();
    }
    int n = writer().write(ByteBuffer.wrap(bytes));
    assertThat(n).isEqualTo(length);
    return n;
  }

  /** Reads so much at most; returns how much there was. */
  private int read(int most) throws Exception {
    ByteBuffer target = ByteBuffer.allocate(most);
    int n = reader().read(target);
    for (int i = 0; i < n; i++) {
      if (target.get(i) != (byte) expected.nextInt()) {
        throw new AssertionError("wrong byte, number " + i + " of a read");
      }
    }
    return n;
  }

  private int readAll() throws Exception {
    int all = 0;
    for (int n; (n = read(1 << 20)) > 0; ) {
      all += n;
    }
    return all;
  }

  private int free() {
    return host.tcp.blocks().size();
  }

  @Test
  void aLargeWriteGivesItsBlockBackOnceItIsReadAndAcknowledged() throws Exception {
    write(Block.SIZE);
    assertThat(free()).isZero();
    assertThat(read(1000)).isEqualTo(1000);
    assertThat(free()).isZero();
    assertThat(readAll()).isEqualTo(Block.SIZE - 1000);
    host.clock.advance(Duration.ofMillis(50));
    assertThat(free()).isOne();
    for (int i = 0; i < 20; i++) {
      write(Block.SIZE);
      assertThat(readAll()).isEqualTo(Block.SIZE);
      host.clock.advance(Duration.ofMillis(50));
    }
    assertThat(free()).isOne();
  }

  @Test
  void anIdleConnectionHasNoBlock() throws Exception {
    for (int i = 0; i < 100; i++) {
      write(4000);
    }
    readAll();
    host.clock.advance(Duration.ofSeconds(1));
    readAll();
    int after = free();
    assertThat(after).isPositive();
    write(10);
    assertThat(free()).isEqualTo(after);
    assertThat(readAll()).isEqualTo(10);
  }

  @Test
  void aSmallMessageHasAnArrayOfItsSize() throws Exception {
    write(5000);
    assertThat(core().sender.buffer.held() + coreOfReader().receiver.buffer.held())
        .isLessThanOrEqualTo(10_000);
    readAll();
    host.clock.advance(Duration.ofSeconds(1));
    assertThat(free()).isZero();
  }

  private TcpConnection core() {
    return Objects.requireNonNull(((TcpEndpoint) writer()).core());
  }

  private TcpConnection coreOfReader() {
    return Objects.requireNonNull(((TcpEndpoint) reader()).core());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyByteIsRightWhenSegmentsAreLostDoubledAndOvertaken(long seed) throws Exception {
    Random random = new Random(seed);
    host.internet.loopback().setFilter(new Trouble(host.internet.loopback(), random));
    int sent = 0;
    int received = 0;
    for (int i = 0; i < 600; i++) {
      int length = random.nextInt(4) == 0 ? 1 + random.nextInt(100_000) : 1 + random.nextInt(6000);
      if (core().sender.writeRoom.ask(length) >= length) {
        sent += write(length);
      }
      received += read(1 + random.nextInt(120_000));
      if (random.nextInt(3) == 0) {
        host.clock.advance(Duration.ofMillis(random.nextInt(60)));
      }
    }
    host.internet.loopback().setFilter(null);
    for (int i = 0; i < 200 && received < sent; i++) {
      host.clock.advance(Duration.ofSeconds(1));
      received += readAll();
    }
    assertThat(received).isEqualTo(sent);
    assertThat(free()).isPositive();
  }

  /**
   * Loses, doubles and keeps back what passes: also the packet itself and not a copy, whose bytes
   * must be the right ones still when it arrives.
   */
  private record Trouble(LinkPassage passage, Random random, Packet[] kept) implements LinkFilter {
    Trouble(LinkPassage passage, Random random) {
      this(passage, random, new Packet[1]);
    }

    @Override
    public void take(LinkTap.Direction direction, Packet packet) {
      int fate = random.nextInt(20);
      Packet late = kept[0];
      if (fate == 0) {
        passage.drop(direction, packet, DropReason.FAULT_RULE, null);
      } else if (fate == 1) {
        Packet copy = packet.copy();
        passage.proceed(direction, packet, null);
        passage.proceed(direction, copy, null);
      } else if (fate == 2 && late == null) {
        kept[0] = packet;
      } else {
        passage.proceed(direction, packet, null);
        if (late != null) {
          kept[0] = null;
          passage.proceed(direction, late, null);
        }
      }
    }
  }
}
