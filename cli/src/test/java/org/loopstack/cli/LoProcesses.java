// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command {@code lo} as processes of their own. */
final class LoProcesses {
  private LoProcesses() {}

  /** What starts it. */
  static List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", path, Lo.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** As a process whose files are all in a folder, standard error in {@code err}. */
  static ProcessBuilder builder(Path temporary, String... arguments) {
    ProcessBuilder builder = new ProcessBuilder(command(arguments));
    builder.environment().put("XDG_RUNTIME_DIR", temporary.toString());
    builder.environment().put("XDG_STATE_HOME", temporary.toString());
    builder.directory(temporary.toFile());
    builder.redirectError(temporary.resolve("err").toFile());
    return builder;
  }
}
