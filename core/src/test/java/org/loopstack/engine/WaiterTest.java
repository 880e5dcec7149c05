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
  private static final int TURNS = 20_000;

  private final Waiter waiter = new Waiter(Engine.system());

  @Test
  void signalBeforeTheParkEndsIt() {
    waiter.prepare();
    waiter.signal();
    waiter.park(Clock.NEVER);
    waiter.done();
  }

  @Test
  void signalSurvivesALockThatUsesUpThePermit() throws InterruptedException {
    waiter.prepare();
    Thread.ofPlatform().start(waiter::signal).join();
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
    // Not as many where all of them share one busy processor.
    long end = System.nanoTime() + 5_000_000_000L;
    for (int round = 1; round <= 1_000 && System.nanoTime() < end; round++) {
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

  private static Engine polling(long nanos) {
    Engine real = Engine.system();
    return new Engine(real.clock(), real.scheduler(), real.randomness(), nanos);
  }

  @Test
  void onePolledForIsNotPutToSleep() throws InterruptedException {
    Waiter polled = new Waiter(polling(15_000_000_000L));
    Thread thread = Thread.ofPlatform().start(() -> waitOnce(polled));
    while (!polled.isPolling() && thread.isAlive()) {
      Thread.onSpinWait();
    }
    assertThat(thread.getState()).isEqualTo(Thread.State.RUNNABLE);
    polled.signal();
    thread.join();
    assertThat(polled.isPolling()).isFalse();
  }

  private static void waitOnce(Waiter waiter) {
    waiter.prepare();
    waiter.park(Clock.NEVER);
    waiter.done();
  }

  @Test
  void noSignalIsLostBetweenPollingAndSleeping() throws InterruptedException {
    // Each waits about as long as the polling takes, so that many signals come as it ends.
    Waiter ping = new Waiter(polling(3_000));
    Waiter pong = new Waiter(polling(2_000));
    AtomicInteger turn = new AtomicInteger();
    Thread other = Thread.ofPlatform().start(() -> take(turn, 1, pong, ping));
    take(turn, 0, ping, pong);
    other.join();
    assertThat(turn).hasValue(2 * TURNS);
  }

  private static void take(AtomicInteger turn, int mine, Waiter waiter, Waiter others) {
    for (int i = 0; i < TURNS; i++) {
      waiter.prepare();
      while ((turn.get() & 1) != mine) {
        waiter.park(Clock.NEVER);
      }
      waiter.done();
      for (int spin = i % 100; spin > 0; spin--) {
        Thread.onSpinWait();
      }
      int _ = turn.incrementAndGet();
      others.signal();
    }
  }

  @Test
  void noSignalIsLostByOneWhoLingers() throws InterruptedException {
    Waiter ping = new Waiter(Engine.system());
    Waiter pong = new Waiter(Engine.system());
    AtomicInteger turn = new AtomicInteger();
    Thread other = Thread.ofPlatform().start(() -> lingerAndTake(turn, 1, pong, ping));
    lingerAndTake(turn, 0, ping, pong);
    other.join();
    assertThat(turn).hasValue(2 * TURNS);
  }

  private static void lingerAndTake(AtomicInteger turn, int mine, Waiter waiter, Waiter others) {
    for (int i = 0; i < TURNS; i++) {
      waiter.prepare();
      while ((turn.get() & 1) != mine) {
        if (!waiter.linger()) {
          waiter.park(Clock.NEVER);
        }
      }
      waiter.done();
      int _ = turn.incrementAndGet();
      others.signal();
    }
  }

  @Test
  void neitherAVirtualThreadNorOneInVirtualTimeLingers() throws InterruptedException {
    VirtualClock clock = new VirtualClock();
    Waiter inVirtualTime = new Waiter(Engine.virtual(clock, 1));
    inVirtualTime.prepare();
    assertThat(inVirtualTime.linger()).isFalse();
    inVirtualTime.done();
    AtomicBoolean lingered = new AtomicBoolean(true);
    Thread.ofVirtual()
        .start(
            () -> {
              waiter.prepare();
              waiter.signal();
              lingered.set(waiter.linger());
              waiter.done();
            })
        .join();
    assertThat(lingered).isFalse();
  }

  @Test
  void aVirtualThreadAndAPassedDeadlineAreNotPolledFor() throws InterruptedException {
    Waiter polled = new Waiter(polling(15_000_000_000L));
    Thread virtual = Thread.ofVirtual().start(() -> waitOnce(polled));
    while (!(polled.isWaiting() && virtual.getState() == Thread.State.WAITING)
        && virtual.isAlive()) {
      Thread.onSpinWait();
    }
    polled.signal();
    virtual.join();
    polled.prepare();
    polled.park(SystemClock.INSTANCE.nanos() + 1_000_000);
    polled.done();
  }

  @Test
  void mailEndsThePollingAndASignalDoesToo() throws InterruptedException {
    Waiter polled = new Waiter(polling(15_000_000_000L));
    AtomicBoolean mail = new AtomicBoolean();
    List<Boolean> something = new ArrayList<>();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  polled.prepare();
                  something.add(polled.poll(_ -> mail.get(), Clock.NEVER));
                  mail.set(false);
                  something.add(polled.poll(_ -> mail.get(), Clock.NEVER));
                  polled.done();
                });
    awaitPolling(polled, thread);
    mail.set(true);
    while (mail.get() && thread.isAlive()) {
      Thread.onSpinWait();
    }
    awaitPolling(polled, thread);
    polled.signal();
    thread.join();
    assertThat(something).containsExactly(true, true);
  }

  private static void awaitPolling(Waiter polled, Thread thread) {
    while (!polled.isPolling() && thread.isAlive()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void whoHasPolledInVainSleepsAtOnce() throws InterruptedException {
    Waiter polled = new Waiter(polling(1_000_000_000L));
    AtomicBoolean something = new AtomicBoolean(true);
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  polled.prepare();
                  something.set(polled.poll(_ -> false, SystemClock.INSTANCE.nanos()));
                  polled.park(Clock.NEVER);
                  polled.done();
                });
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      assertThat(polled.isPolling()).isFalse();
    }
    polled.signal();
    thread.join();
    assertThat(something).isFalse();
  }

  @Test
  void anInterruptEndsThePolling() throws InterruptedException {
    Waiter polled = new Waiter(polling(15_000_000_000L));
    Thread thread = Thread.ofPlatform().start(() -> waitOnce(polled));
    while (!polled.isPolling() && thread.isAlive()) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    thread.join();
    assertThat(polled.isWaiting()).isFalse();
  }

  /** Else what passes would depend on who is faster: the thread, or what is due at that moment. */
  @Test
  void whomATimerWakesGoesOnWhenAllThatIsDueIsDone() throws InterruptedException {
    VirtualClock clock = new VirtualClock();
    for (int round = 1; round <= 20; round++) {
      Waiter timed = new Waiter(Engine.virtual(clock, 1));
      AtomicBoolean done = new AtomicBoolean();
      AtomicBoolean seen = new AtomicBoolean();
      Thread parked =
          Thread.ofPlatform()
              .start(
                  () -> {
                    timed.prepare();
                    timed.park(Clock.NEVER);
                    seen.set(done.get());
                    timed.done();
                  });
      while (!timed.isWaiting() || parked.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      new Timer(clock, timed::signal).armNoLaterThan(round);
      new Timer(clock, () -> finishLate(done)).armNoLaterThan(round);
      clock.advanceTo(round);
      parked.join();
      assertThat(seen).isTrue();
    }
  }

  private static void finishLate(AtomicBoolean done) {
    long end = System.nanoTime() + 2_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    done.set(true);
  }
}
