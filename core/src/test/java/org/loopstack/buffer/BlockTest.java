// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** When the array of a block is used again, and when it is not. */
class BlockTest {
  private final BlockPool pool = new BlockPool();

  @Test
  void aBlockIsUsedAgainOnceItsTakerAndAllSlicesHaveReleasedIt() {
    Block block = pool.take();
    Slice first = new Slice(block, block.fill(100), 100);
    Slice second = new Slice(block, block.fill(50), 50);
    assertThat(block.room()).isEqualTo(Block.SIZE - 150);
    first.release();
    block.release();
    assertThat(pool.size()).isZero();
    second.release();
    assertThat(pool.size()).isOne();
    Block again = pool.take();
    assertThat(again.array()).isSameAs(block.array());
    assertThat(again.room()).isEqualTo(Block.SIZE);
  }

  @Test
  void aSliceThatWasDroppedKeepsItsBlockFromBeingUsedAgain() {
    Block block = pool.take();
    Slice lost = new Slice(block, 0, 10);
    block.release();
    assertThat(pool.size()).isZero();
    assertThat(lost.array()).isNotSameAs(pool.take().array());
  }

  @Test
  void releasingASliceTwiceDoesNotReleaseItsBlockTwice() {
    Block block = pool.take();
    Slice slice = new Slice(block, 0, 10);
    slice.release();
    slice.release();
    assertThat(pool.size()).isZero();
  }

  @Test
  void theTwoPartsOfASliceHoldTheBlock() {
    Block block = pool.take();
    Slice whole = new Slice(block, 0, 10);
    Slice behind = new Slice(block, 10, 5);
    whole.linkTo(behind);
    block.release();
    Slice part = whole.part(0, 4);
    Slice rest = whole.rest(4);
    whole.release();
    behind.release();
    assertThat(part.offset() + part.length()).isEqualTo(rest.offset());
    assertThat(rest.length()).isEqualTo(6);
    assertThat(rest.next()).isSameAs(behind);
    rest.release();
    assertThat(pool.size()).isZero();
    part.release();
    assertThat(pool.size()).isOne();
  }

  @Test
  void whatWasCutOutOfAChainIsNeverOverwritten() {
    Block block = pool.take();
    Slice chain = new Slice(block, 0, 10);
    Slice limited = Slice.limit(chain, 5);
    Slice skipped = Slice.skip(chain, 5);
    block.release();
    for (Slice each : new Slice[] {limited, skipped}) {
      each.release();
    }
    assertThat(pool.size()).isZero();
  }

  @Test
  void noMoreThanSoManyBlocksAreKept() {
    List<Block> many = new ArrayList<>();
    for (int i = 0; i < BlockPool.MOST + 10; i++) {
      many.add(pool.take());
    }
    many.forEach(Block::release);
    assertThat(pool.size()).isEqualTo(BlockPool.MOST);
  }

  @Test
  void manyThreadsNeverHaveTheSameBlock() throws Exception {
    Set<byte[]> inUse = ConcurrentHashMap.newKeySet();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        all.add(threads.submit(() -> takeAndRelease(inUse)));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
    assertThat(inUse).isEmpty();
  }

  private void takeAndRelease(Set<byte[]> inUse) {
    for (int i = 0; i < 20_000; i++) {
      Block block = pool.take();
      assertThat(inUse.add(block.array())).isTrue();
      Slice slice = new Slice(block, 0, 1);
      block.release();
      assertThat(inUse.remove(block.array())).isTrue();
      slice.release();
    }
  }
}
