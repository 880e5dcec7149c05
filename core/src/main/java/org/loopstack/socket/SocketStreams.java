// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

/**
 * The streams of a {@link StackSocket}. Unlike those of {@link java.nio.channels.Channels} over a
 * channel that the JDK does not know, they hold no lock in common: one thread can read while
 * another writes.
 */
final class SocketStreams {
  private SocketStreams() {}

  /** Reads from the channel, waiting as long as SO_TIMEOUT allows. */
  static final class Input extends InputStream {
    private final StackSocketChannel channel;
    private final StackSocket socket;

    Input(StackSocketChannel channel, StackSocket socket) {
      this.channel = channel;
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
      if (length == 0) {
        return 0;
      }
      return channel.reader().read(target, offset, length, socket.timeoutNanos());
    }

    @Override
    public int available() throws IOException {
      return channel.available();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** Writes to the channel, waiting until all bytes are taken. */
  static final class Output extends OutputStream {
    private final StackSocketChannel channel;

    Output(StackSocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, source.length);
      if (length > 0) {
        channel.writer().write(source, offset, length);
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
