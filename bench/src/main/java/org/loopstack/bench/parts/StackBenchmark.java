// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.parts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.loopstack.Stack;
import org.loopstack.bench.Side;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The whole stack on one thread: nobody has to be woken, so what is left is our own work. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StackBenchmark {
  /** How many connections there are, used one after the other. */
  @Param({"1", "1000"})
  public int connections;

  private final Stack stack = Stack.create();
  private final ByteBuffer one = ByteBuffer.allocateDirect(1);
  private final ByteBuffer sixtyFour = ByteBuffer.allocateDirect(64);
  private final DatagramChannel from = datagram();
  private final DatagramChannel to = datagram();
  private final SocketAddress destination = to.socket().getLocalSocketAddress();
  private SocketChannel[] clients = {};
  private SocketChannel[] servers = {};
  private int turn;

  private DatagramChannel datagram() {
    try {
      return stack.selectorProvider().openDatagramChannel().bind(Side.FREE_PORT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Opens the connections. */
  @Setup
  public void connect() throws IOException {
    clients = new SocketChannel[connections];
    servers = new SocketChannel[connections];
    try (ServerSocketChannel listener = stack.selectorProvider().openServerSocketChannel()) {
      listener.bind(Side.FREE_PORT);
      for (int i = 0; i < connections; i++) {
        clients[i] = stack.selectorProvider().openSocketChannel();
        clients[i].connect(listener.getLocalAddress());
        servers[i] = listener.accept();
        clients[i].setOption(StandardSocketOptions.TCP_NODELAY, true);
        servers[i].setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
    }
  }

  /** Ends the stack with all that is open on it. */
  @TearDown
  public void close() {
    stack.close();
  }

  /** One byte there and back: four calls. */
  @Benchmark
  public int tcpRoundTrip() throws IOException {
    turn = turn + 1 < connections ? turn + 1 : 0;
    int i = turn;
    clients[i].write(one.clear());
    servers[i].read(one.clear());
    servers[i].write(one.flip());
    return clients[i].read(one.clear());
  }

  /** A datagram of 64 bytes there: two calls. */
  @Benchmark
  public SocketAddress udpSendAndReceive() throws IOException {
    from.send(sixtyFour.clear(), destination);
    return to.receive(sixtyFour.clear());
  }
}
