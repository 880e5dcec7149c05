// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketFactoriesTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final Host host = new Host();
  private final SocketFactory sockets =
      host.provider.socketFactory(
          new StackResolver(NameTable.standard().with("db", "127.0.0.2"), name -> 0));
  private final ServerSocketFactory servers = host.provider.serverSocketFactory();
  private final StackDatagramSockets datagrams = new StackDatagramSockets(host.provider);

  @AfterEach
  void close() {
    host.close();
  }

  @Test
  void connectsByNameAddressAndLater() throws Exception {
    ServerSocket server = servers.createServerSocket(0);
    int port = server.getLocalPort();
    assertThat(sockets.createSocket("db", port).getInetAddress().getHostAddress())
        .isEqualTo("127.0.0.2");
    assertThat(sockets.createSocket(LOOPBACK, port).isConnected()).isTrue();
    assertThat(sockets.createSocket((String) null, port).isConnected()).isTrue();
    Socket later = sockets.createSocket();
    assertThat(later.isBound()).isFalse();
    later.connect(new InetSocketAddress(LOOPBACK, port));
    InetAddress from = InetAddress.ofLiteral("127.0.0.9");
    assertThat(sockets.createSocket("localhost", port, from, 4321).getLocalSocketAddress())
        .isEqualTo(new InetSocketAddress(from, 4321));
    for (int i = 0; i < 4; i++) {
      server.accept();
    }
    assertThat(server.accept().getPort()).isEqualTo(4321);
  }

  @Test
  void leavesNothingOpenThatCouldNotBeConnectedOrBound() throws Exception {
    ServerSocket server = servers.createServerSocket(0, 5, LOOPBACK);
    int port = server.getLocalPort();
    assertThatThrownBy(() -> servers.createServerSocket(port, 5, LOOPBACK))
        .isExactlyInstanceOf(BindException.class)
        .hasMessage("Address already in use");
    server.close();
    // A socket that had stayed open would still hold the local port.
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> sockets.createSocket(LOOPBACK, port, LOOPBACK, 4322))
          .isExactlyInstanceOf(ConnectException.class)
          .hasMessage("Connection refused");
    }
    assertThatThrownBy(() -> sockets.createSocket("nowhere", port))
        .isExactlyInstanceOf(UnknownHostException.class);
    assertThatIllegalArgumentException().isThrownBy(() -> sockets.createSocket("nowhere", 65_536));
  }

  @Test
  void aServerSocketThatIsClosedOrNotBoundAcceptsNothing() throws Exception {
    ServerSocket server = servers.createServerSocket();
    assertThatThrownBy(server::accept)
        .isExactlyInstanceOf(SocketException.class)
        .hasMessage("Socket is not bound yet");
    server.close();
    assertThatThrownBy(server::accept).hasMessage("Socket is closed");
  }

  private static void send(DatagramSocket from, String text, int port) throws IOException {
    from.send(
        new DatagramPacket(text.getBytes(), text.length(), new InetSocketAddress(LOOPBACK, port)));
  }

  private static String receive(DatagramSocket at) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    at.receive(packet);
    return new String(packet.getData(), 0, packet.getLength());
  }

  @Test
  void datagramSocketsShareThePortsOfTheChannels() throws Exception {
    DatagramSocket socket = datagrams.datagram(new InetSocketAddress(LOOPBACK, 0));
    assertThat(socket.getChannel()).isNull();
    assertThat(socket.getBroadcast()).isTrue();
    DatagramChannel channel = host.provider.openDatagramChannel().bind(Host.loopback(0));
    send(socket, "hello", Host.local(channel).getPort());
    assertThat(receive(channel.socket())).isEqualTo("hello");
    assertThatThrownBy(() -> datagrams.datagram(Host.local(channel)))
        .isExactlyInstanceOf(BindException.class);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptClosesTheDatagramSocketOfAVirtualThreadOnly(boolean virtual) throws Exception {
    DatagramSocket socket = datagrams.datagram(new InetSocketAddress(LOOPBACK, 0));
    Background<String> receiver = Background.start(virtual, () -> receive(socket)).awaitParked();
    receiver.interrupt();
    if (virtual) {
      assertThat(receiver.failure())
          .isExactlyInstanceOf(SocketException.class)
          .hasMessage("Closed by interrupt");
      assertThat(socket.isClosed()).isTrue();
    } else {
      send(datagrams.datagram(new InetSocketAddress(0)), "still here", socket.getLocalPort());
      assertThat(receiver.result()).isEqualTo("still here");
    }
  }

  @Test
  void multicastSocketsOfOnePortHearTheGroup() throws Exception {
    MulticastSocket one = datagrams.multicast(new InetSocketAddress(5353));
    MulticastSocket two = datagrams.multicast(new InetSocketAddress(5353));
    InetSocketAddress group = new InetSocketAddress(InetAddress.ofLiteral("224.0.0.251"), 5353);
    var lo = java.net.NetworkInterface.getByName("lo");
    for (MulticastSocket each : List.of(one, two)) {
      each.joinGroup(group, lo);
    }
    DatagramSocket sender = datagrams.datagram(new InetSocketAddress(LOOPBACK, 0));
    sender.setOption(java.net.StandardSocketOptions.IP_MULTICAST_IF, lo);
    sender.send(new DatagramPacket(new byte[] {'x'}, 1, group));
    assertThat(receive(one)).isEqualTo("x");
    assertThat(receive(two)).isEqualTo("x");
    one.leaveGroup(group, lo);
    assertThatThrownBy(() -> one.leaveGroup(group, lo)).hasMessage("Not a member of group");
    one.setTimeToLive(3);
    assertThat(one.getTimeToLive()).isEqualTo(3);
    one.close();
    assertThat(one.isClosed()).isTrue();
    assertThatThrownBy(() -> one.setTimeToLive(4)).isInstanceOf(SocketException.class);
  }

  /** A method that is inherited would be one of the machine's socket, which is closed. */
  @Test
  void everyPublicMethodOfAMulticastSocketIsTheStacks() {
    List<String> inherited = new ArrayList<>();
    for (Method method : StackMulticastSocket.class.getMethods()) {
      boolean isTheirs =
          DatagramSocket.class.isAssignableFrom(method.getDeclaringClass())
              && method.getDeclaringClass() != StackMulticastSocket.class;
      if (isTheirs && !Modifier.isStatic(method.getModifiers())) {
        inherited.add(method.toString());
      }
    }
    assertThat(inherited).isEmpty();
  }
}
