// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.RoutePrinter;
import org.loopstack.wire.IpAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo route}. */
@Command(
    name = "route",
    aliases = {"r"},
    description = {
      "Show routes, as ip route shows them; or the one that a datagram would take.",
      "Without -6 those of IPv4 are shown; \"get\" takes an address of either version."
    },
    footer = {
      "%nExamples:",
      "  lo route                     the machine's",
      "  lo -n default route",
      "  lo -n default route show table local",
      "  lo -n default route -6 show table all",
      "  lo -n default route get 127.0.0.1 from 127.0.0.2"
    })
final class RouteCommand implements StackTool {
  /** What ip exits with for an answer of the kernel's that is an error. */
  private static final int REFUSED = 2;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON, as ip -j route does.")
  private boolean json;

  @Option(names = "-4", description = "IPv4, as without it.")
  @SuppressWarnings("UnusedVariable") // It changes nothing, but people type it.
  private boolean inet;

  @Option(names = "-6", description = "IPv6.")
  private boolean inet6;

  @Parameters(
      paramLabel = "[show] [table main|local|all] | get ADDRESS [from ADDRESS]",
      arity = "0..4",
      description = "What to show; the main table if nothing is said.")
  private List<String> words = new ArrayList<>();

  @Override
  public int run(Session session) {
    List<String> rest = new ArrayList<>(words);
    if (!rest.isEmpty() && rest.getFirst().equals("get")) {
      return get(session, rest.subList(1, rest.size()));
    }
    if (!rest.isEmpty() && List.of("show", "list", "ls").contains(rest.getFirst())) {
      rest.removeFirst();
    }
    String table = "main";
    if (rest.size() == 2 && rest.getFirst().equals("table")) {
      table = rest.get(1);
    } else if (!rest.isEmpty()) {
      throw usage("\"" + String.join(" ", rest) + "\" is neither a table nor \"get ADDRESS\"");
    }
    show(session, table);
    return ExitStatus.OK;
  }

  private void show(Session session, String table) {
    StackSnapshot snapshot = session.stack().snapshot();
    RoutePrinter printer = new RoutePrinter(snapshot.interfaces());
    switch (table) {
      case "main", "254" -> printer.add(snapshot.routes(), inet6, null);
      case "local", "255" -> printer.addLocal(snapshot.localRoutes(), inet6, null);
      case "all", "0" -> {
        printer.add(snapshot.routes(), inet6, null);
        printer.addLocal(snapshot.localRoutes(), inet6, "local");
      }
      default -> throw usage("table " + table + ": there are main, local and all");
    }
    session.out().print(json ? printer.json() : printer.text());
  }

  private int get(Session session, List<String> rest) {
    boolean from = rest.size() == 3 && rest.get(1).equals("from");
    if (rest.size() != 1 && !from) {
      throw usage("get takes one address, and another one behind \"from\"");
    }
    IpAddress to = address(rest.getFirst());
    IpAddress source = from ? address(rest.get(2)) : null;
    try {
      StackSnapshot.Route way = session.stack().routeTo(to, source);
      session.out().print(RoutePrinter.way(way, source, json));
      return ExitStatus.OK;
    } catch (IOException e) {
      session.err().println("RTNETLINK answers: " + e.getMessage());
      return REFUSED;
    }
  }

  private static IpAddress address(@Nullable String text) {
    try {
      return IpAddress.parse(String.valueOf(text));
    } catch (IllegalArgumentException e) {
      throw usage("\"" + text + "\" is no address");
    }
  }

  private static UserException usage(String what) {
    return new UserException(ExitStatus.USAGE, "route: " + what);
  }
}
