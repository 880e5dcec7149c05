// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.capture.CaptureReader;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineStack;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NetworkNamespace;

/** The commands without -n, in a network of the machine's that was made for the test. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OnTheMachineTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private Environment environment(String input) {
    return new Environment(
        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        Map.of("XDG_RUNTIME_DIR", directory.toString(), "XDG_STATE_HOME", directory.toString()),
        directory,
        null);
  }

  private int lo(NetworkNamespace network, String line) throws IOException {
    out.reset();
    err.reset();
    return network.call(() -> Lo.run(environment("hello\n"), line.split(" ")));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void interfacesRoutesAndCountersAreTheKernels() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(lo(network, "addr show lo")).isZero();
      assertThat(out())
          .startsWith(
              """
              1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
                  link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                  inet 127.0.0.1/8 scope host lo
                     valid_lft forever preferred_lft forever
                  inet6 ::1/128 scope host
              """);
      assertThat(lo(network, "addr show eth7")).isEqualTo(1);
      assertThat(lo(network, "route get 127.0.0.1")).isZero();
      assertThat(out()).startsWith("local 127.0.0.1 dev lo src 127.0.0.1");
      assertThat(lo(network, "route get 192.0.2.1")).isEqualTo(2);
      assertThat(err()).isEqualTo("RTNETLINK answers: Network is unreachable\n");
      assertThat(lo(network, "route show table local")).isZero();
      assertThat(out()).contains("local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1");
      assertThat(lo(network, "stat -z TcpActiveOpens")).isZero();
      assertThat(out()).contains("TcpActiveOpens                  0");
    }
  }

  @Test
  void socketsAreTheKernelsWithTheirProcess() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        ServerSocketChannel server =
            network.call(
                () ->
                    ServerSocketChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress("127.0.0.1", 8080), 9));
        DatagramChannel _ =
            network.call(() -> DatagramChannel.open().bind(new InetSocketAddress("::1", 9000)))) {
      assertThat(server.isOpen()).isTrue();
      assertThat(lo(network, "ss -tlnp")).isZero();
      assertThat(out().lines().toList()).hasSize(2);
      assertThat(out())
          .contains("LISTEN 0      9          127.0.0.1:8080")
          .contains("pid=" + ProcessHandle.current().pid() + "))");
      assertThat(lo(network, "ss -uanm")).isZero();
      assertThat(out()).contains("[::1]:9000").contains("skmem:(r0,rb");
      assertThat(lo(network, "ss -j -a")).isZero();
      assertThat(JsonParser.parseString(out()).getAsJsonArray()).hasSize(2);
      assertThat(lo(network, "listen")).isZero();
      assertThat(out()).contains("tcp    127.0.0.1  8080  this machine  ");
      assertThat(lo(network, "listen 8080")).isZero();
      assertThat(lo(network, "listen 8081")).isEqualTo(1);
    }
  }

  @Test
  void pingPingsAndNamesAreTheMachines() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv4/ping_group_range", "0 2147483647");
      for (String host : List.of("127.0.0.1", "::1")) {
        assertThat(lo(network, "ping -c 2 -i 0.001 " + host)).isZero();
        assertThat(out())
            .contains("64 bytes from " + host + ": icmp_seq=2 ttl=64 time=")
            .contains("2 packets transmitted, 2 received, 0% packet loss");
      }
      assertThat(lo(network, "ping -c 1 192.0.2.1")).isEqualTo(2);
      assertThat(err()).isEqualTo("lo: ping: connect: Network is unreachable\n");
      assertThat(lo(network, "connect no.such.host.invalid 80")).isEqualTo(68);
      MachineStack machine = new MachineStack(MachineFiles.ofMachine());
      assertThat(machine.resolve("localhost", HostNames.Family.INET))
          .allSatisfy(a -> assertThat(a.isLoopbackAddress()).isTrue());
    }
  }

  @Test
  void aServerIsServedAndGotOnTheMachine() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        NetworkNamespace again = entered(network)) {
      Session session =
          new Session(
              new MachineStack(MachineFiles.ofMachine()),
              InputStream.nullInputStream(),
              new PrintStream(new ByteArrayOutputStream()),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              directory);
      // The one thread of the network serves; another one that is in it connects.
      Thread serving =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      int _ =
                          network.call(
                              () -> Lo.run(Environment.of(session), "serve", "echo", "-p", "7777"));
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
      try {
        while (!err().contains("Serving echo") && serving.isAlive()) {
          Thread.onSpinWait();
        }
        assertThat(lo(again, "connect 127.0.0.1 7777")).isZero();
        assertThat(out()).isEqualTo("hello\n");
        assertThat(lo(again, "get http://127.0.0.1:7778/")).isEqualTo(7);
      } finally {
        session.interrupt();
        serving.join();
      }
    }
  }

  /** The same network, by another thread. */
  private static NetworkNamespace entered(NetworkNamespace network) throws Exception {
    Process inside = network.call(() -> new ProcessBuilder("cat").start());
    try {
      return NetworkNamespace.enter(Path.of("/proc/" + inside.pid() + "/ns/net"));
    } finally {
      inside.destroyForcibly().waitFor();
    }
  }

  @Test
  void whatPassesIsCapturedWithRightChecksums() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        DatagramChannel socket =
            network.call(
                () ->
                    DatagramChannel.open(StandardProtocolFamily.INET)
                        .bind(new InetSocketAddress("127.0.0.1", 5000)))) {
      CompletableFuture<Integer> status = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  status.complete(lo(network, "capture -w x.pcapng -c 2 udp port 5000"));
                } catch (IOException e) {
                  status.completeExceptionally(e);
                }
              });
      while (!err().contains("capturing on lo") && !status.isDone()) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < 2; i++) {
        int _ =
            socket.send(java.nio.ByteBuffer.wrap(new byte[] {1, 2, 3}), socket.getLocalAddress());
      }
      assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
      assertThat(CaptureReader.readAll(directory.resolve("x.pcapng"))).hasSize(2);
      assertThat(err())
          .contains("2 packets captured\n")
          .contains("2 packets without a transport checksum: the kernel leaves it to the hardware");
      assertThat(lo(network, "capture -i eth7")).isEqualTo(2);
      assertThat(err()).isEqualTo("lo: capture: there is no interface eth7\n");
    }
  }

  @Test
  void whatComesAndGoesIsWatched() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        NetworkNamespace again = entered(network)) {
      Session session =
          new Session(
              new MachineStack(MachineFiles.ofMachine()),
              InputStream.nullInputStream(),
              new PrintStream(out, true, StandardCharsets.UTF_8),
              new PrintStream(err, true, StandardCharsets.UTF_8),
              directory);
      CompletableFuture<Integer> status = new CompletableFuture<>();
      Thread watching =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try {
                      ListenCommand command = new ListenCommand();
                      new picocli.CommandLine(command).parseArgs("--watch", "-i", "0.02", "8080");
                      status.complete(network.call(() -> command.run(session)));
                    } catch (IOException e) {
                      status.completeExceptionally(e);
                    }
                  });
      try (ServerSocketChannel server =
          again.call(
              () ->
                  ServerSocketChannel.open(StandardProtocolFamily.INET)
                      .bind(new InetSocketAddress("127.0.0.1", 8080)))) {
        assertThat(server.isOpen()).isTrue();
        await("+ tcp 127.0.0.1:8080, this machine, ");
      }
      await("- tcp 127.0.0.1:8080, this machine, ");
      session.interrupt();
      watching.join();
      assertThat(status.get()).isEqualTo(130);
    }
  }

  private void await(String said) {
    while (!out().contains(said)) {
      Thread.onSpinWait();
    }
  }

  @Test
  void theDoctorSaysHowBadItIs() throws Exception {
    try (NetworkNamespace network = TestNetwork.down()) {
      assertThat(lo(network, "doctor -j")).isEqualTo(3);
      assertThat(JsonParser.parseString(out()).getAsJsonObject().get("status").getAsInt())
          .isEqualTo(3);
      assertThat(lo(network, "doctor 8080")).isEqualTo(3);
      assertThat(out())
          .contains("error: lo is down [loopback]\n")
          .contains("  mend: ip link set lo up\n")
          .contains("error: nobody can connect to localhost port 8080: ");
    }
  }
}
