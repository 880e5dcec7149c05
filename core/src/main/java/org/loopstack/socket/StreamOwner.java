// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.loopstack.engine.Waiter;

/** Whose stream it is: what a {@link StreamReader} and a {@link StreamWriter} ask of it. */
interface StreamOwner {
  /** Where its threads wait. */
  Signals signals();

  /** Refuses what only an open and connected socket can do. */
  void ensureConnected() throws IOException;

  /** Whether it was not closed yet. */
  boolean isOpen();

  /** Whether it is closed, or about to be with its whole stack. */
  boolean isGone();

  /** Whether a call waits for what it cannot do at once. */
  boolean isBlocking();

  /** Refuses what only a blocking socket can do. */
  void ensureBlocking();

  /** Whether reads find the end of the stream, whatever the endpoint says. */
  boolean isInputShut();

  /** Whether writes are refused, whatever the endpoint says. */
  boolean isOutputShut();

  /** Closes and throws if an interrupt of the calling thread closes this kind of socket. */
  void closeIfInterrupted() throws IOException;

  /** The calling thread is about to wait. */
  void beginWait();

  /**
   * The calling thread waits no more.
   *
   * @throws IOException if the socket was closed meanwhile, unless the operation had completed
   */
  void endWait(boolean completed) throws IOException;

  /** When a wait of so many nanoseconds from now ends; 0 is one without an end. */
  long deadline(long timeout);

  /**
   * Waits once.
   *
   * @param timedOut the text of the SocketTimeoutException when the deadline is past
   * @throws InterruptedIOException if the deadline is past, or the thread was interrupted and that
   *     is not told in {@link #endWait}
   */
  void park(Waiter waiter, long deadline, String timedOut) throws InterruptedIOException;
}
