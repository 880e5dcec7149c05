// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.capture.CaptureReader;
import org.loopstack.cli.host.ExitStatus;

/** {@code lo run} and {@code lo exec} as processes of their own, with real programs in them. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunProcessTest {
  /** Serves, and says so when it does, which http.server does not. */
  private static final String SERVER =
      "python3 -c 'import http.server as h, socket\n"
          + "class S(h.ThreadingHTTPServer): address_family = socket.AF_INET6\n"
          + "s = S((\"::\", 8080), h.SimpleHTTPRequestHandler); print(\"serving\", flush=True);"
          + " s.serve_forever()' 2>/dev/null ";

  @TempDir Path temporary;

  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void skipWhereNotAllowed() throws Exception {
    Process trial = lo("run", "true");
    int status = trial.waitFor();
    assumeTrue(
        status != ExitStatus.UNAVAILABLE && status != ExitStatus.NO_PERMISSION,
        () -> "not allowed here, run the tests as root: " + errors());
    assertThat(status).as(errors()).isZero();
    for (String program : List.of("curl", "python3")) {
      assumeTrue(
          new ProcessBuilder("sh", "-c", "command -v " + program + " >" + temporary.resolve("x"))
                  .start()
                  .waitFor()
              == 0,
          "there is no " + program + " here");
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process lo(String... arguments) throws IOException {
    Process process = LoProcesses.builder(temporary, arguments).start();
    started.add(process);
    return process;
  }

  private String errors() {
    try {
      return Files.readString(temporary.resolve("err"));
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void theProgramHasTheStreamsAndItsExitStatusIsTheCommands() throws Exception {
    Process run = lo("run", "--", "sh", "-c", "tr a-c A-C; pwd; exit 7");
    run.getOutputStream().write("abcd\n".getBytes(StandardCharsets.US_ASCII));
    run.getOutputStream().close();

    assertThat(output(run)).isEqualTo("ABCd\n" + temporary.toRealPath() + "\n");
    assertThat(run.waitFor()).isEqualTo(7);
    assertThat(errors()).isEmpty();
  }

  @Test
  void aProgramThatIsNotThereOrEndsByASignalIsToldAsAShellTells() throws Exception {
    assertThat(lo("run", "nosuchprogram").waitFor()).isEqualTo(127);
    assertThat(errors()).isEqualTo("lo: nosuchprogram: there is no such program\n");
    assertThat(lo("run", temporary.toString()).waitFor()).isEqualTo(126);
    assertThat(lo("run", "--", "sh", "-c", "kill -9 $$").waitFor()).isEqualTo(137);
    assertThat(lo("run", "--loss", "3x", "true").waitFor()).isEqualTo(ExitStatus.USAGE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "[::1]"})
  void latencyIsSeenByCurlAndTheCaptureHoldsTheHandshake(String host) throws Exception {
    Path capture = temporary.resolve("out.pcapng");
    String client =
        "curl -sS -o /dev/null -w '%{http_code} %{time_total}' http://" + host + ":8080/";
    Process run =
        lo(
            "run",
            "--latency",
            "100ms",
            "--capture",
            capture.toString(),
            "--",
            "sh",
            "-c",
            "(" + SERVER + "&) | { read -r x; " + client + "; }");
    String[] said = output(run).split(" ", -1);

    assertThat(run.waitFor()).as(errors()).isZero();
    assertThat(said[0]).isEqualTo("200");
    // The handshake and the request: four times one way, and not many times more.
    assertThat(Double.parseDouble(said[1])).isBetween(0.4, 30.0);
    assertThat(CaptureReader.readAll(capture)).hasSizeGreaterThanOrEqualTo(6);
  }

  @Test
  void fivePercentLossStillDelivers() throws Exception {
    Files.write(temporary.resolve("data"), new byte[3_000_000]);
    Process run =
        lo(
            "run",
            "--loss",
            "5%",
            "--mtu",
            "1500",
            "--seed",
            "1",
            "--",
            "sh",
            "-c",
            "(" + SERVER + "&) | { read -r x; curl -sS http://127.0.0.1:8080/data | wc -c; }");

    assertThat(output(run).strip()).isEqualTo("3000000");
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void aStackOfOursAnswersCurlAtItsPort() throws Exception {
    Process run =
        lo(
            "run",
            "--http",
            "8080",
            "--",
            "sh",
            "-c",
            "curl -sS http://127.0.0.1:8080/ && curl -sS http://[::1]:8080/;"
                + " curl -s http://127.0.0.1:8081/; echo $?");

    assertThat(output(run)).isEqualTo("Hello, Loopback!Hello, Loopback!7\n");
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void aSignalIsHandedOnAndWhatTheProgramLeavesRunningEnds() throws Exception {
    Process run =
        lo(
            "run",
            "--",
            "sh",
            "-c",
            "cat /dev/zero >/dev/null & echo $!; trap 'echo told; exit 3' TERM; echo ready; wait");
    BufferedReader output = run.inputReader();
    long left = Long.parseLong(output.readLine());
    assertThat(output.readLine()).isEqualTo("ready");
    // Process.destroy would close the streams, too.
    run.toHandle().destroy();

    assertThat(output.readLine()).isEqualTo("told");
    assertThat(run.waitFor()).isEqualTo(3);
    assertThat(isAlive(left)).isFalse();
  }

  @Test
  void aQuitFromTheTerminalIsTheProgramsAndNoListOfThreadsIsPrinted() throws Exception {
    Process run = lo("run", "--", "sh", "-c", "echo up; read -r go; kill -QUIT $PPID; echo $go");
    BufferedReader output = run.inputReader();
    assertThat(output.readLine()).isEqualTo("up");
    while (!ignoresQuit(run.pid())) {
      Thread.onSpinWait();
    }
    assertThat(new ProcessBuilder("kill", "-QUIT", "" + run.pid()).start().waitFor()).isZero();
    run.getOutputStream().write("go\n".getBytes(StandardCharsets.US_ASCII));
    run.getOutputStream().close();

    assertThat(output.lines()).containsExactly("go");
    assertThat(run.waitFor()).isZero();
    assertThat(errors()).isEmpty();
  }

  @Test
  void whatPassesIsSeenFromOutsideWhileItRunsAndCanBeMadeWorse() throws Exception {
    Process run = lo("run", "-n", "seen", "--", "sh", "-c", SERVER);
    assertThat(run.inputReader().readLine()).isEqualTo("serving");
    // Of each connection that it sees the beginning of, and of no other.
    String syn = "tcp dst port 8080 and tcp[tcpflags] & tcp-syn != 0";
    Process capture = lo("-n", "seen", "capture", "-c", "3", syn);
    String get = "curl -s -o /dev/null -w %{http_code} -m 5 http://127.0.0.1:8080/";
    // The capture has begun when it has seen something.
    for (int i = 0; i < 100 && capture.isAlive(); i++) {
      assertThat(output(lo("exec", "seen", "--", "sh", "-c", get))).isEqualTo("200");
    }
    assertThat(output(capture)).contains("127.0.0.1.8080: Flags [S]");

    assertThat(lo("-n", "seen", "fault", "add", "drop tcp dst port 8080").waitFor()).isZero();
    assertThat(output(lo("exec", "seen", "--", "sh", "-c", get))).isEqualTo("000");
    assertThat(output(lo("-n", "seen", "addr"))).contains("1: lo:");
    assertThat(lo("down", "seen").waitFor()).isZero();
  }

  @Test
  void anotherProgramJoinsAndDownEndsIt() throws Exception {
    Process run = lo("run", "-n", "lab", "--", "sh", "-c", SERVER);
    assertThat(run.inputReader().readLine()).isEqualTo("serving");
    Process joined =
        lo(
            "exec",
            "lab",
            "--",
            "curl",
            "-s",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "http://127.0.0.1:8080/");

    assertThat(output(joined)).as(errors()).isEqualTo("200");
    assertThat(joined.waitFor()).isZero();
    assertThat(lo("exec", "lab", "--", "nosuchprogram").waitFor()).isEqualTo(127);
    assertThat(lo("exec", "other", "true").waitFor()).isEqualTo(ExitStatus.UNAVAILABLE);
    assertThat(lo("down", "lab").waitFor()).isZero();
    assertThat(run.waitFor()).isEqualTo(143);
  }

  @Test
  void whenOurProcessIsKilledTheProgramIsToldAndNothingStays() throws Exception {
    List<String> before = interfaces();
    Process run =
        lo(
            "run",
            "--",
            "sh",
            "-c",
            "cat /dev/zero >/dev/null & echo $!; readlink /proc/$$/ns/net;"
                + " trap 'echo told >"
                + temporary.resolve("told")
                + "; exit' TERM; wait");
    BufferedReader output = run.inputReader();
    long left = Long.parseLong(output.readLine());
    String namespace = output.readLine();
    List<ProcessHandle> children = run.toHandle().children().toList();
    run.destroyForcibly().waitFor();
    for (ProcessHandle child : children) {
      child.onExit().join();
    }

    assertThat(isAlive(left)).isFalse();
    assertThat(Files.readString(temporary.resolve("told"))).isEqualTo("told\n");
    assertThat(errors()).contains("the process that carried this loopback has died");
    assertThat(inNamespace(namespace)).isEmpty();
    assertThat(before).containsAll(interfaces());
  }

  /** proc_pid_status(5): SigIgn is a mask, in hexadecimal, whose third bit is SIGQUIT's. */
  private static boolean ignoresQuit(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .anyMatch(line -> line.matches("SigIgn:\\s*[0-9a-f]+[4567cdef]"));
  }

  /** One that has ended and that nobody has asked about yet (a zombie) does not live. */
  private static boolean isAlive(long pid) throws IOException {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static List<ProcessHandle> inNamespace(String identity) {
    return ProcessHandle.allProcesses()
        .filter(
            each -> {
              try {
                Path link = Path.of("/proc/" + each.pid() + "/ns/net");
                return Files.readSymbolicLink(link).toString().equals(identity);
              } catch (IOException e) {
                return false;
              }
            })
        .toList();
  }

  private static List<String> interfaces() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/sys/class/net"))) {
      return all.map(Path::toString).sorted().toList();
    }
  }
}
