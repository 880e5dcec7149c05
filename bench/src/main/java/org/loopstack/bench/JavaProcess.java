// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts Java programs with this JVM's Java, class path and options. */
public final class JavaProcess {
  /**
   * Agents listen on ports of their own, an AOT cache fits only the options it was made with, and
   * touching the heap takes time that a child of seconds does not have.
   */
  private static final List<String> LEFT_OUT =
      List.of("-agentlib:", "-javaagent:", "-XX:AOTCache", "-XX:+AlwaysPreTouch");

  private JavaProcess() {}

  /** A process that runs a class of this class path with the options that this JVM has. */
  public static ProcessBuilder like(Class<?> main, String... arguments) {
    return new ProcessBuilder(command(List.of(), main, List.of(arguments)));
  }

  /** The same with more options of Java. */
  public static ProcessBuilder like(List<String> options, Class<?> main, List<String> arguments) {
    return new ProcessBuilder(command(options, main, arguments));
  }

  /** The command line for it, with more options of Java. */
  static List<String> command(List<String> options, Class<?> main, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      if (LEFT_OUT.stream().noneMatch(option::startsWith)) {
        command.add(option);
      }
    }
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    return command;
  }
}
