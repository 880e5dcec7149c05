// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.loopstack.buffer.Block;
import org.loopstack.buffer.BlockPool;
import org.loopstack.buffer.Slice;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** The sender's and the reader's last references to a block go at the same time. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "The block went back once.")
@Outcome(expect = FORBIDDEN, desc = "It was lost, or can be taken twice.")
@State
public class BlockCase {
  private final BlockPool pool = new BlockPool();
  private final Block block = pool.take();
  private final Slice whole = new Slice(block, 0, 100);

  @Actor
  public void sender() {
    block.release();
  }

  @Actor
  public void reader() {
    Slice part = whole.part(0, 40);
    Slice rest = whole.rest(40);
    part.release();
    rest.release();
  }

  @Arbiter
  public void result(I_Result r) {
    r.r1 = pool.size();
  }
}
