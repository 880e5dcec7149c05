// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that wait to be used again, the first one first: the last one is still in the cache of
 * whoever read it, and writing to it on another CPU would fetch it from there line by line, which
 * takes three times as long as all else together. New memory for every write would have to be
 * cleared, and has never been in any cache.
 *
 * <p>Safe for use by many threads. Nobody waits for anybody: who finds somebody else here takes a
 * new block, or drops his.
 */
public final class BlockPool {
  /** More blocks than this are never kept: what a few connections have under way. */
  static final int MOST = 64;

  private final AtomicBoolean busy = new AtomicBoolean();
  private final @Nullable Block[] free = new @Nullable Block[MOST];
  private volatile int count;

  /** Where the block is that waits longest. Only whoever is busy here. */
  private int first;

  /** A pool without blocks. */
  public BlockPool() {}

  /** An empty block, held once: by whoever takes it. */
  public Block take() {
    Block block = poll();
    return (block == null ? new Block(this) : block).renew();
  }

  private @Nullable Block poll() {
    if (!busy.compareAndSet(false, true)) {
      return null;
    }
    int waiting = count;
    Block block = null;
    if (waiting > 0) {
      block = free[first];
      free[first] = null;
      first = (first + 1) % MOST;
      count = waiting - 1;
    }
    busy.set(false);
    return block;
  }

  /** Takes back a block that nobody refers to. */
  void give(Block block) {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    int waiting = count;
    if (waiting < MOST) {
      free[(first + waiting) % MOST] = block;
      count = waiting + 1;
    }
    busy.set(false);
  }

  /** How many blocks wait at the moment. */
  public int size() {
    return count;
  }
}
