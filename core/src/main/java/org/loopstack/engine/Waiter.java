// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Where one thread, platform or virtual, waits for a signal, in real or virtual time. The waiting
 * thread calls {@link #prepare}, looks once more for what it waits for, then {@link #park}s, in a
 * loop, and calls {@link #done} in the end; a signal between the look and the park is not lost.
 *
 * <p>One thread waits at a time; any thread may signal.
 */
public final class Waiter {
  /** Where what one waits for arrives, before anybody has looked what it is. */
  public interface Inbox {
    /**
     * Whether there is something that nobody has looked at yet. Called again and again.
     *
     * @param now the time at which this look began
     */
    boolean hasMail(long now);
  }

  private static final Inbox NOWHERE = now -> false;

  /** How often one who polls looks before he asks whether to go on. */
  private static final int LOOKS = 16;

  /** For how many nanoseconds one who polls keeps the processor to himself. */
  private static final long ALONE = 5_000;

  /** How often one who lingers lets others run: measured, more is slower again. */
  private static final int TURNS = 4;

  private final Engine engine;
  private final boolean idle;
  private volatile @Nullable Thread thread;

  /**
   * Whether there was a signal since the last look. The thread's permit alone would not do: a lock
   * that the look waits for uses it up.
   */
  private volatile boolean signalled;

  /** Whether the announced thread is awake and looks for a signal. */
  private volatile boolean polling;

  /** Whether the announced thread has polled in this wait and is to sleep now. Only its own. */
  private boolean polled;

  private @Nullable Timer timeout;

  /** Whether an interrupt was put off. Only the announced thread's. */
  private boolean interrupted;

  /** A place on which nobody waits yet. */
  public Waiter(Engine engine) {
    this(engine, false);
  }

  /** As above; idle if whoever waits has no work, rather than being in a call. */
  Waiter(Engine engine, boolean idle) {
    this.engine = engine;
    this.idle = idle;
  }

  /** Announces the calling thread: signals from now on end its next park. */
  public void prepare() {
    signalled = false;
    thread = Thread.currentThread();
  }

  /**
   * Parks until a signal, an interrupt, the deadline, or for no reason.
   *
   * @param deadline a time of the engine's clock, or {@link Clock#NEVER}
   */
  public void park(long deadline) {
    if (signalled || (!polled && isPolled() && look(NOWHERE, deadline))) {
      signalled = false;
      return;
    }
    if (engine.clock() instanceof VirtualClock clock) {
      parkInVirtualTime(clock, deadline);
    } else if (deadline == Clock.NEVER) {
      LockSupport.park(this);
    } else {
      long left = deadline - engine.now();
      if (left > 0) {
        LockSupport.parkNanos(this, left);
      }
    }
    signalled = false;
  }

  /**
   * Whether the calling thread polls before it sleeps, as Linux's busy polling does: to be woken
   * takes a hundred times as long as what one waits for. A virtual thread does not, since its
   * carrier has others to run, nor does anybody in virtual time, which would stand still.
   */
  public boolean isPolled() {
    return engine.busyPoll() != 0
        && !Thread.currentThread().isVirtual()
        && !(engine.clock() instanceof VirtualClock);
  }

  /**
   * Looks for a signal, and for mail, for as long as the engine says. If there is none, the parks
   * until {@link #done} sleep at once.
   *
   * @return whether there was something: to look for what one waits for, and to poll again
   */
  public boolean poll(Inbox inbox, long deadline) {
    polled = true;
    boolean something = look(inbox, deadline);
    signalled = false;
    return something;
  }

  /**
   * Lets other threads run a few times before the calling thread sleeps, if it is a platform thread
   * that has not polled: for one whose next signal is most likely near. Two threads that share a
   * processor, the one waiting for what the other makes, would else be switched for each piece.
   *
   * @return whether there was a signal
   */
  @SuppressWarnings("ThreadPriorityCheck") // Correct without the yield, too: only slower.
  public boolean linger() {
    if (polled || Thread.currentThread().isVirtual() || engine.clock() instanceof VirtualClock) {
      return false;
    }
    polling = true;
    for (int i = 0; i < TURNS && !signalled; i++) {
      Thread.yield();
    }
    // Before the last look that follows: a signal is seen there, or it sees this and unparks.
    polling = false;
    if (!signalled) {
      return false;
    }
    signalled = false;
    return true;
  }

  /** Lets other threads run once, if time is real: for one who goes on without a signal. */
  @SuppressWarnings("ThreadPriorityCheck") // Correct without the yield, too: only slower.
  public void giveWay() {
    if (!(engine.clock() instanceof VirtualClock)) {
      Thread.yield();
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // Correct without the yield, too: only slower.
  private boolean look(Inbox inbox, long deadline) {
    long start = engine.now();
    long until = Math.min(deadline, Clock.after(start, engine.busyPoll()));
    if (start >= until) {
      return signalled;
    }
    polling = true;
    try {
      for (long now = start; now < until && !isInterrupted(); ) {
        for (int i = 0; i < LOOKS; i++) {
          if (signalled || inbox.hasMail(now)) {
            return true;
          }
          Thread.onSpinWait();
          now = engine.now();
        }
        if (now - start > ALONE) {
          // Perhaps whoever is to signal waits for this very processor.
          Thread.yield();
        }
      }
    } finally {
      // Before the last look that follows: a signal is seen there, or it sees this and unparks.
      polling = false;
    }
    return signalled;
  }

  /** As {@link #park}, but an interrupt does not end it: {@link #done} sets it again. */
  public void parkUninterruptibly(long deadline) {
    interrupted |= Thread.interrupted();
    park(deadline);
  }

  private void parkInVirtualTime(VirtualClock clock, long deadline) {
    if (deadline != Clock.NEVER) {
      if (timeout == null) {
        timeout = new Timer(clock, this::signal);
      }
      timeout.armNoLaterThan(deadline);
      if (clock.nanos() >= deadline) {
        return;
      }
    }
    ThreadWatch watch = clock.threads();
    watch.parking(this);
    try {
      // The locks taken since the last look may have used up the permit of a signal.
      if (!signalled) {
        LockSupport.park(this);
      }
    } finally {
      watch.parkedNoMore(this);
    }
  }

  /** The calling thread waits no more. */
  public void done() {
    thread = null;
    polled = false;
    if (timeout != null) {
      timeout.disarm();
    }
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
    }
  }

  /** Whether the calling thread is interrupted, so that its parks end at once. */
  public boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  /** Whether a thread is announced. */
  public boolean isWaiting() {
    return thread != null;
  }

  /** Whether the announced thread is awake and polls. */
  boolean isPolling() {
    return polling;
  }

  /** Wakes the announced thread, if there is one. */
  public void signal() {
    Thread waiting = thread;
    if (waiting != null) {
      signalled = true;
      if (engine.clock() instanceof VirtualClock clock) {
        clock.wake(waiting);
      } else if (!polling && waiting != Thread.currentThread()) {
        LockSupport.unpark(waiting);
      }
    }
  }

  /** The thread that waits in a call, or null. */
  @Nullable Thread caller() {
    return idle ? null : thread;
  }

  /** Whether the thread that is parked here is about to leave. Any thread may ask. */
  boolean isWaking() {
    Thread waiting = thread;
    return signalled || (waiting != null && waiting.isInterrupted());
  }
}
