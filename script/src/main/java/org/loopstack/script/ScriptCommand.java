// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/** The command {@code lo script}. */
@CommandLine.Command(
    name = "script",
    description = {
      "Run packet scripts, in the language of packetdrill, against a stack of their own in virtual"
          + " time.",
      "",
      "A script that fails is shown with its line, the packet that was expected, the one that was"
          + " sent, and the packets before. One that asks for what there is not is skipped, and"
          + " says what that is."
    })
public final class ScriptCommand implements Callable<Integer> {
  @CommandLine.Spec
  private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @CommandLine.Parameters(
      arity = "1..*",
      paramLabel = "FILE|DIR",
      description = "A script (*.pkt), a table of scripts (*.pktt), or a folder with such below.")
  private List<Path> paths = new ArrayList<>();

  @CommandLine.Option(
      names = "--profile",
      paramLabel = "NAME",
      description = "Whose TCP to be: linux or freebsd. The default is ${DEFAULT-VALUE}.")
  private String profile = "linux";

  @CommandLine.Option(
      names = "--ip-version",
      paramLabel = "VERSION",
      description =
          "ipv4, ipv6 or ipv4-mapped-ipv6, for scripts that do not say. The default is"
              + " ${DEFAULT-VALUE}.")
  private String ipVersion = "ipv4";

  @CommandLine.Option(
      names = "--strict",
      description = "Fail on packets that nobody expects when the script has ended, too.")
  private boolean strict;

  @CommandLine.Option(
      names = "-D",
      paramLabel = "NAME=VALUE",
      description = "Define a symbol for scripts.")
  private Map<String, String> defines = new LinkedHashMap<>();

  @CommandLine.Option(
      names = "--verbose",
      description = "Print the packets of scripts that pass, too.")
  private boolean verbose;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    ScriptOptions options =
        new ScriptOptions(profile, version(), null, 0, strict, 1, defines, null);
    List<ScriptRunner.Case> cases = new ArrayList<>();
    for (Path each : paths) {
      if (!Files.exists(each)) {
        throw new CommandLine.ParameterException(spec.commandLine(), "There is no " + each);
      }
      cases.addAll(ScriptRunner.cases(each));
    }
    ScriptSummary summary = ScriptRunner.runAll(cases, options, result -> print(out, result));
    out.println(summary);
    out.flush();
    if (cases.isEmpty()) {
      return CommandLine.ExitCode.USAGE;
    }
    return summary.count(ScriptResult.Verdict.FAILED) == 0
        ? CommandLine.ExitCode.OK
        : CommandLine.ExitCode.SOFTWARE;
  }

  private IpVersion version() {
    try {
      return IpVersion.of(ipVersion);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private void print(PrintWriter out, ScriptResult result) {
    switch (result.verdict()) {
      case PASSED -> {
        if (verbose) {
          out.println("passed  " + result.name());
          result.trace().forEach(line -> out.println("  " + line));
        }
      }
      case FAILED -> out.println("FAILED  " + result.name() + "\n  " + result.message());
      case SKIPPED -> out.println("skipped " + result.name() + "\n  " + result.message());
    }
  }
}
