// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.nio.ByteBuffer;

/** What channels ask of the buffers that they are handed. */
final class Buffers {
  private Buffers() {}

  static void ensureWritable(ByteBuffer target) {
    if (target.isReadOnly()) {
      throw new IllegalArgumentException("Read-only buffer");
    }
  }

  static void ensureWritable(ByteBuffer[] targets, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      ensureWritable(targets[i]);
    }
  }

  static boolean hasRemaining(ByteBuffer[] buffers, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      if (buffers[i].hasRemaining()) {
        return true;
      }
    }
    return false;
  }

  static long remaining(ByteBuffer[] buffers, int offset, int length) {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += buffers[i].remaining();
    }
    return sum;
  }

  /** Copies what the source holds into the targets, in order, and returns how much that was. */
  static long scatter(ByteBuffer source, ByteBuffer[] targets, int offset, int length) {
    int count = source.remaining();
    for (int i = offset; i < offset + length && source.hasRemaining(); i++) {
      ByteBuffer target = targets[i];
      int n = Math.min(target.remaining(), source.remaining());
      target.put(target.position(), source, source.position(), n);
      target.position(target.position() + n);
      source.position(source.position() + n);
    }
    return count;
  }

  /** One buffer with what all the sources hold; their positions stay. */
  static ByteBuffer gather(ByteBuffer[] sources, int offset, int length) {
    ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(remaining(sources, offset, length)));
    for (int i = offset; i < offset + length; i++) {
      whole.put(sources[i].duplicate());
    }
    return whole.flip();
  }

  /** Moves all positions to the limits. */
  static void consume(ByteBuffer[] sources, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      sources[i].position(sources[i].limit());
    }
  }
}
