// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;

/**
 * How the sockets of {@code java.net} wait and fail. "Interrupting a virtual thread" that is
 * blocked in one "will cause the virtual thread to wakeup and close the socket"; a platform thread
 * does not notice an interrupt until it is through.
 */
final class Blocking {
  private Blocking() {}

  /** Waits once; a virtual thread that is interrupted throws, and its socket closes. */
  static void park(Engine engine, Waiter waiter, long deadline, String timedOut)
      throws InterruptedIOException {
    if (deadline != Clock.NEVER && engine.now() >= deadline) {
      throw new SocketTimeoutException(timedOut);
    }
    if (!Thread.currentThread().isVirtual()) {
      waiter.parkUninterruptibly(deadline);
      return;
    }
    waiter.park(deadline);
    if (Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException();
    }
  }

  /**
   * Takes the lock under which one thread at a time waits, in the time that the caller has.
   *
   * @param millis 0 for any time
   */
  static void lock(Engine engine, Lock lock, int millis, String timedOut)
      throws SocketTimeoutException {
    long deadline =
        millis == 0
            ? Clock.NEVER
            : Clock.after(engine.now(), TimeUnit.MILLISECONDS.toNanos(millis));
    if (!engine.lock(lock, deadline)) {
      throw new SocketTimeoutException(timedOut);
    }
  }

  /** What a socket of {@code java.net} throws where a channel would throw something of NIO's. */
  static IOException failed(Exception e) {
    return switch (e) {
      case SocketException known -> known;
      case InterruptedIOException known -> known;
      case ErrnoException errno -> SocketErrors.control(errno);
      case ClosedChannelException _ -> new SocketException("Socket closed");
      case AlreadyConnectedException _ -> new SocketException("Already connected");
      case UnsupportedAddressTypeException _ ->
          new SocketException("Address family not supported by protocol");
      default -> new SocketException(e.getMessage());
    };
  }
}
