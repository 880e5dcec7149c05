// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackSnapshot;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.tool.FaultFile;
import org.loopstack.fault.Fault;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo fault}. */
@Command(
    name = "fault",
    description = "Make the network of a stack misbehave; alone: show the rules.",
    subcommands = {FaultCommand.Add.class, FaultCommand.Show.class, FaultCommand.Remove.class},
    footer = {
      "%nExamples:",
      "  lo -n default fault add latency 50ms jitter 10ms",
      "  lo -n default fault add drop tcp dst port 8080 syn times 2",
      "  lo -n default fault ls",
      "  lo -n default fault rm latency-1"
    })
final class FaultCommand implements StackTool {
  /** What the command exits with for an interface or a rule that is not there. */
  private static final int NOT_THERE = 1;

  @Override
  public int run(Session session) {
    return new Show().run(session);
  }

  private static Faults faults(Session session, String interfaceName) {
    Faults faults = session.stack().faults(interfaceName);
    if (faults == null) {
      throw new UserException(NOT_THERE, "there is no interface \"" + interfaceName + '"');
    }
    return faults;
  }

  /** {@code lo fault add}. */
  @Command(
      name = "add",
      description = "Add a rule behind the others, or all rules of a file.",
      footerHeading =
          "%nA rule says what it does, then to which datagrams and when, in any order:%n",
      footer = {
        "  drop, blackhole, link-down, refuse, reset, drop-syn",
        "  loss 1%% [bursts 5]       partition 127.0.0.1 127.0.0.2",
        "  latency 50ms [jitter 10ms] | 10ms..50ms | normal 50ms 5ms | list 0ms,50ms  [ordered]",
        "  duplicate [2]   reorder [by 3] [within 100ms]   truncate 100 [mended]",
        "  corrupt 3 bits | flip 0,7 | at 4 hex 00ff  [datagram | payload] [mended]",
        "  bandwidth 10mbit [burst 64KiB] [queue 1MiB] [tail-drop | head-drop | mark]",
        "  mtu 1400 [silent]   reset-after 10kB   slow-accept 5 [every 100ms]",
        "  answer net-unreachable | host-unreachable | port-unreachable | admin-prohibited |",
        "         ttl-exceeded | ... | packet-too-big 1400 | v4 3/1 | v6 1/3",
        "",
        "  tcp, udp, icmp, icmpv6, proto 17, ip4, ip6, in, out, data, syn, syn-ack, flags FA!S",
        "  [src | dst] host 127.0.0.1, net 10.0.0.0/8, port 80, port 8000-8099",
        "  between 127.0.0.1 127.0.0.2   size 100..1500   payload [at 4] \"GET\" | hex 474554",
        "",
        "  skip 2, nth 3, every 10, times 2, per-connection, probability 5%%, after 5s, for 10s,",
        "  named NAME",
        "",
        "A file is YAML; interface and seed may be left out:",
        "  seed: 42",
        "  rules:",
        "    - loss 1%% udp",
        "    - rule: latency 50ms jitter 10ms",
        "      name: mobile",
        "      interface: lo"
      })
  static final class Add implements StackTool {
    @Option(
        names = {"-i", "--interface"},
        paramLabel = "INTERFACE",
        defaultValue = "lo",
        description = "Where the rule stands; default: lo.")
    private String device = "lo";

    @Option(
        names = {"-f", "--file"},
        paramLabel = "FILE",
        description = "Add the rules of a YAML file: all, or none if one is wrong.")
    private @Nullable Path file;

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "Let all that is random follow from this number; fault ls shows it.")
    private @Nullable Long seed;

    @Parameters(paramLabel = "RULE", arity = "0..*", description = "The words of a rule.")
    private List<String> words = new ArrayList<>();

    @Override
    public int run(Session session) throws IOException {
      if (words.isEmpty() == (file == null)) {
        throw new UserException(
            ExitStatus.USAGE, "fault add takes either a rule or a file: lo fault add --help");
      }
      try {
        if (file != null) {
          addAll(session, FaultFile.read(session.directory().resolve(file)));
        } else {
          Fault rule = Fault.parse(text(words));
          Faults faults = faults(session, device);
          seed(faults, seed);
          print(session, device, faults.add(rule));
        }
      } catch (IllegalArgumentException e) {
        throw new UserException(ExitStatus.USAGE, String.valueOf(e.getMessage()));
      }
      return ExitStatus.OK;
    }

    /** The shell has taken the quotation marks off a text with blanks. */
    private static String text(List<String> words) {
      if (words.size() == 1) {
        return words.getFirst();
      }
      StringBuilder all = new StringBuilder();
      for (String word : words) {
        boolean plain = word.matches("[^\\s\"]+|\".*\"");
        all.append(all.isEmpty() ? "" : " ")
            .append(plain ? word : '"' + word.replaceAll("([\"\\\\])", "\\\\$1") + '"');
      }
      return all.toString();
    }

    private void addAll(Session session, FaultFile all) {
      List<FaultHandle> added = new ArrayList<>();
      Set<Faults> seeded = new HashSet<>();
      try {
        for (FaultFile.Entry each : all.rules()) {
          Faults faults = faults(session, each.interfaceOr(device));
          if (seeded.add(faults)) {
            seed(faults, seed == null ? all.seed() : seed);
          }
          added.add(faults.add(each.rule()));
        }
      } catch (IllegalArgumentException | UserException e) {
        added.forEach(FaultHandle::close);
        throw e;
      }
      for (int i = 0; i < added.size(); i++) {
        print(session, all.rules().get(i).interfaceOr(device), added.get(i));
      }
    }

    private static void seed(Faults faults, @Nullable Long value) {
      if (value != null) {
        faults.setSeed(value);
      }
    }

    private static void print(Session session, String device, FaultHandle added) {
      session.out().println(device + " " + added.name() + ": " + added.fault());
    }
  }

  /** {@code lo fault ls}. */
  @Command(
      name = "ls",
      aliases = {"list", "show"},
      description = "Show the rules of all interfaces, with what they have done.")
  static final class Show implements StackTool {
    @Option(
        names = {"-j", "--json"},
        description = "Print JSON.")
    private boolean json;

    @Override
    public int run(Session session) {
      JsonArray all = new JsonArray();
      for (StackSnapshot.Interface each : session.stack().interfaces()) {
        Faults faults = faults(session, each.name());
        if (json) {
          all.add(json(each.name(), faults));
        } else if (each.index() == 1 || !faults.list().isEmpty()) {
          session.out().print(text(each.name(), faults));
        }
      }
      if (json) {
        session.out().println(new GsonBuilder().setPrettyPrinting().create().toJson(all));
      }
      return ExitStatus.OK;
    }

    private static String text(String device, Faults faults) {
      StringBuilder all = new StringBuilder(device + " (seed " + faults.seed() + ")");
      List<FaultHandle> rules = faults.list();
      all.append(rules.isEmpty() ? ": no rules\n" : "\n");
      for (FaultHandle each : rules) {
        all.append("  ").append(each).append('\n');
      }
      return all.toString();
    }

    private static JsonObject json(String device, Faults faults) {
      JsonObject one = new JsonObject();
      one.addProperty("interface", device);
      one.addProperty("seed", faults.seed());
      one.addProperty("held", faults.held());
      JsonArray rules = new JsonArray();
      for (FaultHandle each : faults.list()) {
        JsonObject rule = new JsonObject();
        rule.addProperty("name", each.name());
        rule.addProperty("rule", each.fault().toString());
        rule.addProperty("matched", each.matched());
        rule.addProperty("applied", each.applied());
        rule.addProperty("bytes", each.bytes());
        rules.add(rule);
      }
      one.add("rules", rules);
      return one;
    }
  }

  /** {@code lo fault rm}. */
  @Command(
      name = "rm",
      aliases = {"remove", "del"},
      description = "Remove rules: what they did heals.")
  static final class Remove implements StackTool {
    @Option(
        names = {"-i", "--interface"},
        paramLabel = "INTERFACE",
        defaultValue = "lo",
        description = "Where the rules stand; default: lo.")
    private String device = "lo";

    @Option(
        names = {"-a", "--all"},
        description = "Remove all rules of the interface.")
    private boolean all;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "The rules to remove.")
    private List<String> names = new ArrayList<>();

    @Override
    public int run(Session session) {
      if (names.isEmpty() != all) {
        throw new UserException(ExitStatus.USAGE, "fault rm takes either names of rules or --all");
      }
      Faults faults = faults(session, device);
      if (all) {
        faults.clear();
      }
      int status = ExitStatus.OK;
      for (String name : names) {
        if (!faults.remove(name)) {
          List<String> there = faults.list().stream().map(FaultHandle::name).toList();
          session
              .err()
              .println(
                  "lo: there is no rule \""
                      + name
                      + "\" on "
                      + device
                      + "; there "
                      + (there.isEmpty() ? "are none" : "are: " + String.join(", ", there)));
          status = NOT_THERE;
        }
      }
      return status;
    }
  }
}
