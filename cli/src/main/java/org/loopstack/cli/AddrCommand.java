// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.AddressPrinter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo addr}. */
@Command(
    name = "addr",
    aliases = {"address", "a"},
    description = "Show interfaces and addresses, as ip addr shows them.",
    footer = {
      "%nExamples:",
      "  lo addr                      the machine's",
      "  lo -n default addr",
      "  lo -n default addr show lo",
      "  lo -n default addr -j"
    })
final class AddrCommand implements StackTool {
  /** What ip exits with for an interface that is not there. */
  private static final int NO_DEVICE = 1;

  @Option(
      names = {"-j", "--json"},
      description = "Print JSON, as ip -j addr does.")
  private boolean json;

  @Parameters(
      paramLabel = "show [INTERFACE]",
      arity = "0..3",
      description = "Show only this interface; \"show\" may be left out.")
  private List<String> words = new ArrayList<>();

  @Override
  public int run(Session session) {
    String device = device();
    List<StackSnapshot.Interface> interfaces = session.stack().interfaces();
    if (device != null) {
      interfaces = interfaces.stream().filter(one -> one.name().equals(device)).toList();
      if (interfaces.isEmpty()) {
        session.err().println("Device \"" + device + "\" does not exist.");
        return NO_DEVICE;
      }
    }
    session.out().print(json ? AddressPrinter.json(interfaces) : AddressPrinter.text(interfaces));
    return ExitStatus.OK;
  }

  /** ip's grammar: [show | list] [dev] [NAME]. */
  private @Nullable String device() {
    List<String> rest = new ArrayList<>(words);
    if (!rest.isEmpty() && List.of("show", "list", "ls").contains(rest.getFirst())) {
      rest.removeFirst();
    }
    if (!rest.isEmpty() && rest.getFirst().equals("dev")) {
      rest.removeFirst();
    }
    if (rest.size() > 1) {
      throw new UserException(
          ExitStatus.USAGE, "addr shows one interface or all, not \"" + rest.get(1) + "\" too");
    }
    return rest.isEmpty() ? null : rest.getFirst();
  }
}
