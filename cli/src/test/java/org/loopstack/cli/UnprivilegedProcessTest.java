// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.cli.host.ExitStatus;

/**
 * {@code lo} as somebody without any privilege and without a home runs it: with a copy of the class
 * path that everybody can read, by root who becomes nobody.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnprivilegedProcessTest {
  private static final String NOBODY = "65534";

  @TempDir static Path temporary;

  private static final List<String> CLASS_PATH = new ArrayList<>();

  private final List<Process> started = new ArrayList<>();

  @BeforeAll
  static void copyWhatNobodyMayRead() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    readable(temporary);
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    int number = 0;
    for (String each : path.split(File.pathSeparator)) {
      Path from = Path.of(each).toAbsolutePath();
      if (Files.exists(from)) {
        Path to = temporary.resolve(number++ + "-" + from.getFileName());
        copy(from, to);
        CLASS_PATH.add(to.toString());
      }
    }
    Path runtime = Files.createDirectory(temporary.resolve("runtime"));
    Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwxrwxrwx"));
  }

  private static void readable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : (Iterable<Path>) all::iterator) {
        Path target = each.equals(from) ? to : to.resolve(from.relativize(each));
        Files.copy(each, target);
        readable(target);
      }
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  /** What it has said, and its exit status. */
  private record Said(String out, String err, int status) {}

  private Process start(Path err, List<String> by, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(by);
    List<String> lo = LoProcesses.command(arguments);
    lo.set(lo.indexOf("-cp") + 1, String.join(File.pathSeparator, CLASS_PATH));
    command.addAll(lo);
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
    builder.directory(temporary.toFile());
    builder.environment().put("XDG_RUNTIME_DIR", temporary.resolve("runtime").toString());
    builder.environment().put("XDG_STATE_HOME", temporary.resolve("runtime").toString());
    builder.environment().put("HOME", "/nonexistent");
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static List<String> nobody() {
    return List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups");
  }

  private Said lo(List<String> by, String... arguments) throws Exception {
    Path err = Files.createTempFile(temporary, "err", null);
    Process process;
    try {
      process = start(err, by, arguments);
    } catch (IOException e) {
      assumeTrue(false, "there is no setpriv here: " + e.getMessage());
      throw new UncheckedIOException(e);
    }
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Said(out, Files.readString(err), process.exitValue());
  }

  private Said lo(String... arguments) throws Exception {
    return lo(nobody(), arguments);
  }

  private void requireUserNamespaces() throws Exception {
    Said trial = lo("run", "true");
    // One line then says why not.
    if (trial.status != ExitStatus.OK) {
      assertThat(trial.status).isIn(ExitStatus.NO_PERMISSION, ExitStatus.UNAVAILABLE);
      assertThat(trial.err).startsWith("lo: ").hasLineCount(1);
      assumeTrue(false, trial.err);
    }
  }

  @Test
  void runDelaysWhatItRunsInAUserNamespace() throws Exception {
    requireUserNamespaces();
    String ping = "id -u; ping -c 1 127.0.0.1; ping -c 1 ::1";
    Said said = lo("run", "--latency", "30ms", "--", "sh", "-c", ping);
    assumeTrue(!said.err.contains("ping:"), said.err);

    assertThat(said.status).as(said.err).isZero();
    assertThat(said.out).startsWith(NOBODY + "\n").contains("1 received");
    // There and back, each delayed.
    assertThat(said.out.lines().filter(l -> l.contains(" time=")).toList())
        .hasSize(2)
        .allSatisfy(
            l ->
                assertThat(Double.parseDouble(l.replaceAll(".* time=([0-9.]+) ms", "$1")))
                    .isGreaterThanOrEqualTo(60));
  }

  @Test
  void whatExecCannotRunIsToldInOurWords() throws Exception {
    requireUserNamespaces();
    Path err = Files.createTempFile(temporary, "err", null);
    Process run = start(err, nobody(), "run", "-n", "joined", "--", "sh", "-c", "echo up; cat");
    assertThat(run.inputReader().readLine()).isEqualTo("up");

    assertThat(lo("exec", "joined", "--", "sh", "-c", "echo in; exit 9"))
        .isEqualTo(new Said("in\n", "", 9));
    assertThat(lo("exec", "joined", "no-such-program"))
        .isEqualTo(new Said("", "lo: no-such-program: there is no such program\n", 127));
    Said directory = lo("exec", "joined", temporary.toString());
    assertThat(directory.status).isEqualTo(126);
    assertThat(directory.err)
        .startsWith("lo: ")
        .endsWith(": cannot be run: Permission denied (EACCES)\n");
    // Where it is led through a virtual Ethernet it carries a byte less than elsewhere.
    Said inside = lo("exec", "joined", "ip", "link", "show", "lo");
    assertThat(lo("-n", "joined", "addr").out)
        .startsWith(inside.out.replaceFirst("(?s) qdisc.*", ""));

    run.getOutputStream().close();
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void whatNeedsAPrivilegeIsOneLineThatSaysWhich() throws Exception {
    assertRefused(lo("up", "--tun", "--no-services"), "run this as root");
    assertRefused(lo("capture", "-c", "1"), "only root and CAP_NET_RAW");
    int first =
        Integer.parseInt(
            Files.readString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start")).strip());
    if (first > 1) {
      assertRefused(lo("serve", "echo", "--port", "1"), "port 1 is for root");
      Said port = lo("listen", "1");
      assertThat(port.out).contains("forbidden");
      assertThat(port.status).isEqualTo(1);
    }
    requireUserNamespaces();
    assertRefused(lo("run", "--publish", "8080", "true"), "--publish and --reach need root");
  }

  private static void assertRefused(Said said, String why) {
    assertThat(said.err).startsWith("lo: ").contains(why).hasLineCount(1);
    assertThat(said.status).isEqualTo(ExitStatus.NO_PERMISSION);
  }

  @Test
  void whereUserNamespacesAreForbiddenOneLineSaysWhatAllowsThem() throws Exception {
    // The switch belongs to the user namespace that this makes; the machine keeps its own.
    List<String> forbidden = new ArrayList<>(nobody());
    forbidden.addAll(
        List.of(
            "unshare",
            "--map-current-user",
            "--keep-caps",
            "sh",
            "-c",
            "echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-all"
                + " --inh-caps=-all --ambient-caps=-all \"$@\"",
            "sh"));
    Said trial = lo(forbidden, "-V");
    assumeTrue(trial.status == 0, trial.err);

    assertRefused(lo(forbidden, "run", "true"), "sysctl user.max_user_namespaces=10000");
  }
}
