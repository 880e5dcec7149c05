// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.BlockPool;

/**
 * The block that one connection's writer fills, write by write, as long as data flows. It is taken
 * and filled by the one writer without the endpoint's lock; with the lock it is put back here, and
 * given up once the peer has acknowledged everything, so that an idle connection has none.
 */
final class WriterBlock {
  /** So much unacknowledged data makes the next write part of a stream. */
  static final int STREAM = 16 * 1024;

  /** A write of this size has a block whatever was before it: no more than half would be wasted. */
  private static final int LARGE = Block.SIZE / 2;

  /** Less is not worth being put back. */
  private static final int LEAST_ROOM = 1024;

  private static final VarHandle CURRENT;

  static {
    try {
      CURRENT = MethodHandles.lookup().findVarHandle(WriterBlock.class, "current", Block.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private volatile @Nullable Block current;

  /**
   * The block to copy a write to: it is not cut in two, since two writes may be two segments.
   *
   * @param length {@link Block#SIZE} at most
   * @param streaming whether much is under way
   * @return a block with as much room, the caller's until he {@linkplain #keep puts it back}; or
   *     null if an array of that size is better
   */
  @Nullable Block take(BlockPool pool, int length, boolean streaming) {
    Block block = current == null ? null : (Block) CURRENT.getAndSet(this, null);
    if (block != null) {
      if (block.room() >= length) {
        return block;
      }
      block.release();
    }
    return length >= LARGE || (streaming && length >= LEAST_ROOM) ? pool.take() : null;
  }

  /** Puts a block back whose bytes were handed on. With the endpoint's lock held. */
  void keep(Block block) {
    if (block.room() >= LEAST_ROOM) {
      current = block;
    } else {
      block.release();
    }
  }

  /** The connection has no more use for it. With the endpoint's lock held. */
  void drop() {
    Block block = current == null ? null : (Block) CURRENT.getAndSet(this, null);
    if (block != null) {
      block.release();
    }
  }
}
