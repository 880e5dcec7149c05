// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Failures;
import org.loopstack.engine.Mutex;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Scheduler;
import org.loopstack.engine.Timer;
import org.loopstack.engine.Waiter;

/**
 * The shell around a protocol's core: one lock, one inbox, one timer.
 *
 * <p><b>The lock.</b> It is private to this class. A thread takes it in {@link #enter} or {@link
 * #service} and gives it back in {@link #exit}, the one exit; it guards everything below that is
 * not said to be safe for many threads. No thread ever holds the locks of two endpoints, and the
 * run queue fails if one tries. So nothing that another endpoint guards is called with it held:
 *
 * <ul>
 *   <li>A packet for another endpoint is put on that endpoint's inbox, which needs no lock, before
 *       this lock is released: so packets stay in the order in which they were sent. The other
 *       endpoint is noted in the thread's {@link RunQueue} and served once this lock is free.
 *   <li>If the other's lock is taken then, nothing is done: its holder looks at the inbox <em>after
 *       </em> it has unlocked, here in {@link #exit}, also if its operation throws. The packet was
 *       on the inbox before the failed attempt, the attempt failed before the unlocking, and the
 *       look comes after it; so one of the two always sees it.
 *   <li>Listeners are told what became possible after unlocking.
 *   <li>If a thread {@linkplain #watch watches}, it serves this endpoint, and nobody else does.
 * </ul>
 *
 * <p><b>Time</b> is read once per entry, or by whoever watches before it, and passed down. The core
 * says by {@link #deadline} when it next wants to be called; the timer is armed after unlocking.
 */
public abstract class Endpoint implements RunQueue.Task, Runnable, Waiter.Inbox {
  private static final VarHandle INBOX;

  static {
    try {
      INBOX = MethodHandles.lookup().findVarHandle(Endpoint.class, "inbox", Packet.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** A peer that keeps to its window stays far below; it is here for those that do not. */
  private static final int INBOX_LIMIT = 65_536;

  private final Engine engine;
  private final Mutex lock = new Mutex();
  private final Timer timer;

  /** The newest packet, which refers to the one before it, and so on. */
  private volatile @Nullable Packet inbox;

  /** Whether a thread looks at the inbox all the time, so that nobody else has to. */
  private volatile boolean watched;

  /**
   * When whoever watches began the look that found something, until it enters; then {@link
   * Clock#NEVER}. Only its own: it looks at the clock while it waits, not while others wait for it.
   */
  private long looked = Clock.NEVER;

  private volatile @Nullable ReadinessListener listener;
  private int raised;

  /** The time of the last entry. */
  private long latest;

  /** What a core threw in this entry, to be reported once the lock is free. */
  private @Nullable RuntimeException failure;

  /** An endpoint with an empty inbox. */
  protected Endpoint(Engine engine) {
    this.engine = engine;
    this.timer = new Timer(engine.scheduler(), this);
  }

  /** What drives the stack. */
  public final Engine engine() {
    return engine;
  }

  @Override
  public final Scheduler scheduler() {
    return engine.scheduler();
  }

  /** Sets who is told when something becomes possible; null for nobody. */
  public final void setReadinessListener(@Nullable ReadinessListener readinessListener) {
    listener = readinessListener;
  }

  /**
   * Puts a packet on the inbox; the calling thread's {@link RunQueue} sees to it that it is looked
   * at. Called on any thread, inside an entry, possibly with another endpoint's lock held.
   *
   * @return false if the inbox is full; the packet then is still the caller's
   */
  public final boolean offer(Packet packet) {
    Packet newest;
    do {
      newest = inbox;
      int depth = newest == null ? 1 : newest.queueDepth() + 1;
      if (depth > INBOX_LIMIT) {
        return false;
      }
      packet.setQueueDepth(depth);
      packet.setNext(newest);
    } while (!INBOX.compareAndSet(this, newest, packet));
    RunQueue.current().add(this);
    return true;
  }

  /** Whether packets wait that nobody has looked at yet. */
  protected final boolean hasUnread() {
    return inbox != null;
  }

  /** The same, for whoever watches. */
  @Override
  public final boolean hasMail(long now) {
    if (inbox == null) {
      return false;
    }
    looked = now;
    return true;
  }

  /**
   * The calling thread looks at the inbox again and again from now on, and enters when there is
   * something, until it calls {@link #unwatch}. Those who send leave their packets to it: so what
   * this endpoint works with stays in one processor's cache. One thread at a time watches.
   */
  public final void watch() {
    looked = Clock.NEVER;
    watched = true;
  }

  /**
   * The calling thread watches no more. What came meanwhile is seen here; or whoever brings it sees
   * that nobody watches: it was on the inbox before he looked for that.
   */
  public final void unwatch() {
    watched = false;
    service();
  }

  @Override
  public final void service() {
    if (inbox == null || watched) {
      return;
    }
    RunQueue queue = RunQueue.current();
    if (tryLock(queue)) {
      queue.enter();
      exit(time());
    }
  }

  private boolean tryLock(RunQueue queue) {
    if (!lock.tryLock()) {
      return false;
    }
    queue.acquired(this);
    return true;
  }

  /**
   * Takes the lock. To be followed by {@code try { ... } finally { exit(now); }}.
   *
   * @return the time of this entry
   */
  protected final long enter() {
    lock();
    return time();
  }

  /** The same for a call that asks for what has arrived: whoever watches knows when he looked. */
  protected final long enterToReceive() {
    lock();
    if (!watched || looked == Clock.NEVER) {
      return time();
    }
    long now = Math.max(looked, latest);
    looked = Clock.NEVER;
    return now;
  }

  private void lock() {
    RunQueue queue = RunQueue.current();
    queue.acquired(this);
    queue.enter();
    lock.lock();
  }

  /** What the clock says now. With the lock held. */
  private long time() {
    latest = engine.now();
    return latest;
  }

  /**
   * The one exit: looks at the inbox, releases the lock, tells the listener, arms the timer; looks
   * at the inbox again; lets the thread's run queue do what this entry has made for others.
   *
   * @param now the time of the entry
   */
  protected final void exit(long now) {
    RunQueue queue = RunQueue.current();
    long time = now;
    try {
      while (true) {
        leave(time, queue);
        if (inbox == null || !tryLock(queue)) {
          return;
        }
        time = time();
      }
    } finally {
      queue.exit();
    }
  }

  private void leave(long now, RunQueue queue) {
    long deadline = Clock.NEVER;
    int bits;
    boolean finished;
    RuntimeException unreported;
    try {
      readInbox(now);
      deadline = deadline();
    } catch (RuntimeException bug) {
      // What follows must happen all the same: listeners told, the inbox looked at again.
      giveUp(bug, now);
    } finally {
      bits = raised;
      raised = 0;
      finished = isFinished();
      unreported = failure;
      failure = null;
      queue.released();
      lock.unlock();
    }
    if (deadline != Clock.NEVER) {
      timer.armNoLaterThan(deadline);
    } else if (finished) {
      timer.disarm();
    }
    if (bits != 0) {
      signal(bits);
    }
    if (unreported != null) {
      Failures.report(unreported);
    }
  }

  private void giveUp(RuntimeException bug, long now) {
    if (failure == null) {
      failure = bug;
    } else if (failure != bug) {
      failure.addSuppressed(bug);
    }
    fail(now);
  }

  /**
   * Receives what has arrived before a call that asks for it, where the calling thread watches:
   * else those who send have done so, or are about to. With the lock held.
   */
  protected final void takeMail(long now) {
    if (!watched) {
      return;
    }
    try {
      readInbox(now);
    } catch (RuntimeException bug) {
      giveUp(bug, now);
    }
  }

  private void readInbox(long now) {
    if (inbox == null) {
      return;
    }
    Packet oldest = null;
    for (Packet p = (Packet) INBOX.getAndSet(this, null); p != null; ) {
      Packet older = p.next();
      p.setNext(oldest);
      oldest = p;
      p = older;
    }
    for (Packet p = oldest; p != null; ) {
      Packet next = p.next();
      p.setNext(null);
      try {
        receive(p, now);
      } catch (RuntimeException bug) {
        giveUp(bug, now);
      }
      p = next;
    }
    settle(now);
  }

  /** Tells the listener something without taking the lock: for what the lock does not guard. */
  protected final void signal(int bits) {
    ReadinessListener interested = listener;
    if (interested != null) {
      interested.ready(bits);
    }
  }

  /** The timer has fired. */
  @Override
  public final void run() {
    long now = enter();
    try {
      expire(now);
    } catch (RuntimeException bug) {
      giveUp(bug, now);
    } finally {
      exit(now);
    }
  }

  /** Notes that something became possible: bits of {@link Readiness}. With the lock held. */
  protected final void note(int bits) {
    raised |= bits;
  }

  /** A packet has arrived. It is this endpoint's now. With the lock held. */
  protected abstract void receive(Packet packet, long now);

  /** All packets that had arrived were received: the time to answer them. With the lock held. */
  protected void settle(long now) {}

  /** The timer fired, perhaps too early: do what is due. With the lock held. */
  protected void expire(long now) {}

  /** When {@link #expire} wants to be called, or {@link Clock#NEVER}. With the lock held. */
  protected long deadline() {
    return Clock.NEVER;
  }

  /** Whether nothing will ever be due again. With the lock held. */
  protected boolean isFinished() {
    return false;
  }

  /**
   * A packet made the core throw, which is a bug: the endpoint gives up, cleanly, and the others go
   * on. With the lock held.
   */
  protected abstract void fail(long now);
}
