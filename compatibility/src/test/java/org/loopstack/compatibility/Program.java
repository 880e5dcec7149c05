// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** A process of its own: another JVM, or a program of the machine. What it says is kept. */
final class Program implements AutoCloseable {
  private static final int SECONDS = 300;

  private final Process process;
  private final List<String> said = new ArrayList<>();
  private boolean ended;

  private Program(Process process) {
    this.process = process;
    Thread.ofVirtual().start(this::listen);
  }

  static Program start(List<String> command) throws IOException {
    return new Program(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /**
   * A small JVM.
   *
   * @param agent the agent's options, or null for a JVM that is not under it
   * @param rest class path or jar, class and arguments
   */
  static Program startJvm(String agent, String... rest) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-Xmx128m", "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    if (agent != null) {
      command.add("-javaagent:" + System.getProperty("loopstack.agent.jar") + "=" + agent);
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(List.of(rest));
    return start(command);
  }

  /**
   * A program of these tests, which needs no library.
   *
   * @param agent the agent's options, or null for a JVM that is not under it
   * @param properties further options of the JVM
   */
  static Program startMain(
      String agent, Class<?> main, List<String> properties, String... arguments)
      throws IOException {
    List<String> rest = new ArrayList<>(properties);
    String classes = main.getProtectionDomain().getCodeSource().getLocation().getPath();
    rest.addAll(List.of("-cp", classes, main.getName()));
    rest.addAll(List.of(arguments));
    return startJvm(agent, rest.toArray(String[]::new));
  }

  /** The lines of such a program, which is to succeed. */
  static List<String> said(
      String agent, Class<?> main, List<String> properties, String... arguments) throws Exception {
    try (Program program = startMain(agent, main, properties, arguments)) {
      if (program.exitCode() != 0) {
        throw new AssertionError(program.output());
      }
      return program.output().lines().toList();
    }
  }

  private void listen() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        synchronized (said) {
          said.add(line);
          said.notifyAll();
        }
      }
    } catch (IOException e) {
      // It was ended.
    } finally {
      synchronized (said) {
        ended = true;
        said.notifyAll();
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** The first line in which the pattern is found; an error if the program ends without one. */
  String awaitLine(String pattern) {
    Pattern wanted = Pattern.compile(pattern);
    try {
      return CompletableFuture.supplyAsync(() -> find(wanted), Thread::startVirtualThread)
          .get(SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("No line with " + pattern + " in:\n" + output(), e);
    }
  }

  private String find(Pattern wanted) {
    synchronized (said) {
      int seen = 0;
      while (true) {
        for (; seen < said.size(); seen++) {
          if (wanted.matcher(said.get(seen)).find()) {
            return said.get(seen);
          }
        }
        if (ended) {
          throw new AssertionError("It has ended");
        }
        try {
          said.wait();
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  /** Waits for its end. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("It does not end:\n" + output());
    }
    synchronized (said) {
      while (!ended) {
        said.wait();
      }
    }
    return process.exitValue();
  }

  /** Tells it that there is no more to read. */
  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** What it has said so far. */
  String output() {
    synchronized (said) {
      return String.join("\n", said);
    }
  }

  /** Asks it to end and sees to it that it does. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
