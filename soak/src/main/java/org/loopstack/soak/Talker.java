// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.Random;
import jdk.net.ExtendedSocketOptions;
import org.loopstack.engine.Timer;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.soak.TalkPlan.Closing;
import org.loopstack.soak.TalkPlan.Order;
import org.loopstack.soak.TalkPlan.SidePlan;
import org.loopstack.transport.StreamEndpoint;

/**
 * The application at one end of a connection: says what its plan tells it to say, in pieces of any
 * size, hears, checks every byte that it hears, and closes.
 */
final class Talker {
  private static final int MOST_AT_ONCE = 65_536;

  /** Less than a segment. */
  private static final int FIRST_WORDS = 300;

  private final StreamEndpoint endpoint;
  private final VirtualClock clock;
  private final Random random;
  private final Order order;
  private final boolean isClient;
  private final SidePlan plan;
  private final int toHear;
  private final int salt;
  private final ByteBuffer buffer = ByteBuffer.allocate(MOST_AT_ONCE);

  /** Makes the clock stop where a pause ends: the simulation looks at all talkers then. */
  private final Timer alarm;

  private boolean cautious;
  private int said;
  private int heard;
  private int writes;
  private int pauses;
  private boolean shrunk;
  private boolean finished;
  private boolean ended;
  private boolean closed;
  private long closedAt;
  private long idleUntil;
  private long nextRead;
  private long idled;

  /**
   * An application.
   *
   * @param cautious whether it waits until its first words have been acknowledged. A server that
   *     answers SYNs by cookies (RFC 4987 section 3.6) knows of a connection only when the segment
   *     arrives that follows the SYN. If others come before it, they look as if they had none and
   *     are answered by a reset, on Linux as well: the cookie is checked with the sequence number
   *     of the segment that brings it.
   * @param salt which bytes: the client says those of {@code salt}, the server those of its
   *     complement
   */
  Talker(
      StreamEndpoint endpoint,
      VirtualClock clock,
      Random random,
      TalkPlan talk,
      boolean isClient,
      boolean cautious,
      int salt)
      throws ErrnoException {
    this.endpoint = endpoint;
    this.clock = clock;
    this.random = random;
    this.order = talk.order();
    this.isClient = isClient;
    this.plan = isClient ? talk.client() : talk.server();
    this.toHear = (isClient ? talk.server() : talk.client()).bytes();
    this.salt = isClient ? salt : ~salt;
    this.cautious = cautious;
    this.alarm = new Timer(clock, this::rearm);
    setOptions();
  }

  private void setOptions() throws ErrnoException {
    endpoint.setOption(StandardSocketOptions.TCP_NODELAY, plan.noDelay());
    if (plan.sendBuffer() > 0) {
      endpoint.setOption(StandardSocketOptions.SO_SNDBUF, plan.sendBuffer());
    }
    if (plan.receiveBuffer() > 0) {
      endpoint.setOption(StandardSocketOptions.SO_RCVBUF, plan.receiveBuffer());
    }
    if (plan.keepAlive()) {
      // So many probes that chance does not lose them all.
      endpoint.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 5);
      endpoint.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 2);
      endpoint.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 127);
      endpoint.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }
  }

  /** The byte at a place of a stream. */
  private static byte at(int position, int salt) {
    int x = position * 0x9e37_79b1 + salt;
    return (byte) (x ^ x >>> 15);
  }

  boolean isClosed() {
    return closed;
  }

  long closedAt() {
    return closedAt;
  }

  /** How many bytes this end says. */
  int toSay() {
    return plan.bytes();
  }

  /** How many bytes it has heard. */
  int heard() {
    return heard;
  }

  /** How often it has written. */
  int writes() {
    return writes;
  }

  /** How long it did nothing by its plan, in nanoseconds. */
  long idled() {
    return idled;
  }

  /** Whether bytes wait for it that it does not read now: its window may be closed. */
  boolean isBehind() {
    return !closed && (clock.nanos() < idleUntil || endpoint.available() > 0);
  }

  /**
   * Does what can be done now.
   *
   * @param peer the application at the other end; itself while there is none
   * @return whether that was anything
   */
  boolean step(Talker peer) throws ErrnoException {
    if (closed || pausing()) {
      return false;
    }
    try {
      if (!endpoint.finishConnect()) {
        return false;
      }
      boolean progress = say();
      progress |= hear();
      return leave() || progress;
    } catch (ErrnoException e) {
      if (isLateReset(e, peer)) {
        close();
        return true;
      }
      throw e;
    }
  }

  /**
   * Whether nothing is wrong with an error: all has been said and heard, and the peer has closed so
   * long ago that its TIME-WAIT is over. It has forgotten the connection and answers a FIN that is
   * sent again with a reset.
   */
  private boolean isLateReset(ErrnoException e, Talker peer) {
    return finished
        && ended
        && (e.errno() == Errno.ECONNRESET || e.errno() == Errno.EPIPE)
        && peer.closed
        && clock.nanos() - peer.closedAt > World.TIME_WAIT;
  }

  private boolean pausing() {
    if (clock.nanos() < idleUntil) {
      return true;
    }
    if (pauses < plan.pauses().size() && said + heard >= plan.pauses().get(pauses).after()) {
      idle(plan.pauses().get(pauses++).length());
      return true;
    }
    return false;
  }

  /** The timer moves to earlier times only, so it looks again for what is later. */
  private void rearm() {
    long next = Math.max(idleUntil, nextRead);
    if (next > clock.nanos()) {
      alarm.armNoLaterThan(next);
    }
  }

  private void idle(long length) {
    idleUntil = clock.nanos() + length;
    idled += length;
    alarm.armNoLaterThan(idleUntil);
  }

  private boolean maySpeak() {
    return switch (order) {
      case BOTH -> true;
      case CLIENT_FIRST -> isClient || ended;
      case SERVER_FIRST -> !isClient || ended;
    };
  }

  private boolean say() throws ErrnoException {
    if (finished || !maySpeak() || cautious && said > 0 && !endpoint.isDrained()) {
      return false;
    }
    cautious &= said == 0;
    if (said == plan.bytes()) {
      if (plan.closing() != Closing.ORPHAN) {
        endpoint.shutdownOutput();
      }
      finished = true;
      return true;
    }
    int most = cautious ? FIRST_WORDS : Math.min(MOST_AT_ONCE, plan.mostWritten());
    int n = Math.min(plan.bytes() - said, 1 + random.nextInt(most));
    buffer.clear();
    for (int i = 0; i < n; i++) {
      buffer.put(at(said + i, salt));
    }
    int taken = endpoint.write(buffer.flip());
    said += taken;
    writes += taken > 0 ? 1 : 0;
    return taken > 0;
  }

  private boolean hear() throws ErrnoException {
    if (ended || clock.nanos() < nextRead) {
      return false;
    }
    int n =
        endpoint.read(
            buffer.clear().limit(1 + random.nextInt(Math.min(MOST_AT_ONCE, plan.mostRead()))));
    if (n < 0) {
      ended = true;
      check(heard == toHear, "the stream ends after " + heard + " of " + toHear + " bytes");
    }
    for (int i = 0; i < n; i++) {
      if (buffer.get(i) != at(heard + i, ~salt)) {
        throw new SoakFailure("wrong byte at " + (heard + i) + " of " + this);
      }
    }
    heard += Math.max(n, 0);
    if (n > 0 && plan.readEvery() > 0) {
      nextRead = clock.nanos() + plan.readEvery();
      idled += plan.readEvery();
      alarm.armNoLaterThan(nextRead);
    }
    shrink();
    return n != 0;
  }

  private void shrink() throws ErrnoException {
    if (!shrunk && plan.shrinkAfter() > 0 && heard >= plan.shrinkAfter()) {
      shrunk = true;
      endpoint.setOption(StandardSocketOptions.SO_RCVBUF, plan.shrinkTo());
    }
  }

  private boolean leave() {
    if (!finished || !ended || plan.closing() == Closing.PATIENT && !endpoint.isDrained()) {
      return false;
    }
    close();
    return true;
  }

  /** Gives the connection up. */
  void abort() {
    alarm.disarm();
    endpoint.abort();
  }

  private void close() {
    endpoint.close();
    closed = true;
    closedAt = clock.nanos();
  }

  private void check(boolean right, String otherwise) {
    if (!right) {
      throw new SoakFailure(otherwise + ": " + this);
    }
  }

  @Override
  public String toString() {
    return String.format(
        "%s %s: said %d of %d, heard %d of %d%s%s%s",
        isClient ? "client" : "server",
        endpoint,
        said,
        plan.bytes(),
        heard,
        toHear,
        finished ? ", finished" : "",
        ended ? ", end" : "",
        closed ? ", closed" : "");
  }
}
