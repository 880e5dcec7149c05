// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.cli.host.ExitStatus;

/** What joins the loopback of {@code lo run}, or a stack, with the machine's network. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunNetworkProcessTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir Path temporary;

  private final List<Process> started = new ArrayList<>();
  private ServerSocket machines;

  @BeforeEach
  void skipWhereNotAllowed() throws Exception {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
    Process trial = lo("run", "--keep-net", "curl", "--version");
    assumeTrue(trial.waitFor() == 0, () -> "not allowed here: " + errors());
    machines = new ServerSocket(0, 50, LOOPBACK);
    Thread.ofVirtual().start(this::greet);
  }

  /** The machine's server says hello to everybody. */
  private void greet() {
    try {
      while (true) {
        try (Socket client = machines.accept()) {
          int _ = client.getInputStream().read(new byte[4096]);
          client
              .getOutputStream()
              .write(
                  "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\nMachine"
                      .getBytes(StandardCharsets.US_ASCII));
          client.shutdownOutput();
          while (client.getInputStream().read() >= 0) {}
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (machines != null) {
      machines.close();
    }
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
  void keepNetLeadsToTheMachineByTheGatewayAndWithoutItThereIsNoWay() throws Exception {
    String gateway = "curl -s -m 20 http://10.0.2.2:" + machines.getLocalPort() + "/; echo $?";
    Process kept = lo("run", "--keep-net", "--", "sh", "-c", gateway + "; ping -c1 10.0.2.2");

    assertThat(output(kept)).startsWith("Machine0\n").contains("1 received");
    assertThat(output(lo("run", "--", "sh", "-c", gateway))).isEqualTo("7\n");
  }

  @Test
  void aPortOfTheProgramsLeadsToTheMachines() throws Exception {
    Process run =
        lo(
            "run",
            "--reach",
            "80:" + machines.getLocalPort(),
            "curl",
            "-s",
            "-m",
            "20",
            "http://127.0.0.1/");

    assertThat(output(run)).as(errors()).isEqualTo("Machine");
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void aPortOfTheMachineLeadsToTheProgramsAndATakenOneIsToldSo() throws Exception {
    int port = machines.getLocalPort();
    Process taken = lo("run", "--publish", port + ":80", "true");
    assertThat(taken.waitFor()).isEqualTo(ExitStatus.TAKEN);
    assertThat(errors()).isEqualTo("lo: port " + port + " of this machine is taken\n");

    machines.close();
    Process run =
        lo(
            "run",
            "--publish",
            port + ":4000",
            "--",
            "python3",
            "-u",
            "-c",
            "import socket; s = socket.create_server(('127.0.0.1', 4000)); print('up');"
                + " c, _ = s.accept(); c.sendall(b'inside')");
    assertThat(run.inputReader().readLine()).as(errors()).isEqualTo("up");
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(LOOPBACK, port));
      assertThat(client.getInputStream().readAllBytes()).asString().isEqualTo("inside");
    }
    assertThat(run.waitFor()).isZero();
  }

  @Test
  void anotherStackAnswersAtAPortAndIsReachedByCurl() throws Exception {
    Process up = lo("up", "-n", "web", "-d");
    assertThat(output(up)).contains("The stack \"web\" is up.");
    try {
      Process run =
          lo(
              "run",
              "--answer",
              "80=web:8080",
              "--answer",
              "81=web:9",
              "--",
              "sh",
              "-c",
              "curl -s -m 20 http://127.0.0.1/; curl -s -m 20 http://[::1]/;"
                  + " curl -s -m 20 http://127.0.0.1:81/; echo $?");

      assertThat(output(run)).isEqualTo("Hello, Loopback!Hello, Loopback!56\n");
      assertThat(lo("run", "--answer", "80=nobody", "true").waitFor())
          .isEqualTo(ExitStatus.UNAVAILABLE);
      assertThat(lo("run", "--answer", "80", "true").waitFor()).isEqualTo(ExitStatus.USAGE);
    } finally {
      assertThat(lo("down", "web").waitFor()).isZero();
    }
  }

  @Test
  void anotherStackAnswersDatagramsAtAPortOfBothIpVersions() throws Exception {
    Process up = lo("up", "-n", "datagrams", "-d");
    assertThat(output(up)).contains("is up.");
    // Each client gets its own back, the empty and the large; one at a time, since what comes in
    // a burst may be lost.
    String client =
        """
        import socket
        clients = []
        for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')) * 2:
            s = socket.socket(family, socket.SOCK_DGRAM)
            s.connect((host, 7))
            s.settimeout(30)
            clients.append(s)
        for size in (1, 0, 1400, 60000):
            for i, s in enumerate(clients):
                s.send(bytes([65 + i]) * size)
                print(size, s.recv(65536) == bytes([65 + i]) * size)
        """;
    try {
      Process run = lo("run", "--answer", "7=datagrams:65432", "--", "python3", "-c", client);

      assertThat(output(run))
          .as(errors())
          .isEqualTo(
              "1 True\n".repeat(4)
                  + "0 True\n".repeat(4)
                  + "1400 True\n".repeat(4)
                  + "60000 True\n".repeat(4));
      assertThat(run.waitFor()).isZero();
    } finally {
      assertThat(lo("down", "datagrams").waitFor()).isZero();
    }
  }

  @Test
  void aStackReachesTheMachineByItsGatewayAndByAPort() throws Exception {
    int port = machines.getLocalPort();
    assertThat(
            output(
                lo("up", "-n", "out", "-d", "--no-services", "--gateway", "--reach", "80:" + port)))
        .contains("inet 10.0.2.15/24");
    try {
      assertThat(output(lo("-n", "out", "get", "http://10.0.2.2:" + port + "/")))
          .isEqualTo("Machine");
      assertThat(output(lo("-n", "out", "get", "http://127.0.0.1/"))).isEqualTo("Machine");
    } finally {
      assertThat(lo("down", "out").waitFor()).isZero();
    }
  }

  /** In a namespace that plays the machine's: lo up is one more program in there. */
  @Test
  void everyProgramReachesAStackAtItsOwnAddressAndItIsGoneWithIt() throws Exception {
    try (FileChannel tun =
        FileChannel.open(
            Path.of("/dev/net/tun"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      assertThat(tun.isOpen()).isTrue();
    } catch (IOException e) {
      abort("there is no TUN to be had here: " + e.getMessage());
    }
    String command =
        String.join(" ", LoProcesses.command("up", "-n", "own", "--tun=127.83.0.1", "-d"));
    Process machine =
        lo(
            "run",
            "--",
            "sh",
            "-c",
            command
                + " && ping -c 2 -i 0.01 -w 60 127.83.0.1 && curl -s -m 20 http://127.83.0.1:8080/;"
                + " echo $?; ip -br link show lotun1; "
                + String.join(" ", LoProcesses.command("down", "own"))
                + "; while ip link show lotun1 >/dev/null 2>&1; do :; done;"
                + " ip link show lotun1 2>&1");

    assertThat(output(machine))
        .as(errors())
        .contains("Warning: the kernel takes 127.83.0.1 from lotun1")
        .containsPattern(" ([2-9]|\\d\\d+) received")
        .contains("Hello, Loopback!0\n")
        .contains("does not exist");
  }
}
