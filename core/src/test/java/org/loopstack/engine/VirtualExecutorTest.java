// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class VirtualExecutorTest {
  private final VirtualClock clock = new VirtualClock();
  private final ScheduledExecutorService executor = clock.newScheduledExecutor();
  private final List<String> log = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void end() {
    executor.shutdownNow();
    clock.advanceByHand();
  }

  private Runnable say(String word) {
    return () -> log.add(word + "@" + TimeUnit.NANOSECONDS.toMillis(clock.nanos()));
  }

  @Test
  void tasksRunWhenTheirTimeHasComeAndInTheOrderInWhichTheyWereGiven() {
    for (String word : List.of("a", "b", "c", "d", "e")) {
      executor.schedule(say(word), 10, TimeUnit.SECONDS);
    }
    executor.schedule(say("first"), 1, TimeUnit.SECONDS);
    clock.advance(Duration.ofMillis(9_999));
    assertThat(log).containsExactly("first@1000");
    clock.advance(Duration.ofMillis(1));
    assertThat(log)
        .containsExactly("first@1000", "a@10000", "b@10000", "c@10000", "d@10000", "e@10000");
  }

  @Test
  void whatHasNoDelayRunsWithoutAnyTimePassing() throws Exception {
    Future<String> done = executor.submit(() -> "now");
    assertThat(done.get()).isEqualTo("now");
    executor.execute(say("plain"));
    clock.settle();
    assertThat(log).containsExactly("plain@0");
  }

  @Test
  void aFixedRateCountsFromTheBeginningAndAFixedDelayFromTheEnd() {
    executor.scheduleAtFixedRate(slow("rate", 30), 100, 100, TimeUnit.MILLISECONDS);
    ScheduledExecutorService second = clock.newScheduledExecutor();
    second.scheduleWithFixedDelay(slow("delay", 30), 100, 100, TimeUnit.MILLISECONDS);
    clock.advance(Duration.ofMillis(400));
    second.shutdownNow();
    assertThat(log.stream().filter(each -> each.startsWith("rate")))
        .containsExactly("rate@100", "rate@200", "rate@300", "rate@400");
    assertThat(log.stream().filter(each -> each.startsWith("delay")))
        .containsExactly("delay@100", "delay@230", "delay@360");
  }

  @Test
  void aFixedRateThatWasLateCatchesUp() {
    executor.scheduleAtFixedRate(slow("rate", 250), 100, 100, TimeUnit.MILLISECONDS);
    clock.advance(Duration.ofMillis(650));
    assertThat(log).containsExactly("rate@100", "rate@350", "rate@600");
  }

  private Runnable slow(String word, long millis) {
    return () -> {
      say(word).run();
      try {
        clock.sleep(Duration.ofMillis(millis));
      } catch (InterruptedException e) {
        log.add("interrupted");
      }
    };
  }

  @Test
  void aPeriodicTaskThatThrowsIsNotRunAgain() {
    ScheduledFuture<?> failing =
        executor.scheduleAtFixedRate(
            () -> {
              log.add("once");
              throw new IllegalStateException("no");
            },
            1,
            1,
            TimeUnit.SECONDS);
    clock.advance(Duration.ofSeconds(10));
    assertThat(log).containsExactly("once");
    assertThatThrownBy(failing::get)
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("no");
  }

  @Test
  void cancelledTasksAreForgotten() {
    ScheduledFuture<?> once = executor.schedule(say("once"), 1, TimeUnit.HOURS);
    ScheduledFuture<?> often = executor.scheduleAtFixedRate(say("often"), 1, 1, TimeUnit.SECONDS);
    clock.advance(Duration.ofSeconds(2));
    assertThat(once.cancel(false)).isTrue();
    assertThat(often.cancel(false)).isTrue();
    assertThat(often.cancel(false)).isFalse();
    clock.advance(Duration.ofHours(2));
    assertThat(log).containsExactly("often@1000", "often@2000");
    assertThatThrownBy(once::get).isInstanceOf(CancellationException.class);
    assertThat(executor.toString()).contains("0 tasks queued");
    clock.settle();
    assertThat(clock.nextDeadline()).isEqualTo(Clock.NEVER);
  }

  @Test
  void cancellingInterruptsWhatRuns() {
    Future<?> sleeping = executor.submit(slow("sleep", 1_000_000));
    clock.settle();
    assertThat(sleeping.cancel(true)).isTrue();
    clock.settle();
    assertThat(log).containsExactly("sleep@0", "interrupted");
    executor.execute(say("next"));
    clock.settle();
    assertThat(log).endsWith("next@0");
  }

  @Test
  void theDelayThatIsLeftShrinksWithTheTime() {
    ScheduledFuture<?> later = executor.schedule(say("later"), 10, TimeUnit.SECONDS);
    ScheduledFuture<?> sooner = executor.schedule(say("sooner"), 9, TimeUnit.SECONDS);
    clock.advance(Duration.ofSeconds(4));
    assertThat(later.getDelay(TimeUnit.SECONDS)).isEqualTo(6);
    assertThat(sooner.compareTo(later)).isNegative();
  }

  @Test
  void afterAShutdownDelayedTasksStillRunAndPeriodicOnesDoNot() throws Exception {
    executor.schedule(say("delayed"), 1, TimeUnit.SECONDS);
    ScheduledFuture<?> periodic =
        executor.scheduleAtFixedRate(say("periodic"), 1, 1, TimeUnit.SECONDS);
    executor.shutdown();
    assertThat(executor.isShutdown()).isTrue();
    assertThat(executor.isTerminated()).isFalse();
    assertThat(periodic.isCancelled()).isTrue();
    assertThatThrownBy(() -> executor.execute(say("late")))
        .isInstanceOf(RejectedExecutionException.class);
    clock.advance(Duration.ofSeconds(5));
    assertThat(log).containsExactly("delayed@1000");
    assertThat(executor.awaitTermination(1, TimeUnit.SECONDS)).isTrue();
    assertThat(executor.isTerminated()).isTrue();
  }

  @Test
  void aShutdownNowReturnsWhatHasNotBegun() throws Exception {
    Future<?> running = executor.submit(slow("running", 1_000_000));
    executor.schedule(say("waiting"), 1, TimeUnit.SECONDS);
    clock.settle();
    assertThat(executor.shutdownNow()).hasSize(1);
    running.get();
    assertThat(log).containsExactly("running@0", "interrupted");
    assertThat(executor.awaitTermination(1, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anExecutorThatWasNeverUsedTerminatesAtOnce() throws Exception {
    executor.shutdown();
    assertThat(executor.isTerminated()).isTrue();
    assertThat(executor.awaitTermination(0, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void waitingForAFutureTimesOutInVirtualTime() {
    clock.advanceAutomatically();
    CountDownLatch never = new CountDownLatch(1);
    Future<?> stuck =
        executor.submit(
            () -> {
              never.await();
              return null;
            });
    long begun = clock.nanos();
    assertThatThrownBy(() -> stuck.get(1, TimeUnit.HOURS)).isInstanceOf(TimeoutException.class);
    assertThat(Duration.ofNanos(clock.nanos() - begun)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void awaitingTheEndTimesOutInVirtualTime() throws Exception {
    clock.advanceAutomatically();
    executor.schedule(say("late"), 90, TimeUnit.MINUTES);
    executor.shutdown();
    assertThat(executor.awaitTermination(1, TimeUnit.HOURS)).isFalse();
    assertThat(executor.awaitTermination(1, TimeUnit.HOURS)).isTrue();
    assertThat(log).hasSize(1);
  }

  @Test
  void allOfSeveralTasksHaveOneDeadline() throws Exception {
    clock.advanceAutomatically();
    List<Callable<String>> three = List.of(after(40, "a"), after(40, "b"), after(40, "c"));
    List<Future<String>> done = executor.invokeAll(three, 100, TimeUnit.SECONDS);
    assertThat(done).extracting(Future::isCancelled).containsExactly(false, false, true);
    assertThat(done.get(1).get()).isEqualTo("b");
    assertThat(executor.invokeAll(three)).extracting(Future::get).containsExactly("a", "b", "c");
  }

  private Callable<String> after(long seconds, String result) {
    return () -> {
      clock.sleep(Duration.ofSeconds(seconds));
      return result;
    };
  }

  @Test
  void anyOfSeveralTasksIsTheFirstThatSucceeds() throws Exception {
    clock.advanceAutomatically();
    AtomicInteger begun = new AtomicInteger();
    List<Callable<String>> tasks =
        List.of(
            () -> {
              begun.incrementAndGet();
              throw new IllegalStateException("first");
            },
            after(1, "second"),
            after(1, "third"));
    assertThat(executor.invokeAny(tasks)).isEqualTo("second");
    assertThat(begun).hasValue(1);
    assertThatThrownBy(() -> executor.invokeAny(List.of(after(9, "x")), 5, TimeUnit.SECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThatThrownBy(() -> executor.invokeAny(tasks.subList(0, 1)))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("first");
  }

  @Test
  void anAutomaticClockRunsThroughAMinuteOfTicks() throws Exception {
    clock.advanceAutomatically();
    AtomicInteger ticks = new AtomicInteger();
    executor.scheduleAtFixedRate(ticks::incrementAndGet, 1, 1, TimeUnit.SECONDS);
    clock.sleep(Duration.ofSeconds(60).plusMillis(500));
    assertThat(ticks).hasValue(60);
  }

  @Test
  void anHourOfTicksNeedsNoGraceWhereEverybodyWaitsOnTheClock() throws Exception {
    clock.quiescence(Quiescence.STANDARD.withGrace(Duration.ZERO));
    clock.advanceAutomatically();
    AtomicInteger ticks = new AtomicInteger();
    executor.scheduleAtFixedRate(ticks::incrementAndGet, 1, 1, TimeUnit.SECONDS);
    clock.sleep(Duration.ofHours(1).plusMillis(500));
    assertThat(ticks).hasValue(3_600);
  }

  @Test
  void theWallClockShowsTheSameTime() {
    VirtualClock late = new VirtualClock(Instant.parse("2026-03-01T12:00:00Z"));
    java.time.Clock wall = late.wallClock();
    late.advance(Duration.ofMillis(90_001));
    assertThat(wall.instant()).isEqualTo("2026-03-01T12:01:30.001Z");
    assertThat(wall.withZone(ZoneId.of("Europe/Berlin")).getZone())
        .isEqualTo(ZoneId.of("Europe/Berlin"));
    assertThat(wall).isEqualTo(late.wallClock()).isNotEqualTo(clock.wallClock());
  }
}
