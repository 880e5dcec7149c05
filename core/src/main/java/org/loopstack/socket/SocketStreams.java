// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The streams of a {@link java.net.Socket} of a stack. Unlike those of {@link
 * java.nio.channels.Channels} over a channel that the JDK does not know, they hold no lock in
 * common: one thread can read while another writes.
 */
final class SocketStreams {
  private SocketStreams() {}

  /** Reads, waiting as long as SO_TIMEOUT allows. */
  static final class Input extends InputStream {
    private final ByteStream socket;

    Input(ByteStream socket) {
      this.socket = socket;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) > 0 ? one[0] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, target.length);
      return length == 0 ? 0 : socket.read(target, offset, length);
    }

    @Override
    public int available() throws IOException {
      return socket.available();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Writes, waiting until all bytes are taken. */
  static final class Output extends OutputStream {
    private final ByteStream socket;

    Output(ByteStream socket) {
      this.socket = socket;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, source.length);
      if (length > 0) {
        socket.write(source, offset, length);
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
