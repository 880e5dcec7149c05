// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BlockPoolTest {
  private final BlockPool pool = new BlockPool();

  private List<Block> take(int number) {
    List<Block> taken = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      taken.add(pool.take());
    }
    return taken;
  }

  @Test
  void whatWaitsLongestIsUsedFirst() {
    List<Block> blocks = take(3);
    blocks.forEach(Block::release);
    assertThat(pool.size()).isEqualTo(3);
    assertThat(pool.take()).isSameAs(blocks.get(0));
    blocks.get(0).release();
    assertThat(take(3)).containsExactly(blocks.get(1), blocks.get(2), blocks.get(0));
    assertThat(pool.size()).isZero();
  }

  @Test
  void noMoreThanItsMostAreKept() {
    List<Block> blocks = take(BlockPool.MOST + 1);
    blocks.forEach(Block::release);
    assertThat(pool.size()).isEqualTo(BlockPool.MOST);
    assertThat(take(BlockPool.MOST)).isEqualTo(blocks.subList(0, BlockPool.MOST));
    assertThat(pool.take()).isNotIn(blocks);
  }
}
