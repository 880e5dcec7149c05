// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.StackConfiguration;
import org.loopstack.cli.management.StackName;
import org.loopstack.fault.Fault;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;

/** {@code lo fault} as a user types it, on a stack behind a real management socket. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultCommandTest {
  @TempDir Path temporary;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Environment environment;
  private CoreStack stack;
  private HostedStack hosted;
  private Faults faults;

  @BeforeEach
  void start() throws IOException {
    environment =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("XDG_RUNTIME_DIR", temporary.toString(), "XDG_STATE_HOME", temporary.toString()),
            temporary,
            null);
    stack = new CoreStack(StackConfiguration.linux().toBuilder().seed(7L).build());
    faults = stack.faults("lo");
    hosted =
        HostedStack.claim(
            environment.runtimeDirectory(), new StackName("web"), "linux", stack, () -> {});
    hosted.open(List.of(), false, false, _ -> {});
  }

  @AfterEach
  void close() throws IOException {
    hosted.close();
    stack.close();
  }

  private int lo(String... words) {
    String[] all = new String[words.length + 3];
    all[0] = "-n";
    all[1] = "web";
    all[2] = "fault";
    System.arraycopy(words, 0, all, 3, words.length);
    out.reset();
    err.reset();
    int status = Lo.run(environment, all);
    environment.out().flush();
    return status;
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void rulesAreAddedShownAndRemoved() {
    assertThat(lo("add", "drop", "tcp", "dst", "port", "8080", "syn", "times", "2")).isZero();
    assertThat(out()).isEqualTo("lo drop-1: drop tcp dst port 8080 flags S!A times 2\n");
    assertThat(lo("add", "latency 50ms jitter 10ms named mobile")).isZero();
    assertThat(lo("ls")).isZero();
    assertThat(out())
        .isEqualTo(
            """
            lo (seed 7)
              drop-1: drop tcp dst port 8080 flags S!A times 2 (matched 0, applied 0, 0 bytes)
              mobile: latency 50ms jitter 10ms named mobile (matched 0, applied 0, 0 bytes)
            """);
    assertThat(lo("rm", "drop-1")).isZero();
    assertThat(lo("rm", "drop-1")).isEqualTo(1);
    assertThat(err()).isEqualTo("lo: there is no rule \"drop-1\" on lo; there are: mobile\n");
    assertThat(lo("rm", "--all")).isZero();
    assertThat(lo()).isZero();
    assertThat(out()).isEqualTo("lo (seed 7): no rules\n");
  }

  @Test
  void aTextWithBlanksStaysOneWord() {
    assertThat(lo("add", "drop", "payload", "a \"quoted\" text")).isZero();
    assertThat(faults.list().getFirst().fault())
        .isEqualTo(Fault.parse("drop payload \"a \\\"quoted\\\" text\""));
  }

  @Test
  void aRuleWorksAndItsCountersShowIt() {
    assertThat(lo("add", "drop", "icmp")).isZero();
    assertThat(Lo.run(environment, "-n", "web", "ping", "-c", "1", "-W", "0.1", "127.0.0.1"))
        .isEqualTo(1);
    assertThat(lo("ls", "-j")).isZero();
    var rule =
        JsonParser.parseString(out())
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject()
            .getAsJsonArray("rules")
            .get(0)
            .getAsJsonObject();
    assertThat(rule.get("name").getAsString()).isEqualTo("drop-1");
    assertThat(rule.get("rule").getAsString()).isEqualTo("drop icmp");
    assertThat(rule.get("applied").getAsLong()).isEqualTo(1);
  }

  @Test
  void allRulesOfAFileAreAdded() throws IOException {
    Files.writeString(
        temporary.resolve("bad-day.yaml"),
        """
        # A train ride.
        seed: 42
        rules:
          - loss 1% udp
          - rule: latency 50ms jitter 10ms
            name: mobile
            interface: lo
        """);
    assertThat(lo("add", "-f", "bad-day.yaml")).as(err()).isZero();
    assertThat(out())
        .isEqualTo("lo loss-1: loss 1% udp\nlo mobile: latency 50ms jitter 10ms named mobile\n");
    assertThat(faults.seed()).isEqualTo(42);
    assertThat(faults.list()).extracting(FaultHandle::name).containsExactly("loss-1", "mobile");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rules: [loss 1%, dorp]          | day.yaml, line 1: In \"dorp\": \"dorp\" is none of what",
        "rules:~- loss 1%~- loss 150%    | day.yaml, line 3: In \"loss 150%\": A probability is 0"
            + " to 1",
        "rules:~- rule: loss 1%~  nmae: x| day.yaml, line 3: \"nmae\" means nothing here, only"
            + " rule,",
        "rules:~- name: x                | day.yaml, line 2: the rule is missing",
        "rules:~- rule: loss 1%~  name: a/b | day.yaml, line 3: The name of a rule has 1 to 64",
        "rules: drop                     | day.yaml, line 1: \"rules:\" is a list",
        "drop: x                         | day.yaml, line 1: \"drop\" means nothing here, only"
            + " seed",
        "seed: x~rules: [drop]           | day.yaml, line 1: the seed is a whole number: x",
        "seed: 1                         | day.yaml, line 1: there is no rule under \"rules:\"",
        "[]                              | day.yaml, line 1: a file of fault rules has a list",
        "rules: [drop                    | day.yaml, line 1: expected ',' or ']'",
        "rules:~- drop~- rule: loss 1%~  interface: eth9 | there is no interface \"eth9\"",
        "rules:~- drop named x~- loss 1% named x | There is a rule named \"x\" already",
      })
  void ofABadFileNothingIsAddedAndItsLineIsTold(String text, String reason) throws IOException {
    Files.writeString(temporary.resolve("day.yaml"), text.strip().replace('~', '\n'));
    assertThat(lo("add", "-f", "day.yaml")).isNotZero();
    assertThat(err()).startsWith("lo: ").contains(reason).hasLineCount(1);
    assertThat(faults.list()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "add                    | 2  | fault add takes either a rule or a file",
        "add -f x.yaml drop     | 2  | fault add takes either a rule or a file",
        "add -f none.yaml       | 66 | there is no file",
        "add drop tpc           | 2  | In \"drop tpc\": \"tpc\" is none of what can follow: tcp,"
            + " udp,",
        "add -i eth9 drop       | 1  | there is no interface \"eth9\"",
        "rm                     | 2  | fault rm takes either names of rules or --all",
        "rm -a x                | 2  | fault rm takes either names of rules or --all",
      })
  void mistakesAreToldInOneLine(String line, int status, String reason) {
    assertThat(lo(line.split(" "))).isEqualTo(status);
    assertThat(err()).startsWith("lo: ").contains(reason).hasLineCount(1);
  }
}
