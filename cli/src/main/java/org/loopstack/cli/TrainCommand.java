// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.loopstack.StackConfiguration;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.management.RuntimeDirectory;
import org.loopstack.cli.management.StackName;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * {@code lo train}: does once, in one process, what the commands do, for the JVM to write down
 * which classes that takes. Run by the launcher after a build; opens no port of the machine.
 */
@Command(name = "train", hidden = true, description = "Exercise the commands, for the AOT cache.")
final class TrainCommand implements Callable<Integer> {
  private static final String NAME = "train";

  @ParentCommand private Lo lo;

  @Override
  public Integer call() throws IOException {
    Path directory = Files.createTempDirectory("lo-train");
    try {
      return train(directory);
    } finally {
      Files.deleteIfExists(directory.resolve("loopstack").resolve(".lock"));
      Files.deleteIfExists(directory.resolve("loopstack"));
      Files.deleteIfExists(directory);
    }
  }

  private int train(Path directory) throws IOException {
    Map<String, String> variables = Map.of("XDG_RUNTIME_DIR", directory.toString());
    JettyLogging.configure(false);
    StackConfiguration configuration = Profile.LINUX.configuration();
    try (CoreStack stack = new CoreStack(configuration);
        HostedStack hosted =
            HostedStack.claim(
                RuntimeDirectory.of(variables), new StackName(NAME), "linux", stack, () -> {})) {
      hosted.open(List.of(), true, false, _ -> {});
      UpMessage.of(new StackName(NAME), hosted, null, false);
      int failures = 0;
      for (String line :
          List.of(
              "--help",
              "ls",
              "-n train addr",
              "-n train addr -j",
              "-n train ping -c 2 -i 0.01 127.0.0.1",
              "-n train connect 127.0.0.1 65432",
              "-n train get -v http://127.0.0.1:8080/")) {
        failures += run(variables, line.split(" ", -1)) == ExitStatus.OK ? 0 : 1;
      }
      return failures == 0 ? ExitStatus.OK : ExitStatus.SOFTWARE;
    }
  }

  private int run(Map<String, String> variables, String[] args) {
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return Lo.run(
        new Environment(
            new ByteArrayInputStream("hello\n".getBytes(StandardCharsets.UTF_8)),
            nowhere,
            nowhere,
            variables,
            lo.environment().directory(),
            null),
        args);
  }
}
