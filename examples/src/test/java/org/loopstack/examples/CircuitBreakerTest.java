// SPDX-License-Identifier: Apache-2.0
package org.loopstack.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.junit.TrafficAssertions.assertThat;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledExecutorService;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.FaultHandle;
import org.loopstack.fault.Faults;
import org.loopstack.junit.Faulty;
import org.loopstack.junit.LoopbackTest;

/**
 * A circuit breaker and a retry of Resilience4j, which take a clock and an executor: with those of
 * the test their half minutes are over at once.
 */
@LoopbackTest
class CircuitBreakerTest {
  private static void connect(SocketFactory sockets) throws IOException {
    try (Socket socket = sockets.createSocket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", 8080), 2_000);
    }
  }

  @Test
  void itOpensInABlackHoleSparesTheNetworkAndClosesWhenThatIsHealed(
      ServerSocketFactory servers,
      SocketFactory sockets,
      Faults faults,
      VirtualClock clock,
      CaptureRing packets)
      throws Throwable {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "backend",
            CircuitBreakerConfig.custom()
                .clock(clock.wallClock())
                .slidingWindowSize(3)
                .minimumNumberOfCalls(3)
                .waitDurationInOpenState(Duration.ofSeconds(30))
                .permittedNumberOfCallsInHalfOpenState(1)
                .build());
    try (TinyHttpServer _ = new TinyHttpServer(servers, "")) {
      FaultHandle hole = faults.add("blackhole tcp dst port 8080");
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> breaker.executeCheckedSupplier(() -> call(sockets)))
            .isInstanceOf(SocketTimeoutException.class);
      }
      assertThat(breaker.getState()).isEqualTo(State.OPEN);

      // Open: nobody waits, and nothing is sent.
      assertThatThrownBy(() -> breaker.executeCheckedSupplier(() -> call(sockets)))
          .isInstanceOf(CallNotPermittedException.class);
      assertThat(Duration.ofNanos(clock.nanos())).hasSeconds(6);
      assertThat(packets).tcp(8080).connections(3).handshakes(0);

      hole.close();
      clock.sleep(Duration.ofSeconds(31));
      assertThat(breaker.executeCheckedSupplier(() -> call(sockets))).isEqualTo("connected");
      assertThat(breaker.getState()).isEqualTo(State.CLOSED);
    }
  }

  private static String call(SocketFactory sockets) throws IOException {
    connect(sockets);
    return "connected";
  }

  @Test
  @Faulty("refuse tcp dst port 8080 for 1m")
  void aRetryThatWaitsTwiceAsLongEachTimeOutlastsAMinuteOfRefusals(
      ServerSocketFactory servers,
      SocketFactory sockets,
      ScheduledExecutorService executor,
      VirtualClock clock,
      CaptureRing packets)
      throws Exception {
    Retry retry =
        Retry.of(
            "backend",
            RetryConfig.custom()
                .maxAttempts(10)
                .intervalFunction(IntervalFunction.ofExponentialBackoff(Duration.ofSeconds(1), 2))
                .build());
    try (TinyHttpServer _ = new TinyHttpServer(servers, "")) {
      String answer =
          retry
              .executeCompletionStage(
                  executor, () -> CompletableFuture.supplyAsync(() -> attempt(sockets), executor))
              .toCompletableFuture()
              .get();
      assertThat(answer).isEqualTo("connected");
    }
    // After 0, 1, 3, 7, 15 and 31 s in vain, after 63 s not.
    assertThat(Duration.ofNanos(clock.nanos())).hasSeconds(63);
    assertThat(packets).tcp(8080).connections(7).handshakes(1);
  }

  private static String attempt(SocketFactory sockets) {
    try {
      return call(sockets);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }
}
