// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * Writes to a connection and waits for its reader, but not for ever: a stack that closes waits for
 * what is being written.
 */
final class ReaderStream extends OutputStream {
  static final int PATIENCE_SECONDS = 2;

  private final SocketChannel channel;
  private final Selector selector;

  private ReaderStream(SocketChannel channel, Selector selector) {
    this.channel = channel;
    this.selector = selector;
  }

  /**
   * A stream to a channel that does not block.
   *
   * @throws IOException if there is no selector left; the channel is closed then
   */
  static ReaderStream of(SocketChannel channel) throws IOException {
    Selector selector = null;
    try {
      selector = channel.provider().openSelector();
      SelectionKey _ = channel.register(selector, SelectionKey.OP_WRITE);
      return new ReaderStream(channel, selector);
    } catch (IOException e) {
      if (selector != null) {
        selector.close();
      }
      channel.close();
      throw e;
    }
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] b, int at, int length) throws IOException {
    Objects.checkFromIndexSize(at, length, b.length);
    ByteBuffer source = ByteBuffer.wrap(b, at, length);
    while (source.hasRemaining()) {
      if (channel.write(source) == 0) {
        if (selector.select(PATIENCE_SECONDS * 1000L) == 0) {
          close();
          throw new IOException("nobody has read for " + PATIENCE_SECONDS + " s");
        }
        selector.selectedKeys().clear();
      }
    }
  }

  @Override
  public void close() throws IOException {
    selector.close();
    channel.close();
  }
}
