// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Small assertions and byte helpers that the cases share. */
public final class Expect {
  private Expect() {}

  /** Expects exactly this class. */
  public static void thrown(Class<? extends Throwable> type, ThrowingCallable operation) {
    assertThatThrownBy(operation).isExactlyInstanceOf(type);
  }

  /** Expects exactly this class and message. */
  public static void thrown(
      Class<? extends Throwable> type, String message, ThrowingCallable operation) {
    assertThatThrownBy(operation).isExactlyInstanceOf(type).hasMessage(message);
  }

  /** Expects what an adaptor may throw when it is closed: its own error or its channel's. */
  public static void thrownAsClosed(ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .isInstanceOfAny(SocketException.class, ClosedChannelException.class);
  }

  /** The text as a buffer of ASCII. */
  public static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** The bytes from the start of the buffer to its position, as ASCII. */
  public static String text(ByteBuffer written) {
    return new String(
        written.array(), written.arrayOffset(), written.position(), StandardCharsets.US_ASCII);
  }

  /** Writes the whole text to a blocking channel. */
  public static void write(WritableByteChannel channel, String text) throws IOException {
    ByteBuffer source = ascii(text);
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  /** Reads exactly this text from a blocking channel. */
  public static void read(ReadableByteChannel channel, String expected) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(expected.length());
    while (target.hasRemaining() && channel.read(target) >= 0) {}
    assertThat(text(target)).isEqualTo(expected);
  }

  /** Expects the end of the stream from a blocking channel. */
  public static void endOfStream(ReadableByteChannel channel) throws IOException {
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
  }
}
