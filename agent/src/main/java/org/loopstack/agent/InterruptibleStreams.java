// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketException;

/**
 * The streams of a socket inside a socket. When a virtual thread is interrupted, the inner one
 * closes itself and says so; the outer one does the same if it is told of an interrupt in the words
 * of a platform implementation.
 */
final class InterruptibleStreams {
  private InterruptibleStreams() {}

  /** What the outer socket is to be told. */
  static IOException told(IOException e) {
    Thread thread = Thread.currentThread();
    if (e instanceof SocketException && thread.isVirtual() && thread.isInterrupted()) {
      InterruptedIOException interrupted = new InterruptedIOException();
      interrupted.initCause(e);
      return interrupted;
    }
    return e;
  }

  static final class Input extends FilterInputStream {
    Input(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      try {
        return in.read();
      } catch (IOException e) {
        throw told(e);
      }
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return in.read(target, offset, length);
      } catch (IOException e) {
        throw told(e);
      }
    }
  }

  static final class Output extends FilterOutputStream {
    Output(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      try {
        out.write(b);
      } catch (IOException e) {
        throw told(e);
      }
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      try {
        out.write(source, offset, length);
      } catch (IOException e) {
        throw told(e);
      }
    }
  }
}
