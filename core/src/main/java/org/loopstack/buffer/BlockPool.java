// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Blocks that wait to be used again, the last one first, since that one is most likely in a cache
 * still. New memory for every write costs twice its copying: it must be cleared, and has never been
 * in any cache.
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
    int top = count - 1;
    Block block = null;
    if (top >= 0) {
      block = free[top];
      free[top] = null;
      count = top;
    }
    busy.set(false);
    return block;
  }

  /** Takes back a block that nobody refers to. */
  void give(Block block) {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    int top = count;
    if (top < MOST) {
      free[top] = block;
      count = top + 1;
    }
    busy.set(false);
  }

  /** How many blocks wait at the moment. */
  public int size() {
    return count;
  }
}
