// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.RunQueue;
import org.loopstack.transport.Endpoint;

/** An endpoint that notes which packets it was given, in the order in which it saw them. */
final class Post extends Endpoint {
  private static final Engine ENGINE = Engine.system();

  private int seen;

  Post() {
    super(ENGINE);
  }

  /** What has come: one decimal digit for each packet. */
  int seen() {
    return seen;
  }

  /** Whether a packet was left lying. */
  boolean isLeft() {
    return hasUnread();
  }

  static Packet packet(int digit) {
    Packet packet = Packet.allocate(0, 1);
    packet.setTime(digit);
    return packet;
  }

  /** Hands a packet over as a link does that brings it from outside. */
  void deliver(int digit) {
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      boolean _ = offer(packet(digit));
    } finally {
      queue.exit();
    }
  }

  /** A user's call that does nothing. */
  void call() {
    long now = enter();
    exit(now);
  }

  /** A user's call that polls: it watches, looks once and gives up. */
  void poll() {
    watch();
    try {
      if (hasMail(ENGINE.now())) {
        exit(enterToReceive());
      }
    } finally {
      unwatch();
    }
  }

  /** A user's call that fails. */
  void fail() {
    long now = enter();
    try {
      throw new IllegalStateException("what a user's call throws");
    } finally {
      exit(now);
    }
  }

  /** A user's call that sends packets to another. */
  void send(Post other, int... digits) {
    long now = enter();
    try {
      for (int digit : digits) {
        boolean _ = other.offer(packet(digit));
      }
    } finally {
      exit(now);
    }
  }

  @Override
  protected void receive(Packet packet, long now) {
    seen = 10 * seen + (int) packet.time();
  }

  @Override
  protected void fail(long now) {}
}
