// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.cli.host.ExitStatus;

/** {@code lo up} as a process of its own, used from outside. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpProcessTest {
  private static final Pattern CURL = Pattern.compile("curl -v http://127\\.0\\.0\\.1:(\\d+)/");
  private static final Pattern TELNET = Pattern.compile("telnet 127\\.0\\.0\\.1 (\\d+)");

  @TempDir Path temporary;

  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    Process down = lo("down", "test");
    down.getInputStream().readAllBytes();
    down.waitFor();
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process lo(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Surefire puts the class path into a jar of its own; what it meant is in this property.
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp", path, Lo.class.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("XDG_RUNTIME_DIR", temporary.toString());
    builder.environment().put("XDG_STATE_HOME", temporary.toString());
    builder.redirectError(temporary.resolve("err").toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static String readUntil(BufferedReader output, String last) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      text.append(line).append('\n');
      if (line.equals(last)) {
        return text.toString();
      }
    }
    throw new AssertionError("ended after: " + text);
  }

  private static int port(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    assertThat(matcher.find()).as(text).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  private static String get(int port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI page = URI.create("http://127.0.0.1:" + port + "/");
      HttpRequest request =
          HttpRequest.newBuilder(page).version(HttpClient.Version.HTTP_1_1).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  /**
   * Whether it was started with that signal ignored, as by nohup or in the background of a script.
   */
  private static boolean ignores(Process process, int signal) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      return false;
    }
    String line =
        Files.readAllLines(status).stream()
            .filter(each -> each.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow();
    long mask = Long.parseUnsignedLong(line.substring(line.indexOf('\t') + 1), 16);
    return (mask >>> (signal - 1) & 1) != 0;
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143", "HUP, 129"})
  void runsInTheForegroundUntilASignal(String signal, int status) throws Exception {
    Process up = lo("up", "-n", "test");
    BufferedReader output = up.inputReader(StandardCharsets.UTF_8);
    String said = readUntil(output, "Ctrl-C takes it down.");
    assumeThat(ignores(up, status - 128))
        .as("SIG%s is ignored by whoever started the build", signal)
        .isFalse();
    assertThat(said)
        .startsWith("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536")
        .contains("lo -n test ping -c 3 127.0.0.1");
    assertThat(get(port(CURL, said))).isEqualTo("Hello, Loopback!");
    assertThat(output.readLine()).contains("\"GET / HTTP/1.1\" 200 16");
    new ProcessBuilder("kill", "-" + signal, Long.toString(up.pid())).start().waitFor();
    assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isEqualTo(status);
    assertThat(temporary.resolve("loopstack").resolve("test.sock")).doesNotExist();
  }

  @Test
  void goesDownWhenNobodyReadsItsLog() throws Exception {
    Process up = lo("up", "-n", "test");
    String said = readUntil(up.inputReader(StandardCharsets.UTF_8), "Ctrl-C takes it down.");
    up.getInputStream().close();
    try {
      get(port(CURL, said));
    } catch (IOException e) {
      // The stack may be down before the answer is through.
    }
    assertThat(up.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isEqualTo(ExitStatus.BROKEN_PIPE);
    assertThat(Files.readString(temporary.resolve("err")))
        .startsWith("lo: nobody reads the output any more")
        .hasLineCount(1);
  }

  @Test
  void staysInTheBackgroundUntilItIsTakenDown() throws Exception {
    Process up = lo("up", "-d", "-n", "test");
    String said = new String(up.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(up.waitFor()).isZero();
    assertThat(said).contains("The stack \"test\" is up.").contains("Its log: " + temporary);
    try (Socket echo = new Socket(InetAddress.ofLiteral("127.0.0.1"), port(TELNET, said))) {
      echo.getOutputStream().write("there".getBytes(StandardCharsets.US_ASCII));
      echo.shutdownOutput();
      assertThat(echo.getInputStream().readAllBytes()).asString().isEqualTo("there");
    }
    assertThat(get(port(CURL, said))).isEqualTo("Hello, Loopback!");
    Process down = lo("down", "test");
    assertThat(down.waitFor()).isZero();
    assertThat(temporary.resolve("loopstack").resolve("test.sock")).doesNotExist();
    assertThat(Files.readString(temporary.resolve("loopstack").resolve("test.log")))
        .contains("\"GET / HTTP/1.1\" 200 16");
  }

  @Test
  void leftoverOfAKilledStackDoesNotMatter() throws Exception {
    Process killed = lo("up", "-n", "test", "--no-services");
    readUntil(killed.inputReader(StandardCharsets.UTF_8), "Ctrl-C takes it down.");
    killed.destroyForcibly().waitFor();
    assertThat(temporary.resolve("loopstack").resolve("test.sock")).exists();
    Process again = lo("up", "-n", "test", "--no-services");
    readUntil(again.inputReader(StandardCharsets.UTF_8), "Ctrl-C takes it down.");
    assertThat(again.isAlive()).isTrue();
  }
}
