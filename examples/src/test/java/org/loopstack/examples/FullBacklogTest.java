// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.loopstack.Stack;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.junit.LoopbackTest;

/** A server that accepts nobody: its backlog fills, and clients hang rather than being refused. */
@LoopbackTest
class FullBacklogTest {
  @Test
  void theThirdClientOfABacklogOfOneHangsUntilSomebodyIsAccepted(
      Stack stack, VirtualClock clock, CaptureRing packets) throws IOException {
    SocketAddress address = new InetSocketAddress("127.0.0.1", 8080);
    try (ServerSocket server =
            stack
                .serverSocketFactory()
                .createServerSocket(8080, 1, InetAddress.getByName("127.0.0.1"));
        Socket first = stack.socketFactory().createSocket("127.0.0.1", 8080);
        Socket second = stack.socketFactory().createSocket("127.0.0.1", 8080);
        Socket third = stack.socketFactory().createSocket();
        Socket again = stack.socketFactory().createSocket()) {
      assertThatThrownBy(() -> third.connect(address, 30_000))
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(Duration.ofNanos(clock.nanos())).hasSeconds(30);

      server.accept().close();
      again.connect(address, 30_000);

      assertThat(packets).tcp(8080).connections(4).handshakes(3).resets(0);
      assertThat(first.isConnected() && second.isConnected()).isTrue();
    }
  }
}
