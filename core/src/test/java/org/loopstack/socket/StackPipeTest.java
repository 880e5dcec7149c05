// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StackPipeTest {
  private final Pipe pipe = NoEndpoints.provider().openPipe();

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  private String read(int room) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(room);
    assertThat(pipe.source().read(target)).isEqualTo(target.position());
    return new String(target.array(), 0, target.position(), US_ASCII);
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    assertThat(pipe.sink().write(ascii("to and fro"))).isEqualTo(10);
    assertThat(read(6)).isEqualTo("to and");
    assertThat(read(100)).isEqualTo(" fro");
  }

  @Test
  void gathersAndScatters() throws Exception {
    ByteBuffer[] sources = {ascii("ab"), ascii(""), ascii("cdef")};
    assertThat(pipe.sink().write(sources)).isEqualTo(6);
    ByteBuffer[] targets = {ByteBuffer.allocate(3), ByteBuffer.allocate(9)};
    assertThat(pipe.source().read(targets)).isEqualTo(6);
    assertThat(targets[0].array()).isEqualTo("abc".getBytes(US_ASCII));
    assertThat(targets[1].position()).isEqualTo(3);
  }

  @Test
  void theEndComesAfterTheLastByte() throws Exception {
    pipe.sink().write(ascii("x"));
    pipe.sink().close();
    assertThat(read(9)).isEqualTo("x");
    assertThat(pipe.source().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(pipe.source().read(ByteBuffer.allocate(0))).isZero();
  }

  @Test
  void nobodyReadsABrokenPipe() throws Exception {
    pipe.source().close();
    assertThatThrownBy(() -> pipe.sink().write(ascii("x")))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("Broken pipe");
  }

  @Test
  void holds64KibibytesAndNoMore() throws Exception {
    pipe.sink().configureBlocking(false);
    assertThat(pipe.sink().write(ByteBuffer.allocate(100_000))).isEqualTo(65_536);
    assertThat(pipe.sink().write(ByteBuffer.allocate(1))).isZero();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closingEndsABlockedRead(boolean virtual) throws Exception {
    Background<Integer> reader =
        Background.start(virtual, () -> pipe.source().read(ByteBuffer.allocate(1)));
    reader.awaitParked();
    pipe.source().close();
    assertThat(reader.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsABlockedReadAndClosesTheChannel(boolean virtual) throws Exception {
    Background<Integer> reader =
        Background.start(virtual, () -> pipe.source().read(ByteBuffer.allocate(1)));
    reader.awaitParked().interrupt();
    assertThat(reader.failure()).isExactlyInstanceOf(ClosedByInterruptException.class);
    assertThat(pipe.source().isOpen()).isFalse();
    assertThat(pipe.sink().isOpen()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBlockedWriteReturnsWhenAllIsTaken(boolean virtual) throws Exception {
    Background<Integer> writer =
        Background.start(virtual, () -> pipe.sink().write(ByteBuffer.allocate(200_000)));
    writer.awaitParked();
    ByteBuffer target = ByteBuffer.allocate(200_000);
    while (target.hasRemaining()) {
      pipe.source().read(target);
    }
    assertThat(writer.result()).isEqualTo(200_000);
  }

  @Test
  void aWriteThatIsCutShortByACloseSaysHowMuchWasTaken() throws Exception {
    Background<Integer> writer =
        Background.start(() -> pipe.sink().write(ByteBuffer.allocate(65_537)));
    writer.awaitParked();
    pipe.sink().close();
    assertThat(writer.failure()).isInstanceOf(AsynchronousCloseException.class);
    assertThat(pipe.source().read(ByteBuffer.allocate(100_000))).isEqualTo(65_536);
  }

  @Test
  void aClosedEndSaysSo() throws Exception {
    pipe.source().close();
    pipe.sink().close();
    assertThatThrownBy(() -> pipe.source().read(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> pipe.sink().write(ByteBuffer.allocate(1)))
        .isExactlyInstanceOf(ClosedChannelException.class);
  }

  @Property(tries = 50)
  void bytesKeepTheirOrderHoweverTheyAreCut(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 70_000) int largestWrite,
      @ForAll @IntRange(min = 1, max = 70_000) int largestRead)
      throws Exception {
    Random random = new Random(seed);
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    Pipe fresh = NoEndpoints.provider().openPipe();
    fresh.sink().configureBlocking(false);
    fresh.source().configureBlocking(false);
    ByteBuffer source = ByteBuffer.wrap(bytes);
    ByteBuffer target = ByteBuffer.allocate(bytes.length);
    while (target.hasRemaining()) {
      int write = Math.min(source.remaining(), 1 + random.nextInt(largestWrite));
      ByteBuffer cut = source.slice(source.position(), write);
      source.position(source.position() + fresh.sink().write(cut));
      int read = Math.min(target.remaining(), 1 + random.nextInt(largestRead));
      ByteBuffer room = target.slice(target.position(), read);
      target.position(target.position() + fresh.source().read(room));
    }
    assertThat(Arrays.equals(target.array(), bytes)).isTrue();
  }
}
