// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.engine.VirtualClock;
import org.loopstack.junit.LoopbackTest;
import org.loopstack.junit.StackSettings;
import org.loopstack.junit.Time;

/**
 * Who closes first keeps the port for a minute: a client that opens a connection for each request
 * runs out of ports, and none of its sockets is open.
 */
@LoopbackTest(time = Time.MANUAL, settings = PortExhaustionTest.FewPorts.class)
class PortExhaustionTest {
  static final class FewPorts implements StackSettings {
    @Override
    public void configure(StackConfiguration.Builder builder) {
      builder.ephemeralPorts(40_000, 40_007);
    }
  }

  private static void request(Stack stack, ServerSocket server) throws IOException {
    Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080);
    try (Socket accepted = server.accept()) {
      client.close();
      assertThat(accepted.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void theNinthRequestOfAMinuteHasNoPortLeft(Stack stack, VirtualClock clock) throws IOException {
    try (ServerSocket server =
        stack
            .serverSocketFactory()
            .createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"))) {
      for (int i = 0; i < 8; i++) {
        request(stack, server);
      }
      assertThat(stack.snapshot().sockets())
          .filteredOn(socket -> socket.state().equals("TIME-WAIT"))
          .hasSize(8);
      assertThatThrownBy(() -> request(stack, server))
          .hasMessageContaining("Cannot assign requested address");

      clock.advance(Duration.ofSeconds(61));

      request(stack, server);
    }
  }
}
