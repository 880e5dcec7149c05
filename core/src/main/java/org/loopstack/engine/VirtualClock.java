// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Time that stands still until somebody advances it, or until nothing is left to do. All that a
 * stack on it does by time, it does by this one: retransmission, {@code SO_TIMEOUT}, the timeouts
 * of connect, accept and select, lingering, TIME-WAIT. Several stacks may share one clock.
 *
 * <pre>{@code
 * VirtualClock clock = VirtualClock.automatic();
 * Stack stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());
 * // a connect with a timeout of a minute, to where nobody answers, fails after some milliseconds
 * }</pre>
 *
 * <h2>By hand</h2>
 *
 * <p>{@link #advance} lets time pass: timers fire on the thread that advances, in the order of
 * their deadlines, each seeing its own deadline as the present. Where that wakes a thread, time
 * goes on only when nothing is left to do at that moment; {@link Quiescence} says what that means.
 *
 * <h2>By itself</h2>
 *
 * <p>After {@link #advanceAutomatically}, time jumps to the next deadline each time that nothing is
 * left to do, so that blocking code which knows nothing of this runs through its timeouts at once.
 *
 * <h2>What is deterministic, and what is not</h2>
 *
 * <p>With one thread, or with several that hand over to each other through the stack, a run repeats
 * itself to the nanosecond, and with the same seed ({@code StackConfiguration.Builder.seed}) to the
 * bit: the same packets at the same times. Timeouts expire at the time they say, whatever the
 * machine's load.
 *
 * <p>Not determined is the order in which threads that are runnable at the same moment get their
 * processor, here as everywhere, nor anything that depends on it: which of two clients connects
 * first, how the bytes of two writers mix. All of it happens at the same virtual time, though.
 *
 * <p>Out of reach is the JDK's own clock: {@code Thread.sleep}, {@code System.nanoTime}, timed
 * waits of {@code java.util.concurrent}. A library that measures its timeouts with them, rather
 * than with those of its sockets, measures them in real time. Code that takes a clock or an
 * executor gets {@link #wallClock} and {@link #newScheduledExecutor}, which are in this time.
 *
 * <p>Safe for use by many threads; only one of them advances at a time, the others wait for it.
 */
public final class VirtualClock implements Clock, Scheduler {
  private final ReentrantLock advancing = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();
  private final TimerHeap timers = new TimerHeap();
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final ThreadWatch threads = new ThreadWatch();
  private final AtomicInteger settling = new AtomicInteger();

  /** Whom the steps that run now have woken. Guarded by the lock of who advances. */
  private final ArrayDeque<Thread> wokenBySteps = new ArrayDeque<>();

  /** Whether steps run. Guarded by the same. */
  private boolean stepping;

  private final long epochOrigin;
  private volatile Quiescence quiescence = Quiescence.STANDARD;
  private volatile @Nullable AutoAdvance automatic;
  private volatile long now;

  /** A clock that shows the start of the year 2025 (UTC) until it is advanced. */
  public VirtualClock() {
    this(Instant.parse("2025-01-01T00:00:00Z"));
  }

  /**
   * A clock that shows the given wall-clock time until it is advanced.
   *
   * @param start the wall-clock time of the origin, between the years 1678 and 2262
   */
  public VirtualClock(Instant start) {
    this.epochOrigin =
        Math.addExact(
            Math.multiplyExact(start.getEpochSecond(), 1_000_000_000L), (long) start.getNano());
  }

  /** A clock that advances by itself, as {@link #advanceAutomatically} says. */
  public static VirtualClock automatic() {
    VirtualClock clock = new VirtualClock();
    clock.advanceAutomatically();
    return clock;
  }

  @Override
  public long nanos() {
    AutoAdvance running = automatic;
    if (running != null) {
      running.entered();
    }
    return now;
  }

  @Override
  public long epochNanos() {
    return epochOrigin + nanos();
  }

  /** The present, without the clock's taking notice of the caller. */
  long peek() {
    return now;
  }

  /**
   * This time as a {@link java.time.Clock}, in UTC, which is a {@link java.time.InstantSource} too,
   * for code that takes one.
   */
  public java.time.Clock wallClock() {
    return new WallClock(this, ZoneOffset.UTC);
  }

  /**
   * An executor whose delays pass in this time. It has one daemon thread, which runs its tasks one
   * after the other, by their times and, where these are equal, in the order in which they were
   * given. It keeps the contract of {@link ScheduledExecutorService} as {@link
   * java.util.concurrent.ScheduledThreadPoolExecutor} does: after a shutdown, delayed tasks still
   * run and periodic ones do not. Timeouts of its futures and of {@code awaitTermination} are in
   * this time, too; so who waits for one on a clock that is advanced by hand needs another thread
   * that advances it.
   */
  public ScheduledExecutorService newScheduledExecutor() {
    return new VirtualExecutor(
        this, Thread.ofPlatform().daemon().name("virtual-time-", 1).factory());
  }

  /** As {@link #newScheduledExecutor()}, on a thread that the factory makes. */
  public ScheduledExecutorService newScheduledExecutor(ThreadFactory factory) {
    return new VirtualExecutor(this, factory);
  }

  /**
   * Waits until that much of this time has passed, as {@link Thread#sleep(Duration)} does in real
   * time. On a clock that is advanced by hand another thread has to do so.
   *
   * @param duration zero or less returns at once
   * @throws InterruptedException if the thread is interrupted
   */
  public void sleep(Duration duration) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (!duration.isPositive()) {
      return;
    }
    long deadline = Clock.after(nanos(), duration.toNanos());
    Waiter waiter = new Waiter(Engine.virtual(this, 0));
    waiter.prepare();
    try {
      while (nanos() < deadline) {
        waiter.park(deadline);
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
      }
    } finally {
      waiter.done();
    }
  }

  /**
   * Lets the given time pass: fires every timer that falls due, including those that are armed
   * meanwhile, waits for the threads that this wakes, and returns when the time has passed and
   * nothing is left to do.
   *
   * @param duration at least zero
   * @throws IllegalArgumentException if the duration is negative
   */
  public void advance(Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException("Time does not run backwards: " + duration);
    }
    advanceTo(Clock.after(now, duration.toNanos()));
  }

  /**
   * Lets time pass up to a point, as {@link #advance} does.
   *
   * @param time a time of this clock; one in the past only runs what is due
   */
  public void advanceTo(long time) {
    advancing.lock();
    try {
      do {
        long woken = threads.wakeups();
        runSteps();
        if (threads.wakeups() != woken) {
          settle();
        }
      } while (moveToNext(time));
      now = Math.max(now, time);
      // So that time does not go on by itself at once, by what was seen before.
      threads.progressed();
    } finally {
      advancing.unlock();
    }
  }

  /** Runs what is due now, without letting time pass. */
  public void runDue() {
    advanceTo(now);
  }

  /**
   * Waits, in real time, until nothing is left to do at the present: no task, no due timer, no
   * thread that runs, as {@link #quiescence} says. No time passes by itself meanwhile.
   */
  public void settle() {
    settling.incrementAndGet();
    try {
      awaitQuiet();
    } finally {
      settling.decrementAndGet();
    }
  }

  /** Whether somebody waits until all is quiet at the present. */
  boolean isSettling() {
    return settling.get() > 0;
  }

  private void awaitQuiet() {
    Settling wait = new Settling(threads, quiescence);
    boolean interrupted = false;
    while (true) {
      runSteps();
      if (wait.look() && !hasDue()) {
        break;
      }
      wait.pause();
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Lets as much time pass as there is anything to do by: settles, goes on to the next deadline,
   * and so on until there is none. A connection with keep-alive or a periodic task never comes to
   * that, hence the limit.
   *
   * @param limit how much time passes at most, at least zero
   * @return whether nothing is left to do at any time; false if the limit came first
   * @throws IllegalArgumentException if the limit is negative
   */
  public boolean runUntilIdle(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("Time does not run backwards: " + limit);
    }
    long end = Clock.after(now, limit.toNanos());
    while (true) {
      settle();
      long next = nextDeadline();
      if (next == NEVER) {
        return true;
      }
      if (next > end) {
        advanceTo(end);
        return false;
      }
      advanceTo(next);
    }
  }

  /** From now on time goes on by itself whenever nothing is left to do. */
  public void advanceAutomatically() {
    lock.lock();
    try {
      if (automatic == null) {
        threads.know(Thread.currentThread());
        AutoAdvance fresh = new AutoAdvance(this);
        automatic = fresh;
        fresh.poke();
      }
    } finally {
      lock.unlock();
    }
  }

  /** From now on time stands still until somebody advances it. */
  public void advanceByHand() {
    AutoAdvance running = automatic;
    automatic = null;
    if (running != null) {
      running.stop();
    }
  }

  /** Whether time goes on by itself. */
  public boolean isAutomatic() {
    return automatic != null;
  }

  /** When nothing is left to do. {@link Quiescence#STANDARD} unless it was changed. */
  public Quiescence quiescence() {
    return quiescence;
  }

  /** Changes when nothing is left to do. */
  public void quiescence(Quiescence value) {
    quiescence = value;
  }

  /**
   * Keeps the time from passing by itself until the hold is closed: for work that the clock cannot
   * see, such as waiting for another process or sleeping by the JDK's clock.
   */
  public Hold hold() {
    return new Hold(threads);
  }

  /** Tells of a thread that takes part: time does not pass while it runs. */
  public void watch(Thread thread) {
    threads.know(thread);
  }

  /** The threads that wait now in calls on this clock, in any stack or for its time. */
  public List<Thread> waiting() {
    return threads.waiting();
  }

  /** Work for which time stands still. Closing it twice does nothing more. */
  public static final class Hold implements AutoCloseable {
    private @Nullable ThreadWatch held;

    private Hold(ThreadWatch threads) {
      threads.hold();
      held = threads;
    }

    @Override
    public synchronized void close() {
      if (held != null) {
        held.release();
        held = null;
      }
    }
  }

  /**
   * When the next timer fires.
   *
   * @return a time of this clock, the present if a task waits, or {@link Clock#NEVER}
   */
  public long nextDeadline() {
    lock.lock();
    try {
      return tasks.isEmpty() ? timers.firstDeadline() : now;
    } finally {
      lock.unlock();
    }
  }

  /** Whether a task or a timer waits only for a thread that runs it. */
  boolean hasDue() {
    return nextDeadline() <= now;
  }

  /** Who uses this clock. */
  ThreadWatch threads() {
    return threads;
  }

  /**
   * Lets time jump to a deadline and runs what falls due, unless anything has happened meanwhile.
   *
   * @param stamp what had happened when this was decided
   */
  void jump(long deadline, long stamp) {
    advancing.lock();
    try {
      if (threads.stamp() == stamp && automatic != null && moveToNext(deadline)) {
        runSteps();
      }
    } finally {
      advancing.unlock();
    }
  }

  /** Runs what is due now, and what that makes due; then whom that wakes goes on. */
  void runSteps() {
    advancing.lock();
    try {
      boolean outermost = !stepping;
      stepping = true;
      try {
        for (Runnable step; (step = nextStep()) != null; ) {
          step.run();
        }
      } finally {
        if (outermost) {
          stepping = false;
          wakeAll();
        }
      }
    } finally {
      advancing.unlock();
    }
  }

  private void wakeAll() {
    for (Thread each; (each = wokenBySteps.poll()) != null; ) {
      LockSupport.unpark(each);
    }
  }

  /**
   * Unparks a thread. Whom a step wakes goes on when all steps are done: else it would run beside
   * them, and what passes would depend on who is faster.
   */
  void wake(Thread thread) {
    threads.woken();
    if (advancing.isHeldByCurrentThread() && stepping) {
      wokenBySteps.add(thread);
    } else {
      LockSupport.unpark(thread);
    }
  }

  private @Nullable Runnable nextStep() {
    lock.lock();
    try {
      Runnable task = tasks.poll();
      if (task != null) {
        return task;
      }
      Timer due = timers.pollDue(now);
      return due == null ? null : due::fire;
    } finally {
      lock.unlock();
    }
  }

  /** Makes the next deadline the present, if there is one up to the limit. */
  private boolean moveToNext(long limit) {
    lock.lock();
    try {
      long first = tasks.isEmpty() ? timers.firstDeadline() : now;
      if (first > limit || first == NEVER) {
        return false;
      }
      now = Math.max(now, first);
      return true;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void arm(Timer timer, long deadline) {
    lock.lock();
    try {
      timers.arm(timer, deadline);
    } finally {
      lock.unlock();
    }
    stirred();
  }

  @Override
  public void disarm(Timer timer) {
    lock.lock();
    try {
      timers.remove(timer);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void execute(Runnable task) {
    lock.lock();
    try {
      tasks.add(task);
    } finally {
      lock.unlock();
    }
    stirred();
  }

  private void stirred() {
    AutoAdvance running = automatic;
    if (running != null) {
      running.poke();
    }
  }

  @Override
  public String toString() {
    AutoAdvance running = automatic;
    return "VirtualClock at "
        + Duration.ofNanos(now)
        + (running == null ? "" : ", automatic, " + running);
  }
}
