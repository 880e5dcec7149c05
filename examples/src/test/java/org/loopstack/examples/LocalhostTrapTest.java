// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.loopstack.Stack;
import org.loopstack.junit.LoopbackTest;
import org.loopstack.junit.Profile;
import org.loopstack.junit.World;

/**
 * A server on 127.0.0.1 and a client that connects to "localhost": it works here and fails on
 * somebody else's machine.
 */
@LoopbackTest
class LocalhostTrapTest {
  private static ServerSocket serve(Stack stack) throws IOException {
    return stack
        .serverSocketFactory()
        .createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"));
  }

  /** Takes the first address, as a plain {@code new Socket("localhost", 8080)} does. */
  private static boolean connectsToTheFirst(Stack stack) throws IOException {
    try (Socket socket = stack.socketFactory().createSocket()) {
      socket.connect(new InetSocketAddress(stack.resolver().resolveOne("localhost"), 8080));
      return true;
    } catch (ConnectException e) {
      return false;
    }
  }

  /** Tries one after the other, as a robust client does. */
  private static boolean connectsToAny(Stack stack) throws IOException {
    for (InetAddress address : stack.resolver().resolve("localhost")) {
      try (Socket socket = stack.socketFactory().createSocket()) {
        socket.connect(new InetSocketAddress(address, 8080));
        return true;
      } catch (IOException e) {
        // The next.
      }
    }
    return false;
  }

  @Profile({World.LINUX, World.MACOS, World.DOCKER_NO_IPV6, World.LOCALHOST_V6_FIRST})
  void theFirstAddressIsATrap(Stack stack, World world) throws IOException {
    try (ServerSocket server = serve(stack)) {
      assertThat(connectsToTheFirst(stack)).isEqualTo(world != World.LOCALHOST_V6_FIRST);
      assertThat(server.isBound()).isTrue();
    }
  }

  @Profile({World.LINUX, World.MACOS, World.DOCKER_NO_IPV6, World.LOCALHOST_V6_FIRST})
  void whoTriesAllConnectsEverywhere(Stack stack) throws IOException {
    try (ServerSocket server = serve(stack)) {
      assertThat(connectsToAny(stack)).isTrue();
      assertThat(server.isBound()).isTrue();
    }
  }
}
