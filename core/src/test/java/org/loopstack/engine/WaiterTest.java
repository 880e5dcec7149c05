// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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

  /** The timer of a deadline takes the clock's lock, and waiting for that uses up a permit. */
  @Test
  void signalSurvivesTheLockOfTheTimerInVirtualTime() throws InterruptedException {
    VirtualClock clock = new VirtualClock();
    Waiter timed = new Waiter(Engine.virtual(clock, 1));
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger turn = new AtomicInteger();
    List<Thread> helpers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      helpers.add(
          new Thread(
              () -> {
                Timer timer = new Timer(clock, () -> {});
                while (!ended.get()) {
                  timer.armNoLaterThan(1);
                  timer.disarm();
                }
              }));
    }
    helpers.add(
        new Thread(
            () -> {
              while (!ended.get()) {
                int round = turn.get();
                if (round > 0) {
                  turn.set(-round);
                  timed.signal();
                }
              }
            }));
    for (Thread each : helpers) {
      each.setDaemon(true);
      each.start();
    }
    for (int round = 1; round <= 1_000; round++) {
      timed.prepare();
      turn.set(round);
      while (turn.get() == round) {
        timed.park(1_000_000 + round);
      }
      timed.done();
    }
    ended.set(true);
    for (Thread each : helpers) {
      each.join();
    }
  }
}
