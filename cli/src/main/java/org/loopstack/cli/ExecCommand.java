// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.run.Joining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lo exec}: one more program in a loopback that {@code lo run} has made. */
@Command(
    name = "exec",
    description = "Run a program in the loopback of a lo run that goes on.",
    footer = {
      "",
      "The program takes the place of lo: its process, streams, signals and exit status are its"
          + " own. It ends with what lo run runs. Exit status 69 if there is no such lo run, 77 if"
          + " it is not permitted, 126 and 127 if the program cannot be run or found.",
      "%nExample:",
      "  lo exec lab -- curl http://127.0.0.1:8080/"
    })
final class ExecCommand implements Callable<Integer> {
  @ParentCommand private Lo lo;

  @Parameters(index = "0", paramLabel = "NAME", description = "The name, as lo ls shows it.")
  private String name;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "The program and its arguments.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    StackName stackName = new StackName(name);
    long pid;
    try (ManagementClient client =
        ManagementClient.connect(lo.environment().runtimeDirectory(), stackName)) {
      if (client == null) {
        throw new UserException(
            ExitStatus.UNAVAILABLE,
            "nothing named \"" + stackName + "\" is running; " + lo.running());
      }
      var status = client.status();
      if (!status.profile().equals(RunDoor.PROFILE)) {
        throw new UserException(
            ExitStatus.USAGE,
            "\"" + stackName + "\" is a stack in a Java program, where no other program can run");
      }
      pid = status.pid();
    }
    List<String> words =
        command.getFirst().equals("--") ? command.subList(1, command.size()) : command;
    if (words.isEmpty()) {
      throw new UserException(ExitStatus.USAGE, "exec: say which program");
    }
    lo.environment().out().flush();
    throw Joining.run(insideOf(pid), words);
  }

  /** A process that is in the loopback: the first that lo run has started. */
  private static Path insideOf(long pid) throws IOException {
    Path own = Files.readSymbolicLink(Path.of("/proc/self/ns/net"));
    return ProcessHandle.of(pid).stream()
        .flatMap(ProcessHandle::children)
        .map(each -> Path.of("/proc", Long.toString(each.pid()), "ns"))
        .filter(each -> isElsewhere(each, own))
        .findFirst()
        .orElseThrow(
            () -> new UserException(ExitStatus.UNAVAILABLE, "it has just ended, or just begun"));
  }

  private static boolean isElsewhere(Path namespaces, Path own) {
    try {
      return !Files.readSymbolicLink(namespaces.resolve("net")).equals(own);
    } catch (IOException e) {
      return false;
    }
  }
}
