// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;

/**
 * Answers every question for an address (RFC 1035), a name that begins with {@code many} with a
 * hundred: too many for a datagram of 1232 bytes, so that it is cut off there.
 */
public final class TinyNameServer implements Closeable {
  private static final int MAX_DATAGRAM = 1232;

  private final DatagramChannel datagrams;
  private final ServerSocketChannel listener;

  private TinyNameServer(DatagramChannel datagrams, ServerSocketChannel listener) {
    this.datagrams = datagrams;
    this.listener = listener;
  }

  /** Begins to answer at port 53 of an address. */
  public static TinyNameServer start(SelectorProvider sockets, String host) throws IOException {
    InetSocketAddress at = new InetSocketAddress(InetAddress.ofLiteral(host), 53);
    TinyNameServer server =
        new TinyNameServer(
            sockets.openDatagramChannel().bind(at), sockets.openServerSocketChannel().bind(at));
    Thread.ofVirtual().start(server::answerDatagrams);
    Thread.ofVirtual().start(server::answerConnections);
    return server;
  }

  private void answerDatagrams() {
    ByteBuffer query = ByteBuffer.allocate(4096);
    try {
      while (true) {
        SocketAddress from = datagrams.receive(query.clear());
        ByteBuffer whole = answer(query.flip());
        if (whole.remaining() > MAX_DATAGRAM) {
          // RFC 1035 section 4.1.1: TC, "this message was truncated".
          whole.put(2, (byte) (whole.get(2) | 2)).putShort(6, (short) 0).limit(query.limit());
        }
        datagrams.send(whole, from);
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void answerConnections() {
    try {
      while (true) {
        try (SocketChannel client = listener.accept()) {
          // RFC 1035 section 4.2.2: two bytes of length in front.
          ByteBuffer query = fill(client, fill(client, 2).getShort());
          ByteBuffer answer = answer(query);
          client.write(ByteBuffer.allocate(2).putShort((short) answer.remaining()).flip());
          while (answer.hasRemaining()) {
            client.write(answer);
          }
        }
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private static ByteBuffer fill(SocketChannel client, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining() && client.read(buffer) >= 0) {}
    return buffer.flip();
  }

  private static ByteBuffer answer(ByteBuffer query) {
    int end = 12;
    while (query.get(end) != 0) {
      end += query.get(end) + 1;
    }
    end += 5;
    int count = query.get(13) == 'm' ? 100 : 1;
    ByteBuffer answer = ByteBuffer.allocate(512 + count * 16);
    answer.put(query.slice(0, end));
    // QR and AA; one question, the answers, nothing else.
    answer.put(2, (byte) 0x84).put(3, (byte) 0).putShort(4, (short) 1);
    answer.putShort(6, (short) count).putInt(8, 0);
    for (int i = 1; i <= count; i++) {
      // The name of the question; A, IN, a TTL of 0, four bytes.
      answer.putShort((short) 0xc00c).putShort((short) 1).putShort((short) 1).putInt(0);
      answer.putShort((short) 4).putInt(0xc000_0200 | i);
    }
    return answer.flip();
  }

  @Override
  public void close() throws IOException {
    datagrams.close();
    listener.close();
  }
}
