// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.MachineTool;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.listen.ListenPrinter;
import org.loopstack.cli.listen.Listener;
import org.loopstack.cli.listen.Listeners;
import org.loopstack.cli.listen.PortReport;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineStack;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo listen}. */
@Command(
    name = "listen",
    description = {
      "Show who listens where on this machine, and who can reach it.",
      "With a port: who has it, and why an address there is already in use, if it is: a listener"
          + " on it, on the wildcard or of the other address family, connections in TIME-WAIT, or"
          + " a range of ports that is kept. The kernel is asked by binding to it for a moment."
          + " The exit status is then 1 if nobody has it.",
      "\"Reached by\" is what the address allows; a firewall may allow less. Which process it is"
          + " is told of one's own, and to root of all."
    },
    footer = {
      "%nExamples:",
      "  lo listen",
      "  lo listen 8080",
      "  lo listen -j 8080",
      "  lo listen --watch -i 0.5 8080",
      "  sudo lo listen --all-networks"
    })
final class ListenCommand implements MachineTool {
  /** What {@code lsof} and {@code fuser} exit with if nobody has it. */
  private static final int NOBODY = 1;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON.")
  private boolean json;

  @Option(
      names = {"-w", "--watch"},
      description = "Look again and again, and print what has come (+) and gone (-), until Ctrl-C.")
  private boolean watch;

  @Option(
      names = {"-i", "--interval"},
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "How long to wait before looking again. The default is 2.")
  private double seconds;

  @Option(
      names = {"-a", "--all-networks"},
      description = "Look into other network namespaces, too, as those of containers; as root.")
  private boolean others;

  @Parameters(arity = "0..1", paramLabel = "PORT", description = "1 to 65535.")
  private @Nullable Integer port;

  private final MachineFiles files = MachineFiles.ofMachine();

  @Override
  public int run(Session session) throws IOException, InterruptedException {
    MachineStack.requireLinux("lo listen");
    Integer wanted = port;
    if (wanted != null && (wanted < 1 || wanted > 65_535)) {
      throw new UserException(ExitStatus.USAGE, "listen: ports are from 1 to 65535: " + wanted);
    }
    if (seconds < 0.01 || seconds > 86_400) {
      throw new UserException(ExitStatus.USAGE, "listen: -i " + seconds + ": 0.01 to 86400");
    }
    if (watch && json) {
      throw new UserException(ExitStatus.USAGE, "listen: --watch prints lines, and no JSON");
    }
    if (watch) {
      return watch(session, wanted, (long) (seconds * 1e9));
    }
    if (wanted != null) {
      PortReport report = PortReport.look(files, wanted);
      session.out().print(json ? report.json() : report.text());
      return report.isNobodys() ? NOBODY : ExitStatus.OK;
    }
    Listeners found = Listeners.look(files, others);
    session.out().print(json ? ListenPrinter.json(found.all()) : ListenPrinter.text(found.all()));
    if (!json && !found.isComplete()) {
      session
          .err()
          .println(
              "lo: not all processes may be looked at by this user: who has what is not told of"
                  + " those");
    }
    return ExitStatus.OK;
  }

  private int watch(Session session, @Nullable Integer wanted, long nanos)
      throws IOException, InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    session.onInterrupt(ended::countDown);
    Set<String> before = Set.of();
    do {
      Set<String> now = lines(wanted);
      for (String gone : minus(before, now)) {
        session.out().println("- " + gone);
      }
      for (String come : minus(now, before)) {
        session.out().println("+ " + come);
      }
      if (session.out().checkError()) {
        return ExitStatus.BROKEN_PIPE;
      }
      before = now;
    } while (!ended.await(nanos, TimeUnit.NANOSECONDS));
    return ExitStatus.INTERRUPTED;
  }

  private Set<String> lines(@Nullable Integer wanted) throws IOException {
    Set<String> lines = new TreeSet<>();
    for (Listener each : Listeners.look(files, others).all()) {
      if (wanted == null || Objects.equals(each.socket().localPort(), wanted)) {
        lines.add(ListenPrinter.line(each));
      }
    }
    return lines;
  }

  private static List<String> minus(Set<String> these, Set<String> without) {
    List<String> left = new ArrayList<>(these);
    left.removeAll(without);
    return left;
  }
}
