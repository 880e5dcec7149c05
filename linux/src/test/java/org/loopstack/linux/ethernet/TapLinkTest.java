// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.Stack;
import org.loopstack.StackInterface;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NamespaceSockets;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.linux.namespace.Routing;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** The kernel's Ethernet at one end, a stack's at the other, in a network of the test's own. */
@Timeout(120)
class TapLinkTest {
  private NetworkNamespace network;
  private SelectorProvider kernels;
  private TapLink link;
  private Stack stack;

  @BeforeEach
  void connect() throws Exception {
    network = Networks.open();
    kernels = new NamespaceSockets(network);
    TunDevice device =
        Networks.orSkip(() -> network.call(() -> TunDevice.open(TunDevice.Kind.TAP, "tap%d")));
    String[] addresses = {"10.9.0.2/24", "fd09::2/64"};
    link =
        new TapLink(
            device,
            List.of(addresses),
            List.of(IpAddress.parse("10.9.0.1"), IpAddress.parse("fd09::1")));
    Interfaces interfaces = new Interfaces(network);
    interfaces.setUp("lo");
    interfaces.setUp(link.name());
    Routing routing = new Routing(network);
    int index = interfaces.index(link.name());
    routing.addAddress(index, IpAddress.parse("10.9.0.1"), 24);
    routing.addAddress(index, IpAddress.parse("fd09::1"), 64);
    // Behind the router that the kernel is.
    routing.addAddress(interfaces.index("lo"), IpAddress.parse("198.51.100.1"), 32);
    routing.addAddress(interfaces.index("lo"), IpAddress.parse("2001:db8::1"), 128);
    stack = Stack.create();
    StackInterface added = stack.addInterface("eth0", link, addresses);
    stack.routes().add(IpPrefix.parse("0.0.0.0/0"), IpAddress.parse("10.9.0.1"), added);
    stack.routes().add(IpPrefix.parse("::/0"), IpAddress.parse("fd09::1"), added);
  }

  @AfterEach
  void disconnect() {
    if (stack != null) {
      stack.close();
    }
    if (network != null) {
      network.close();
    }
  }

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.2", "fd09::2"})
  void theKernelFindsUsAndIsAnswered(String address) throws Exception {
    assertThat(Networks.run(network, "ping", "-c", "3", "-i", "0.01", "-w", "60", address))
        .containsPattern(" ([3-9]|\\d\\d+) received");
    assertThat(Networks.run(network, "ip", "neigh", "show", address))
        .contains(hex(link.hardwareAddress()));
  }

  private static String hex(byte[] address) {
    return java.util.HexFormat.ofDelimiter(":").formatHex(address);
  }

  @ParameterizedTest
  @CsvSource({"10.9.0.1", "fd09::1", "198.51.100.1", "2001:db8::1"})
  void weFindTheKernelAndWhatIsBehindIt(String address) throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    try (ServerSocketChannel server = kernels.openServerSocketChannel().bind(at(address, 8080));
        SocketChannel client = stack.selectorProvider().openSocketChannel()) {
      client.connect(at(address, 8080));
      try (SocketChannel accepted = server.accept()) {
        Thread writer =
            Thread.ofVirtual()
                .start(
                    () -> {
                      try {
                        client.write(ByteBuffer.wrap(sent));
                        client.shutdownOutput();
                      } catch (java.io.IOException e) {
                        throw new AssertionError(e);
                      }
                    });
        ByteBuffer got = ByteBuffer.allocate(sent.length + 1);
        while (accepted.read(got) >= 0) {}
        writer.join();

        assertThat(Arrays.copyOf(got.array(), got.position())).isEqualTo(sent);
      }
    }
    assertThat(link.lost()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.9.0.1", "fd09::1"})
  void allFragmentsOfTheFirstDatagramWaitForTheNeighbour(String address) throws Exception {
    byte[] sent = new byte[20_000];
    new Random(2).nextBytes(sent);
    try (DatagramChannel server = kernels.openDatagramChannel().bind(at(address, 5353));
        DatagramChannel client = stack.selectorProvider().openDatagramChannel()) {
      client.send(ByteBuffer.wrap(sent), at(address, 5353));
      ByteBuffer got = ByteBuffer.allocate(30_000);
      server.receive(got);

      assertThat(Arrays.copyOf(got.array(), got.position())).isEqualTo(sent);
    }
  }

  @Test
  void aBroadcastReachesTheKernel() throws Exception {
    try (DatagramChannel server = kernels.openDatagramChannel();
        DatagramChannel client = stack.selectorProvider().openDatagramChannel()) {
      server.bind(new InetSocketAddress(5354));
      client.setOption(java.net.StandardSocketOptions.SO_BROADCAST, true);
      client.send(ByteBuffer.wrap(new byte[] {9}), at("10.9.0.255", 5354));
      ByteBuffer got = ByteBuffer.allocate(10);
      server.receive(got);

      assertThat(got.flip().get()).isEqualTo((byte) 9);
    }
  }

  @Test
  void aFrameForAnotherHostIsNotOurs() {
    byte[] own = {2, 1, 2, 3, 4, 5};
    byte[] frame = new byte[60];
    EthernetFrame.encode(frame, new byte[] {2, 1, 2, 3, 4, 6}, own, EthernetFrame.TYPE_IPV4);

    assertThat(EthernetFrame.isFor(frame, own)).isFalse();
    EthernetFrame.encode(frame, own, own, EthernetFrame.TYPE_IPV4);
    assertThat(EthernetFrame.isFor(frame, own)).isTrue();
    EthernetFrame.encode(frame, EthernetFrame.broadcast(), own, EthernetFrame.TYPE_IPV4);
    assertThat(EthernetFrame.isFor(frame, own)).isTrue();
  }
}
