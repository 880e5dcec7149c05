// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.VirtualClock;

/** A core that throws, which is a bug of ours: its endpoint gives up, and nobody waits for ever. */
class EndpointFailureTest {
  private final VirtualClock clock = new VirtualClock();
  private final List<String> seen = new ArrayList<>();

  private final class Faulty extends Endpoint {
    private boolean failed;

    Faulty() {
      super(Engine.virtual(clock, 1));
    }

    void wakeIn(long nanos) {
      long now = enter();
      wanted = now + nanos;
      exit(now);
    }

    private long wanted = Long.MAX_VALUE;

    @Override
    protected void receive(Packet packet, long now) {
      note(Readiness.READ);
    }

    @Override
    protected void settle(long now) {
      throw new IllegalStateException("settle");
    }

    @Override
    protected void expire(long now) {
      throw new IllegalStateException("expire");
    }

    @Override
    protected long deadline() {
      return failed ? Long.MAX_VALUE : wanted;
    }

    @Override
    protected void fail(long now) {
      failed = true;
      seen.add("failed");
      note(Readiness.ALL);
    }
  }

  /** A bug is reported as if the thread had died of it. */
  @BeforeEach
  void listenToReports() {
    Thread.currentThread()
        .setUncaughtExceptionHandler((_, bug) -> seen.add("reported " + bug.getMessage()));
  }

  @AfterEach
  void listenNoMore() {
    Thread.currentThread().setUncaughtExceptionHandler(null);
  }

  @Test
  void whoeverListensIsToldWhenSettlingFails() {
    Faulty endpoint = new Faulty();
    endpoint.setReadinessListener(bits -> seen.add("told " + bits));
    RunQueue queue = RunQueue.current();
    queue.enter();
    assertThat(endpoint.offer(Packet.allocate(0, 1))).isTrue();
    queue.exit();
    assertThat(seen).containsExactly("failed", "told " + Readiness.ALL, "reported settle");
  }

  @Test
  void aTimerThatFailsEndsTheEndpointAndNotTheClock() {
    Faulty endpoint = new Faulty();
    endpoint.setReadinessListener(bits -> seen.add("told " + bits));
    endpoint.wakeIn(1_000_000);
    clock.advance(Duration.ofSeconds(1));
    assertThat(seen).containsExactly("failed", "told " + Readiness.ALL, "reported expire");
    assertThat(clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }
}
