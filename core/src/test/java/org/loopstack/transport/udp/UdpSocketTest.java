// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.transport.udp.UdpHost.assertRefused;
import static org.loopstack.transport.udp.UdpHost.at;
import static org.loopstack.transport.udp.UdpHost.bytes;
import static org.loopstack.transport.udp.UdpHost.receive;
import static org.loopstack.transport.udp.UdpHost.send;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;

class UdpSocketTest {
  private final UdpHost host = new UdpHost();

  @Tag("RFC768-RECEIVE")
  @Tag("RFC768-SEND")
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.255.255.254", "::1"})
  void aDatagramArrivesWithItsSender(String address) throws ErrnoException {
    DatagramEndpoint server = host.bound(address, 7);
    DatagramEndpoint client = host.bound(address, 9);
    send(client, "hello", at(address, 7));
    ByteBuffer target = ByteBuffer.allocate(10);
    assertThat(server.receive(target)).isEqualTo(at(address, 9));
    assertThat(target.flip()).isEqualTo(bytes("hello"));
    assertThat(receive(server)).isNull();
  }

  @Test
  void sendingBindsToAnEphemeralPort() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    DatagramEndpoint client = host.open();
    send(client, "x", at("127.0.0.1", 7));
    TransportAddress from = server.receive(ByteBuffer.allocate(1));
    assertThat(from).isNotNull();
    assertThat(from.port()).isBetween(32_768, 60_999);
    assertThat(client.localAddress()).isEqualTo(at("::", from.port()));
  }

  @Test
  void aUnspecifiedDestinationIsThisHost() throws ErrnoException {
    DatagramEndpoint server = host.bound("::", 7);
    DatagramEndpoint client = host.open();
    send(client, "four", at("0.0.0.0", 7));
    send(client, "six", at("::", 7));
    assertThat(receive(server)).isEqualTo("four");
    assertThat(receive(server)).isEqualTo("six");
  }

  @Test
  void datagramsStayApartAndInOrderAndMayBeEmpty() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    DatagramEndpoint client = host.open();
    for (String text : List.of("a", "", "ccc")) {
      send(client, text, at("127.0.0.1", 7));
    }
    assertThat(receive(server)).isEqualTo("a");
    assertThat(receive(server)).isEmpty();
    assertThat(receive(server)).isEqualTo("ccc");
  }

  @Test
  void whatDoesNotFitIsLost() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    DatagramEndpoint client = host.open();
    send(client, "0123456789", at("127.0.0.1", 7));
    send(client, "next", at("127.0.0.1", 7));
    ByteBuffer small = ByteBuffer.allocate(4);
    assertThat(server.receive(small)).isNotNull();
    assertThat(small.flip()).isEqualTo(bytes("0123"));
    assertThat(receive(server)).isEqualTo("next");
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 65507", "::1, 65527"})
  void theLargestDatagramArrivesWholeAndOneByteMoreIsRefused(String address, int largest)
      throws ErrnoException {
    DatagramEndpoint server = host.bound(address, 7);
    DatagramEndpoint client = host.open();
    byte[] data = new byte[largest];
    new Random(1).nextBytes(data);
    assertThat(client.send(ByteBuffer.wrap(data), at(address, 7))).isTrue();
    ByteBuffer target = ByteBuffer.allocate(largest + 1);
    assertThat(server.receive(target)).isNotNull();
    assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(data));
    assertRefused(
        Errno.EMSGSIZE, () -> client.send(ByteBuffer.allocate(largest + 1), at(address, 7)));
  }

  @Test
  void aDirectBufferIsSentFromItsPosition() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    ByteBuffer buffer = ByteBuffer.allocateDirect(8).put(bytes("01234567")).position(2).limit(5);
    host.open().send(buffer, at("127.0.0.1", 7));
    assertThat(buffer.hasRemaining()).isFalse();
    assertThat(receive(server)).isEqualTo("234");
  }

  @Tag("RFC1122-4.1.3.3")
  @Test
  void aClosedPortIsReportedOnceToAConnectedSocket() throws ErrnoException {
    DatagramEndpoint client = host.open();
    client.connect(at("127.0.0.1", 7));
    send(client, "x", null);
    assertThat(client.readiness() & Readiness.READ).isNotZero();
    assertRefused(Errno.ECONNREFUSED, () -> receive(client));
    assertThat(receive(client)).isNull();
    send(client, "x", null);
    assertRefused(Errno.ECONNREFUSED, () -> client.send(bytes("y"), null));
    assertThat(host.internet.counters().drops(DropReason.UDP_NO_PORT)).isEqualTo(2);
  }

  @Tag("RFC4443-3.1-PORT")
  @Test
  void aClosedPortIsReportedOverIpv6Too() throws ErrnoException {
    DatagramEndpoint client = host.open();
    client.connect(at("::1", 7));
    send(client, "x", null);
    assertRefused(Errno.ECONNREFUSED, () -> receive(client));
  }

  @Test
  void aClosedPortIsNotReportedToASocketThatIsNotConnected() throws ErrnoException {
    DatagramEndpoint client = host.open();
    send(client, "x", at("127.0.0.1", 7));
    assertThat(client.readiness()).isEqualTo(Readiness.WRITE);
    assertThat(receive(client)).isNull();
    send(client, "x", at("127.0.0.1", 7));
  }

  @Test
  void aConnectedSocketHearsItsPeerOnlyUntilItIsDisconnected() throws ErrnoException {
    DatagramEndpoint peer = host.bound("127.0.0.1", 7);
    DatagramEndpoint stranger = host.bound("127.0.0.1", 8);
    DatagramEndpoint client = host.bound("::", 9);
    client.connect(at("127.0.0.1", 7));
    assertThat(client.localAddress()).isEqualTo(at("127.0.0.1", 9));
    assertThat(client.remoteAddress()).isEqualTo(at("127.0.0.1", 7));
    send(stranger, "no", at("127.0.0.1", 9));
    send(peer, "yes", at("127.0.0.1", 9));
    assertThat(receive(client)).isEqualTo("yes");
    assertThat(receive(client)).isNull();
    client.disconnect();
    assertThat(client.localAddress()).isEqualTo(at("::", 9));
    assertThat(client.remoteAddress()).isNull();
    send(stranger, "now", at("127.0.0.1", 9));
    assertThat(receive(client)).isEqualTo("now");
    assertRefused(Errno.EDESTADDRREQ, () -> client.send(bytes("x"), null));
  }

  @Tag("RFC768-IP")
  @Tag("RFC1122-4.1.3.5")
  @Tag("RFC1122-4.1.3.5-SOURCE")
  @Test
  void theBestFitGetsTheDatagram() throws ErrnoException {
    DatagramEndpoint any = host.open();
    any.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    any.bind(at("::", 7));
    DatagramEndpoint specific = host.open();
    specific.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    specific.bind(at("127.0.0.1", 7));
    DatagramEndpoint connected = host.open();
    connected.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    connected.bind(at("127.0.0.1", 7));
    connected.connect(at("127.0.0.1", 50));
    send(host.bound("127.0.0.1", 50), "connected", at("127.0.0.1", 7));
    send(host.bound("127.0.0.1", 51), "specific", at("127.0.0.1", 7));
    send(host.bound("127.0.0.2", 51), "any", at("127.0.0.2", 7));
    assertThat(receive(connected)).isEqualTo("connected");
    assertThat(receive(specific)).isEqualTo("specific");
    assertThat(receive(any)).isEqualTo("any");
  }

  @Test
  void amongEqualsTheNewestGetsTheDatagram() throws ErrnoException {
    List<DatagramEndpoint> sockets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      DatagramEndpoint socket = host.open();
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(at("127.0.0.1", 7));
      sockets.add(socket);
    }
    send(host.open(), "x", at("127.0.0.1", 7));
    assertThat(receive(sockets.get(2))).isEqualTo("x");
    sockets.get(2).close();
    send(host.open(), "y", at("127.0.0.1", 7));
    assertThat(receive(sockets.get(1))).isEqualTo("y");
  }

  @Test
  void reusePortSpreadsFlowsAndKeepsEachTogether() throws ErrnoException {
    List<DatagramEndpoint> sockets = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      DatagramEndpoint socket = host.open();
      socket.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      socket.bind(at("127.0.0.1", 7));
      sockets.add(socket);
    }
    int first = 0;
    for (int i = 0; i < 40; i++) {
      DatagramEndpoint client = host.open();
      send(client, "a", at("127.0.0.1", 7));
      send(client, "b", at("127.0.0.1", 7));
      boolean toFirst = receive(sockets.get(0)) != null;
      DatagramEndpoint same = sockets.get(toFirst ? 0 : 1);
      assertThat(receive(same)).isNotNull();
      String left = receive(same);
      assertThat(left).isEqualTo(toFirst ? null : "b");
      first += toFirst ? 1 : 0;
    }
    assertThat(first).isBetween(5, 35);
  }

  @Test
  void anIpv4SocketSeesNoIpv6() throws ErrnoException {
    DatagramEndpoint four = host.bound4("0.0.0.0", 7);
    send(host.open(), "six", at("::1", 7));
    send(host.open(), "four", at("127.0.0.1", 7));
    assertThat(receive(four)).isEqualTo("four");
    assertThat(receive(four)).isNull();
    assertRefused(Errno.EAFNOSUPPORT, () -> four.send(bytes("x"), at("::1", 7)));
    assertRefused(Errno.EAFNOSUPPORT, () -> host.bound4("::1", 8));
  }

  @ParameterizedTest
  @CsvSource({"64, 256", "500, 166", "1472, 92", "4000, 25", "20000, 10"})
  void asManyDatagramsWaitAsOnLinuxAndTheRestIsDropped(int size, int count) throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    DatagramEndpoint client = host.open();
    for (int i = 0; i < 300; i++) {
      client.send(ByteBuffer.allocate(size), at("127.0.0.1", 7));
    }
    int received = 0;
    while (server.receive(ByteBuffer.allocate(size)) != null) {
      received++;
    }
    assertThat(received).isEqualTo(count);
    assertThat(host.internet.counters().drops(DropReason.UDP_BUFFER_FULL)).isEqualTo(300 - count);
    send(client, "room again", at("127.0.0.1", 7));
    assertThat(receive(server)).isEqualTo("room again");
  }

  @Test
  void readinessIsRaisedWhenTheFirstDatagramComesAndNotAgain() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    DatagramEndpoint client = host.open();
    List<Integer> raised = new ArrayList<>();
    server.setReadinessListener(raised::add);
    send(client, "a", at("127.0.0.1", 7));
    send(client, "b", at("127.0.0.1", 7));
    assertThat(raised).containsExactly(Readiness.READ);
    assertThat(server.readiness()).isEqualTo(Readiness.READ | Readiness.WRITE);
    receive(server);
    receive(server);
    assertThat(server.readiness()).isEqualTo(Readiness.WRITE);
    send(client, "c", at("127.0.0.1", 7));
    assertThat(raised).containsExactly(Readiness.READ, Readiness.READ);
  }

  @Test
  void broadcastNeedsPermissionAndReachesEverySocket() throws ErrnoException {
    DatagramEndpoint a = host.open();
    a.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    a.bind(at("0.0.0.0", 7));
    DatagramEndpoint b = host.open();
    b.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    b.bind(at("::", 7));
    DatagramEndpoint other = host.open();
    other.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    other.bind(at("127.0.0.1", 7));
    DatagramEndpoint client = host.open();
    assertRefused(Errno.EACCES, () -> client.send(bytes("x"), at("127.255.255.255", 7)));
    assertRefused(Errno.EACCES, () -> client.connect(at("127.255.255.255", 7)));
    client.setOption(StandardSocketOptions.SO_BROADCAST, true);
    send(client, "x", at("127.255.255.255", 7));
    assertThat(receive(a)).isEqualTo("x");
    assertThat(receive(b)).isEqualTo("x");
    assertThat(receive(other)).isNull();
  }

  @Test
  void whatCannotBeBoundIsRefused() throws ErrnoException {
    assertRefused(Errno.EADDRNOTAVAIL, () -> host.bound("128.0.0.1", 7));
    assertRefused(Errno.EADDRNOTAVAIL, () -> host.bound("::2", 7));
    DatagramEndpoint socket = host.bound("127.0.0.0", 7);
    assertRefused(Errno.EINVAL, () -> socket.bind(at("127.0.0.1", 8)));
    assertRefused(Errno.EADDRINUSE, () -> host.bound("::", 7));
    assertRefused(Errno.EINVAL, () -> socket.send(bytes("x"), at("127.0.0.1", 0)));
    assertRefused(Errno.ENETUNREACH, () -> host.open().send(bytes("x"), at("10.0.0.1", 7)));
  }

  @Test
  void optionsBeginAsOnLinuxAndAreCutAsThere() throws ErrnoException {
    DatagramEndpoint socket = host.open();
    assertThat(socket.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(106_496);
    assertThat(socket.option(StandardSocketOptions.SO_SNDBUF)).isEqualTo(106_496);
    assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(1);
    assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_LOOP)).isTrue();
    assertThat(socket.option(StandardSocketOptions.IP_MULTICAST_IF)).isNull();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 1);
    assertThat(socket.option(StandardSocketOptions.SO_RCVBUF)).isEqualTo(1152);
    socket.setOption(StandardSocketOptions.SO_SNDBUF, 10_000_000);
    assertThat(socket.option(StandardSocketOptions.SO_SNDBUF)).isEqualTo(4 << 20);
    assertRefused(Errno.EINVAL, () -> socket.setOption(StandardSocketOptions.IP_TOS, 256));
    for (var option : socket.supportedOptions()) {
      assertThat(option.name()).isNotEqualTo("SO_LINGER");
    }
  }

  @Test
  void closingFreesThePortAndForgetsWhatWaited() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    send(host.open(), "x", at("127.0.0.1", 7));
    server.close();
    server.close();
    DatagramEndpoint next = host.bound("127.0.0.1", 7);
    assertThat(receive(next)).isNull();
    assertThat(server.localAddress()).isNull();
  }

  @Test
  void whenUdpGoesDownWaitersAreWokenAndNothingIsLeft() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    List<Integer> raised = new ArrayList<>();
    server.setReadinessListener(raised::add);
    host.udp.close();
    assertThat(raised).hasSize(1);
    assertRefused(Errno.ENETDOWN, () -> receive(server));
    assertRefused(Errno.ENETDOWN, () -> receive(server));
    assertRefused(Errno.ENETDOWN, () -> server.send(bytes("x"), at("127.0.0.1", 7)));
    assertRefused(Errno.ENETDOWN, host::open);
    assertThat(host.ports.claims()).isZero();
    assertThat(host.udp.sockets()).isEmpty();
  }

  @Test
  void theInspectorSeesBoundSockets() throws ErrnoException {
    DatagramEndpoint server = host.bound("127.0.0.1", 7);
    send(host.open(), "12345", at("127.0.0.1", 7));
    assertThat(host.udp.sockets())
        .anySatisfy(
            s -> {
              assertThat(s.local()).isEqualTo(at("127.0.0.1", 7));
              assertThat(s.state()).isEqualTo("UNCONN");
              assertThat(s.receiveQueue()).isEqualTo(5);
            });
    assertThat(receive(server)).isEqualTo("12345");
  }
}
