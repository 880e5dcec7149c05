// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.capture.Capture;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;

/** What one test has: its stack, the clock, and the packets that have passed. */
final class TestStack implements AutoCloseable {
  private final Plan plan;
  private final @Nullable VirtualClock clock;
  private final Stack stack;
  private final CaptureRing packets;
  private final LeakCheck leaks = new LeakCheck();
  private final List<ScheduledExecutorService> executors = new ArrayList<>();

  /**
   * How it is to be.
   *
   * @param name the stack's
   * @param world what kind of host
   * @param time which time
   * @param seed what is random follows from it
   * @param packets how many are kept
   * @param settings what else is different
   * @param faults rules that are at work from the beginning
   */
  record Plan(
      String name,
      World world,
      Time time,
      long seed,
      int packets,
      StackSettings settings,
      List<String> faults) {}

  private TestStack(Plan plan) {
    this.plan = plan;
    this.clock = plan.time() == Time.REAL ? null : new VirtualClock();
    StackConfiguration.Builder builder = plan.world().configuration().toBuilder();
    plan.settings().configure(builder);
    this.stack = Stack.create(builder.name(plan.name()).clock(clock).seed(plan.seed()).build());
    this.packets = Capture.ring(plan.packets(), stack.loopback());
  }

  /** Makes the stack; time begins to pass when it is ready. */
  static TestStack begin(Plan plan) throws IOException {
    TestStack made = new TestStack(plan);
    try {
      plan.world().prepare(made.stack);
      plan.settings().prepare(made.stack);
      for (String rule : plan.faults()) {
        made.stack.loopback().faults().add(rule);
      }
    } catch (IOException | RuntimeException e) {
      made.close();
      throw e;
    }
    VirtualClock clock = made.clock;
    if (clock != null && plan.time() == Time.AUTOMATIC) {
      clock.advanceAutomatically();
    }
    return made;
  }

  Plan plan() {
    return plan;
  }

  Stack stack() {
    return stack;
  }

  @Nullable VirtualClock clock() {
    return clock;
  }

  CaptureRing packets() {
    return packets;
  }

  LeakCheck leaks() {
    return leaks;
  }

  /** An executor in the test's time, ended with it. */
  ScheduledExecutorService newExecutor() {
    if (clock == null) {
      throw new IllegalStateException("There is no virtual time in this test");
    }
    ScheduledExecutorService executor = clock.newScheduledExecutor();
    executors.add(executor);
    return executor;
  }

  @Override
  public void close() {
    executors.forEach(ScheduledExecutorService::shutdownNow);
    packets.close();
    stack.close();
    if (clock != null) {
      clock.advanceByHand();
    }
  }
}
