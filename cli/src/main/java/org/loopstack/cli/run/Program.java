// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.process.Guardian;
import org.loopstack.linux.process.NamespaceProcesses;

/**
 * A program in a network of its own, with this process's standard streams, directory and
 * environment. Whatever else runs in there when it ends, ends with it.
 */
public final class Program {
  /** The program is there and cannot be run; as a shell has it. */
  public static final int NOT_EXECUTABLE = 126;

  /** There is no such program; as a shell has it. */
  public static final int NOT_FOUND = 127;

  private static final Pattern ERROR_NUMBER = Pattern.compile("error[=:] ?([0-9]+)");

  private static final int SIGQUIT = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final NetworkNamespace network;
  private final Process process;
  private final Guardian guardian;

  private Program(NetworkNamespace network, Process process, Guardian guardian) {
    this.network = network;
    this.process = process;
    this.guardian = guardian;
  }

  /**
   * Starts it.
   *
   * @param command its name, looked for in PATH, and its arguments
   * @throws UserException if there is no such program
   */
  public static Program start(NetworkNamespace network, List<String> command) throws IOException {
    Guardian guardian = Guardian.start(network);
    try {
      // First, so that no signal comes between.
      SignalRelay relay = SignalRelay.begin();
      Process process = network.call(() -> new ProcessBuilder(command).inheritIO().start());
      relay.to(process.pid());
      // Ctrl-\ is the program's; the JVM would print its threads to the program's output.
      Libc.ignoreSignal(SIGQUIT);
      return new Program(network, process, guardian);
    } catch (IOException e) {
      guardian.close();
      throw cannotRun(command.getFirst(), e);
    }
  }

  /** What the JDK says has an error number in it: {@code error=2} or {@code error: 2}. */
  private static UserException cannotRun(String name, IOException e) {
    Matcher number = ERROR_NUMBER.matcher(String.valueOf(e.getMessage()));
    if (!number.find()) {
      return new UserException(NOT_EXECUTABLE, name + ": cannot be run: " + e.getMessage());
    }
    return cannotRun(name, Integer.parseInt(number.group(1)));
  }

  /** Why a program does not run, and what a shell exits with then. */
  static UserException cannotRun(String name, int errno) {
    String shown = name.isEmpty() ? "\"\"" : name;
    return errno == Errno.ENOENT.number()
        ? new UserException(NOT_FOUND, shown + ": there is no such program")
        : new UserException(NOT_EXECUTABLE, shown + ": cannot be run: " + Errno.text(errno));
  }

  /** Tells it to end, as SIGTERM does. */
  public void end() {
    process.destroy();
  }

  /**
   * Waits for its end, and ends what it has left.
   *
   * @return its exit status, or 128 and the number of the signal that ended it
   */
  public int await() throws IOException {
    int status;
    try {
      status = process.waitFor();
    } catch (InterruptedException e) {
      process.destroy();
      status = ExitStatus.INTERRUPTED;
    }
    int _ =
        new NamespaceProcesses(network.identity(), each -> each.equals(guardian.process()))
            .end(PATIENCE);
    return status;
  }

  /** Lets its guardian go; after this nothing runs in the network any more. */
  public void close() throws IOException {
    guardian.close();
  }
}
