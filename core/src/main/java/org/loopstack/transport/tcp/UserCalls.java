// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Block;
import org.loopstack.buffer.Slice;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.Readiness;

/**
 * The calls of RFC 9293 section 3.9.1 on a connection, with the results that POSIX and Linux give
 * them. Called with the endpoint's lock held.
 */
final class UserCalls {
  private UserCalls() {}

  /** What {@link #receive} returns when the stream has ended. */
  static final Slice END = new Slice(new byte[0], 0, 0);

  /**
   * RECEIVE.
   *
   * @return a chain of slices, null if there is nothing yet, {@link #END} at the end
   */
  static @Nullable Slice receive(TcpConnection c, int limit, long now) throws ErrnoException {
    Slice data = c.receiver.take(limit);
    if (data != null) {
      c.receiver.onRead(now);
      c.count();
      return data;
    }
    // As on Linux, a stream that has ended stays so whatever comes later.
    if (c.receiver.isEndOfStream()) {
      return END;
    }
    // Data that arrived before a reset is still read; then comes the error, once.
    throwPending(c);
    return switch (c.tcb.state) {
      case SYN_SENT, SYN_RECEIVED -> null;
      case ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2 -> c.receiver.isDiscarding() ? END : null;
      default -> END;
    };
  }

  /** Whether SEND is allowed now: if not, the pending error, or EPIPE. */
  static void checkSend(TcpConnection c) throws ErrnoException {
    throwPending(c);
    if (!c.tcb.state.canSend() && !c.isEarly()) {
      throw new ErrnoException(
          c.tcb.state == TcpState.SYN_SENT || c.tcb.state == TcpState.SYN_RECEIVED
              ? Errno.EAGAIN
              : Errno.EPIPE);
    }
  }

  private static void throwPending(TcpConnection c) throws ErrnoException {
    Errno pending = c.takeError();
    if (pending != null) {
      throw new ErrnoException(pending);
    }
  }

  /** SEND: the bytes are the connection's from here on. */
  static void send(TcpConnection c, byte[] array, int length, long now) throws ErrnoException {
    checkSend(c);
    c.sender.buffer.append(array, 0, length);
    sent(c, now);
  }

  /** SEND of bytes in a block that the caller holds. */
  static void send(TcpConnection c, Block block, int offset, int length, long now)
      throws ErrnoException {
    checkSend(c);
    c.sender.buffer.append(block, offset, length);
    sent(c, now);
  }

  private static void sent(TcpConnection c, long now) {
    c.launchIfWaiting(now);
    c.sender.output(now);
    c.count();
  }

  /** SEND with the URGENT flag: one byte. */
  static void sendUrgent(TcpConnection c, byte value, long now) throws ErrnoException {
    checkSend(c);
    if (c.isEarly()) {
      // Where it stands in the stream is not known before the handshake is done.
      throw new ErrnoException(Errno.EAGAIN);
    }
    c.sender.buffer.append(new byte[] {value}, 0, 1);
    c.sender.markUrgent();
    c.sender.output(now);
  }

  /** What arrives from now on is not wanted. */
  static void shutdownInput(TcpConnection c) {
    c.receiver.discard();
    c.raise(Readiness.READ);
  }

  /**
   * CLOSE: no calls come any more.
   *
   * @param reset whether to abort instead of sending what is queued: SO_LINGER with 0
   */
  static void close(TcpConnection c, boolean reset, long now) {
    switch (c.tcb.state) {
      case CLOSED -> c.receiver.clear();
      case SYN_SENT -> c.terminate(null, now);
      case TIME_WAIT -> c.receiver.clear();
      case CLOSING, LAST_ACK -> {
        c.receiver.clear();
        if (reset) {
          c.abort(null, now);
        }
      }
      default -> {
        // RFC 2525 section 2.17: data that was received and not read is lost, and the peer is told.
        boolean unread = c.receiver.buffer.size() > 0;
        if (reset || unread) {
          c.statistics.increment(unread ? TcpCounter.ABORT_ON_CLOSE : TcpCounter.ABORT_ON_DATA);
          c.abort(null, now);
        } else {
          c.closeOutput(now);
          c.armFinWait2(now);
        }
      }
    }
    c.count();
  }

  /** What is possible without blocking, as bits of {@link Readiness}. */
  static int readiness(TcpConnection c) {
    TcpState state = c.tcb.state;
    if (!c.isEarly() && (state == TcpState.SYN_SENT || state == TcpState.SYN_RECEIVED)) {
      return 0;
    }
    int bits = Readiness.CONNECT;
    boolean ended = c.hasError() || c.receiver.isEndOfStream() || c.receiver.isDiscarding();
    if (ended || state == TcpState.CLOSED || c.receiver.isReadable()) {
      bits |= Readiness.READ;
    }
    if ((!state.canSend() && !c.isEarly()) || c.sender.writeRoom.isEnough()) {
      bits |= Readiness.WRITE;
    }
    if ((!state.mayHaveUnacknowledged() && !c.isEarly()) || c.sender.isDrained()) {
      bits |= Readiness.DRAINED;
    }
    return bits;
  }
}
