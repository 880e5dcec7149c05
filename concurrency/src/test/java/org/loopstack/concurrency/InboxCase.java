// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.IZ_Result;

/** Packets for an endpoint whose lock others take and let go: none may be left on the inbox. */
public final class InboxCase {
  private InboxCase() {}

  /** Two bring a packet each. */
  @JCStressTest
  @Outcome(id = "12, false", expect = ACCEPTABLE, desc = "The first came first.")
  @Outcome(id = "21, false", expect = ACCEPTABLE, desc = "The second came first.")
  @Outcome(expect = FORBIDDEN, desc = "A packet was lost, or left lying.")
  @State
  public static class Deliveries {
    private final Post post = new Post();

    @Actor
    public void first() {
      post.deliver(1);
    }

    @Actor
    public void second() {
      post.deliver(2);
    }

    @Arbiter
    public void result(IZ_Result r) {
      r.r1 = post.seen();
      r.r2 = post.isLeft();
    }
  }

  /** A packet comes while a call goes on. */
  @JCStressTest
  @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "It was seen.")
  @Outcome(expect = FORBIDDEN, desc = "It was left lying.")
  @State
  public static class DuringACall {
    private final Post post = new Post();

    @Actor
    public void packet() {
      post.deliver(1);
    }

    @Actor
    public void user() {
      post.call();
    }

    @Arbiter
    public void result(IZ_Result r) {
      r.r1 = post.seen();
      r.r2 = post.isLeft();
    }
  }

  /** A packet comes while a thread watches, looks and gives up: one of both sees to it. */
  @JCStressTest
  @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "It was seen.")
  @Outcome(expect = FORBIDDEN, desc = "Each has left it to the other.")
  @State
  public static class WhileOnePolls {
    private final Post post = new Post();

    @Actor
    public void packet() {
      post.deliver(1);
    }

    @Actor
    public void user() {
      post.poll();
    }

    @Arbiter
    public void result(IZ_Result r) {
      r.r1 = post.seen();
      r.r2 = post.isLeft();
    }
  }

  /** A packet comes while a call fails. */
  @JCStressTest
  @Outcome(id = "1, false", expect = ACCEPTABLE, desc = "It was seen all the same.")
  @Outcome(expect = FORBIDDEN, desc = "It was left lying.")
  @State
  public static class DuringACallThatFails {
    private final Post post = new Post();

    @Actor
    public void packet() {
      post.deliver(1);
    }

    @Actor
    public void user() {
      try {
        post.fail();
      } catch (IllegalStateException expected) {
        // What follows the call is what counts.
      }
    }

    @Arbiter
    public void result(IZ_Result r) {
      r.r1 = post.seen();
      r.r2 = post.isLeft();
    }
  }

  /** One endpoint sends three packets to another that is in a call. */
  @JCStressTest
  @Outcome(id = "123, false", expect = ACCEPTABLE, desc = "In the order in which they were sent.")
  @Outcome(expect = FORBIDDEN, desc = "One overtook another, was lost, or left lying.")
  @State
  public static class InOrder {
    private final Post sender = new Post();
    private final Post receiver = new Post();

    @Actor
    public void sender() {
      sender.send(receiver, 1, 2);
      sender.send(receiver, 3);
    }

    @Actor
    public void user() {
      receiver.call();
    }

    @Arbiter
    public void result(IZ_Result r) {
      r.r1 = receiver.seen();
      r.r2 = receiver.isLeft();
    }
  }

  /** Two send to one another: each holds its own lock and never the other's. */
  @JCStressTest
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "Each has what the other sent.")
  @Outcome(expect = FORBIDDEN, desc = "A packet was left lying.")
  @State
  public static class ToOneAnother {
    private final Post first = new Post();
    private final Post second = new Post();

    @Actor
    public void first() {
      first.send(second, 1);
    }

    @Actor
    public void second() {
      second.send(first, 2);
    }

    @Arbiter
    public void result(II_Result r) {
      r.r1 = first.isLeft() ? -1 : first.seen();
      r.r2 = second.isLeft() ? -1 : second.seen();
    }
  }
}
