// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * A database server of the machine's own packages, on the machine's loopback: a private instance
 * with its data in a directory of its own, run by a user that it accepts.
 */
final class Database implements AutoCloseable {
  private static final int TRIES = 5;

  private final Program program;
  private final int port;

  private Database(Program program, int port) {
    this.program = program;
    this.port = port;
  }

  /** On the machine's 127.0.0.1. */
  int port() {
    return port;
  }

  /** PostgreSQL; whoever connects as {@code tester} is let in. */
  static Database postgresql(Path home) throws Exception {
    Path initdb = installed("initdb", "postgresql", "/usr/bin", "/usr/lib/postgresql");
    Path server = initdb.resolveSibling("postgres");
    String data = home.resolve("data").toString();
    List<String> user = asUser("postgres", home);
    run(
        user,
        List.of(
            initdb.toString(),
            "--pgdata=" + data,
            "--auth=trust",
            "--username=tester",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync"));
    return start(
        user,
        port ->
            List.of(
                server.toString(),
                "-D",
                data,
                "-p",
                Integer.toString(port),
                "-F",
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=" + home),
        "ready to accept connections");
  }

  /** MariaDB, with a database {@code words} and a user {@code tester}, password {@code secret}. */
  static Database mariadb(Path home) throws Exception {
    Path server = installed("mariadbd", "mariadb-server", "/usr/sbin");
    Path install = installed("mariadb-install-db", "mariadb-server", "/usr/bin");
    String data = home.resolve("data").toString();
    Path sql = home.resolve("init.sql");
    Files.writeString(
        sql,
        """
        create database words;
        create user tester@'%' identified by 'secret';
        grant all on words.* to tester@'%';
        """);
    List<String> user = asUser("mysql", home);
    run(
        user,
        List.of(
            install.toString(),
            "--no-defaults",
            "--datadir=" + data,
            "--auth-root-authentication-method=normal",
            "--skip-test-db"));
    return start(
        user,
        port ->
            List.of(
                server.toString(),
                "--no-defaults",
                "--datadir=" + data,
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--socket=" + home.resolve("socket"),
                "--pid-file=" + home.resolve("pid"),
                "--innodb-flush-log-at-trx-commit=0",
                "--init-file=" + sql),
        "ready for connections");
  }

  private static Path installed(String name, String debianPackage, String... places)
      throws IOException {
    for (String place : places) {
      if (Files.isDirectory(Path.of(place))) {
        try (Stream<Path> files =
            Files.find(
                Path.of(place),
                place.equals("/usr/lib/postgresql") ? 3 : 1,
                (file, attributes) -> file.endsWith(name))) {
          List<Path> found = files.sorted(Comparator.reverseOrder()).toList();
          if (!found.isEmpty()) {
            return found.getFirst();
          }
        }
      }
    }
    assumeTrue(false, name + " is not there; Debian has it in " + debianPackage);
    throw new AssertionError();
  }

  /** Both servers refuse to be run by root; then somebody else owns the directory and runs them. */
  private static List<String> asUser(String name, Path home) throws Exception {
    if (!"root".equals(System.getProperty("user.name"))) {
      return List.of();
    }
    run(List.of(), List.of("chown", "-R", name, home.toString()));
    // Replaces itself, so that the process is the server and nobody stands between.
    return List.of("setpriv", "--reuid=" + name, "--regid=" + name, "--init-groups");
  }

  private static void run(List<String> user, List<String> command) throws Exception {
    try (Program program = Program.start(joined(user, command))) {
      if (program.exitCode() != 0) {
        throw new AssertionError(command + " failed:\n" + program.output());
      }
    }
  }

  private static List<String> joined(List<String> user, List<String> command) {
    List<String> all = new ArrayList<>(user);
    all.addAll(command);
    return all;
  }

  /** A server's command line at a port. */
  private interface Command {
    List<String> at(int port);
  }

  /** At a port that was free: this JVM has no machine's sockets with which to look for one. */
  private static Database start(List<String> user, Command command, String ready)
      throws IOException {
    AssertionError last = null;
    for (int i = 0; i < TRIES; i++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      Program program = Program.start(joined(user, command.at(port)));
      try {
        String _ = program.awaitLine(ready);
        return new Database(program, port);
      } catch (AssertionError e) {
        program.close();
        last = e;
      }
    }
    throw last;
  }

  @Override
  public void close() {
    program.close();
  }
}
