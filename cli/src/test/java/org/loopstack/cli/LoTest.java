// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
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
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.management.StackName;

/** The command line as a user types it, on a stack of our own behind a real management socket. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoTest {
  @TempDir Path temporary;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Environment environment;
  private CoreStack stack;
  private HostedStack hosted;

  @BeforeEach
  void start() throws IOException {
    environment = environment("");
    JettyLogging.configure(false);
    stack = new CoreStack(StackConfiguration.linux());
    hosted =
        HostedStack.claim(
            environment.runtimeDirectory(),
            new StackName("web"),
            "linux",
            stack,
            () -> Thread.ofVirtual().start(this::close));
    hosted.open(List.of(), true, false, _ -> {});
  }

  @AfterEach
  void close() {
    try {
      hosted.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    stack.close();
  }

  private Environment environment(String input) {
    return new Environment(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, false, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of("XDG_RUNTIME_DIR", temporary.toString(), "XDG_STATE_HOME", temporary.toString()),
        temporary,
        null);
  }

  private int lo(String line) {
    return lo(environment, line);
  }

  private int lo(Environment in, String line) {
    int status = Lo.run(in, line.isEmpty() ? new String[0] : line.split(" "));
    in.out().flush();
    return status;
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "                               | 2 | Say what to do",
        "pnig                           | 2 | Unmatched argument at index 0: 'pnig'",
        "-x                             | 2 | Unknown option: '-x'",
        "-n web listen                  | 2 | about the machine, and never about a stack",
        "-n web doctor                  | 2 | about the machine, and never about a stack",
        "doctor 70000                   | 2 | 70000 is neither a port, 1 to 65535, nor an http URL",
        "doctor ftp://localhost/        | 2 | is neither a port, 1 to 65535, nor an http URL",
        "doctor http://192.0.2.1/       | 2 | 192.0.2.1 is not on the loopback of this machine",
        "listen 0                       | 2 | listen: ports are from 1 to 65535: 0",
        "listen --watch -i 0            | 2 | listen: -i 0.0: 0.01 to 86400",
        "connect 127.0.0.1 1            | 111 | connect to 127.0.0.1 port 1: connection refused",
        "get 127.0.0.1:1                | 7 | Failed to connect to 127.0.0.1 port 1",
        "serve ftp                      | 2 | Invalid value for positional parameter",
        "-n other ping ::1              | 69 | no stack named \"other\" is running; running: web",
        "-n ../x ping ::1               | 2 | cannot name a stack",
        "-n web ping                    | 2 | Missing required parameter: 'HOST'",
        "-n web ping -c x ::1           | 2 | Invalid value for option '-c'",
        "-n web ping -c 0 ::1           | 2 | the count is at least 1",
        "-n web ping -s 65508 ::1       | 2 | the size is 0 to 65507",
        "-n web ping -t 256 ::1         | 2 | the time to live is 1 to 255",
        "-n web ping -4 -6 localhost    | 2 | mutually exclusive",
        "-n web ping -6 127.0.0.1       | 2 | Address family for hostname not supported",
        "-n web ping nowhere.example    | 2 | ping: nowhere.example: Name or service not known",
        "-n web connect ::1             | 2 | Missing required parameter: 'PORT'",
        "-n web connect ::1 0           | 2 | ports are from 1 to 65535",
        "-n web connect nowhere.org 1   | 68 | nowhere.org: Name or service not known",
        "-n web connect 127.0.0.1 1     | 111 | connect to 127.0.0.1 port 1: connection refused",
        "-n web get ftp://127.0.0.1/    | 1 | Protocol \"ftp\" not supported",
        "-n web get http://             | 3 | URL malformed",
        "-n web get http://nowhere.org/ | 6 | Could not resolve host: nowhere.org",
        "-n web get 127.0.0.1:1         | 7 | Failed to connect to 127.0.0.1 port 1",
        "-n web serve ftp               | 2 | Invalid value for positional parameter",
        "-n web serve http -p 8080      | 73 | port 8080 is taken; --port",
        "-n web serve http -d none      | 66 | there is no directory",
        "-n web serve echo -d .         | 2 | --dir is for http",
        "-n web addr show eth7          | 1 | Device \"eth7\" does not exist.",
        "-n web ss sport = http         | 2 | ss: \"http\" is no port",
        "-n web route show table 7      | 2 | table 7: there are main, local and all",
        "-n web route get nowhere       | 2 | \"nowhere\" is no address",
        "-n web route get 192.0.2.1     | 2 | RTNETLINK answers: Network is unreachable",
        "down other                     | 69 | no stack named \"other\" is running",
        "down                           | 2 | which stack?",
        "up -n web                      | 73 | a stack named \"web\" is running already",
        "up -d -n web                   | 73 | a stack named \"web\" is running already",
        "up --profile plan9             | 2 | there is no profile \"plan9\"; there is: linux,"
            + " freebsd",
        "up --publish 80/sctp           | 2 | is not PORT or PORT:PORT",
        "up --reach 70000               | 2 | from 1 to 65535",
        "up --publish 0:80              | 2 | from 1 to 65535",
      })
  void mistakesAreOneLineAndAStatus(String line, int status, String said) {
    assertThat(lo(line == null ? "" : line)).isEqualTo(status);
    assertThat(err()).contains(said);
    assertThat(err().lines().filter(l -> !l.startsWith("Trying "))).hasSize(1);
    assertThat(out()).isEmpty();
  }

  @Test
  void addrPrintsTheInterface() {
    assertThat(lo("-n web addr show lo")).isZero();
    assertThat(out())
        .startsWith("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536")
        .contains("inet6 ::1/128");
    out.reset();
    assertThat(lo("-n web addr -j")).isZero();
    assertThat(out()).startsWith("[{\"ifindex\":1,\"ifname\":\"lo\"");
  }

  @Test
  void whatItLooksLikeInsideIsShownFromOutside() {
    assertThat(lo("-n web ss -tln")).isZero();
    assertThat(out()).startsWith("State").contains("LISTEN").contains(":8080");
    out.reset();
    assertThat(lo("-n web ss -tinoem state listening sport = :8080")).isZero();
    assertThat(out()).contains("skmem:(");
    out.reset();
    assertThat(lo("-n web stat -z Tcp*")).isZero();
    assertThat(out()).startsWith("#kernel\nTcpActiveOpens  ");
    out.reset();
    assertThat(lo("-n web stat -z --drops")).isZero();
    assertThat(out()).contains("no socket is bound to the UDP port");
    out.reset();
    assertThat(lo("-n web route show table local")).isZero();
    assertThat(out()).contains("local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1");
    out.reset();
    assertThat(lo("-n web route get 127.0.0.1")).isZero();
    assertThat(out()).startsWith("local 127.0.0.1 dev lo src 127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 'PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.', 64 bytes from 127.0.0.1",
    "127.9.9.9, 'PING 127.9.9.9 (127.9.9.9) 56(84) bytes of data.', 64 bytes from 127.9.9.9",
    "::1, 'PING ::1(::1) 56 data bytes', 64 bytes from ::1",
    "localhost, 'PING localhost(localhost (::1)) 56 data bytes', 64 bytes from localhost (::1)"
  })
  void pingPrintsWhatPingPrints(String host, String banner, String from) {
    assertThat(lo("-n web ping -c 2 -i 0.001 " + host)).isZero();
    List<String> lines = out().lines().toList();
    assertThat(lines).hasSize(7);
    assertThat(lines.get(0)).isEqualTo(banner);
    assertThat(lines.get(1)).startsWith(from).contains(": icmp_seq=1 ttl=64 time=").endsWith(" ms");
    assertThat(lines.get(2)).startsWith(from).contains(": icmp_seq=2 ttl=64 time=");
    assertThat(lines.get(3)).isEmpty();
    assertThat(lines.get(4)).isEqualTo("--- " + host + " ping statistics ---");
    assertThat(lines.get(5))
        .startsWith("2 packets transmitted, 2 received, 0% packet loss, time ")
        .doesNotContain("errors");
    assertThat(lines.get(6))
        .matches("rtt min/avg/max/mdev = [0-9.]+/[0-9.]+/[0-9.]+/[0-9.]+ ms(, pipe 2)?");
    assertThat(err()).isEmpty();
  }

  @Test
  void largestAndSmallestPingsComeBack() {
    assertThat(lo("-n web ping -c 1 -s 65507 127.0.0.1")).isZero();
    assertThat(out()).contains("65515 bytes from 127.0.0.1").contains("65507(65535) bytes of data");
    out.reset();
    assertThat(lo("-n web ping -c 1 -s 0 -t 1 127.0.0.1")).isZero();
    assertThat(out()).contains("8 bytes from 127.0.0.1: icmp_seq=1 ttl=64\n");
  }

  @Test
  void pingWithoutAWayThereSaysSo() {
    assertThat(lo("-n web ping -c 1 192.0.2.1")).isEqualTo(2);
    assertThat(err()).containsIgnoringCase("network is unreachable");
  }

  @Test
  void connectCarriesBothWays() {
    assertThat(lo(environment("over and back\n"), "-n web connect localhost 65432")).isZero();
    assertThat(out()).isEqualTo("over and back\n");
  }

  @Test
  void getPrintsThePageAndWithVTheConversation() {
    assertThat(lo("-n web get -v http://127.0.0.1:8080/")).isZero();
    assertThat(out()).isEqualTo("Hello, Loopback!");
    assertThat(err())
        .startsWith(
            """
            *   Trying 127.0.0.1:8080...
            * Connected to 127.0.0.1 (127.0.0.1) port 8080 (#0)
            > GET / HTTP/1.1
            > Host: 127.0.0.1:8080
            > User-Agent: lo/development
            > Accept: */*
            >\s
            < HTTP/1.1 200 OK
            """)
        .contains("< Content-Type: text/plain\n< Content-Length: 16\n< \n")
        .endsWith("* Connection #0 to host 127.0.0.1 left intact\n");
  }

  @Test
  void getWithoutVIsQuiet() {
    assertThat(lo("-n web get http://[::1]:8080/")).isZero();
    assertThat(out()).isEqualTo("Hello, Loopback!");
    assertThat(err()).isEmpty();
  }

  @Test
  void lsShowsWhatRunsAndRemovesWhatIsDead() throws IOException {
    Path dead = temporary.resolve("loopstack").resolve("dead.sock");
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(dead));
    }
    assertThat(lo("ls")).isZero();
    assertThat(out().lines().toList().get(1))
        .matches("web +" + ProcessHandle.current().pid() + " +00m..s +127.0.0.1/8 ::1/128");
    assertThat(err()).isEqualTo("lo: removed what the dead stack \"dead\" left\n");
    assertThat(Files.exists(dead)).isFalse();
    out.reset();
    assertThat(lo("ls -j")).isZero();
    assertThat(out()).startsWith("[{\"name\":\"web\",\"pid\":").endsWith("\"published\":[]}]\n");
  }

  @Test
  void downTakesTheStackDownAndThenThereIsNone() {
    assertThat(lo("down web")).isZero();
    assertThat(lo("ls")).isZero();
    assertThat(out()).isEmpty();
    assertThat(err()).isEqualTo("lo: no stack is running\n");
  }

  @Test
  void commandsThatBelongToTheUsersProcessDoNotRunInAStacks() {
    var session =
        new Session(stack, environment.in(), environment.out(), environment.err(), temporary);
    assertThat(Lo.run(Environment.of(session), "up")).isEqualTo(ExitStatus.USAGE);
    assertThat(err()).isEqualTo("lo: that command does not run on a stack\n");
  }

  @Test
  void bugIsOneLineAndAFile() throws IOException {
    String line =
        BugReport.write(environment, new IllegalStateException("two\nlines"), "ping", "::1");
    assertThat(line)
        .startsWith("this should not have happened: java.lang.IllegalStateException: two; details");
    String report = Files.readString(Path.of(line.substring(line.indexOf('/'))));
    assertThat(report).contains("lo ping ::1").contains("at org.loopstack.cli.LoTest.");
  }

  @Test
  void versionHelpAndCompletionArePrinted() {
    assertThat(lo("--version")).isZero();
    assertThat(out()).startsWith("lo (Loopstack) ");
    out.reset();
    assertThat(lo("ping --help")).isZero();
    assertThat(out()).startsWith("Usage: lo ping");
    out.reset();
    assertThat(lo("generate-completion")).isZero();
    assertThat(out()).contains("complete -F").contains("_picocli_lo_ping");
  }
}
