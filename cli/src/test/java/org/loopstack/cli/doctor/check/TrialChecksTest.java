// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.loopstack.cli.doctor.CheckTests.listen;
import static org.loopstack.cli.doctor.CheckTests.look;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Severity;
import org.loopstack.cli.doctor.TestMachine;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.loopback.KernelLoopback;
import org.loopstack.linux.namespace.NetworkNamespace;

/** Faults that only trying shows, built in a network of their own. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TrialChecksTest {
  /** A loopback on which something goes wrong. */
  private static KernelLoopback faulty(NetworkNamespace network, String rule) {
    KernelLoopback loopback;
    try {
      loopback = KernelLoopback.lead(network, KernelLoopback.DEFAULT_MTU, 7L);
    } catch (IOException e) {
      return abort("not allowed here, run the tests as root: " + e.getMessage());
    }
    var _ = loopback.faults().add(rule);
    return loopback;
  }

  @Test
  void aQuietLoopbackIsSteady() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      // How long a round trip takes on a busy machine is not this test's question.
      assertThat(look(network, new LatencyCheck()))
          .noneMatch(f -> f.severity() == Severity.ERROR)
          .anySatisfy(
              f ->
                  assertThat(f.seen())
                      .matches(
                          "measured: 127.0.0.1: TCP \\d+ us \\(p50\\), \\d+ us \\(p99\\), UDP .*;"
                              + " ::1: TCP .* GB/s"));
      assertThat(look(network, new MulticastCheck())).isEmpty();
      assertThat(new SelectorCheck().look(new TestMachine()))
          .extracting(Finding::severity)
          .doesNotContain(Severity.ERROR);
    }
  }

  @Test
  void aSlowLoopbackIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.down();
        KernelLoopback _ = faulty(network, "latency 3ms")) {
      assertThat(look(network, new LatencyCheck()))
          .anySatisfy(
              f -> {
                assertThat(f.seen()).contains("UDP round trips to 127.0.0.1 take ");
                assertThat(f.severity()).isEqualTo(Severity.WARNING);
              });
    }
  }

  @Test
  void aLoopbackThatLosesIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.down();
        KernelLoopback _ = faulty(network, "drop udp every 10")) {
      assertThat(look(network, new LatencyCheck()))
          .anySatisfy(
              f -> {
                assertThat(f.seen()).contains(" UDP round trips to 127.0.0.1 got lost");
                assertThat(f.severity()).isEqualTo(Severity.ERROR);
              });
    }
  }

  @Test
  void aLoopbackThatCarriesNothingIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.down();
        KernelLoopback _ = faulty(network, "drop tcp")) {
      assertThat(look(network, new LatencyCheck()))
          .anySatisfy(
              f -> assertThat(f.seen()).contains("this machine does not reach itself at ::1"));
    }
  }

  @Test
  void groupsThatDoNotWorkAreFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv4/igmp_max_memberships", "0");
      assertThat(look(network, new MulticastCheck()))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.severity()).isEqualTo(Severity.WARNING);
                assertThat(f.seen()).contains("does not come back on lo: ");
              });
    }
  }

  @Test
  void aSelectorThatCannotBeOpenedIsFound() {
    TestMachine machine = new TestMachine();
    assertThat(new SelectorCheck().look(machine.probe(new NoSelector(machine.probe()))))
        .singleElement()
        .satisfies(
            f ->
                assertThat(f.seen()).isEqualTo("Java cannot open a selector: Too many open files"));
  }

  @Test
  void serversOfOneIpVersionAreToldAndThoseOfBothAreNot() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        ServerSocketChannel _ = listen(network, "127.0.0.1", 8081);
        ServerSocketChannel _ = listen(network, "::1", 8082);
        ServerSocketChannel _ = listen(network, "::", 8083);
        ServerSocketChannel _ = listen(network, "127.0.0.1", 8084);
        ServerSocketChannel _ = listen(network, "::1", 8084);
        ServerSocketChannel _ = listen(network, "0.0.0.0", 8085)) {
      assertThat(look(network, new FamilyCheck(0)))
          .extracting(Finding::severity, Finding::seen)
          .containsExactly(
              org.assertj.core.groups.Tuple.tuple(
                  Severity.NOTE, "servers listen on 127.0.0.1 and not on ::1: 8081, 8085"),
              org.assertj.core.groups.Tuple.tuple(
                  Severity.NOTE, "servers listen on ::1 and not on 127.0.0.1: 8082"));
      assertThat(look(network, new FamilyCheck(8082)))
          .singleElement()
          .satisfies(f -> assertThat(f.severity()).isEqualTo(Severity.WARNING));
      assertThat(look(network, new FamilyCheck(8083))).isEmpty();
      assertThat(look(network, new FamilyCheck(8084))).isEmpty();
      assertThat(look(network, new FamilyCheck(9999))).isEmpty();
      assertThat(
              network.call(
                  () -> new FamilyCheck(8081).look(new TestMachine().localhost("127.0.0.1"))))
          .as("nobody is told ::1")
          .isEmpty();
    }
  }

  @Test
  void fewEphemeralPortsAndTheirUseAreFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(look(network, new EphemeralPortsCheck())).isEmpty();
      network.setVariable("ipv4/ip_local_port_range", "40000 40009");
      assertThat(look(network, new EphemeralPortsCheck()))
          .singleElement()
          .satisfies(
              f -> assertThat(f.seen()).isEqualTo("there are 10 ephemeral ports: 40000 to 40009"));
      List<SocketChannel> clients = new ArrayList<>();
      try (ServerSocketChannel server = listen(network, "127.0.0.1", 8080)) {
        for (int i = 0; i < 6; i++) {
          clients.add(network.call(() -> SocketChannel.open(server.getLocalAddress())));
        }
        assertThat(look(network, new EphemeralPortsCheck()))
            .anySatisfy(
                f -> {
                  assertThat(f.seen()).startsWith("6 of 10 ephemeral ports are in use, 0 of them");
                  assertThat(f.severity()).isEqualTo(Severity.WARNING);
                });
      } finally {
        for (SocketChannel each : clients) {
          each.close();
        }
      }
    }
  }

  @Test
  void connectionsInTimeWaitAreCountedAgainstTheRange() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        ServerSocketChannel server = listen(network, "127.0.0.1", 8080)) {
      network.setVariable("ipv4/ip_local_port_range", "40000 40009");
      for (int i = 0; i < 7; i++) {
        SocketChannel client = network.call(() -> SocketChannel.open(server.getLocalAddress()));
        try (client;
            SocketChannel accepted = server.accept()) {
          client.shutdownOutput();
          assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
          accepted.close();
          assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
      }
      assertThat(look(network, new EphemeralPortsCheck()))
          .anySatisfy(
              f -> {
                assertThat(f.seen()).contains("7 of them in TIME-WAIT");
                assertThat(f.mend()).contains("tcp_tw_reuse");
              });
    }
  }

  @Test
  void aServerAmongTheEphemeralPortsAndAConnectionToItselfAreFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      try (ServerSocketChannel _ = listen(network, "127.0.0.1", 45_000)) {
        assertThat(look(network, new EphemeralPortsCheck()))
            .singleElement()
            .satisfies(
                f -> {
                  assertThat(f.seen()).isEqualTo("servers listen on ephemeral ports: 45000");
                  assertThat(f.mend())
                      .isEqualTo("sysctl -w net.ipv4.ip_local_reserved_ports=45000");
                });
        network.setVariable("ipv4/ip_local_reserved_ports", "45000");
        assertThat(look(network, new EphemeralPortsCheck())).isEmpty();
      }
      InetSocketAddress place = new InetSocketAddress("127.0.0.1", 46_000);
      try (SocketChannel self = network.call(() -> SocketChannel.open().bind(place))) {
        assertThat(self.connect(place)).isTrue();
        assertThat(look(network, new EphemeralPortsCheck()))
            .singleElement()
            .satisfies(
                f -> {
                  assertThat(f.severity()).isEqualTo(Severity.ERROR);
                  assertThat(f.seen())
                      .isEqualTo("a connection of port 46000 is connected to itself");
                });
      }
    }
  }

  @Test
  void aPortThatNobodyHasIsFoundAndOneThatSomebodyHasIsNot() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(look(network, new PortCheck("localhost", 8080, null)))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.severity()).isEqualTo(Severity.ERROR);
                assertThat(f.seen()).startsWith("nobody can connect to localhost port 8080: ");
                // Another network of the machine's may have one, which is then told.
                assertThat(f.why())
                    .matches("no program listens on that port|somebody listens in another .*");
              });
      try (ServerSocketChannel _ = listen(network, "::", 8080)) {
        assertThat(look(network, new PortCheck("localhost", 8080, null))).isEmpty();
      }
      try (ServerSocketChannel _ = listen(network, "127.0.0.1", 8080)) {
        assertThat(look(network, new PortCheck("localhost", 8080, null)))
            .singleElement()
            .satisfies(f -> assertThat(f.seen()).contains("port 8080 is not there at [::1]: "));
        assertThat(look(network, new PortCheck("127.0.0.1", 8080, null))).isEmpty();
        assertThat(look(network, new PortCheck("127.0.0.2", 8080, null)))
            .singleElement()
            .satisfies(f -> assertThat(f.mend()).startsWith("connect to 127.0.0.1"));
      }
      assertThat(look(network, new PortCheck("no.such.host", 8080, null)))
          .singleElement()
          .satisfies(f -> assertThat(f.seen()).isEqualTo("no.such.host means nothing here"));
    }
  }

  @Test
  void aPortOfAnotherNetworkIsTold() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        NetworkNamespace other = TestNetwork.up()) {
      Process inside = other.call(() -> new ProcessBuilder("cat").start());
      try (ServerSocketChannel _ = listen(other, "0.0.0.0", 8123)) {
        assertThat(look(network, new PortCheck("localhost", 8123, null)))
            .singleElement()
            .satisfies(
                f -> {
                  assertThat(f.why()).startsWith("somebody listens in another network: tcp ");
                  assertThat(f.mend()).contains("-p 8123:8123");
                });
      } finally {
        inside.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void anHttpServerIsAskedAndWhatItSaysIsJudged() throws Exception {
    for (String said :
        new String[] {
          "HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable", "SSH-2.0-OpenSSH", ""
        }) {
      try (NetworkNamespace network = TestNetwork.up();
          ServerSocketChannel server = listen(network, "127.0.0.1", 8080)) {
        Thread answering = Thread.ofVirtual().start(() -> answer(server, said));
        List<Finding> found = look(network, new PortCheck("127.0.0.1", 8080, "/"));
        answering.join();

        switch (said) {
          case "" -> assertThat(found.getFirst().seen()).contains("does not answer");
          case "HTTP/1.1 200 OK" -> assertThat(found).isEmpty();
          case "SSH-2.0-OpenSSH" ->
              assertThat(found.getFirst().seen()).contains("is no HTTP server: SSH-2.0-OpenSSH");
          default -> assertThat(found.getFirst().severity()).isEqualTo(Severity.WARNING);
        }
      }
    }
  }

  /** The first connection is the look, the second asks. */
  private static void answer(ServerSocketChannel server, String said) {
    try {
      server.accept().close();
      try (SocketChannel client = server.accept()) {
        int _ = client.read(ByteBuffer.allocate(1000));
        int _ =
            client.write(
                ByteBuffer.wrap(
                    (said.isEmpty() ? "" : said + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        if (said.isEmpty()) {
          client.shutdownOutput();
        }
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
