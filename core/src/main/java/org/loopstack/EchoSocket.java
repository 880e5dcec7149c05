// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.raw.EchoEvent;
import org.loopstack.transport.raw.IcmpEndpoint;
import org.loopstack.wire.IpAddress;

/**
 * Sends echo requests and receives what comes back, as {@code ping} does (RFC 792, RFC 4443 section
 * 4). It has an identifier of its own, so that several do not see each other's replies. Any thread
 * may send and {@link #wakeup}; one thread receives at a time.
 */
public final class EchoSocket implements Closeable {
  /** What can come back. */
  public sealed interface Event {
    /** Who sent it. */
    IpAddress from();

    /** The sequence number of the request that it is about. */
    int sequence();

    /** When it came in, in nanoseconds of the stack's clock. */
    long time();
  }

  /**
   * An echo reply.
   *
   * @param from who sent it
   * @param to the address of ours that it was sent to
   * @param sequence the request's sequence number
   * @param hopLimit what was left of the time to live
   * @param data what came back
   * @param time when it came in, in nanoseconds of the stack's clock
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares events.
  public record Reply(
      IpAddress from, IpAddress to, int sequence, int hopLimit, byte[] data, long time)
      implements Event {}

  /**
   * An ICMP error about a request.
   *
   * @param from who reports it
   * @param to where the request was sent
   * @param sequence the request's sequence number
   * @param type the ICMP type
   * @param code the ICMP code
   * @param mtu the next hop's MTU if the request was too big, else 0
   * @param time when it came in, in nanoseconds of the stack's clock
   */
  public record Failure(
      IpAddress from, IpAddress to, int sequence, int type, int code, int mtu, long time)
      implements Event {}

  private final IcmpEndpoint endpoint;
  private final Engine engine;
  private final Waiter waiter;
  private volatile boolean woken;

  EchoSocket(IcmpEndpoint endpoint) {
    this.endpoint = endpoint;
    this.engine = endpoint.engine();
    this.waiter = new Waiter(engine);
    endpoint.setReadinessListener(bits -> waiter.signal());
  }

  /** What the requests carry to tell them from those of others, 0 to 65,535. */
  public int identifier() {
    return endpoint.identifier();
  }

  /**
   * Sets the time to live or hop limit of requests; it begins with 64.
   *
   * @throws IllegalArgumentException if it is not 1 to 255
   */
  public void setTimeToLive(int value) {
    if (value < 1 || value > 255) {
      throw new IllegalArgumentException("A time to live is 1 to 255: " + value);
    }
    endpoint.setTtl(value);
  }

  /**
   * Sends an echo request and lets the stack choose the source address.
   *
   * @param sequence the sequence number, 0 to 65,535
   * @param data what the reply is to bring back: 65,507 bytes at most, over IPv6 65,527
   * @return when it was sent, in nanoseconds of the stack's clock
   * @throws IOException if the data is too long, there is no way to the target, or the target is a
   *     broadcast address
   * @throws ClosedChannelException if this socket or its stack is closed
   */
  public long send(IpAddress target, int sequence, byte[] data) throws IOException {
    if (endpoint.isClosed()) {
      throw new ClosedChannelException();
    }
    return endpoint.send(new TransportAddress(target, 0), null, sequence, data);
  }

  /**
   * Waits for something to come back.
   *
   * @param timeout zero not to wait
   * @return what came, or null if nothing did in that time, the thread was interrupted (it still
   *     is) or {@link #wakeup} was called
   * @throws ClosedChannelException if this socket or its stack is closed, also meanwhile
   */
  public @Nullable Event receive(Duration timeout) throws IOException {
    long deadline = Clock.after(engine.now(), Math.max(0, timeout.toNanos()));
    waiter.prepare();
    try {
      while (true) {
        EchoEvent event = endpoint.receive();
        if (event != null) {
          return convert(event);
        }
        if (endpoint.isClosed()) {
          throw new ClosedChannelException();
        }
        if (woken || waiter.isInterrupted() || engine.now() >= deadline) {
          woken = false;
          return null;
        }
        waiter.park(deadline);
      }
    } finally {
      waiter.done();
    }
  }

  private static Event convert(EchoEvent event) {
    return switch (event) {
      case EchoEvent.Reply r ->
          new Reply(r.from(), r.to(), r.sequence(), r.hopLimit(), r.data(), r.time());
      case EchoEvent.Failure f ->
          new Failure(f.from(), f.to(), f.sequence(), f.type(), f.code(), f.mtu(), f.time());
    };
  }

  /** Makes a {@link #receive} that waits, or else the next one that would, return at once. */
  public void wakeup() {
    woken = true;
    waiter.signal();
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
