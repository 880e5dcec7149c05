// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Worker;
import org.loopstack.link.LinkTap;
import org.loopstack.link.Tapped;

/**
 * A live capture for whoever connects, in pcapng over TCP: what {@code wireshark -k -i
 * TCP@127.0.0.1:19000} reads.
 *
 * <pre>{@code
 * ServerSocketChannel listener = ServerSocketChannel.open();      // on the machine, not the stack
 * listener.bind(new InetSocketAddress("127.0.0.1", 19000));
 * try (CaptureServer server =
 *     CaptureServer.start(listener, CaptureOptions.standard(), stack.loopback())) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Each reader has a {@link Capture} of its own from when it connects, with a queue of its own: a
 * slow one loses packets, which its capture's statistics say in the end, and holds up neither the
 * stack nor the others. Who takes nothing for {@value ReaderStream#PATIENCE_SECONDS} seconds
 * although something is there is let go. There are {@value #MAX_READERS} readers at most; who comes
 * then finds the connection closed. It ends when it is closed, when the first interface is gone, or
 * when no connection can be accepted.
 *
 * <p>Safe for use by many threads.
 */
public final class CaptureServer implements Closeable {
  /** How many can read at a time. */
  public static final int MAX_READERS = 16;

  private final ServerSocketChannel listener;
  private final SocketAddress address;
  private final Selector selector;
  private final CaptureOptions options;
  private final Tapped first;
  private final Tapped[] others;
  private final LinkTap watch = new Watch();
  private final Set<Reader> readers = ConcurrentHashMap.newKeySet();
  private final LongAdder refused = new LongAdder();
  private final Worker worker;

  private record Reader(SocketChannel channel, Capture capture) {}

  /** Sees the end of the interface, and nothing else. */
  private final class Watch implements LinkTap {
    @Override
    public void pass(Direction direction, Packet packet) {}

    @Override
    public void ended() {
      stopListening();
    }
  }

  private CaptureServer(
      ServerSocketChannel listener, CaptureOptions options, Tapped first, Tapped... others)
      throws IOException {
    this.listener = listener;
    this.address = listener.getLocalAddress();
    this.options = options;
    this.first = first;
    this.others = others.clone();
    this.selector = listener.provider().openSelector();
    listener.configureBlocking(false);
    SelectionKey _ = listener.register(selector, SelectionKey.OP_ACCEPT);
    this.worker = new Worker("loopstack-capture-server", this::serve);
  }

  /**
   * Begins to serve.
   *
   * @param listener bound, and not of a stack that is captured: what readers are sent would be
   *     captured, too; closed with the server and if this throws
   * @param options for each reader
   * @param others of the same stack or of others
   * @throws IOException if the listener fails
   */
  public static CaptureServer start(
      ServerSocketChannel listener, CaptureOptions options, Tapped first, Tapped... others)
      throws IOException {
    CaptureServer server;
    try {
      server = new CaptureServer(listener, options, first, others);
    } catch (IOException | RuntimeException e) {
      listener.close();
      throw e;
    }
    first.addTap(server.watch);
    server.worker.tell();
    return server;
  }

  /** Where it listens. */
  public SocketAddress address() {
    return address;
  }

  /** How many read now. */
  public int readers() {
    return readers.size();
  }

  /** How many packets those who read now have lost because they took them too slowly. */
  public long lost() {
    long all = 0;
    for (Reader reader : readers) {
      all += reader.capture.lost();
    }
    return all;
  }

  /** How many came when there were {@value #MAX_READERS} already. */
  public long refused() {
    return refused.sum();
  }

  /** All of it is the worker's one piece of work, which ends with the listener. */
  private void serve() {
    while (listener.isOpen()) {
      try {
        int _ = selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof Reader reader && isGone(reader)) {
            dismiss(reader);
          }
        }
        selector.selectedKeys().clear();
        SocketChannel channel = listener.accept();
        if (channel != null) {
          welcome(channel);
        }
      } catch (IOException | ClosedSelectorException e) {
        // Closed, or no file descriptor left; to go on would be to spin.
        stopListening();
      }
    }
  }

  /** A reader says nothing; what it says all the same is thrown away. */
  private static boolean isGone(Reader reader) {
    try {
      return reader.channel.read(ByteBuffer.allocate(512)) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private void welcome(SocketChannel channel) throws IOException {
    if (readers.size() >= MAX_READERS) {
      refused.increment();
      channel.close();
      return;
    }
    try {
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
      Capture capture = Capture.to(ReaderStream.of(channel), options, first, others);
      Reader reader = new Reader(channel, capture);
      readers.add(reader);
      Object _ = key.attach(reader);
    } catch (IOException e) {
      // It left before it was told anything.
      channel.close();
    }
  }

  private void dismiss(Reader reader) {
    readers.remove(reader);
    try {
      // First the channel: who writes to it must not wait for a reader that is gone.
      reader.channel.close();
      reader.capture.close();
    } catch (IOException e) {
      // It was gone before.
    }
  }

  private void stopListening() {
    try {
      listener.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
    selector.wakeup();
  }

  /** Ends it: readers are given what has passed, as long as they take it, and the end. */
  @Override
  public void close() throws IOException {
    boolean _ = first.removeTap(watch);
    stopListening();
    worker.close();
    for (Reader reader : List.copyOf(readers)) {
      boolean _ = readers.remove(reader);
      try {
        reader.capture.close();
      } catch (IOException e) {
        // The reader is gone, or takes nothing.
      }
      reader.channel.close();
    }
    selector.close();
  }
}
