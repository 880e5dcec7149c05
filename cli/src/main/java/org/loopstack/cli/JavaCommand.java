// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo java}: a JVM whose loopback is a stack of its own. */
@Command(
    name = "java",
    description = "Run a Java program, unmodified, on a loopback of its own.",
    descriptionHeading = "%n",
    footer = {
      "",
      "Everything behind the options is given to java. Loopback addresses are a stack of that JVM;"
          + " everything else is the machine's network as before. A server on port 8080 is in"
          + " nobody's way and is reached by that program alone, unless its port is published.",
      "",
      "The exit status is the program's.",
      "%nExamples:",
      "  lo java -jar app.jar",
      "  lo java --publish 9000:8080 -jar app.jar --server.port=8080",
      "  lo java --capture app.pcapng -jar app.jar",
      "  lo java --isolated -cp target/classes com.example.Main"
    })
final class JavaCommand implements Callable<Integer> {
  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      description = "Which system's stack to be like: linux (the default) or freebsd.")
  private String profile = "linux";

  @Option(
      names = "--publish",
      paramLabel = "[HOSTPORT:]PORT[/udp]",
      description = "Lead a port of this machine's loopback to one of the program's.")
  private List<String> publish = new ArrayList<>();

  @Option(
      names = "--reach",
      paramLabel = "PORT[:HOSTPORT][/udp]",
      description = "Lead a port of the program's loopback to one of this machine's.")
  private List<String> reach = new ArrayList<>();

  @Option(
      names = "--host",
      paramLabel = "NAME@ADDRESS",
      description = "Give the program a name for an address.")
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = "--capture",
      paramLabel = "FILE",
      description = "Write what passes the program's loopback to a file, in pcapng.")
  private @Nullable Path capture;

  @Option(
      names = "--isolated",
      description = "Give the program no other network: what is not loopback is unreachable.")
  private boolean isolated;

  @Parameters(
      arity = "1..*",
      paramLabel = "ARGUMENT",
      description = "What java is given: options, a class or -jar and a jar, its arguments.")
  private List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-javaagent:" + agentJar() + "=" + options());
    command.addAll(arguments);
    Process program = new ProcessBuilder(command).inheritIO().start();
    // Ctrl-C reaches both, being one group; a signal to this process alone is handed on.
    Thread handOver = new Thread(program::destroy, "lo-java-end");
    Runtime.getRuntime().addShutdownHook(handOver);
    int status = program.waitFor();
    try {
      Runtime.getRuntime().removeShutdownHook(handOver);
    } catch (IllegalStateException e) {
      // This process is being told to end, too.
    }
    return status;
  }

  /** The agent's options; what is wrong with them it says itself. */
  private String options() {
    List<String> options = new ArrayList<>();
    options.add("profile=" + profile);
    publish.forEach(each -> options.add("publish=" + each));
    reach.forEach(each -> options.add("reach=" + each));
    hosts.forEach(each -> options.add("host=" + each));
    if (capture != null) {
      if (capture.toString().contains(",")) {
        throw new UserException(
            ExitStatus.USAGE, "the file of a capture has no comma in its name: " + capture);
      }
      options.add("capture=" + capture);
    }
    if (isolated) {
      options.add("isolated");
    }
    return String.join(",", options);
  }

  /** The agent is one of the jars that this command is made of. */
  private static Path agentJar() throws IOException {
    for (String each :
        System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
      Path jar = Path.of(each).toAbsolutePath();
      Path folder =
          jar.getFileName().toString().startsWith("loopstack-agent")
              ? jar.getParent()
              : jar.resolveSibling("lib");
      if (folder != null && Files.isDirectory(folder)) {
        try (Stream<Path> jars = Files.list(folder)) {
          Path found =
              jars.filter(file -> file.getFileName().toString().matches("loopstack-agent-.*\\.jar"))
                  .findFirst()
                  .orElse(null);
          if (found != null) {
            return found;
          }
        }
      }
    }
    throw new UserException(ExitStatus.UNAVAILABLE, "the agent's jar is not beside this command's");
  }
}
