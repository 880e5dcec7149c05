// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MutexTest {
  private final Mutex mutex = new Mutex();
  private long count;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneThreadAtATimeHasIt(boolean virtual) throws Exception {
    int threads = 8;
    int times = 20_000;
    List<Thread> started = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Runnable work =
          () -> {
            for (int k = 0; k < times; k++) {
              mutex.lock();
              count++;
              mutex.unlock();
            }
          };
      started.add(virtual ? Thread.startVirtualThread(work) : Thread.ofPlatform().start(work));
    }
    for (Thread thread : started) {
      thread.join();
    }
    assertThat(count).isEqualTo((long) threads * times);
    assertThat(mutex.isLocked()).isFalse();
  }

  @Test
  void whoTriesDoesNotWait() throws Exception {
    mutex.lock();
    FutureTask<Boolean> other = new FutureTask<>(mutex::tryLock);
    Thread.startVirtualThread(other);
    assertThat(other.get()).isFalse();
    mutex.unlock();
    assertThat(mutex.tryLock()).isTrue();
    assertThat(mutex.isLocked()).isTrue();
  }

  @Test
  void itIsNotReentrant() {
    mutex.lock();
    assertThat(mutex.tryLock()).isFalse();
  }

  @Test
  void whoWaitsForAWhileGivesUpOrIsInterrupted() throws Exception {
    mutex.lock();
    assertThat(mutex.tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
    CountDownLatch began = new CountDownLatch(1);
    FutureTask<Object> waiting =
        new FutureTask<>(
            () -> {
              began.countDown();
              mutex.lockInterruptibly();
              return "taken";
            });
    Thread thread = Thread.ofPlatform().start(waiting);
    began.await();
    thread.interrupt();
    assertThatThrownBy(waiting::get).hasCauseInstanceOf(InterruptedException.class);
    mutex.unlock();
    assertThat(mutex.tryLock()).isTrue();
  }

  @Test
  void itHasNoConditions() {
    assertThatThrownBy(mutex::newCondition).isInstanceOf(UnsupportedOperationException.class);
  }
}
