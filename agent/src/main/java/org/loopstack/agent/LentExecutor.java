// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A group's executor as the group's half in one world has it. The half shuts it down when it
 * terminates, which is told to the owner: the other half may still run.
 */
final class LentExecutor extends AbstractExecutorService {
  private final ExecutorService owned;
  private final Runnable returned;
  private final AtomicBoolean shutdown = new AtomicBoolean();

  /**
   * Lends an executor.
   *
   * @param returned called once, when the borrower has shut it down
   */
  LentExecutor(ExecutorService owned, Runnable returned) {
    this.owned = owned;
    this.returned = returned;
  }

  @Override
  public void execute(Runnable task) {
    owned.execute(task);
  }

  @Override
  public void shutdown() {
    if (!shutdown.getAndSet(true)) {
      returned.run();
    }
  }

  @Override
  public List<Runnable> shutdownNow() {
    shutdown();
    return List.of();
  }

  @Override
  public boolean isShutdown() {
    return shutdown.get();
  }

  @Override
  public boolean isTerminated() {
    return owned.isTerminated();
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
    return owned.awaitTermination(timeout, unit);
  }
}
