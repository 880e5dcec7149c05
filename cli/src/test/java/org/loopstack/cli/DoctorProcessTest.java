// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
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

/** {@code lo doctor} as a process of its own, in places that are wrong from outside. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DoctorProcessTest {
  @TempDir Path temporary;

  /** What it finds, by the check; run by a shell that does something before. */
  private List<String> findings(String before, Map<String, String> variables) throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    // Not the last command: the shell stays, and its limits are those of a parent.
    String line =
        before
            + " && { \"$0\" -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp \"$1\" "
            + Lo.class.getName()
            + " doctor -j; exit $?; }";
    List<String> command = new ArrayList<>(List.of("unshare", "-m", "-n", "-u", "sh", "-c", line));
    command.addAll(List.of(java, path));
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
      process = builder.redirectError(err.toFile()).start();
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
}
