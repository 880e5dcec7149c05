// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/**
 * A stream of one block of random bytes again and again, in one direction. What comes is checked:
 * block by block against a checksum before the timed part, and in it by the length and by the first
 * and the last byte of each read.
 */
final class BulkStream {
  private static final int SEED = 7;

  /** How many bytes are checked before the timed part. */
  private static final int CHECKED = 1 << 20;

  private final int block;
  private final ByteBuffer pattern;
  private final long patternChecksum;

  /** A stream of writes of that many bytes, which must be a power of 2 and 1 MiB at most. */
  BulkStream(int block) {
    this.block = block;
    byte[] bytes = new byte[block];
    new SplittableRandom(SEED).nextBytes(bytes);
    pattern = ByteBuffer.allocateDirect(block).put(bytes).flip();
    patternChecksum = checksum(pattern);
  }

  /** Bytes per write. */
  int block() {
    return block;
  }

  /** The bytes of each write. */
  ByteBuffer pattern() {
    return pattern.duplicate();
  }

  private static long checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.duplicate());
    return crc.getValue();
  }

  /** Sends for that long. Returns how many bytes were sent, those that are checked included. */
  long send(SocketChannel channel, long nanos) throws IOException {
    ByteBuffer source = pattern();
    long sent = 0;
    long start = System.nanoTime();
    do {
      write(channel, source.clear());
      sent += block;
    } while (sent < 2 * CHECKED || System.nanoTime() - start < nanos);
    channel.shutdownOutput();
    return sent;
  }

  private static void write(SocketChannel channel, ByteBuffer source) throws IOException {
    while (source.hasRemaining()) {
      channel.write(source);
    }
  }

  /**
   * What has been received.
   *
   * @param bytes how many, those that were checked included
   * @param timedBytes how many in the timed part
   * @param nanos how long the timed part took
   */
  record Received(long bytes, long timedBytes, long nanos) {}

  /** Receives until the stream ends. */
  Received receive(SocketChannel channel) throws IOException {
    ByteBuffer into = ByteBuffer.allocateDirect(Math.max(block, 1 << 16));
    check(channel, into);
    long start = System.nanoTime();
    long at = 0;
    long end = start;
    for (int n; (n = channel.read(into.clear())) >= 0; at += n) {
      end = System.nanoTime();
      if (n > 0
          && (into.get(0) != pattern.get((int) (at & block - 1))
              || into.get(n - 1) != pattern.get((int) (at + n - 1 & block - 1)))) {
        throw new IOException("wrong bytes at " + at);
      }
    }
    return new Received(CHECKED + at, at, end - start);
  }

  private void check(SocketChannel channel, ByteBuffer into) throws IOException {
    for (int checked = 0; checked < CHECKED; checked += block) {
      into.clear().limit(block);
      while (into.hasRemaining()) {
        if (channel.read(into) < 0) {
          throw new EOFException("the stream ended in its first MiB");
        }
      }
      if (checksum(into.flip()) != patternChecksum) {
        throw new IOException("wrong bytes in the first MiB");
      }
    }
  }
}
