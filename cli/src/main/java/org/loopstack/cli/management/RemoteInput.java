// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Standard input at the other end of a management connection. A frame is asked for only when it is
 * needed, so that input which nobody reads does not fill the connection and hold up an interrupt
 * behind it, and so that a command that reads nothing takes nothing from the terminal.
 */
final class RemoteInput extends InputStream {
  private static final byte[] END = {};

  private final DataOutputStream connection;
  private final BlockingQueue<byte[]> frames = new LinkedBlockingQueue<>();
  private byte[] current = END;
  private int at;
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

  @Override
  public int read() throws IOException {
    return fill() ? current[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, current.length - at);
    System.arraycopy(current, at, target, offset, n);
    at += n;
    return n;
  }

  @Override
  public int available() {
    return current.length - at;
  }

  private boolean fill() throws IOException {
    if (at < current.length) {
      return true;
    }
    if (ended) {
      return false;
    }
    synchronized (connection) {
      Frame.of(Frame.Type.WANT_INPUT).write(connection);
    }
    try {
      current = frames.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
    at = 0;
    ended = current.length == 0;
    return !ended;
  }
}
