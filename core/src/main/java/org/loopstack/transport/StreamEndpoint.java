// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;

/** One end of a byte stream. */
public interface StreamEndpoint extends SocketEndpoint, Waiter.Inbox {
  /**
   * Begins to connect. The attempt ends with {@link Readiness#CONNECT}; ask {@link #finishConnect}.
   *
   * @throws ErrnoException what can be refused at once: ENETUNREACH, EADDRNOTAVAIL, EADDRINUSE,
   *     EACCES, EINVAL, EAFNOSUPPORT; EISCONN, EALREADY
   */
  void connect(TransportAddress remote) throws ErrnoException;

  /**
   * Whether the connection stands.
   *
   * @return true if it does, false while the attempt goes on
   * @throws ErrnoException why the attempt failed: ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH ...
   */
  boolean finishConnect() throws ErrnoException;

  /** The other end, or null before {@link #connect}. */
  @Nullable TransportAddress remoteAddress();

  /**
   * Moves received bytes into the buffers, in order, as far as there are bytes and room.
   *
   * @return how many; 0 if there are none yet (or no room), -1 at the end of the stream
   * @throws ErrnoException the pending error: ECONNRESET, ETIMEDOUT, EHOSTUNREACH ...
   */
  long read(ByteBuffer[] targets, int offset, int length) throws ErrnoException;

  /** As {@link #read(ByteBuffer[], int, int)}, into one buffer. */
  int read(ByteBuffer target) throws ErrnoException;

  /**
   * The reading thread polls from now on: it reads whenever there is mail, which others leave to
   * it. To be followed by {@link #unwatch}.
   */
  void watch();

  /** The reading thread polls no more. */
  void unwatch();

  /** How many bytes a read would find. */
  int available();

  /**
   * Takes bytes from the buffers, in order, as far as there is room to keep them.
   *
   * @return how many; 0 if there is no room now
   * @throws ErrnoException the pending error, or EPIPE after the output was shut down or the
   *     connection is gone
   */
  long write(ByteBuffer[] sources, int offset, int length) throws ErrnoException;

  /** As {@link #write(ByteBuffer[], int, int)}, from one buffer. */
  int write(ByteBuffer source) throws ErrnoException;

  /**
   * Whether all streams of the stack together hold so much that one more piece pushes others out of
   * the processor's caches: whoever has much to write had better let somebody read first. A hint.
   */
  boolean isCrowded();

  /**
   * Sends one byte as urgent data (RFC 9293 section 3.8.5).
   *
   * @return false if there is no room now
   */
  boolean writeUrgent(byte value) throws ErrnoException;

  /** Reads from now on find the end of the stream; what arrives is acknowledged and thrown away. */
  void shutdownInput() throws ErrnoException;

  /** Sends what was written, then a FIN. */
  void shutdownOutput() throws ErrnoException;

  /** Gives the connection up with a RST, whatever is still unsent. */
  void abort();

  /** Whether all that was written, and the FIN if there is one, has been acknowledged. */
  boolean isDrained();
}
