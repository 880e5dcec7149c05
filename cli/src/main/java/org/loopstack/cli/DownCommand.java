// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.RuntimeDirectory;
import org.loopstack.cli.management.StackName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lo down}. */
@Command(
    name = "down",
    description = "Take a stack down, and wait until it is.",
    footer = {"%nExample:", "  lo down default"})
final class DownCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @ParentCommand private Lo lo;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..1",
      description = "The stack's name, as lo ls shows it.")
  private @Nullable String name;

  @Override
  public Integer call() throws InterruptedException {
    String chosen = name == null ? lo.name : name;
    if (chosen == null) {
      throw new UserException(ExitStatus.USAGE, "down: which stack? " + lo.running());
    }
    StackName stack = new StackName(chosen);
    RuntimeDirectory directory = lo.environment().runtimeDirectory();
    ManagementClient client = ManagementClient.connect(directory, stack);
    if (client == null) {
      if (directory.removeLeftover(stack)) {
        lo.environment()
            .err()
            .println("lo: the stack \"" + stack + "\" was dead; removed what it left");
        return ExitStatus.OK;
      }
      throw new UserException(
          ExitStatus.UNAVAILABLE, "no stack named \"" + stack + "\" is running; " + lo.running());
    }
    try (client) {
      takeDown(client, stack);
    }
    return ExitStatus.OK;
  }

  private static void takeDown(ManagementClient client, StackName stack)
      throws InterruptedException {
    UserException[] failure = new UserException[1];
    Thread request =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    client.down();
                  } catch (UserException e) {
                    failure[0] = e;
                  }
                });
    if (!request.join(PATIENCE)) {
      throw new UserException(
          ExitStatus.UNAVAILABLE,
          "the stack \"" + stack + "\" is still there after " + PATIENCE.toSeconds() + " s");
    }
    if (failure[0] != null) {
      throw failure[0];
    }
  }
}
