// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import java.io.IOException;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.loopstack.capture.CaptureRing;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;
import org.loopstack.junit.LoopbackTest;

/** What a client does when its connection is reset in the middle of an answer. */
@LoopbackTest
class RetryAfterResetTest {
  private TinyHttpServer server;

  @BeforeEach
  void begin(ServerSocketFactory servers) throws IOException {
    server = new TinyHttpServer(servers, "x".repeat(100_000));
  }

  @AfterEach
  void end() throws IOException {
    server.close();
  }

  /** Tries three times, as many a client does. */
  private static String fetch(SocketFactory sockets, Runnable beforeRetry) throws IOException {
    OkHttpClient client = new OkHttpClient.Builder().socketFactory(sockets).build();
    Request request = new Request.Builder().url("http://127.0.0.1:8080/").build();
    for (int attempt = 1; ; attempt++) {
      try (Response response = client.newCall(request).execute()) {
        return response.body().string();
      } catch (IOException e) {
        if (attempt == 3) {
          throw e;
        }
        beforeRetry.run();
      }
    }
  }

  @Test
  void theSecondAttemptSucceeds(SocketFactory sockets, Faults faults, CaptureRing packets)
      throws IOException {
    FaultHandle reset = faults.add("reset-after 10kB tcp port 8080");

    // Closing the rule heals the network: the reset was a passing one.
    assertThat(fetch(sockets, reset::close)).hasSize(100_000);

    assertThat(reset.applied()).isEqualTo(1);
    assertThat(packets).tcp(8080).connections(2).handshakes(2);
  }

  @Test
  void itGivesUpAfterTheThird(SocketFactory sockets, Faults faults, CaptureRing packets) {
    faults.add("reset-after 10kB tcp port 8080");

    assertThatThrownBy(() -> fetch(sockets, () -> {})).isInstanceOf(IOException.class);

    assertThat(packets).tcp(8080).connections(3);
  }
}
