// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.buffer.Packet;
import org.loopstack.capture.Capture;
import org.loopstack.capture.CaptureOptions;
import org.loopstack.link.LinkTap;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.linux.tun.Device;
import org.loopstack.linux.tun.TunDevice;
import org.loopstack.linux.tun.VethDevice;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TcpHeader;

/** The kernel's own sockets in a network of the test's, whose lo leads through here. */
@Timeout(120)
@ParameterizedClass
@ValueSource(strings = {"TUN", "veth"})
class KernelLoopbackTest {
  private final String way;
  private NetworkNamespace network;
  private KernelLoopback loopback;

  KernelLoopbackTest(String way) {
    this.way = way;
  }

  @BeforeEach
  void lead() throws Exception {
    network = Networks.open();
    Device device =
        Networks.orSkip(
            () ->
                way.equals("TUN")
                    ? network.call(() -> TunDevice.openOffloading(TunDevice.Kind.TUN, "lotun%d"))
                    : VethDevice.open(network, "loveth"));
    loopback =
        Networks.orSkip(() -> KernelLoopback.lead(network, device, KernelLoopback.DEFAULT_MTU, 1L));
  }

  @AfterEach
  void end() throws Exception {
    if (loopback != null) {
      loopback.close();
    }
    network.close();
  }

  private ServerSocketChannel listen(String address) throws Exception {
    ServerSocketChannel server = network.call(ServerSocketChannel::open);
    return server.bind(new InetSocketAddress(address, 8080));
  }

  private SocketChannel connect(String address) throws Exception {
    SocketChannel client = network.call(SocketChannel::open);
    client.connect(new InetSocketAddress(address, 8080));
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.5.6.7", "::1"})
  void everySegmentOfAConnectionPassesHere(String address) throws Exception {
    byte[] sent = new byte[1 << 20];
    new Random(1).nextBytes(sent);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (Capture capture =
            Capture.to(file, CaptureOptions.standard().queueBytes(1 << 24), loopback);
        ServerSocketChannel server = listen(address);
        SocketChannel client = connect(address);
        SocketChannel accepted = server.accept()) {
      Thread writer = Thread.ofVirtual().start(() -> write(client, sent));
      ByteBuffer received = ByteBuffer.allocate(sent.length);
      while (received.hasRemaining() && accepted.read(received) >= 0) {}
      writer.join();

      assertThat(Arrays.equals(received.array(), sent)).isTrue();
      assertThat(loopback.counters().transmittedBytes()).isGreaterThan(sent.length);
      assertThat(loopback.counters().transmitErrors()).isZero();
      assertThat(capture.captured()).isGreaterThan(15);
    }
    assertThat(file.size()).isGreaterThan(sent.length);
  }

  private static void write(SocketChannel client, byte[] bytes) {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        client.write(buffer);
      }
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void whatIsWatchedFromTheMiddleOfAConnectionOnIsWholeAndNothingIsLost(String address)
      throws Exception {
    new Interfaces(network).setMtu("lo", 1500);
    byte[] sent = new byte[32 << 20];
    new Random(2).nextBytes(sent);
    AtomicInteger longest = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    LinkTap tap =
        (_, packet) -> {
          longest.accumulateAndGet(packet.length(), Math::max);
          if (!hasRightChecksum(packet)) {
            wrong.incrementAndGet();
          }
        };
    try (ServerSocketChannel server = listen(address);
        SocketChannel client = connect(address);
        SocketChannel accepted = server.accept()) {
      Thread writer = Thread.ofVirtual().start(() -> write(client, sent));
      ByteBuffer received = ByteBuffer.allocate(sent.length);
      for (int step = 0; received.hasRemaining(); step++) {
        if (step % 2 == 0) {
          loopback.addTap(tap);
        } else {
          loopback.removeTap(tap);
        }
        int end = Math.min(received.position() + (4 << 20), received.capacity());
        received.limit(end);
        while (received.hasRemaining() && accepted.read(received) >= 0) {}
        received.limit(received.capacity());
      }
      writer.join();

      assertThat(Arrays.equals(received.array(), sent)).isTrue();
      assertThat(longest.get()).isBetween(1400, 1500);
      assertThat(wrong.get()).isZero();
    }
  }

  private static boolean hasRightChecksum(Packet packet) {
    byte[] b = packet.head();
    int at = packet.offset();
    boolean ipv4 = Ipv4Header.version(b, at) == 4;
    int tcp = ipv4 ? Ipv4Header.payloadAt(b, at) : at + Ipv6Header.LENGTH;
    IpAddress from = ipv4 ? Ipv4Header.source(b, at) : Ipv6Header.source(b, at);
    IpAddress to = ipv4 ? Ipv4Header.destination(b, at) : Ipv6Header.destination(b, at);
    int end = packet.headEnd();
    int pseudo = InternetChecksum.pseudoHeader(from, to, IpProtocol.TCP, end - tcp);
    return TcpHeader.isChecksumValid(b, tcp, end, pseudo);
  }

  @Test
  void aPortWithoutListenerRefusesAndPingIsAnswered() throws Exception {
    assertThatThrownBy(() -> connect("127.0.0.1")).isInstanceOf(java.net.ConnectException.class);
    assertThatThrownBy(() -> connect("::1")).isInstanceOf(java.net.ConnectException.class);
    assertThat(Networks.run(network, "ping", "-c", "1", "127.0.0.1")).contains("1 received");
    assertThat(Networks.run(network, "ping", "-c", "1", "::1")).contains("1 received");
    assertThat(loopback.counters().transmittedPackets()).isGreaterThanOrEqualTo(8);
  }

  @Test
  void aRuleDelaysTheKernelsHandshake() throws Exception {
    loopback.faults().add("latency 100ms");
    try (ServerSocketChannel server = listen("127.0.0.1")) {
      long start = System.nanoTime();
      connect("127.0.0.1").close();

      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(200_000_000L);
      assertThat(server.isOpen()).isTrue();
    }
  }

  @Test
  void aRuleLosesDatagramsAndWhatIsLostIsCounted() throws Exception {
    loopback.faults().add("drop udp times 2");
    try (DatagramChannel one = network.call(DatagramChannel::open);
        DatagramChannel other = network.call(DatagramChannel::open)) {
      one.bind(new InetSocketAddress("127.0.0.1", 0));
      other.bind(new InetSocketAddress("127.0.0.1", 0));
      for (byte i = 0; i < 3; i++) {
        one.send(ByteBuffer.wrap(new byte[] {i}), other.getLocalAddress());
      }
      ByteBuffer got = ByteBuffer.allocate(10);
      other.receive(got);

      assertThat(got.flip().get()).isEqualTo((byte) 2);
      assertThat(loopback.counters().droppedTotal()).isEqualTo(2);
    }
  }

  @Test
  void whenItIsClosedTheNetworkHasItsOwnLoopbackAgain() throws Exception {
    try (ServerSocketChannel server = listen("127.0.0.1");
        SocketChannel client = connect("127.0.0.1");
        SocketChannel accepted = server.accept()) {
      loopback.close();
      long passed = loopback.counters().transmittedPackets();

      client.write(ByteBuffer.wrap(new byte[] {42}));
      ByteBuffer got = ByteBuffer.allocate(1);
      accepted.read(got);

      assertThat(got.get(0)).isEqualTo((byte) 42);
      assertThat(loopback.counters().transmittedPackets()).isEqualTo(passed);
      loopback = null;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void aStackAnswersAtItsPortsAndTheKernelAtAllOthers(String address) throws Exception {
    StackConfiguration configuration =
        StackConfiguration.linux().toBuilder().ephemeralPorts(30_000, 30_000).build();
    try (Stack stack = Stack.create(configuration, loopback.share(8080, 30_000))) {
      SelectorProvider ours = stack.selectorProvider();
      ServerSocketChannel server = ours.openServerSocketChannel();
      server.bind(new InetSocketAddress(address, 8080));
      try (SocketChannel client = connect(address);
          SocketChannel accepted = server.accept()) {
        accepted.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        ByteBuffer got = ByteBuffer.allocate(10);
        client.read(got);
        assertThat(got.position()).isEqualTo(3);
      }
      try (ServerSocketChannel kernels = network.call(ServerSocketChannel::open);
          SocketChannel client = ours.openSocketChannel()) {
        kernels.bind(new InetSocketAddress(address, 0));
        client.connect(kernels.getLocalAddress());
        try (SocketChannel accepted = kernels.accept()) {
          assertThat(accepted.getRemoteAddress().toString()).endsWith(":30000");
        }
      }
    }
  }

  @Test
  void aDatagramInFragmentsReachesTheStackThatHasThePort() throws Exception {
    new Interfaces(network).setMtu("lo", 1500);
    byte[] sent = new byte[6000];
    new Random(3).nextBytes(sent);
    try (Stack stack = Stack.create(StackConfiguration.linux(), loopback.share(5353));
        DatagramChannel ours = stack.selectorProvider().openDatagramChannel();
        DatagramChannel kernels = network.call(DatagramChannel::open)) {
      for (String address : new String[] {"127.0.0.1", "::1"}) {
        DatagramChannel server = stack.selectorProvider().openDatagramChannel();
        server.bind(new InetSocketAddress(address, 5353));
        kernels.send(ByteBuffer.wrap(sent), new InetSocketAddress(address, 5353));
        ByteBuffer got = ByteBuffer.allocate(9000);
        server.receive(got);

        assertThat(Arrays.copyOf(got.array(), got.position())).isEqualTo(sent);
        server.close();
      }
    }
  }
}
