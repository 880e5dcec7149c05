// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.VirtualClock;

/** Which time an entry has: never one before the entry that came before it. */
class EndpointTimeTest {
  private final VirtualClock clock = new VirtualClock();
  private final Timed endpoint = new Timed();

  private final class Timed extends Endpoint {
    private int received;

    Timed() {
      super(Engine.virtual(clock, 1));
    }

    long call() {
      long now = enter();
      exit(now);
      return now;
    }

    long callToReceive() {
      long now = enterToReceive();
      try {
        takeMail(now);
      } finally {
        exit(now);
      }
      return now;
    }

    @Override
    protected void receive(Packet packet, long now) {
      received++;
    }

    @Override
    protected void fail(long now) {}
  }

  private void deliver() {
    RunQueue queue = RunQueue.current();
    queue.enter();
    assertThat(endpoint.offer(Packet.allocate(0, 1))).isTrue();
    queue.exit();
  }

  private long pass(long nanos) {
    clock.advance(Duration.ofNanos(nanos));
    return clock.nanos();
  }

  @Test
  void whoeverWatchesEntersAtTheTimeOfItsLook() {
    endpoint.watch();
    assertThat(endpoint.hasMail(clock.nanos())).isFalse();
    deliver();
    assertThat(endpoint.received).isZero();
    long look = pass(100);
    assertThat(endpoint.hasMail(look)).isTrue();
    pass(50);
    assertThat(endpoint.callToReceive()).isEqualTo(look);
    assertThat(endpoint.received).isOne();
    assertThat(endpoint.callToReceive()).as("no look").isEqualTo(clock.nanos());
    endpoint.unwatch();
  }

  @Test
  void anEntryOfAnotherThreadSinceTheLookIsNotLaterThanTheNextOne() {
    endpoint.watch();
    deliver();
    assertThat(endpoint.hasMail(pass(100))).isTrue();
    pass(50);
    long other = endpoint.call();
    pass(50);
    assertThat(endpoint.callToReceive()).isEqualTo(other);
    endpoint.unwatch();
  }

  @Test
  void aLookOfAnEarlierWatchCountsForNothing() {
    endpoint.watch();
    deliver();
    assertThat(endpoint.hasMail(pass(100))).isTrue();
    endpoint.unwatch();
    assertThat(endpoint.received).isOne();
    pass(100);
    endpoint.watch();
    assertThat(endpoint.callToReceive()).isEqualTo(clock.nanos());
    endpoint.unwatch();
    pass(100);
    assertThat(endpoint.callToReceive()).as("nobody watches").isEqualTo(clock.nanos());
  }
}
