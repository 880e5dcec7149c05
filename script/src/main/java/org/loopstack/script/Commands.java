// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * What stands in back quotes. There is no shell: of the commands that scripts give to one, those
 * that set variables set the configuration, those that make files make them in memory, those that
 * look at connections look at the stack's, and those that prepare a machine have nothing to do.
 */
final class Commands {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("([\\w./-]+)=((?:\"[^\"]*\"|'[^']*'|\\$\\(\\([^)]*\\)\\)|[^\\s;\"'])+)");

  /** As {@code sockstat ... | grep -c TIME_WAIT | grep 1}: how many are in a state. */
  private static final Pattern COUNT = Pattern.compile("grep -c (\\w+) *\\| *grep (\\d+)");

  /** As {@code dd bs=1 count=5 if=/dev/zero of=/tmp/testfile}. */
  private static final Pattern ZEROS =
      Pattern.compile("dd bs=(\\d+) count=(\\d+) if=/dev/zero of=(\\S+)");

  private static final Pattern ECHO = Pattern.compile("echo (?:-n )?[\"']?(.*?)[\"']? *> *(/\\S+)");

  /** Parameters of modules that our TCP has as the modules have them by default. */
  private static final Set<String> PRESET =
      Set.of(
          "3 > /sys/module/tcp_cubic/parameters/hystart_detect",
          "1 > /sys/module/tcp_cubic/parameters/hystart");

  private static final Pattern ARITHMETIC = Pattern.compile("\\$\\(\\(([\\d*+ ]+)\\)\\)");

  /**
   * What the common {@code defaults.sh} of packetdrill's own scripts sets, where it is not there.
   */
  private static final String DEFAULTS =
      """
      sysctl -q net.ipv4.tcp_rmem="4096 540000 15728640"
      sysctl -q net.ipv4.tcp_wmem="4096 262144 4194304"
      sysctl -q net.ipv4.tcp_timestamps=1
      sysctl -q net.ipv4.tcp_syn_retries=5
      sysctl -q net.ipv4.tcp_synack_retries=5
      sysctl -q net.ipv4.tcp_frto=2
      sysctl -q net.ipv4.tcp_sack=1
      sysctl -q net.ipv4.tcp_dsack=1
      sysctl -q net.ipv4.tcp_reordering=3
      sysctl -q net.ipv4.tcp_congestion_control=cubic
      sysctl -q net.ipv4.tcp_slow_start_after_idle=0
      sysctl -q net.ipv4.tcp_early_retrans=4 net.ipv4.tcp_recovery=1
      sysctl -q net.ipv4.tcp_ecn=0
      sysctl -q net.ipv4.tcp_fastopen=0x3
      sysctl -q net.ipv4.tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4
      sysctl -q net.ipv4.tcp_syncookies=1
      """;

  /** What commands need of the run. */
  interface Target {
    /** The variables, or null once the stack is up and they cannot be changed any more. */
    @Nullable Sysctls sysctls();

    /** Lets time pass. */
    void sleep(long nanos);

    /** The connections there are. */
    List<TcpStatus> connections();

    /** The files that there are in memory. */
    FileCalls files();
  }

  private final Target target;
  private final @Nullable Path directory;
  private final List<String> notes = new ArrayList<>();

  /**
   * Commands.
   *
   * @param directory where the script lies, or null
   */
  Commands(Target target, @Nullable Path directory) {
    this.target = target;
    this.directory = directory;
  }

  /** What {@code defaults.sh} set that this stack has no setting for. */
  List<String> notes() {
    return notes;
  }

  /** Runs the commands that one pair of back quotes holds. */
  void run(String text, Position position) {
    for (String line : text.replace("\\\n", " ").split("[\\n;]|&&", -1)) {
      String command = line.replaceAll("#.*$|\\d?>.*$", "").strip();
      if (!command.isEmpty() && !echo(line.strip(), position)) {
        one(command, position);
      }
    }
  }

  /**
   * {@code echo VALUE > /proc/sys/...} sets a variable; into any other file there is no writing.
   */
  private boolean echo(String line, Position position) {
    Matcher m = ECHO.matcher(line);
    if (!m.matches()) {
      return false;
    }
    String file = m.group(2);
    if (file.startsWith("/proc/sys/")) {
      set(file.substring("/proc/sys/".length()).replace('/', '.'), m.group(1), position);
    } else if (!file.equals("/dev/null") && !PRESET.contains(m.group(1) + " > " + file)) {
      throw ScriptException.unsupported(position, "there is no file " + file);
    }
    return true;
  }

  private void one(String command, Position position) {
    String[] words = command.split("\\s+", -1);
    String program = words[0].substring(words[0].lastIndexOf('/') + 1);
    Matcher count = COUNT.matcher(command);
    Matcher zeros = ZEROS.matcher(command);
    if (count.find()) {
      count(count.group(1), Integer.parseInt(count.group(2)), position);
    } else if (zeros.find()) {
      int size =
          Math.multiplyExact(Integer.parseInt(zeros.group(1)), Integer.parseInt(zeros.group(2)));
      target.files().create(zeros.group(3), size);
    } else if (program.equals("sysctl")) {
      assignments(command, "", position);
    } else if (program.equals("set_sysctls.py")) {
      assignments(command, "/proc/sys/", position);
    } else if (program.equals("defaults.sh")) {
      defaults(words[0], position);
    } else if (program.equals("sleep") && words.length == 2) {
      target.sleep(new BigDecimal(words[1]).movePointRight(9).longValue());
    } else if (program.equals("rm")) {
      target.files().delete(words[words.length - 1]);
    } else if (program.equals("grep") && command.contains("/proc/net/tcp")) {
      ProcNetTcp.grep(command, target.connections(), position);
    } else if (!isPreparation(program, command)) {
      throw ScriptException.unsupported(position, "there is no shell for: " + command);
    }
  }

  private static boolean isPreparation(String program, String command) {
    boolean shapes = command.matches(".*\\b(fq|netem|limit|codel|tbf)\\b.*");
    return program.startsWith("sysctl_restore_")
        || List.of("true", "echo", "kldload", "ethtool").contains(program)
        || program.equals("tc") && !shapes
        || program.equals("nstat") && !command.contains("|")
        || command.startsWith("ip tcp_metrics flush");
  }

  private void assignments(String command, String prefix, Position position) {
    Matcher m = ASSIGNMENT.matcher(command);
    while (m.find()) {
      String name = m.group(1);
      if (name.startsWith(prefix)) {
        set(name.substring(prefix.length()).replace('/', '.'), computed(m.group(2)), position);
      }
    }
  }

  /** What the shell makes of {@code $((15*1024*1024))}. */
  private static String computed(String value) {
    return ARITHMETIC
        .matcher(value)
        .replaceAll(
            m -> {
              long sum = 0;
              for (String term : m.group(1).replace(" ", "").split("\\+", -1)) {
                long product = 1;
                for (String factor : term.split("\\*", -1)) {
                  product *= Long.parseLong(factor);
                }
                sum += product;
              }
              return String.valueOf(sum);
            });
  }

  private void set(String name, String value, Position position) {
    Sysctls sysctls = target.sysctls();
    if (sysctls == null) {
      throw ScriptException.unsupported(
          position, "a stack's settings do not change while it runs: " + name + "=" + value);
    }
    sysctls.set(name, value, position);
  }

  /**
   * Sets the variables that the file beside the script sets. A stack may lack some of them: that is
   * noted, and a script that depends on one fails by itself.
   */
  private void defaults(String file, Position position) {
    if (target.sysctls() == null) {
      return;
    }
    for (String line : defaultsOf(file).lines().toList()) {
      try {
        if (line.startsWith("sysctl ")) {
          assignments(line.replaceAll("\\d?>.*$", ""), "", position);
        }
      } catch (ScriptException absent) {
        if (absent.kind() != ScriptException.Kind.UNSUPPORTED) {
          throw absent;
        }
        notes.add(file + ": " + absent.getMessage());
      }
    }
  }

  private String defaultsOf(String file) {
    Path beside = directory == null ? null : directory.resolve(file);
    if (beside != null && Files.isRegularFile(beside)) {
      try {
        return Files.readString(beside);
      } catch (IOException unreadable) {
        notes.add(file + " cannot be read, packetdrill's own is taken: " + unreadable);
      }
    }
    return DEFAULTS;
  }

  private void count(String state, int wanted, Position position) {
    int found = 0;
    String name = plain(state);
    for (TcpStatus each : target.connections()) {
      if (plain(each.state().name()).equals(name)) {
        found++;
      }
    }
    if (found != wanted) {
      throw ScriptException.failed(
          position, found + " connections are in " + state + ", expected " + wanted);
    }
  }

  private static String plain(String state) {
    String letters = state.toUpperCase(Locale.ROOT).replaceAll("[_-]", "");
    return letters.replace("RECEIVED", "RCVD").replace("RECV", "RCVD");
  }
}
