// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackConfiguration;
import org.loopstack.capture.Capture;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.management.ManagementServer;
import org.loopstack.cli.management.StackName;
import org.loopstack.cli.run.OwnNetwork;
import org.loopstack.cli.run.Program;
import org.loopstack.cli.run.Surroundings;
import org.loopstack.cli.tool.LiveCapture;
import org.loopstack.linux.loopback.KernelLoopback;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.relay.PortMapping;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code lo run}: any program in a loopback of its own that passes through this process. */
@Command(
    name = "run",
    description = {
      "Run a program, unmodified, in a loopback of its own whose packets pass through lo.",
      "The program and what it starts have a network namespace for themselves: 127.0.0.1, ::1, all"
          + " ports free, and no other network unless --keep-net. Its TCP and UDP are the kernel's;"
          + " between the two ends every packet comes here, to be delayed, lost, captured, or, with"
          + " --http, --echo and --answer, answered by a stack of ours."
    },
    footer = {
      "",
      "Standard streams, signals and the exit status are the program's; what it leaves running ends"
          + " with it. If lo dies, the program is told with SIGTERM. Needs Linux, and root or"
          + " user namespaces. lo's own exit status: 69 if the kernel lacks something, 77 if it is"
          + " not permitted, each with one line that says what would allow it; 126 and 127"
          + " if the program cannot be run or found.",
      "%nExamples:",
      "  lo run --latency 50ms --loss 1%% -- sh -c 'python3 -m http.server & sleep 1;"
          + " curl http://127.0.0.1:8000/'",
      "  lo run --fault 'drop tcp dst port 8080 flags S times 2' --capture out.pcapng ./tests",
      "  lo run --http 8080 -- curl http://127.0.0.1:8080/",
      "  lo run --answer 80=default:8080 -- curl http://localhost/",
      "  lo run --keep-net --publish 9000:3000 -- npm start",
      "  lo run -n lab bash          and elsewhere: lo exec lab -- ss -tln"
    })
final class RunCommand implements Callable<Integer> {
  /** Where a stack that shares a loopback with the kernel connects from: below the kernel's own. */
  private static final int FIRST_PORT = 28_000;

  private static final int LAST_PORT = 32_767;

  @ParentCommand private Lo lo;

  @Option(
      names = "-n",
      paramLabel = "NAME",
      description = "What lo ls, lo exec and lo down call it. The default is run- and a number.")
  private @Nullable String name;

  @Option(
      names = "--latency",
      paramLabel = "TIME",
      description = "Delay every packet, each way: 50ms, or '50ms jitter 10ms'.")
  private @Nullable String latency;

  @Option(
      names = "--loss",
      paramLabel = "SHARE",
      description = "Lose packets by chance: 1%%, or '1%% bursts 5'.")
  private @Nullable String loss;

  @Option(
      names = "--bandwidth",
      paramLabel = "RATE",
      description = "Let no more pass, both ways together: 10mbit.")
  private @Nullable String bandwidth;

  @Option(
      names = "--fault",
      paramLabel = "RULE",
      description = "Add a fault rule; may be repeated, and they act one after another.")
  private List<String> faults = new ArrayList<>();

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      description = "What all chance follows from, to repeat a run.")
  private @Nullable Long seed;

  @Option(
      names = "--capture",
      paramLabel = "FILE",
      description = "Write what passes the loopback to a file, in pcapng.")
  private @Nullable Path capture;

  @Option(
      names = "--mtu",
      paramLabel = "BYTES",
      defaultValue = "65536",
      description = "The MTU of the loopback, 68 to 65536. The default is 65536.")
  private int mtu;

  @Option(
      names = "--http",
      paramLabel = "PORT",
      description = "Answer HTTP at this port, by a stack in this process.")
  private @Nullable Integer http;

  @Option(
      names = "--echo",
      paramLabel = "PORT",
      description = "Echo TCP and UDP at this port, by a stack in this process.")
  private @Nullable Integer echo;

  @Option(
      names = "--answer",
      paramLabel = "PORT=NAME[:PORT]",
      description = {
        "Answer at this port by a stack in this process, for the stack NAME: connections and"
            + " datagrams go on to its 127.0.0.1, at the same port or another. May be repeated."
      })
  private List<String> answers = new ArrayList<>();

  @Option(
      names = "--keep-net",
      description =
          "Leave the machine's other network reachable, by a gateway in this process; at 10.0.2.2"
              + " is the machine's own loopback.")
  private boolean keepNet;

  @Option(
      names = "--publish",
      paramLabel = "[HOSTPORT:]PORT[/udp]",
      converter = PortMappings.class,
      description = "Let a port of this machine's loopback lead to one of the program's.")
  private List<PortMapping> publish = new ArrayList<>();

  @Option(
      names = "--reach",
      paramLabel = "PORT[:HOSTPORT][/udp]",
      converter = PortMappings.class,
      description = "Let a port of the program's loopback lead to one of this machine's.")
  private List<PortMapping> reach = new ArrayList<>();

  @Parameters(
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "The program and its arguments.")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    if (mtu < 68 || mtu > KernelLoopback.DEFAULT_MTU) {
      throw new UserException(ExitStatus.USAGE, "the MTU is 68 to 65536 bytes: " + mtu);
    }
    List<String> rules = rules();
    List<Answer> answered = answers();
    StackName stackName =
        new StackName(
            name != null
                ? name
                : lo.name != null ? lo.name : "run-" + ProcessHandle.current().pid());
    NetworkNamespace network = OwnNetwork.open(keepNet);
    if (OwnNetwork.isInside() && !(publish.isEmpty() && reach.isEmpty())) {
      network.close();
      throw new UserException(
          ExitStatus.NO_PERMISSION,
          "run: --publish and --reach need root, since a user namespace cuts this process off,"
              + " too");
    }
    Deque<Closeable> opened = new ArrayDeque<>();
    opened.push(network);
    try {
      return run(stackName, rules, answered, network, opened);
    } finally {
      closeAll(opened);
    }
  }

  private List<String> rules() {
    List<String> rules = new ArrayList<>();
    if (latency != null) {
      rules.add("latency " + latency);
    }
    if (loss != null) {
      rules.add("loss " + loss);
    }
    if (bandwidth != null) {
      rules.add("bandwidth " + bandwidth);
    }
    rules.addAll(faults);
    for (String each : rules) {
      try {
        var _ = org.loopstack.fault.Fault.parse(each);
      } catch (IllegalArgumentException e) {
        throw new UserException(ExitStatus.USAGE, String.valueOf(e.getMessage()));
      }
    }
    return rules;
  }

  private List<Answer> answers() {
    List<Answer> all = new ArrayList<>();
    if (http != null) {
      all.add(Answer.http(http));
    }
    if (echo != null) {
      all.add(Answer.echo(echo));
    }
    for (String each : answers) {
      all.add(Answer.parse(each, lo.environment()));
    }
    requireDistinct(all);
    return all;
  }

  /** A port answers in one way. */
  private void requireDistinct(List<Answer> answered) {
    Set<Integer> ports = new HashSet<>();
    for (Answer each : answered) {
      if (!ports.add(each.port())) {
        throw new UserException(
            ExitStatus.USAGE, "run: port " + each.port() + " cannot be answered in two ways");
      }
    }
    for (PortMapping each : reach) {
      if (ports.contains(each.hostPort())) {
        throw new UserException(
            ExitStatus.USAGE,
            "run: port " + each.hostPort() + " cannot both be answered and lead to this machine's");
      }
    }
  }

  private int run(
      StackName stackName,
      List<String> rules,
      List<Answer> answered,
      NetworkNamespace network,
      Deque<Closeable> opened)
      throws IOException {
    KernelLoopback loopback;
    try {
      loopback = KernelLoopback.lead(network, mtu, seed);
    } catch (IOException e) {
      throw OwnNetwork.explain(e);
    }
    opened.push(loopback);
    for (String each : rules) {
      var _ = loopback.faults().add(each);
    }
    if (capture != null) {
      opened.push(startCapture(capture, loopback));
    }
    CoreStack stack = answered.isEmpty() ? null : answer(answered, loopback, opened);
    Surroundings surroundings = new Surroundings(network, opened);
    if (keepNet) {
      try {
        surroundings.keepNetwork();
      } catch (IOException e) {
        throw OwnNetwork.explain(e);
      }
    }
    surroundings.publish(publish);
    surroundings.reach(reach);
    RunDoor door = new RunDoor(stackName, loopback, stack);
    ManagementServer management =
        new ManagementServer(lo.environment().runtimeDirectory(), stackName, door);
    opened.push(management);
    Program program = Program.start(network, command);
    opened.push(program::close);
    door.onDown(program::end);
    management.start();
    int status = program.await();
    if (loopback.failure() != null) {
      lo.environment().err().println("lo: the loopback ended early: " + loopback.failure());
    }
    return status;
  }

  private static Capture startCapture(Path file, KernelLoopback loopback) {
    try {
      return Capture.to(file, loopback);
    } catch (IOException e) {
      throw LiveCapture.unwritable(file, e);
    }
  }

  /** A stack that shares the loopback with the kernel, and its services. */
  private CoreStack answer(List<Answer> answered, KernelLoopback loopback, Deque<Closeable> opened)
      throws IOException {
    JettyLogging.configure(lo.verbose);
    IntStream ports =
        IntStream.concat(
            answered.stream().mapToInt(Answer::port), IntStream.rangeClosed(FIRST_PORT, LAST_PORT));
    StackConfiguration configuration =
        StackConfiguration.linux().toBuilder().ephemeralPorts(FIRST_PORT, LAST_PORT).build();
    CoreStack stack = new CoreStack(configuration, loopback.share(ports.toArray()));
    opened.push(stack);
    for (Answer each : answered) {
      opened.push(each.start(stack.selectorProvider()));
    }
    return stack;
  }

  private static void closeAll(Deque<Closeable> opened) throws IOException {
    IOException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
      }
    }
    if (failure != null) {
      throw new UserException(ExitStatus.IO_ERROR, String.valueOf(failure.getMessage()));
    }
  }
}
