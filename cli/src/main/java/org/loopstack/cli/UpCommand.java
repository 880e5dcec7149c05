// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackConfiguration;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.management.StackName;
import org.loopstack.relay.PortMapping;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** {@code lo up}. */
@Command(
    name = "up",
    description = {
      "Bring a stack up, with services on it, published on this machine's loopback.",
      "HTTP is on port 8080 and echo, over TCP and UDP, on port 65432, each on 127.0.0.1 and ::1 of"
          + " the stack. They are published on this machine's 127.0.0.1 and ::1 at the same port,"
          + " or the next one that is free. An access log in the Common Log Format goes to standard"
          + " output. Ctrl-C takes the stack down: the exit status is 130 then, 143 after SIGTERM,"
          + " 129 when the terminal was closed, 0 after lo down."
    },
    footer = {
      "%nExamples:",
      "  lo up",
      "  lo up -n web -d --publish 9000:8080",
      "  lo up --no-services --publish 5353:53/udp"
    })
final class UpCommand implements Callable<Integer> {
  @ParentCommand private Lo lo;

  @Option(
      names = "-n",
      paramLabel = "NAME",
      description = "The stack's name. The default is \"default\".")
  private @Nullable String name;

  @Option(
      names = {"-d", "--detach"},
      description = "Return when the stack is ready, and leave it running in the background.")
  private boolean detach;

  @Option(
      names = "--publish",
      paramLabel = "HOSTPORT:PORT[/udp]",
      converter = MappingConverter.class,
      description = {
        "Let a port of this machine's loopback lead to a port of the stack; may be repeated. A"
            + " service that is named here is published only where this says."
      })
  private List<PortMapping> publish = new ArrayList<>();

  @Option(names = "--no-services", description = "Start neither HTTP nor echo.")
  private boolean noServices;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      defaultValue = "linux",
      description = "Whose behaviour the stack shows: linux, the default, or freebsd.")
  private String profileName;

  @Option(names = "--background-log", hidden = true)
  private @Nullable Path backgroundLog;

  // What ended the stack: an exit status.
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    StackName stackName = stackName();
    Profile profile = Profile.of(profileName);
    if (detach) {
      return new Background(lo.environment(), stackName).start(arguments(stackName, profile));
    }
    StackConfiguration configuration =
        profile.configuration().toBuilder().name(stackName.text()).build();
    try (CoreStack stack = new CoreStack(configuration);
        HostedStack hosted =
            HostedStack.claim(
                lo.environment().runtimeDirectory(),
                stackName,
                profile.text(),
                stack,
                () -> ended.complete(ExitStatus.OK))) {
      Signals.onSignal(() -> ended.complete(ExitStatus.INTERRUPTED));
      return serve(stackName, hosted);
    }
  }

  private StackName stackName() {
    String chosen = name == null ? lo.name : name;
    return new StackName(chosen == null ? StackName.DEFAULT : chosen);
  }

  private int serve(StackName stackName, HostedStack hosted) throws IOException {
    JettyLogging.configure(lo.verbose);
    Environment environment = lo.environment();
    PrintStream log =
        backgroundLog == null
            ? environment.out()
            : new PrintStream(
                new FileOutputStream(backgroundLog.toFile(), true), true, StandardCharsets.UTF_8);
    hosted.open(publish, !noServices, !noServices, line -> log(log, line));
    environment.out().print(UpMessage.of(stackName, hosted, backgroundLog != null));
    if (backgroundLog != null) {
      environment.out().write(Background.READY);
    }
    environment.out().flush();
    int status = ended.join();
    if (status == ExitStatus.BROKEN_PIPE) {
      environment
          .err()
          .println(
              "lo: nobody reads the output any more, so the stack \""
                  + stackName
                  + "\" goes down; -d keeps one running");
    }
    return status;
  }

  private void log(PrintStream log, String line) {
    synchronized (log) {
      log.println(line);
      if (log.checkError()) {
        ended.complete(ExitStatus.BROKEN_PIPE);
      }
    }
  }

  /** What the process in the background is started with. */
  private List<String> arguments(StackName stackName, Profile profile) {
    List<String> arguments = new ArrayList<>();
    if (lo.verbose) {
      arguments.add("-v");
    }
    arguments.addAll(List.of("up", "-n", stackName.text(), "--profile", profile.text()));
    if (noServices) {
      arguments.add("--no-services");
    }
    for (PortMapping one : publish) {
      arguments.add("--publish");
      arguments.add(one.hostPort() + ":" + one.port() + "/" + one.protocol().text());
    }
    return arguments;
  }

  /** Reads what {@code --publish} is given. */
  static final class MappingConverter implements ITypeConverter<PortMapping> {
    @Override
    public PortMapping convert(String value) {
      try {
        return PortMapping.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
