// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/** Where bugs are told that must not stop the stack. */
public final class Failures {
  private Failures() {}

  /**
   * Tells the calling thread's uncaught-exception handler, as if the thread had died of the bug,
   * which it does not.
   */
  public static void report(Throwable bug) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, bug);
  }
}
