// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** One waits for what another does: a signal that is lost shows as a test that never ends. */
public final class WaiterCase {
  private WaiterCase() {}

  private static void await(Waiter waiter, Event event) {
    waiter.prepare();
    try {
      while (!event.happened) {
        waiter.park(Clock.NEVER);
      }
    } finally {
      waiter.done();
    }
  }

  private static final class Event {
    private volatile boolean happened;
  }

  /** Who waits sleeps. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "The signal ended the wait.")
  @State
  public static class Sleeping {
    private static final Engine ENGINE = Engine.system();
    private final Waiter waiter = new Waiter(ENGINE);
    private final Event event = new Event();

    @Actor
    public void waiting(Z_Result r) {
      await(waiter, event);
      r.r1 = event.happened;
    }

    @Actor
    public void signalling() {
      event.happened = true;
      waiter.signal();
    }
  }

  /** Who waits polls for about as long as the signal takes, and then sleeps. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "The signal ended the wait.")
  @State
  public static class Polling {
    private static final Engine REAL = Engine.system();
    private static final Engine ENGINE =
        new Engine(REAL.clock(), REAL.scheduler(), REAL.randomness(), 300);
    private final Waiter waiter = new Waiter(ENGINE);
    private final Event event = new Event();

    @Actor
    public void waiting(Z_Result r) {
      await(waiter, event);
      r.r1 = event.happened;
    }

    @Actor
    public void signalling() {
      // So that many signals come just as the polling ends.
      for (int i = (int) System.nanoTime() & 63; i > 0; i--) {
        Thread.onSpinWait();
      }
      event.happened = true;
      waiter.signal();
    }
  }

  /** Who waits lets others run a few times, and then sleeps. */
  @JCStressTest
  @Outcome(id = "true", expect = ACCEPTABLE, desc = "The signal ended the wait.")
  @State
  public static class Lingering {
    private static final Engine ENGINE = Engine.system();
    private final Waiter waiter = new Waiter(ENGINE);
    private final Event event = new Event();

    @Actor
    public void waiting(Z_Result r) {
      waiter.prepare();
      while (!event.happened) {
        if (!waiter.linger()) {
          waiter.park(Clock.NEVER);
        }
      }
      waiter.done();
      r.r1 = event.happened;
    }

    @Actor
    public void signalling() {
      event.happened = true;
      waiter.signal();
    }
  }
}
