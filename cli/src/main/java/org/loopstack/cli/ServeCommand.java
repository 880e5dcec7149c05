// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.StackTool;
import org.loopstack.cli.host.UserException;
import org.loopstack.cli.service.EchoService;
import org.loopstack.cli.service.HttpService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lo serve}. */
@Command(
    name = "serve",
    description = {
      "Run a server on 127.0.0.1 and ::1, of a stack or without -n the machine, until Ctrl-C.",
      "http serves the files of a directory, or without one a page that says hello, and prints an"
          + " access log. echo sends back what it receives, over TCP and UDP."
    },
    footer = {
      "%nExamples:",
      "  lo -n default serve http --port 8081 --dir public",
      "  lo -n default serve echo --port 7"
    })
final class ServeCommand implements StackTool {
  /** What can be served. */
  enum Service {
    /** Files or a page. */
    http,
    /** What was received. */
    echo
  }

  @Parameters(paramLabel = "http|echo", description = "What to run.")
  private Service service;

  @Option(
      names = {"-p", "--port"},
      paramLabel = "PORT",
      defaultValue = "-1",
      description = "The port, 0 for a free one. The default is 8080 for http, 65432 for echo.")
  private int port;

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "The directory whose files are served.")
  private @Nullable Path directory;

  @Override
  public int run(Session session) throws IOException {
    if (port < -1 || port > 65_535) {
      throw new UserException(ExitStatus.USAGE, "serve: ports are from 0 to 65535: " + port);
    }
    CountDownLatch ended = new CountDownLatch(1);
    try (Closeable _ = service == Service.http ? http(session, ended) : echo(session)) {
      session.onInterrupt(ended::countDown);
      ended.await();
      return ExitStatus.INTERRUPTED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitStatus.INTERRUPTED;
    }
  }

  private Closeable echo(Session session) throws IOException {
    if (directory != null) {
      throw new UserException(ExitStatus.USAGE, "serve: --dir is for http, not for echo");
    }
    EchoService echo =
        EchoService.start(session.stack().selectorProvider(), port < 0 ? EchoService.PORT : port);
    announce(session, "echo", echo.port());
    return echo;
  }

  private Closeable http(Session session, CountDownLatch ended) throws IOException {
    Path files = directory == null ? null : session.directory().resolve(directory).normalize();
    if (files != null && !Files.isDirectory(files)) {
      throw new UserException(ExitStatus.NO_INPUT, "serve: there is no directory " + files);
    }
    HttpService http =
        HttpService.start(
            session.stack().selectorProvider(),
            port < 0 ? HttpService.PORT : port,
            files,
            line -> log(session, ended, line));
    announce(session, "http", http.port());
    return http;
  }

  private static void log(Session session, CountDownLatch ended, String line) {
    session.out().println(line);
    if (session.out().checkError()) {
      ended.countDown();
    }
  }

  private static void announce(Session session, String what, int port) {
    session.err().println("Serving " + what + " on 127.0.0.1 and ::1, port " + port + ".");
  }
}
