// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackConfiguration;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.run.OwnNetwork;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.host.HostInterface;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.gateway.Gateway;
import org.loopstack.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

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
      "  lo up --no-services --publish 5353:53/udp",
      "  lo up --reach 5432          its 127.0.0.1:5432 is this machine's database",
      "  lo up --tun                 ping, curl and all others reach its own address",
      "  lo up --gateway             and then: lo -n default get http://203.0.113.1/"
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
      paramLabel = "[HOSTPORT:]PORT[/udp]",
      converter = PortMappings.class,
      description = {
        "Let a port of this machine's loopback lead to a port of the stack; may be repeated. A"
            + " service that is named here is published only where this says."
      })
  private List<PortMapping> publish = new ArrayList<>();

  @Option(
      names = "--reach",
      paramLabel = "PORT[:HOSTPORT][/udp]",
      converter = PortMappings.class,
      description = "Let a port of the stack's loopback lead to one of this machine's; repeatable.")
  private List<PortMapping> reach = new ArrayList<>();

  @Option(
      names = "--tun",
      arity = "0..1",
      paramLabel = "ADDRESS",
      fallbackValue = "",
      description = {
        "Give the stack an address that every program of this machine reaches, over IPv4 and IPv6,"
            + " by an interface of the kernel's that is gone with the stack. The default is a"
            + " private address that is free; one of 127/8 is taken, and warned of. Needs root."
      })
  private @Nullable String tun;

  @Option(
      names = "--gateway",
      description =
          "Let the stack reach this machine's network, by sockets of this process, without any"
              + " privilege; at 10.0.2.2 is the machine's own loopback.")
  private boolean gateway;

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
                () -> ended.complete(ExitStatus.OK));
        Closeable _ = openGateway(stack)) {
      Signals.onSignal(() -> ended.complete(ExitStatus.INTERRUPTED));
      return serve(stackName, hosted, openTun(stack, hosted));
    }
  }

  private StackName stackName() {
    String chosen = name == null ? lo.name : name;
    return new StackName(chosen == null ? StackName.DEFAULT : chosen);
  }

  private Closeable openGateway(CoreStack stack) throws IOException {
    return gateway ? Gateway.of(stack.stack(), SelectorProvider.provider()) : () -> {};
  }

  private @Nullable HostInterface openTun(CoreStack stack, HostedStack hosted) throws IOException {
    if (tun == null) {
      return null;
    }
    try {
      IpAddress wanted = tun.isEmpty() ? null : IpAddress.parse(tun);
      NetworkNamespace machine = NetworkNamespace.ofProcess();
      HostInterface made;
      try (machine) {
        made = HostInterface.open(stack.stack(), machine, "lotun%d", wanted);
      }
      for (IpAddress each : made.stackEnd().addresses()) {
        hosted.listenAt(each.toInetAddress());
      }
      return made;
    } catch (IllegalArgumentException e) {
      throw new UserException(ExitStatus.USAGE, "--tun: " + e.getMessage());
    } catch (BindException e) {
      throw new UserException(ExitStatus.TAKEN, "--tun: " + e.getMessage());
    } catch (LinuxException e) {
      if (e.errno() == Errno.EACCES.number() || e.errno() == Errno.EPERM.number()) {
        throw new UserException(
            ExitStatus.NO_PERMISSION,
            e.getMessage()
                + "; --tun needs CAP_NET_ADMIN: run this as root, or use --publish, which needs no"
                + " privilege");
      }
      throw OwnNetwork.explain(e);
    } catch (IOException e) {
      throw OwnNetwork.explain(e);
    }
  }

  private int serve(StackName stackName, HostedStack hosted, @Nullable HostInterface onMachine)
      throws IOException {
    JettyLogging.configure(lo.verbose);
    Environment environment = lo.environment();
    PrintStream log =
        backgroundLog == null
            ? environment.out()
            : new PrintStream(
                new FileOutputStream(backgroundLog.toFile(), true), true, StandardCharsets.UTF_8);
    hosted.reach(reach);
    hosted.open(publish, !noServices, !noServices, line -> log(log, line));
    environment.out().print(UpMessage.of(stackName, hosted, onMachine, backgroundLog != null));
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
    if (tun != null) {
      arguments.add(tun.isEmpty() ? "--tun" : "--tun=" + tun);
    }
    if (gateway) {
      arguments.add("--gateway");
    }
    addMappings(arguments, "--publish", publish);
    addMappings(arguments, "--reach", reach);
    return arguments;
  }

  private static void addMappings(
      List<String> arguments, String option, List<PortMapping> mappings) {
    for (PortMapping one : mappings) {
      arguments.add(option);
      arguments.add(one.hostPort() + ":" + one.port() + "/" + one.protocol().text());
    }
  }
}
