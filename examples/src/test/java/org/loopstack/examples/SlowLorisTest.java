// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.VirtualClock;
import org.loopstack.junit.LoopbackTest;

/**
 * A client that sends a byte every nine seconds. A read timeout of ten seconds never expires; a
 * deadline for the whole request does. Both take no time here.
 */
@LoopbackTest
class SlowLorisTest {
  /** Reads a request's 100 bytes, and says how long that took or that it was given up. */
  private static String serve(ServerSocket server, Clock clock, Duration deadline)
      throws IOException {
    Instant begun = clock.instant();
    try (Socket connection = server.accept()) {
      for (int i = 0; i < 100; i++) {
        Duration left = deadline.minus(Duration.between(begun, clock.instant()));
        long millis = Math.min(10_000, left.toMillis());
        if (millis <= 0) {
          return "given up after " + Duration.between(begun, clock.instant());
        }
        connection.setSoTimeout((int) millis);
        connection.getInputStream().read();
      }
    } catch (SocketTimeoutException e) {
      return "given up after " + Duration.between(begun, clock.instant());
    }
    return "served after " + Duration.between(begun, clock.instant());
  }

  private static String attack(
      ServerSocketFactory servers, SocketFactory sockets, VirtualClock clock, Duration deadline)
      throws Exception {
    try (ServerSocket server =
        servers.createServerSocket(8080, 50, InetAddress.getByName("127.0.0.1"))) {
      Thread loris =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Socket socket = sockets.createSocket("127.0.0.1", 8080)) {
                      for (int i = 0; i < 100; i++) {
                        socket.getOutputStream().write('x');
                        clock.sleep(Duration.ofSeconds(9));
                      }
                    } catch (IOException e) {
                      // The server has had enough.
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      String ending = serve(server, clock.wallClock(), deadline);
      loris.join();
      return ending;
    }
  }

  @Test
  void aReadTimeoutAloneHoldsTheServerForAQuarterOfAnHour(
      ServerSocketFactory servers, SocketFactory sockets, VirtualClock clock) throws Exception {
    assertThat(attack(servers, sockets, clock, Duration.ofDays(1)))
        .isEqualTo("served after PT14M51S");
  }

  @Test
  void aDeadlineForTheRequestFreesIt(
      ServerSocketFactory servers, SocketFactory sockets, VirtualClock clock) throws Exception {
    assertThat(attack(servers, sockets, clock, Duration.ofSeconds(30)))
        .isEqualTo("given up after PT30S");
  }
}
