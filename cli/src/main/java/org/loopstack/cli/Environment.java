// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.management.RuntimeDirectory;

/**
 * What a command line runs in: the process itself, or the session of a command that runs in a
 * stack's process.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param variables the environment variables
 * @param directory the current directory
 * @param session what a stack's process runs the command in, else null
 */
record Environment(
    InputStream in,
    PrintStream out,
    PrintStream err,
    Map<String, String> variables,
    Path directory,
    @Nullable Session session) {

  /** This process's own; errors of standard output are kept, as {@code System.out} keeps them. */
  static Environment ofProcess() {
    return new Environment(
        new FileInputStream(FileDescriptor.in),
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        System.getenv(),
        Path.of("").toAbsolutePath(),
        null);
  }

  /** A session's. */
  static Environment of(Session session) {
    return new Environment(
        session.in(), session.out(), session.err(), Map.of(), session.directory(), session);
  }

  /** Where the running stacks are found. */
  RuntimeDirectory runtimeDirectory() {
    return RuntimeDirectory.of(variables);
  }

  /** How the user calls this command, for the lines that say what to type. */
  static String command() {
    return System.getProperty("lo.command", "lo");
  }
}
