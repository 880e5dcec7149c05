// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Standard input at the other end of a management connection. A frame is asked for only when it is
 * needed, so that input which nobody reads does not fill the connection and hold up an interrupt
 * behind it, and so that a command that reads nothing takes nothing from the terminal.
 */
final class RemoteInput {
  private static final byte[] END = {};

  private final DataOutputStream connection;
  private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  private boolean ended;

  RemoteInput(DataOutputStream connection) {
    this.connection = connection;
  }

  /** Hands in what the other end read. */
  void offer(byte[] bytes) {
    frames.add(bytes);
  }

  /** Nothing more comes. */
  void end() {
    frames.add(END);
  }

  /** What the command reads. */
  InputStream stream() {
    return new BlockInput(this::next);
  }

  private byte @Nullable [] next() throws IOException {
    if (ended) {
      return null;
    }
    synchronized (connection) {
      Frame.of(Frame.Type.WANT_INPUT).write(connection);
    }
    try {
      byte[] next = frames.take();
      ended = next.length == 0;
      return ended ? null : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }
}
