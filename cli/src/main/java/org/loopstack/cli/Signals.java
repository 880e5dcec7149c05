// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;

/**
 * Ctrl-C, SIGTERM and SIGHUP. The JVM answers all three by running its shutdown hooks, so the hook
 * asks the command to end, waits until it has, and lets the process end with the command's status.
 */
final class Signals {
  /** Longer than any command takes to end; then the process ends without it. */
  private static final long PATIENCE_SECONDS = 8;

  private static final CountDownLatch FINISHED = new CountDownLatch(1);
  private static volatile int status;
  private static volatile @Nullable Runnable action;

  private Signals() {}

  /** Says how to end what runs now; the action must not block. */
  static void onSignal(Runnable toDo) {
    boolean first = action == null;
    action = toDo;
    if (first) {
      Runtime.getRuntime().addShutdownHook(new Thread(Signals::end, "lo-signal"));
    }
  }

  private static void end() {
    Runnable toDo = action;
    if (FINISHED.getCount() == 0 || toDo == null) {
      return;
    }
    toDo.run();
    try {
      if (!FINISHED.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      return;
    }
    // For a command that says no more than that it was interrupted the JVM knows the status better:
    // 128 and the signal's number.
    if (status != ExitStatus.INTERRUPTED) {
      Runtime.getRuntime().halt(status);
    }
  }

  /** Ends the process; after a signal the hook does so. */
  static void exit(int exitStatus) {
    status = exitStatus;
    FINISHED.countDown();
    System.exit(exitStatus);
  }
}
