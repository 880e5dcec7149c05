// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaiterTest {
  private final Waiter waiter = new Waiter(Engine.system());

  @Test
  void signalBeforeTheParkEndsIt() {
    waiter.prepare();
    waiter.signal();
    waiter.park(Clock.NEVER);
    waiter.done();
  }

  @Test
  void signalSurvivesALockThatUsesUpThePermit() {
    waiter.prepare();
    waiter.signal();
    LockSupport.park();
    waiter.park(Clock.NEVER);
    waiter.done();
  }

  @Test
  void signalFromAnotherThreadEndsThePark() throws InterruptedException {
    Thread parked =
        Thread.ofVirtual()
            .start(
                () -> {
                  waiter.prepare();
                  waiter.park(Clock.NEVER);
                  waiter.done();
                });
    while (!waiter.isWaiting() && parked.isAlive()) {
      Thread.onSpinWait();
    }
    waiter.signal();
    parked.join();
    assertThat(waiter.isWaiting()).isFalse();
  }
}
