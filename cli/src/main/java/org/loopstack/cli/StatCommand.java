// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.tool.CounterPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo stat}. */
@Command(
    name = "stat",
    aliases = "nstat",
    description = {
      "Show what the stack has counted since it came up, as nstat -a shows it.",
      "The names are those of the RFCs' MIBs and of Linux."
    },
    footer = {
      "%nExamples:",
      "  lo -n default stat",
      "  lo -n default stat -z 'Tcp*' '*Drop*'",
      "  lo -n default stat --drops",
      "  lo -n default stat -j"
    })
final class StatCommand implements StackTool {
  @Option(
      names = {"-z", "--zeros"},
      description = "Show also what has not happened.")
  private boolean zeros;

  @Option(
      names = {"-a", "--ignore"},
      description = "Absolute values, which they always are here.")
  @SuppressWarnings("UnusedVariable") // It changes nothing, but people type it.
  private boolean absolute;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON, as nstat -j does.")
  private boolean json;

  @Option(
      names = {"-d", "--drops"},
      description = "Show why datagrams were thrown away, with what the reasons mean.")
  private boolean drops;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description = "Show only these; * and ? stand for what they do in a shell.")
  private List<String> patterns = new ArrayList<>();

  @Override
  public int run(Session session) {
    StackSnapshot snapshot = session.stack().snapshot();
    CounterPrinter printer = new CounterPrinter(patterns, zeros);
    String text =
        drops
            ? (json ? printer.jsonDrops(snapshot.drops()) : printer.drops(snapshot.drops()))
            : (json ? printer.json(snapshot.counters()) : printer.text(snapshot.counters()));
    session.out().print(text);
    return ExitStatus.OK;
  }
}
