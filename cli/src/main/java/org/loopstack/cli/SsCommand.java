// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.SocketFilter;
import org.loopstack.cli.tool.SocketPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo ss}. */
@Command(
    name = "ss",
    description = {
      "Show sockets, as ss shows them.",
      "Without -a and -l those are shown that are connected. Addresses and ports are numbers."
    },
    footer = {
      "%nExamples:",
      "  lo -n default ss -tan",
      "  lo -n default ss -tinoem",
      "  lo -n default ss -t state established '( sport = :8080 or dport = :8080 )'",
      "  lo -n default ss dst 127.0.0.0/8",
      "  lo -n default ss -s",
      "  lo ss -tlnp                  the machine's"
    })
final class SsCommand implements StackTool {
  /** What is shown if nobody says which states. */
  private static final Set<String> NOT_CONNECTED =
      Set.of("LISTEN", "UNCONN", "TIME-WAIT", "SYN-RECV");

  @Option(
      names = {"-t", "--tcp"},
      description = "TCP.")
  private boolean tcp;

  @Option(
      names = {"-u", "--udp"},
      description = "UDP.")
  private boolean udp;

  @Option(
      names = {"-w", "--raw"},
      description = "Raw sockets, and those that ping opens.")
  private boolean raw;

  @Option(
      names = {"-l", "--listening"},
      description = "Only those that wait for connections or datagrams.")
  private boolean listening;

  @Option(
      names = {"-a", "--all"},
      description = "All.")
  private boolean all;

  @Option(
      names = {"-n", "--numeric"},
      description = "Numbers for names, as without it.")
  @SuppressWarnings("UnusedVariable") // It changes nothing, but people type it.
  private boolean numeric;

  @Option(
      names = {"-i", "--info"},
      description = "What TCP knows: round trip, congestion window, retransmissions, rates ...")
  private boolean information;

  @Option(
      names = {"-o", "--options"},
      description = "The timer that runs, the time that is left, and how often it has expired.")
  private boolean timers;

  @Option(
      names = {"-e", "--extended"},
      description = "The socket's options that are not as they are at first.")
  private boolean extended;

  @Option(
      names = {"-m", "--memory"},
      description = "What its buffers hold.")
  private boolean memory;

  @Option(
      names = {"-p", "--processes"},
      description = "The process; on a stack it is the stack's for all.")
  private boolean processes;

  @Option(
      names = {"-s", "--summary"},
      description = "How many there are.")
  private boolean summary;

  @Option(names = "-4", description = "IPv4 only.")
  private boolean inet;

  @Option(names = "-6", description = "IPv6 only.")
  private boolean inet6;

  @Option(
      names = {"-H", "--no-header"},
      description = "No heading.")
  private boolean noHeader;

  @Option(
      names = {"-O", "--oneline"},
      description = "One line for each.")
  private boolean oneLine;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON, with all there is.")
  private boolean json;

  @Parameters(
      paramLabel = "FILTER",
      arity = "0..*",
      description =
          "state STATE, exclude STATE; then sport, dport with =, !=, <, >, <=, >= and :PORT; src,"
              + " dst with ADDRESS[/LENGTH][:PORT]; and, or, not, parentheses.")
  private List<String> words = new ArrayList<>();

  @Override
  public int run(Session session) {
    List<Socket> sockets = session.stack().snapshot().sockets();
    if (summary) {
      session.out().print(SocketPrinter.summary(sockets));
      return ExitStatus.OK;
    }
    SocketFilter filter = filter();
    List<Socket> shown =
        sockets.stream()
            .filter(this::isOfProtocol)
            .filter(s -> filter.namesStates() || isOfState(s))
            .filter(filter::accepts)
            .sorted(
                Comparator.comparing(Socket::protocol)
                    .reversed()
                    .thenComparing(s -> !s.state().equals("LISTEN"))
                    .thenComparing(s -> s.localAddress().isIpv6())
                    .thenComparingInt(Socket::localPort)
                    .thenComparingInt(Socket::remotePort))
            .toList();
    SocketPrinter printer =
        new SocketPrinter(
            new SocketPrinter.Choice(
                !(tcp ^ udp ^ raw) || (tcp && udp && raw),
                !noHeader,
                timers,
                extended,
                memory,
                information,
                processes ? session.stack()::processOf : null,
                oneLine));
    session.out().print(json ? SocketPrinter.json(shown) : printer.text(shown));
    return ExitStatus.OK;
  }

  private SocketFilter filter() {
    try {
      return new SocketFilter(words);
    } catch (IllegalArgumentException e) {
      throw new UserException(ExitStatus.USAGE, "ss: " + e.getMessage());
    }
  }

  private boolean isOfProtocol(Socket s) {
    boolean any = !tcp && !udp && !raw;
    boolean protocol =
        any
            || switch (s.protocol()) {
              case "tcp" -> tcp;
              case "udp" -> udp;
              default -> raw;
            };
    boolean ipv6 = s.localAddress().isIpv6();
    return protocol && (inet == inet6 || ipv6 == inet6);
  }

  private boolean isOfState(Socket s) {
    if (all) {
      return true;
    }
    boolean waits = s.state().equals("LISTEN") || s.state().equals("UNCONN");
    return listening ? waits : !NOT_CONNECTED.contains(s.state());
  }
}
