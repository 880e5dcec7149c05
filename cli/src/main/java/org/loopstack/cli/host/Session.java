// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One command that runs on a stack: its streams, the directory it was started in, and whether it
 * was interrupted. The streams lead to whoever typed the command, in this process or another.
 */
public final class Session {
  private final HostStack stack;
  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Path directory;

  // Both guarded by this.
  private boolean interrupted;

  private @Nullable Runnable onInterrupt;

  /**
   * Creates one.
   *
   * @param directory what relative paths of the command line are relative to
   */
  public Session(
      HostStack stack, InputStream in, PrintStream out, PrintStream err, Path directory) {
    this.stack = stack;
    this.in = in;
    this.out = out;
    this.err = err;
    this.directory = directory;
  }

  /** What the command runs on. */
  public HostStack stack() {
    return stack;
  }

  /** Standard input. */
  public InputStream in() {
    return in;
  }

  /** Standard output; a command flushes it where a line should be seen at once. */
  public PrintStream out() {
    return out;
  }

  /** Standard error. */
  public PrintStream err() {
    return err;
  }

  /** What relative paths of the command line are relative to. */
  public Path directory() {
    return directory;
  }

  /** Says what ends the command early; runs it at once if the interrupt has been already. */
  public void onInterrupt(Runnable action) {
    synchronized (this) {
      onInterrupt = action;
      if (!interrupted) {
        return;
      }
    }
    action.run();
  }

  /** Ends the command early, as Ctrl-C does. Never blocks; the second time it does nothing. */
  public void interrupt() {
    Runnable action;
    synchronized (this) {
      if (interrupted) {
        return;
      }
      interrupted = true;
      action = onInterrupt;
    }
    if (action != null) {
      action.run();
    }
  }

  /** Whether somebody has interrupted the command. */
  public synchronized boolean isInterrupted() {
    return interrupted;
  }
}
