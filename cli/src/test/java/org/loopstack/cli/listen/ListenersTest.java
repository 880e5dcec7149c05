// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.cli.machine.MachineFiles;
import org.loopstack.cli.machine.MachineProcess;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NetworkNamespace;

/** Listeners on the machine, and in networks made for a test. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ListenersTest {
  private static final MachineFiles FILES = MachineFiles.ofMachine();

  private static ServerSocketChannel listen(String address, int port) throws IOException {
    boolean ipv6 = address.contains(":");
    return ServerSocketChannel.open(
            ipv6 ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET)
        .bind(new InetSocketAddress(address, port));
  }

  private static int port(NetworkChannel channel) throws IOException {
    return ((InetSocketAddress) channel.getLocalAddress()).getPort();
  }

  @Test
  void aListenerOfThisProcessIsFoundWithItsProcess() throws Exception {
    try (ServerSocketChannel server = listen("127.0.0.1", 0);
        DatagramChannel udp = DatagramChannel.open().bind(new InetSocketAddress("::1", 0))) {
      List<Listener> found = Listeners.look(FILES, false).all();

      assertThat(found)
          .filteredOn(l -> l.protocol().equals("tcp"))
          .filteredOn(l -> l.socket().localPort() == portOf(server))
          .singleElement()
          .satisfies(
              l -> {
                assertThat(l.scope()).isEqualTo(Scope.MACHINE);
                assertThat(l.processes())
                    .extracting(MachineProcess::pid)
                    .containsExactly(ProcessHandle.current().pid());
                assertThat(l.process()).endsWith(" " + ProcessHandle.current().pid());
                assertThat(l.user()).isEqualTo(System.getProperty("user.name"));
                assertThat(l.namespace()).isNull();
                assertThat(l.warning()).isNull();
              });
      assertThat(found)
          .anySatisfy(
              l -> {
                assertThat(l.protocol()).isEqualTo("udp");
                assertThat(l.address()).isEqualTo("[::1]");
                assertThat(l.socket().localPort()).isEqualTo(port(udp));
              });
    }
  }

  private static int portOf(NetworkChannel channel) {
    try {
      return port(channel);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aDatabaseThatEverybodyReachesIsWarnedOfAndOneOnTheLoopbackIsNot() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      TestNetwork.addAddress(network, "10.11.12.13", 24);
      try (ServerSocketChannel _ = network.call(() -> listen("0.0.0.0", 5432));
          ServerSocketChannel _ = network.call(() -> listen("127.0.0.1", 6379))) {
        List<Listener> found = network.call(() -> Listeners.look(FILES, false).all());

        assertThat(found).hasSize(2);
        assertThat(found.getFirst().warning()).startsWith("PostgreSQL can be reached by everybody");
        assertThat(found.getFirst().scope()).isEqualTo(Scope.EVERYBODY);
        assertThat(found.getLast().warning()).isNull();
        assertThat(ListenPrinter.text(found).lines().toList())
            .hasSize(4)
            .first()
            .isEqualTo(
                "PROTO  ADDRESS    PORT  REACHED BY    PROCESS"
                    + " ".repeat(found.getFirst().process().length() - 5)
                    + "USER  WHERE");
        assertThat(ListenPrinter.text(found))
            .endsWith(
                "\nwarning: port 5432: PostgreSQL can be reached by everybody: a database is for"
                    + " its own programs; bind it to 127.0.0.1\n");
        JsonObject json =
            JsonParser.parseString(ListenPrinter.json(found))
                .getAsJsonArray()
                .get(0)
                .getAsJsonObject();
        assertThat(json.get("scope").getAsString()).isEqualTo("everybody");
        assertThat(json.get("port").getAsInt()).isEqualTo(5432);
        assertThat(json.get("warning").getAsString()).startsWith("PostgreSQL");
      }
    }
  }

  @Test
  void aListenerInAnotherNetworkIsFoundByWhoMayLook() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      Process inside = network.call(() -> new ProcessBuilder("cat").start());
      try (ServerSocketChannel server = network.call(() -> listen("127.0.0.1", 0))) {
        int port = port(server);

        assertThat(Listeners.look(FILES, true).all())
            .filteredOn(l -> l.socket().localPort() == port)
            .anySatisfy(l -> assertThat(l.namespace()).isEqualTo(network.identity()));
        assertThat(Listeners.look(FILES, false).all())
            .extracting(Listener::namespace)
            .containsOnlyNulls();
        assertThat(PortReport.look(FILES, port).text())
            .contains("note: in another network, where it does not matter here: tcp 127.0.0.1:");
      } finally {
        inside.destroyForcibly().waitFor();
      }
    }
  }

  private static PortReport report(NetworkNamespace network, int port) throws IOException {
    return network.call(() -> PortReport.look(FILES, port));
  }

  @Test
  void aFreePortIsFree() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      PortReport free = report(network, 8080);

      assertThat(free.isFree()).isTrue();
      assertThat(free.text()).startsWith("tcp port 8080: free\nudp port 8080: free\n");
      assertThat(free.json()).startsWith("{\"port\":8080,\"free\":true,");
    }
  }

  @Test
  void whoHasAPortAndWhatItMeansForOtherAddressesIsTold() throws Exception {
    try (NetworkNamespace network = TestNetwork.up();
        ServerSocketChannel _ = network.call(() -> listen("127.0.0.1", 8080))) {
      String said = report(network, 8080).text();

      assertThat(said)
          .contains("  tcp 127.0.0.1:8080, this machine, ")
          .contains("\n    started as: ")
          .contains("\n  127.0.0.1  taken: ")
          .contains("\n  0.0.0.0    taken: ")
          .contains("one of the addresses that 0.0.0.0 means")
          .contains("\n  [::1]      free\n")
          .contains("\n  [::]       taken: ")
          .contains("the other address family")
          .contains("udp port 8080: free\n");
      assertThat(report(network, 8080).isFree()).isFalse();
    }
  }

  @Test
  void connectionsInTimeWaitAreTheReasonUntilTheyEnd() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      try (ServerSocketChannel server = network.call(() -> listen("127.0.0.1", 8080));
          SocketChannel client =
              network.call(() -> SocketChannel.open(new InetSocketAddress("127.0.0.1", 8080)));
          SocketChannel accepted = server.accept()) {
        // Who closes first has the wait.
        accepted.shutdownOutput();
        assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        client.close();
        assertThat(accepted.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }

      assertThat(report(network, 8080).text())
          .startsWith("tcp port 8080: nobody listens\n")
          .containsPattern("127\\.0\\.0\\.1  waits: .* 1 in TIME-WAIT, the last for [0-9]+ s more")
          .contains("SO_REUSEADDR");
    }
  }

  @Test
  void rangesOfPortsAreNoted() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      network.setVariable("ipv4/ip_local_port_range", "40000 50000");
      network.setVariable("ipv4/ip_local_reserved_ports", "45000-45010");
      network.setVariable("ipv4/ip_unprivileged_port_start", "100");

      assertThat(report(network, 44_000).text())
          .contains("ephemeral ports 40000-50000")
          .contains("ip_local_reserved_ports=45000-45010,44000 keeps it free");
      assertThat(report(network, 45_005).text())
          .contains("note: net.ipv4.ip_local_reserved_ports keeps it");
      assertThat(report(network, 99).text()).contains("note: ports below 100 are for root");
      assertThat(report(network, 8080).text()).doesNotContain("ports below");
    }
  }
}
