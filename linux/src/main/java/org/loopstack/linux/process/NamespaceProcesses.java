// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** The processes in a network namespace. */
public final class NamespaceProcesses {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final String identity;
  private final Predicate<ProcessHandle> spared;

  /**
   * Those of a namespace, without this process.
   *
   * @param identity as {@code net:[4026532008]}
   * @param spared which others are none of it
   */
  public NamespaceProcesses(String identity, Predicate<ProcessHandle> spared) {
    this.identity = identity;
    this.spared = spared.or(each -> each.pid() == ProcessHandle.current().pid());
  }

  /** Those that are there now and may be looked at by this user. */
  public List<ProcessHandle> list() {
    return ProcessHandle.allProcesses().filter(this::isInside).filter(spared.negate()).toList();
  }

  private boolean isInside(ProcessHandle process) {
    try {
      Path link = Path.of("/proc", Long.toString(process.pid()), "ns", "net");
      return Files.readSymbolicLink(link).toString().equals(identity);
    } catch (IOException e) {
      // Another user's, or just gone.
      return false;
    }
  }

  /**
   * Ends all: tells them to (SIGTERM), and those that are there after a while must (SIGKILL).
   *
   * @return how many had to be told
   */
  public int end(Duration patience) {
    List<ProcessHandle> told = list();
    told.forEach(ProcessHandle::destroy);
    long deadline = System.nanoTime() + patience.toNanos();
    List<ProcessHandle> left = told;
    while (!left.isEmpty()) {
      LockSupport.parkNanos(PAUSE_NANOS);
      left = list();
      if (System.nanoTime() - deadline > 0) {
        left.forEach(ProcessHandle::destroyForcibly);
      }
    }
    return told.size();
  }
}
