// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.cli.doctor.check.OutOfFiles;
import org.loopstack.cli.interop.TinyNameServer;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NamespaceSockets;
import org.loopstack.linux.namespace.NetworkNamespace;

/** {@code lo doctor} as a process of its own, in places that are wrong from outside. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoctorProcessTest {
  @TempDir Path temporary;

  /** What it finds, in a network of its own; run by a shell that does something before. */
  private List<String> findings(String before, Map<String, String> variables) throws Exception {
    return findings(List.of("unshare", "-m", "-n", "-u"), before, variables, ProcessBuilder::start);
  }

  /** In a network in which something is. */
  private List<String> findings(NetworkNamespace network, String before) throws Exception {
    return findings(
        List.of("unshare", "-m", "-u"), before, Map.of(), builder -> network.call(builder::start));
  }

  private interface Start {
    Process of(ProcessBuilder builder) throws IOException;
  }

  /** What it finds, by the check. */
  private List<String> findings(
      List<String> unshare, String before, Map<String, String> variables, Start start)
      throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // Not the last command: the shell stays, and its limits are those of a parent.
    String line =
        before
            + " && { \"$0\" -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp \"$1\" "
            + Lo.class.getName()
            + " doctor -j; exit $?; }";
    List<String> command = new ArrayList<>(unshare);
    command.addAll(List.of("sh", "-c", line, java, path));
    ProcessBuilder builder = new ProcessBuilder(command);
    for (String each : List.of("http_proxy", "https_proxy", "all_proxy", "no_proxy")) {
      builder.environment().remove(each);
      builder.environment().remove(each.toUpperCase(Locale.ROOT));
    }
    builder.environment().putAll(variables);
    builder.environment().put("XDG_STATE_HOME", temporary.toString());
    Path err = temporary.resolve("err");
    Process process;
    try {
      process = start.of(builder.redirectError(err.toFile()));
    } catch (IOException e) {
      assumeTrue(false, "there is no unshare here: " + e.getMessage());
      return List.of();
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assumeTrue(said.startsWith("{"), "not possible here: " + Files.readString(err));
    List<String> all = new ArrayList<>();
    JsonObject json = JsonParser.parseString(said).getAsJsonObject();
    assertThat(process.exitValue()).isEqualTo(json.get("status").getAsInt());
    for (JsonElement each : json.getAsJsonArray("findings")) {
      JsonObject one = each.getAsJsonObject();
      all.add(
          one.get("severity").getAsString()
              + " "
              + one.get("check").getAsString()
              + ": "
              + one.get("seen").getAsString());
    }
    return all;
  }

  private String bound(String file, String text) throws IOException {
    Path other = Files.writeString(temporary.resolve(Path.of(file).getFileName()), text);
    return "ip link set lo up && mount --bind " + other + " " + file;
  }

  /** Names by the hosts file and a name server on 127.0.0.1, in this order or the other. */
  private String names(String hosts, String order) throws IOException {
    return bound("/etc/hosts", hosts)
        + " && "
        + bound("/etc/nsswitch.conf", "hosts: " + order + "\n")
        + " && "
        + bound("/etc/resolv.conf", "nameserver 127.0.0.1\n");
  }

  @Test
  void aLocalhostThatIsElsewhereIsSeenByTheCLibraryAndByJava() throws Exception {
    assertThat(findings(bound("/etc/hosts", "10.0.0.5 localhost\n"), Map.of()))
        .contains(
            "error hosts-file: line 1 of /etc/hosts says that localhost is 10.0.0.5",
            "error localhost-name: localhost is 10.0.0.5 for the C library",
            "error localhost-name: localhost is 10.0.0.5 for Java");
  }

  @Test
  void aProxyAndFewOpenFilesAreSeenAndAGoodHostsFileIsNot() throws Exception {
    String before = bound("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    assertThat(findings(before + " && ulimit -n 300", Map.of("http_proxy", "http://proxy:3128/")))
        .contains(
            "warning open-files: a program may have 300 files open",
            "warning proxy: http_proxy is set, and no_proxy does not except localhost, 127.0.0.1,"
                + " ::1")
        .noneMatch(each -> each.contains(" hosts-file: "))
        .noneMatch(each -> each.startsWith("error localhost-name"));
  }

  @Test
  void aNameOfItsOwnThatNobodyKnowsIsSeen() throws Exception {
    String hosts = bound("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    assertThat(findings("hostname no-such-name.invalid && " + hosts, Map.of()))
        .anyMatch(each -> each.startsWith("warning own-name: this machine's own name, no-such"));
  }

  @Test
  void aNameServerThatAnswersForNamesBelowLocalhostIsSeen() throws Exception {
    String both = "127.0.0.1 localhost\n::1 localhost\n";
    try (NetworkNamespace network = TestNetwork.up();
        TinyNameServer _ = TinyNameServer.start(new NamespaceSockets(network), "127.0.0.1")) {
      assertThat(findings(network, names(both, "files dns")))
          .anyMatch(
              each ->
                  each.startsWith("error localhost-subdomains: app.localhost is [192.0.2.1] for "));
      assertThat(findings(network, names(both + "127.0.0.1 lo-doctor.localhost\n", "files dns")))
          .noneMatch(each -> each.contains(" localhost-subdomains: "));
    }
  }

  @Test
  void aNameServerThatDoesNotAnswerIsSeenByWhatHasToWaitForIt() throws Exception {
    String both = "127.0.0.1 localhost\n::1 localhost\n127.0.1.1 box.example\n";
    String hostname = "hostname box.example && ";
    try (NetworkNamespace network = TestNetwork.up();
        DatagramChannel silent = new NamespaceSockets(network).openDatagramChannel()) {
      silent.bind(new InetSocketAddress("127.0.0.1", 53));
      assertThat(findings(network, hostname + names(both, "dns files")))
          .contains(
              "error localhost-name: the C library does not know localhost: no answer in 500 ms",
              "error localhost-name: Java does not know localhost: no answer in 500 ms")
          .anyMatch(
              each ->
                  each.startsWith("warning own-name: this machine's own name, box.example, takes")
                      && each.endsWith(" ms to look up in vain"));
      assertThat(findings(network, hostname + names(both, "files dns")))
          .noneMatch(each -> each.startsWith("error localhost-name: "))
          .noneMatch(each -> each.endsWith(" in vain"));
    }
  }

  @Test
  void theOrderOfTheAddressesOfLocalhostIsComparedWithJavas() throws Exception {
    String hosts = bound("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n");
    // RFC 6724 section 2.1: the policy table, with IPv4 first.
    String ipv4First =
        bound("/etc/gai.conf", "precedence ::1/128 10\nprecedence ::ffff:0:0/96 100\n");
    String differs =
        "note localhost-name: localhost is first ::1 for the C library and 127.0.0.1 for Java";

    assertThat(findings(hosts, Map.of())).contains(differs);
    assertThat(findings(hosts + " && " + ipv4First, Map.of()))
        .noneMatch(each -> each.contains("localhost is first"));
  }

  @Test
  void windowsSubsystemAndASandboxAreSeenByWhatTheKernelCallsItself() throws Exception {
    assertThat(
            findings(
                bound("/proc/version", "Linux version 5.15.90.1-microsoft-standard-WSL2\n"),
                Map.of()))
        .contains("note whose-localhost: this is Windows' subsystem for Linux");
    assertThat(findings(bound("/proc/version", "Linux version 4.4.0 (gVisor)\n"), Map.of()))
        .contains("note whose-localhost: this is inside a sandbox: gVisor");
    assertThat(findings(bound("/proc/version", "Linux version 6.18.0 (gcc)\n"), Map.of()))
        .noneMatch(each -> each.contains("Windows") || each.contains("gVisor"));
  }

  @Test
  void aSelectorThatCannotBeOpenedForWantOfFilesIsSeen() throws Exception {
    List<String> command = new ArrayList<>(LoProcesses.command());
    command.set(command.size() - 1, OutOfFiles.class.getName());
    command.addAll(0, List.of("sh", "-c", "ulimit -n 256 && exec \"$@\"", "sh"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(said.lines())
        .containsExactly(
            "with files: []",
            "without files: [Java cannot open a selector: Too many open files]",
            "with files again: []");
  }
}
