// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.loopstack.bench.BenchCommand;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.MachineTool;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineStack;
import org.loopstack.cli.management.ManagementClient;
import org.loopstack.cli.management.StackName;
import org.loopstack.script.ScriptCommand;
import org.loopstack.soak.SoakCommand;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.TypeConversionException;

/** The command {@code lo}. */
@Command(
    name = "lo",
    description = "A TCP/IP stack of your own, on a loopback interface.",
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      LsCommand.class,
      DownCommand.class,
      AddrCommand.class,
      RouteCommand.class,
      SsCommand.class,
      ListenCommand.class,
      DoctorCommand.class,
      StatCommand.class,
      PingCommand.class,
      ConnectCommand.class,
      GetCommand.class,
      FaultCommand.class,
      ServeCommand.class,
      CaptureCommand.class,
      JavaCommand.class,
      RunCommand.class,
      ExecCommand.class,
      BenchCommand.class,
      ScriptCommand.class,
      SoakCommand.class,
      TrainCommand.class,
      OutsideCommand.class,
      GenerateCompletion.class
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:All went well.",
      "1:ping: nothing came back; addr, fault: there is no such interface or rule; listen: nobody"
          + " has the port; doctor: the worst is a warning; bench --check: a bar is missed; script,"
          + " soak: one failed.",
      "2:The command line is wrong.",
      "3:doctor: something does not work.",
      "1-56:get: as curl, for instance 7 if it cannot connect.",
      "66:There is no such file or directory.",
      "68:The name of a host means nothing here.",
      "69:There is no such stack, or it does not answer.",
      "70:A bug; one line says where the details are.",
      "73:The name or the port is taken.",
      "74:Reading or writing failed.",
      "77:Not permitted.",
      "99:connect: the address is not available.",
      "101:connect: the network is unreachable.",
      "104:connect: the connection was reset.",
      "110:connect: nobody answered in time.",
      "111:connect: the connection was refused.",
      "126:run, exec: the program cannot be run.",
      "127:run, exec: there is no such program.",
      "129:The terminal was closed.",
      "130:Ctrl-C.",
      "141:Nobody reads the output any more.",
      "143:The process was told to end."
    },
    footer = {
      "%nExamples:",
      "  lo up                                  bring the stack \"default\" up",
      "  lo -n default ping -c 3 127.0.0.1      ping on it",
      "  lo -n default get -v http://[::1]:8080/",
      "  lo down default",
      "",
      "lo COMMAND --help tells about a command."
    })
public final class Lo {
  private static final OptionSpec HELP =
      OptionSpec.builder("-h", "--help")
          .usageHelp(true)
          .description("Show this help and exit.")
          .build();
  private static final OptionSpec VERSION =
      OptionSpec.builder("-V", "--version")
          .versionHelp(true)
          .description("Print the version and exit.")
          .build();

  private final Environment environment;

  @Option(
      names = "-n",
      paramLabel = "NAME",
      description = "The stack that the command is about; without it the machine itself.")
  @Nullable String name;

  @Option(
      names = {"-v", "--verbose"},
      description = "Let the HTTP server log what it does.")
  boolean verbose;

  Lo(Environment environment) {
    this.environment = environment;
  }

  /**
   * Runs the command line and ends the process with its exit status.
   *
   * @param args the command line, without the program's name
   */
  public static void main(String[] args) {
    Environment environment = Environment.ofProcess();
    int status = run(environment, args);
    if (environment.out().checkError() && status == ExitStatus.OK) {
      status = ExitStatus.BROKEN_PIPE;
    }
    Signals.exit(status);
  }

  /** Runs a command line and returns its exit status; whatever goes wrong is told in one line. */
  static int run(Environment environment, String... args) {
    try {
      return execute(environment, commandLine(environment).parseArgs(args), args);
    } catch (ParameterException e) {
      return explain(environment, e);
    } catch (UserException e) {
      environment.err().println("lo: " + e.getMessage());
      return e.exitStatus();
    } catch (Throwable e) {
      environment.err().println("lo: " + BugReport.write(environment, e, args));
      return ExitStatus.SOFTWARE;
    }
  }

  static CommandLine commandLine(Environment environment) {
    CommandLine line = new CommandLine(new Lo(environment));
    line.getCommandSpec().addOption(VERSION);
    addHelp(line);
    line.setOut(new PrintWriter(environment.out(), true, UTF_8));
    line.setErr(new PrintWriter(environment.err(), true, UTF_8));
    line.setUsageHelpAutoWidth(false);
    line.registerConverter(
        int.class, text -> (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    line.registerConverter(
        Integer.class, text -> (int) number(text, Integer.MIN_VALUE, Integer.MAX_VALUE));
    line.registerConverter(long.class, text -> number(text, Long.MIN_VALUE, Long.MAX_VALUE));
    line.registerConverter(Long.class, text -> number(text, Long.MIN_VALUE, Long.MAX_VALUE));
    // A stack may be named like a command.
    line.setAllowSubcommandsAsOptionParameters(true);
    line.getSubcommands()
        .forEach(
            (command, each) -> {
              if (Set.of("java", "run", "exec").contains(command)) {
                // From the first word on that is not an option of lo's, all is the program's.
                each.setStopAtPositional(true)
                    .setUnmatchedOptionsArePositionalParams(command.equals("java"));
              }
            });
    return line;
  }

  /** In words for people, and not of Java's types. */
  private static long number(String text, long least, long most) {
    try {
      long number = Long.parseLong(text.strip());
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new TypeConversionException("\"" + text + "\" is not a whole number");
  }

  private static void addHelp(CommandLine line) {
    CommandSpec spec = line.getCommandSpec();
    if (spec.findOption("--help") == null) {
      spec.addOption(HELP);
    }
    line.getSubcommands().values().forEach(Lo::addHelp);
  }

  private static int explain(Environment environment, ParameterException e) {
    CommandLine line = e.getCommandLine();
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    environment
        .err()
        .println(
            "lo: "
                + message
                + " ("
                + line.getCommandSpec().qualifiedName()
                + " --help tells more)");
    return ExitStatus.USAGE;
  }

  private static int execute(Environment environment, ParseResult parsed, String[] args)
      throws Exception {
    Integer helped = CommandLine.executeHelpRequest(parsed);
    if (helped != null) {
      return helped;
    }
    ParseResult leaf = parsed;
    while (leaf.hasSubcommand()) {
      leaf = leaf.subcommand();
    }
    Session session = environment.session();
    Lo lo = parsed.commandSpec().commandLine().getCommand();
    return switch (leaf.commandSpec().userObject()) {
      case CaptureCommand capture when session == null && capture.readsFile() ->
          capture.read(environment);
      case StackTool tool when session != null -> tool.run(session);
      case MachineTool tool when session == null -> lo.onMachine(tool);
      case Object _ when session != null ->
          throw new UserException(ExitStatus.USAGE, "that command does not run on a stack");
      case StackTool tool when lo.name == null -> lo.onMachine(tool::run);
      case StackTool _ -> lo.forward(args, lo.name);
      case Callable<?> command when command.call() instanceof Integer status -> status;
      case Lo _ ->
          throw new ParameterException(
              leaf.commandSpec().commandLine(), "Say what to do: up, ls, down, addr, ping ...");
      default -> new RunLast().execute(parsed);
    };
  }

  /** Runs the same command line in the stack's process, with this process's streams. */
  private int forward(String[] args, String stackName) {
    StackName stack = new StackName(stackName);
    try (ManagementClient client =
        ManagementClient.connect(environment.runtimeDirectory(), stack)) {
      if (client == null) {
        throw new UserException(
            ExitStatus.UNAVAILABLE, "no stack named \"" + stack + "\" is running; " + running());
      }
      Signals.onSignal(client::interrupt);
      environment.out().flush();
      return client.run(
          List.of(args),
          environment.directory(),
          environment.in(),
          environment.out(),
          environment.err());
    }
  }

  /** Runs a command in this process, on the machine's own network. */
  private int onMachine(MachineTool tool) throws Exception {
    if (name != null) {
      throw new UserException(
          ExitStatus.USAGE,
          "that command is about the machine, and never about a stack: without -n");
    }
    Session session =
        new Session(
            new MachineStack(MachineFiles.ofMachine()),
            environment.in(),
            environment.out(),
            environment.err(),
            environment.directory());
    Signals.onSignal(session::interrupt);
    JettyLogging.configure(verbose);
    return tool.run(session);
  }

  /** Which stacks run, for a line of error. */
  String running() {
    List<String> names = Running.find(environment).names();
    return names.isEmpty() ? "none is running" : "running: " + String.join(", ", names);
  }

  /** What the command line runs in. */
  Environment environment() {
    return environment;
  }
}
