// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.loopstack.Stack;
import org.loopstack.capture.CaptureRing;
import org.loopstack.junit.Faulty;
import org.loopstack.junit.LoopbackTest;

/** A segment is lost, TCP sends it again, the application notices nothing, the capture shows it. */
@LoopbackTest
class RetransmissionTest {
  @Test
  @Faulty("drop tcp dst port 8080 data nth 3")
  void theThirdSegmentIsLostAndComesAgain(Stack stack, CaptureRing packets) throws IOException {
    try (ServerSocket server =
            stack
                .serverSocketFactory()
                .createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"));
        Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080);
        Socket accepted = server.accept()) {
      client.setTcpNoDelay(true);
      for (int i = 0; i < 5; i++) {
        client.getOutputStream().write(i);
      }
      assertThat(accepted.getInputStream().readNBytes(5)).containsExactly(0, 1, 2, 3, 4);
    }

    assertThat(packets).tcp(8080).dropped(1).retransmissionsAtLeast(1).bytesSent(5).resets(0);
  }
}
