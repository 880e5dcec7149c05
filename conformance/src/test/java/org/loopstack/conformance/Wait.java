// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Bounded waits for conditions. */
public final class Wait {
  /** How long anything that has to happen may take, in seconds. */
  public static final int SECONDS = 20;

  /**
   * How long something that must not happen is watched for, in milliseconds. A wrong subject may
   * slip through on a slow machine; a right one never fails for it.
   */
  public static final int QUIET_MILLIS = 60;

  private Wait() {}

  /** A condition that may throw. */
  @FunctionalInterface
  public interface Condition {
    /** Whether it holds. */
    boolean holds() throws Exception;
  }

  /** Waits until the condition holds. */
  public static void until(String what, Condition condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    try {
      while (!condition.holds()) {
        if (System.nanoTime() - deadline > 0) {
          throw new AssertionError("waited " + SECONDS + " s in vain until " + what);
        }
        LockSupport.parkNanos(200_000);
      }
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new AssertionError("failed while waiting until " + what, e);
    }
  }

  /** Selects until the key is ready for all of these operations. */
  public static void ready(Selector selector, SelectionKey key, int ops) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (true) {
      selector.selectedKeys().remove(key);
      selector.select(100);
      if (selector.selectedKeys().contains(key) && (key.readyOps() & ops) == ops) {
        return;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("never ready for " + ops + ", but for " + key.readyOps());
      }
    }
  }

  /** Expects that nothing becomes ready for {@link #QUIET_MILLIS}. */
  public static void quiet(Selector selector) throws IOException {
    selector.selectedKeys().clear();
    int count = selector.select(QUIET_MILLIS);
    if (count != 0) {
      SelectionKey key = selector.selectedKeys().iterator().next();
      throw new AssertionError("unexpectedly ready for " + key.readyOps());
    }
  }
}
