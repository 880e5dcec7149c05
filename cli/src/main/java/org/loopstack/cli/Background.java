// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.StackName;

/**
 * Starts {@code lo up} as a process of its own, in a session of its own, so that neither Ctrl-C nor
 * the end of the terminal reaches it. Its standard output comes here until it is ready, which it
 * says with a zero byte; its standard error and its access log go to a file.
 */
final class Background {
  /** What ends the message of a stack that is ready. */
  static final int READY = 0;

  private final Environment environment;
  private final StackName name;

  Background(Environment environment, StackName name) {
    this.environment = environment;
    this.name = name;
  }

  /**
   * Starts it and waits until it is ready or has failed.
   *
   * @param arguments what lo is given
   * @return the exit status
   */
  int start(List<String> arguments) throws IOException, InterruptedException {
    refuseIfRunning();
    Path log = StateDirectory.of(environment).resolve(name + ".log");
    if (Files.exists(log)) {
      Files.move(log, log.resolveSibling(name + ".log.old"), StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command = command();
    command.addAll(arguments);
    command.add("--background-log=" + log);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectError(log.toFile())
            .start();
    try (InputStream output = process.getInputStream()) {
      for (int b = output.read(); b >= 0; b = output.read()) {
        if (b == READY) {
          environment.out().println("Its log: " + log);
          environment.out().flush();
          return ExitStatus.OK;
        }
        environment.out().write(b);
      }
    }
    return failed(process, log);
  }

  private void refuseIfRunning() {
    try (ManagementClient client = ManagementClient.connect(environment.runtimeDirectory(), name)) {
      if (client != null) {
        throw new UserException(
            ExitStatus.TAKEN, "a stack named \"" + name + "\" is running already");
      }
    }
  }

  /** Its line of error is in the log. */
  private int failed(Process process, Path log) throws IOException, InterruptedException {
    int status = process.waitFor();
    String said = Files.readString(log).strip();
    environment.err().println(said.isEmpty() ? "lo: the stack ended at once" : said);
    return status == ExitStatus.OK ? ExitStatus.SOFTWARE : status;
  }

  /** This process's own command up to the main class, so that the JVM's options are the same. */
  private static List<String> command() {
    List<String> command = new ArrayList<>();
    String detacher = onPath("setsid");
    if (detacher != null) {
      command.add(detacher);
    } else if (onPath("nohup") != null) {
      command.add("nohup");
    }
    ProcessHandle.Info info = ProcessHandle.current().info();
    List<String> own = List.of(info.arguments().orElse(new String[0]));
    int main = Math.max(own.indexOf(Lo.class.getName()), own.indexOf("-jar") + 1);
    if (main > 0 && info.command().isPresent()) {
      command.add(info.command().get());
      command.addAll(own.subList(0, main + 1));
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-cp", System.getProperty("java.class.path"), Lo.class.getName()));
    }
    return command;
  }

  private static @Nullable String onPath(String program) {
    String path = System.getenv("PATH");
    for (String directory : List.of((path == null ? "/usr/bin:/bin" : path).split(":", -1))) {
      Path file = Path.of(directory, program);
      if (Files.isExecutable(file)) {
        return file.toString();
      }
    }
    return null;
  }
}
