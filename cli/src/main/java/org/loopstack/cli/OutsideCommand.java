// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.run.Outside;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** What {@code lo run --keep-net} starts before it cuts itself off; nobody types it. */
@Command(name = Outside.COMMAND, hidden = true)
final class OutsideCommand implements Callable<Integer> {
  @ParentCommand private Lo lo;

  @Parameters(index = "0", paramLabel = "SOCKET")
  private Path socket;

  @Override
  public Integer call() throws IOException, InterruptedException {
    // Ctrl-C is for the program, and this ends behind it.
    Signals.onSignal(() -> {});
    Outside.serve(
        socket,
        () -> {
          lo.environment().out().println();
          lo.environment().out().flush();
        });
    return ExitStatus.OK;
  }
}
