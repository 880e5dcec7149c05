// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * What stands in back quotes. There is no shell: of the commands that scripts give to one, those
 * that set variables set the configuration, and those that prepare a machine have nothing to do.
 */
final class Commands {
  private static final Pattern ASSIGNMENT =
      Pattern.compile("([\\w./-]+)=((?:\"[^\"]*\"|'[^']*'|[^\\s;\"'])+)");

  /** As {@code sockstat ... | grep -c TIME_WAIT | grep 1}: how many are in a state. */
  private static final Pattern COUNT = Pattern.compile("grep -c (\\w+) *\\| *grep (\\d+)");

  /** What the common {@code defaults.sh} of packetdrill's own scripts sets. */
  private static final List<String> DEFAULTS =
      List.of(
          "net.ipv4.tcp_rmem=\"4096 540000 15728640\"",
          "net.ipv4.tcp_wmem=\"4096 262144 4194304\"",
          "net.ipv4.tcp_timestamps=1",
          "net.ipv4.tcp_syn_retries=5",
          "net.ipv4.tcp_synack_retries=5",
          "net.ipv4.tcp_frto=2",
          "net.ipv4.tcp_sack=1",
          "net.ipv4.tcp_dsack=1",
          "net.ipv4.tcp_reordering=3",
          "net.ipv4.tcp_congestion_control=cubic",
          "net.ipv4.tcp_recovery=1");

  /** Those of them that a stack may lack: then a script that depends on them fails by itself. */
  private static final List<String> WISHES =
      List.of(
          "net.ipv4.tcp_slow_start_after_idle=0",
          "net.ipv4.tcp_early_retrans=4",
          "net.ipv4.tcp_ecn=0",
          "net.ipv4.tcp_fastopen=3",
          "net.ipv4.tcp_fastopen_key=a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4",
          "net.ipv4.tcp_syncookies=1");

  /** What commands need of the run. */
  interface Target {
    /** The variables, or null once the stack is up and they cannot be changed any more. */
    @Nullable Sysctls sysctls();

    /** Lets time pass. */
    void sleep(long nanos);

    /** The connections there are. */
    List<TcpStatus> connections();
  }

  private final Target target;

  Commands(Target target) {
    this.target = target;
  }

  /** Runs the commands that one pair of back quotes holds. */
  void run(String text, Position position) {
    for (String line : text.replace("\\\n", " ").split("[\\n;]|&&", -1)) {
      String command = line.replaceAll(">.*$", "").strip();
      if (!command.isEmpty() && !command.startsWith("#")) {
        one(command, position);
      }
    }
  }

  private void one(String command, Position position) {
    String[] words = command.split("\\s+", -1);
    String program = words[0].substring(words[0].lastIndexOf('/') + 1);
    Matcher count = COUNT.matcher(command);
    if (count.find()) {
      count(count.group(1), Integer.parseInt(count.group(2)), position);
    } else if (program.equals("sysctl")) {
      assignments(command, "", position);
    } else if (program.equals("set_sysctls.py")) {
      assignments(command, "/proc/sys/", position);
    } else if (program.equals("defaults.sh")) {
      defaults(position);
    } else if (program.equals("sleep") && words.length == 2) {
      target.sleep(new BigDecimal(words[1]).movePointRight(9).longValue());
    } else if (!isPreparation(program, command)) {
      throw ScriptException.unsupported(position, "there is no shell for: " + command);
    }
  }

  private static boolean isPreparation(String program, String command) {
    return program.startsWith("sysctl_restore_")
        || List.of("true", "echo", "kldload", "tc", "ethtool", "nstat").contains(program)
        || command.startsWith("ip tcp_metrics flush");
  }

  private void assignments(String command, String prefix, Position position) {
    Matcher m = ASSIGNMENT.matcher(command);
    while (m.find()) {
      String name = m.group(1);
      if (name.startsWith(prefix)) {
        set(name.substring(prefix.length()).replace('/', '.'), m.group(2), position);
      }
    }
  }

  private void set(String name, String value, Position position) {
    Sysctls sysctls = target.sysctls();
    if (sysctls == null) {
      throw ScriptException.unsupported(
          position, "a stack's settings do not change while it runs: " + name + "=" + value);
    }
    sysctls.set(name, value, position);
  }

  private void defaults(Position position) {
    Sysctls sysctls = target.sysctls();
    if (sysctls == null) {
      return;
    }
    for (String each : DEFAULTS) {
      assignments(each, "", position);
    }
    for (String each : WISHES) {
      try {
        assignments(each, "", position);
      } catch (ScriptException absent) {
        if (absent.kind() != ScriptException.Kind.UNSUPPORTED) {
          throw absent;
        }
      }
    }
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
