// SPDX-License-Identifier: Apache-2.0
package org.loopstack.concurrency;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.Stack;
import org.loopstack.StackSocketOptions;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A stream through a window of one segment: each segment waits for the reader to open the window,
 * and the reader for the segment. Whoever is forgotten waits for ever, which shows as a test that
 * never ends.
 */
@JCStressTest
@Outcome(id = "11520, 0", expect = ACCEPTABLE, desc = "All bytes came, and all were right.")
@Outcome(expect = FORBIDDEN, desc = "Bytes were lost, or wrong.")
@State
public class OneSegmentWindowCase {
  /** The smallest receive buffer that there is, as on Linux. */
  private static final int SEGMENT = 2304;

  private static final int TOTAL = 5 * SEGMENT;

  private static final Stack STACK = Stack.create();
  private static final ServerSocketChannel LISTENER = listen();

  private final SocketChannel client;
  private final SocketChannel server;
  private int received;
  private int wrong;

  public OneSegmentWindowCase() {
    // One pair at a time, or one would accept what another has connected.
    synchronized (LISTENER) {
      try {
        client = STACK.selectorProvider().openSocketChannel();
        client.setOption(StackSocketOptions.TCP_MAXSEG, SEGMENT);
        client.setOption(StandardSocketOptions.TCP_NODELAY, true);
        client.setOption(StandardSocketOptions.SO_SNDBUF, 2 * SEGMENT);
        client.connect(LISTENER.getLocalAddress());
        server = LISTENER.accept();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static ServerSocketChannel listen() {
    try {
      ServerSocketChannel listener = STACK.selectorProvider().openServerSocketChannel();
      listener.setOption(StandardSocketOptions.SO_RCVBUF, SEGMENT);
      return listener.bind(new InetSocketAddress("127.0.0.1", 80), 5);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte at(int position) {
    return (byte) (position * 31 + (position >> 8));
  }

  @Actor
  public void writer() {
    ByteBuffer all = ByteBuffer.allocate(TOTAL);
    for (int i = 0; i < TOTAL; i++) {
      all.put(at(i));
    }
    try {
      int _ = client.write(all.flip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Actor
  public void reader() {
    ByteBuffer some = ByteBuffer.allocate(1500);
    try {
      while (received < TOTAL) {
        int n = server.read(some.clear());
        if (n < 0) {
          return;
        }
        for (int i = 0; i < n; i++) {
          wrong += some.get(i) == at(received + i) ? 0 : 1;
        }
        received += n;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Arbiter
  public void result(II_Result r) {
    r.r1 = received;
    r.r2 = wrong;
    try {
      // With a reset, so that nothing of so many connections stays in TIME-WAIT.
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      client.close();
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
