// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.process.Exec;

/** Becoming a program in somebody's network. */
public final class Joining {
  private Joining() {}

  /**
   * Becomes the program. A user namespace cannot be entered by a process with several threads, so
   * {@code nsenter} does that where there is one.
   *
   * @param namespaces the folder {@code /proc/PID/ns} of a process that is there
   * @return never but with what went wrong
   */
  public static UserException run(Path namespaces, List<String> command) throws IOException {
    try {
      Path user = Path.of("/proc/self/ns/user");
      boolean other =
          !Files.readSymbolicLink(user).equals(Files.readSymbolicLink(namespaces.resolve("user")));
      if (other) {
        List<String> words = new ArrayList<>(List.of("nsenter", "--preserve-credentials"));
        words.add("--user=" + namespaces.resolve("user"));
        words.add("--net=" + namespaces.resolve("net"));
        words.add("--");
        words.addAll(command);
        int errno = Executables.errno(command.getFirst());
        if (errno != 0) {
          return Program.cannotRun(command.getFirst(), errno);
        }
        return refused("nsenter", Exec.replaceBy(words));
      }
      NetworkNamespace.enterHere(namespaces.resolve("net"));
    } catch (LinuxException e) {
      return new UserException(
          ExitStatus.NO_PERMISSION, e.getMessage() + "; run this as who runs that lo run, or root");
    }
    return refused(command.getFirst(), Exec.replaceBy(command));
  }

  private static UserException refused(String program, LinuxException e) {
    return Program.cannotRun(program, e.errno());
  }
}
