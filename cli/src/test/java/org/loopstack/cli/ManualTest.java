// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * docs/lo.md is what the commands say about themselves. {@code -Dlo.manual=write} writes it anew.
 */
class ManualTest {
  private static final Path MANUAL = Path.of("..", "docs", "lo.md");

  @Test
  void manualIsWhatTheCommandsSayAboutThemselves() throws IOException {
    String manual = manual();
    if ("write".equals(System.getProperty("lo.manual"))) {
      Files.createDirectories(MANUAL.getParent());
      Files.writeString(MANUAL, manual);
    }
    assertThat(MANUAL).as("write it with: mvn -pl cli -am test -Dlo.manual=write").exists();
    assertThat(Files.readString(MANUAL)).isEqualTo(manual);
  }

  private static String manual() {
    CommandLine lo = Lo.commandLine(Environment.ofProcess());
    StringBuilder text = new StringBuilder("# The command lo\n\n");
    text.append("Generated from the commands' own help by `ManualTest`; do not edit.\n\n");
    append(text, "lo", lo);
    text.append(FILES);
    for (Map.Entry<String, CommandLine> one : lo.getSubcommands().entrySet()) {
      CommandLine command = one.getValue();
      boolean isAlias = !command.getCommandName().equals(one.getKey());
      if (!isAlias && !command.getCommandSpec().usageMessage().hidden()) {
        append(text, "lo " + one.getKey(), command);
        appendAllOf(text, "lo " + one.getKey(), command);
      }
    }
    return text.toString().stripTrailing() + "\n";
  }

  private static void appendAllOf(StringBuilder text, String title, CommandLine command) {
    for (Map.Entry<String, CommandLine> one : command.getSubcommands().entrySet()) {
      append(text, title + " " + one.getKey(), one.getValue());
    }
  }

  private static void append(StringBuilder text, String title, CommandLine command) {
    text.append("## ").append(title).append("\n\n```\n");
    command
        .getUsageMessage(CommandLine.Help.Ansi.OFF)
        .lines()
        .forEach(line -> text.append(line.stripTrailing()).append('\n'));
    text.append("```\n\n");
  }

  private static final String FILES =
      """
      ## Files

      | file | what it is |
      |---|---|
      | `$XDG_RUNTIME_DIR/loopstack/NAME.sock`, else `/tmp/loopstack-UID/NAME.sock` | \
      where a running stack is managed; the directory is its user's alone |
      | `$XDG_STATE_HOME/loopstack/NAME.log`, else `~/.local/state/loopstack/NAME.log` | \
      the log of a stack in the background; the one before it is `NAME.log.old` |
      | `bug-*.txt` beside the logs | what is known of something that should not have happened |

      Completion for bash and zsh: `source <(lo generate-completion)`.

      """;
}
