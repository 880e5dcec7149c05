// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * An array of bytes that is used again once nobody refers to it. It is filled from front to back by
 * one writer; what has been handed on is not changed until the last one who holds the block has
 * said that he does so no more.
 *
 * <p>Who forgets to say it does no harm: the block is garbage then and not used again. So only the
 * way that bulk data takes releases what it holds; what is lost, cut or kept aside is just dropped.
 *
 * <p>Holding and releasing are safe for use by many threads; the rest is the writer's.
 */
public final class Block {
  /** Bytes in a block: what a writer copies at a time, and about what a segment on lo carries. */
  public static final int SIZE = 64 * 1024;

  private final BlockPool pool;
  private final byte[] array = new byte[SIZE];
  private final AtomicInteger holds = new AtomicInteger();
  private int filled;

  Block(BlockPool pool) {
    this.pool = pool;
  }

  /** The bytes. */
  public byte[] array() {
    return array;
  }

  /** How many bytes are free at the end. */
  public int room() {
    return SIZE - filled;
  }

  /**
   * Takes bytes at the end, which the caller is to write.
   *
   * @param length at most {@link #room}
   * @return where they begin
   */
  public int fill(int length) {
    int at = filled;
    filled += length;
    return at;
  }

  /** One more refers to the block; called by somebody who does already. */
  public void hold() {
    int _ = holds.getAndIncrement();
  }

  /** Empty again, and its taker's. */
  Block renew() {
    filled = 0;
    holds.set(1);
    return this;
  }

  /** One who held the block does not look at it any more, nor writes to it. */
  public void release() {
    if (holds.decrementAndGet() == 0) {
      pool.give(this);
    }
  }
}
