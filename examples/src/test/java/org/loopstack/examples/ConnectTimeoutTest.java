// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import java.net.SocketTimeoutException;
import java.time.Duration;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.junit.Faulty;
import org.loopstack.junit.LoopbackTest;

/** A connect timeout against a black hole: a minute that nobody waits for. */
@LoopbackTest
class ConnectTimeoutTest {
  @Test
  @Faulty("blackhole tcp dst port 8080")
  void okHttpGivesUpAfterAMinute(SocketFactory sockets, VirtualClock clock, CaptureRing packets) {
    OkHttpClient client =
        new OkHttpClient.Builder()
            .socketFactory(sockets)
            .connectTimeout(Duration.ofMinutes(1))
            .retryOnConnectionFailure(false)
            .build();
    Request request = new Request.Builder().url("http://127.0.0.1:8080/").build();

    assertThatThrownBy(() -> client.newCall(request).execute())
        .isInstanceOf(SocketTimeoutException.class);

    assertThat(Duration.ofNanos(clock.nanos()))
        .isBetween(Duration.ofSeconds(60), Duration.ofSeconds(61));
    assertThat(packets).tcp(8080).handshakes(0).resets(0).retransmissionsAtLeast(5);
  }
}
