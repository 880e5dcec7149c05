// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.loopstack.Stack;
import org.loopstack.socket.StackResolver;

/** What the worlds are. */
@LoopbackTest
class WorldsTest {
  @Profile
  void localhostIsWhatTheHostsFileSays(StackResolver resolver, World world) throws IOException {
    List<String> addresses =
        resolver.resolve("localhost").stream().map(InetAddress::getHostAddress).toList();
    String ipv4 = "127.0.0.1";
    String ipv6 = "0:0:0:0:0:0:0:1";
    assertThat(addresses)
        .isEqualTo(
            switch (world) {
              case LINUX, MACOS, WINDOWS, DOCKER_NO_IPV6 -> List.of(ipv4, ipv6);
              case IPV4_ONLY -> List.of(ipv4);
              case IPV6_ONLY -> List.of(ipv6);
              case LOCALHOST_V6_FIRST -> List.of(ipv6, ipv4);
            });
  }

  @Profile
  void aServerIsReachedWhereTheLoopbackHasItsAddress(Stack stack, World world) throws IOException {
    boolean ipv4 = world != World.IPV6_ONLY;
    boolean ipv6 = world != World.IPV4_ONLY && world != World.DOCKER_NO_IPV6;
    check(stack, "127.0.0.1", ipv4, "Network is unreachable");
    check(stack, "::1", ipv6, "Cannot assign requested address");
    check(stack, "127.0.0.2", ipv4 && world != World.MACOS, "Network is unreachable");
  }

  private static void check(Stack stack, String address, boolean has, String otherwise)
      throws IOException {
    InetAddress host = InetAddress.getByName(address);
    if (!has) {
      assertThatThrownBy(() -> stack.socketFactory().createSocket(host, 8080))
          .isInstanceOf(SocketException.class)
          .hasMessageContaining(otherwise);
      return;
    }
    try (ServerSocket server = stack.serverSocketFactory().createServerSocket(8080, 1, host);
        Socket client = stack.socketFactory().createSocket(host, 8080)) {
      assertThat(client.isConnected()).isTrue();
      server.accept().close();
    }
  }

  @Profile({World.MACOS, World.WINDOWS})
  void ephemeralPortsBeginWhereTheyDoThere(Stack stack) throws IOException {
    try (ServerSocket server = stack.serverSocketFactory().createServerSocket(0)) {
      assertThat(server.getLocalPort()).isBetween(49_152, 65_535);
    }
  }

  @Profile({World.MACOS})
  void theLoopbackIsAsOnMacos(Stack stack) {
    assertThat(stack.loopback().mtu()).isEqualTo(16_384);
    assertThat(stack.loopback().addresses()).hasToString("[::1, 127.0.0.1, fe80::1]");
  }
}
