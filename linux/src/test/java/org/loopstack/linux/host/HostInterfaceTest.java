// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.Stack;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NamespaceSockets;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** In a network that plays the machine's. */
@Timeout(120)
class HostInterfaceTest {
  private final Stack stack = Stack.create();
  private NetworkNamespace machine;
  private SelectorProvider kernels;

  @BeforeEach
  void open() throws Exception {
    machine = Networks.open();
    new Interfaces(machine).setUp("lo");
    kernels = new NamespaceSockets(machine);
  }

  @AfterEach
  void close() {
    stack.close();
    if (machine != null) {
      machine.close();
    }
  }

  private HostInterface put(String wanted) throws Exception {
    IpAddress address = wanted.isEmpty() ? null : IpAddress.parse(wanted);
    return Networks.orSkip(() -> HostInterface.open(stack, machine, "lotun%d", address));
  }

  private static InetSocketAddress at(IpAddress address, int port) {
    return new InetSocketAddress(address.toInetAddress(), port);
  }

  private static void exchange(
      SelectorProvider server, SelectorProvider client, IpAddress bound, IpAddress called)
      throws IOException {
    byte[] sent = new byte[300_000];
    new Random(1).nextBytes(sent);
    try (ServerSocketChannel listener = server.openServerSocketChannel().bind(at(bound, 8080));
        SocketChannel connection = client.openSocketChannel()) {
      connection.connect(at(called, 8080));
      try (SocketChannel accepted = listener.accept()) {
        connection.write(ByteBuffer.wrap(sent, 0, 60_000));
        ByteBuffer got = ByteBuffer.allocate(60_000);
        while (got.hasRemaining() && accepted.read(got) >= 0) {}
        assertThat(got.array()).isEqualTo(Arrays.copyOf(sent, 60_000));
        Thread writer =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        accepted.write(ByteBuffer.wrap(sent));
                        accepted.shutdownOutput();
                      } catch (IOException e) {
                        throw new AssertionError(e);
                      }
                    });
        ByteBuffer back = ByteBuffer.allocate(sent.length + 1);
        while (connection.read(back) >= 0) {}
        assertThat(Arrays.copyOf(back.array(), back.position())).isEqualTo(sent);
        join(writer);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10.9.8.1", "10.9.8.2", "192.168.77.5", "127.83.0.1"})
  void theMachinesProgramsReachTheStackByPingTcpAndUdp(String wanted) throws Exception {
    HostInterface made = put(wanted);
    IpAddress inside = made.stackEnd().addresses().getFirst();

    assertThat(
            Networks.run(
                machine, "ping", "-c", "2", "-i", "0.01", "-w", "60", made.ipv4().toString()))
        .containsPattern(" ([2-9]|\\d\\d+) received");
    assertThat(
            Networks.run(
                machine, "ping", "-c", "2", "-i", "0.01", "-w", "60", String.valueOf(made.ipv6())))
        .containsPattern(" ([2-9]|\\d\\d+) received");
    exchange(stack.selectorProvider(), kernels, inside, made.ipv4());
    exchange(stack.selectorProvider(), kernels, made.ipv6(), made.ipv6());
    for (int length : new int[] {0, 1, 1473, 60_000}) {
      datagram(inside, made.ipv4(), length);
      datagram(made.ipv6(), made.ipv6(), length);
    }
  }

  private void datagram(IpAddress bound, IpAddress called, int length) throws IOException {
    byte[] sent = new byte[length];
    new Random(length).nextBytes(sent);
    try (DatagramChannel server = stack.selectorProvider().openDatagramChannel();
        DatagramChannel client = kernels.openDatagramChannel()) {
      server.bind(at(bound, 5353));
      client.send(ByteBuffer.wrap(sent), at(called, 5353));
      ByteBuffer got = ByteBuffer.allocate(65_535);
      var from = server.receive(got);
      server.send(got.flip(), from);
      ByteBuffer back = ByteBuffer.allocate(65_535);

      assertThat(client.receive(back)).isEqualTo(at(called, 5353));
      assertThat(Arrays.copyOf(back.array(), back.position())).isEqualTo(sent);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "127.83.0.1"})
  void aPortWithoutASocketRefusesBothProtocols(String wanted) throws Exception {
    HostInterface made = put(wanted);
    try (SocketChannel client = kernels.openSocketChannel();
        DatagramChannel datagrams = kernels.openDatagramChannel()) {
      assertThatThrownBy(() -> client.connect(at(made.ipv4(), 9)))
          .isInstanceOf(ConnectException.class);
      datagrams.connect(at(made.ipv4(), 9));
      datagrams.write(ByteBuffer.wrap(new byte[1]));
      // RFC 1122 section 4.1.3.3: the error that the other host reports reaches the socket.
      assertThatThrownBy(() -> datagrams.read(ByteBuffer.allocate(1)))
          .isInstanceOf(PortUnreachableException.class);
    }
  }

  @Test
  void theStackReachesWhatTheMachineServesThere() throws Exception {
    HostInterface made = put("10.9.8.2");
    IpAddress machines = IpAddress.parse("10.9.8.1");
    assertThat(made.ipv4()).isEqualTo(IpAddress.parse("10.9.8.2"));

    exchange(kernels, stack.selectorProvider(), machines, machines);
  }

  @Test
  void theStackReachesTheMachinesLoopbackByItsNameIn10() throws Exception {
    int _ = put("127.83.0.1").ipv4().length();

    exchange(
        kernels, stack.selectorProvider(), IpAddress.IPV4_LOOPBACK, IpAddress.parse("10.0.0.1"));
  }

  @Test
  void allOfItGoesWithTheStack() throws Exception {
    HostInterface made = put("127.83.0.1");
    assertThat(new Interfaces(machine).isUp(made.name())).isTrue();
    stack.close();

    for (int i = 0; i < 1000 && isThere(made.name()); i++) {
      Thread.onSpinWait();
      Networks.run(machine, "true");
    }
    assertThat(isThere(made.name())).isFalse();
    assertThat(Networks.run(machine, "ip", "route", "get", "127.83.0.1")).contains("dev lo");
  }

  private boolean isThere(String name) throws IOException {
    try {
      return new Interfaces(machine).index(name) > 0;
    } catch (LinuxException e) {
      return false;
    }
  }

  @Test
  void anAddressThatNoHostHasIsRefusedAndTheChosenOneIsFree() throws Exception {
    for (String each : List.of("10.9.8.4", "10.9.8.7", "fd00::1")) {
      assertThatThrownBy(() -> put(each)).isInstanceOf(IllegalArgumentException.class);
    }
    IpAddress first = HostInterface.choose(List.of());
    assertThat(first.toInetAddress().isSiteLocalAddress()).isTrue();
    IpAddress next = HostInterface.choose(List.of(IpPrefix.of(first, 30)));
    assertThat(IpPrefix.of(first, 30).contains(next)).isFalse();
    assertThat(HostInterface.choose(List.of(IpPrefix.of(IpAddress.parse("10.111.0.9"), 32))))
        .isEqualTo(first);
    assertThatThrownBy(() -> HostInterface.choose(List.of(IpPrefix.parse("10.0.0.0/8"))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void anAddressThatTheMachineHasOrThatIsNoneOfIpv4IsRefused() {
    assertThatThrownBy(() -> put("127.0.0.1"))
        .isInstanceOf(BindException.class)
        .hasMessage("127.0.0.1 is this machine's own, of lo");
    assertThatThrownBy(() -> put("fd00::5"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no IPv4 address");
    assertThatThrownBy(() -> put("10.9.0.3")).isInstanceOf(IllegalArgumentException.class);
  }
}
