// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Whom a virtual clock has to wait for: the threads that use it and what they are about. Safe for
 * use by many threads.
 */
final class ThreadWatch {
  /** Begins the names of the engine's own threads, which nobody waits for. */
  static final String OWN_THREADS = "loopstack-";

  /** Native methods in which a thread that is "runnable" waits for input. */
  private static final Set<String> WAITING_NATIVELY =
      Set.of(
          "sun.nio.ch.EPoll.wait",
          "sun.nio.ch.KQueue.poll",
          "sun.nio.ch.WEPoll.wait",
          "sun.nio.ch.WindowsSelectorImpl$SubSelector.poll0",
          "sun.nio.ch.Iocp.getQueuedCompletionStatus",
          "sun.nio.ch.Net.poll",
          "sun.nio.ch.Net.accept",
          "sun.nio.ch.Net.connect0",
          "sun.nio.ch.SocketDispatcher.read0",
          "sun.nio.ch.SocketDispatcher.readv0",
          "sun.nio.ch.UnixDispatcher.read0",
          "sun.nio.ch.DatagramChannelImpl.receive0",
          "sun.nio.ch.UnixDomainSockets.accept0",
          "sun.nio.fs.LinuxWatchService.poll",
          "java.io.FileInputStream.read0",
          "java.io.FileInputStream.readBytes",
          "java.lang.ProcessHandleImpl.waitForProcessExit0",
          "io.netty.channel.epoll.Native.epollWait",
          "io.netty.channel.epoll.Native.epollWait0",
          "io.netty.channel.kqueue.Native.keventWait");

  private static final ThreadGroup ROOT = root();

  private final Set<Thread> known = ConcurrentHashMap.newKeySet();
  private final Set<Waiter> parked = ConcurrentHashMap.newKeySet();
  private final Set<Thread> ignored = ConcurrentHashMap.newKeySet();
  private final AtomicLong entries = new AtomicLong();
  private final AtomicLong progress = new AtomicLong();
  private final AtomicLong wakeups = new AtomicLong();
  private final AtomicLong holds = new AtomicLong();
  private volatile @Nullable Thread lastSeen;
  private volatile int tooMany = 256;

  /** A thread belongs to this clock's world from now on. */
  void know(Thread thread) {
    if (thread != lastSeen) {
      lastSeen = thread;
      known.add(thread);
      if (known.size() > tooMany) {
        forgetTheDead();
        tooMany = Math.max(tooMany, 2 * known.size());
      }
    }
  }

  private void forgetTheDead() {
    known.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
  }

  /** A thread has called into a stack. */
  void entered(Thread thread) {
    entries.incrementAndGet();
    know(thread);
  }

  /** The calling thread is about to park until somebody signals. */
  void parking(Waiter waiter) {
    know(Thread.currentThread());
    parked.add(waiter);
    progress.incrementAndGet();
  }

  /** The calling thread does not park any more. */
  void parkedNoMore(Waiter waiter) {
    progress.incrementAndGet();
    parked.remove(waiter);
  }

  /** Somebody who waits on this clock has been woken. */
  void woken() {
    wakeups.incrementAndGet();
    progress.incrementAndGet();
  }

  /** A timer was set, or a task given: something goes on. */
  void progressed() {
    progress.incrementAndGet();
  }

  /** How often anybody was woken; differs if somebody was meanwhile. */
  long wakeups() {
    return wakeups.get();
  }

  /** How often anything happened that shows that things go on. */
  long progress() {
    return progress.get();
  }

  /** How often anything happened at all. */
  long stamp() {
    return entries.get() + progress.get();
  }

  void hold() {
    holds.incrementAndGet();
    progress.incrementAndGet();
  }

  void release() {
    progress.incrementAndGet();
    holds.decrementAndGet();
  }

  boolean isHeld() {
    return holds.get() > 0;
  }

  /** The threads that wait in calls on this clock. */
  List<Thread> waiting() {
    List<Thread> all = new ArrayList<>();
    for (Waiter waiter : parked) {
      Thread thread = waiter.caller();
      if (thread != null) {
        all.add(thread);
      }
    }
    return all;
  }

  /** Whether a thread has been woken from a wait on this clock and has not left it yet. */
  boolean isWaking() {
    for (Waiter waiter : parked) {
      if (waiter.isWaking()) {
        return true;
      }
    }
    return false;
  }

  /** A known thread that runs, other than the one that asks, or null. */
  @Nullable Thread running() {
    forgetTheDead();
    Thread self = Thread.currentThread();
    for (Thread thread : known) {
      if (thread != self && isRunning(thread, thread.getState())) {
        return thread;
      }
    }
    return null;
  }

  /** Any other platform thread that runs, leaving out the JVM's own, or null. */
  @Nullable Thread runningStranger() {
    Thread[] all = new Thread[Math.max(16, ROOT.activeCount() * 2)];
    int count = ROOT.enumerate(all, true);
    Thread self = Thread.currentThread();
    for (int i = 0; i < count; i++) {
      Thread thread = all[i];
      if (thread != self
          && !known.contains(thread)
          && !ignored.contains(thread)
          && !isTheJvms(thread)
          && isRunning(thread, thread.getState())) {
        return thread;
      }
    }
    return null;
  }

  /** Waits for that stranger no more. */
  void ignore(Thread stranger) {
    ignored.removeIf(thread -> !thread.isAlive());
    ignored.add(stranger);
  }

  private static boolean isTheJvms(Thread thread) {
    ThreadGroup group = thread.getThreadGroup();
    return group == null
        || group == ROOT
        || group.getName().equals("InnocuousThreadGroup")
        || thread.getName().startsWith(OWN_THREADS);
  }

  private static boolean isRunning(Thread thread, Thread.State state) {
    if (state != Thread.State.RUNNABLE) {
      return false;
    }
    if (thread.isVirtual()) {
      return true;
    }
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length == 0
        || !stack[0].isNativeMethod()
        || !WAITING_NATIVELY.contains(stack[0].getClassName() + '.' + stack[0].getMethodName());
  }

  private static ThreadGroup root() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    for (ThreadGroup above; (above = group.getParent()) != null; ) {
      group = above;
    }
    return group;
  }
}
