// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Engine;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/**
 * The shell under many threads in real time: whoever is forgotten, by a lost wake-up or a packet
 * left on an inbox, stalls, and a stall is a failure. Longer: {@code -Dloopstack.stress=ROUNDS}.
 */
class ShellStressTest {
  private static final int ROUNDS = Integer.getInteger("loopstack.stress", 1);
  private static final IpAddress LOCALHOST = IpAddress.IPV4_LOOPBACK;
  private static final int PORT = 9000;

  private final Engine engine = Engine.system();
  private final InternetLayer internet = new InternetLayer(engine, InternetConfiguration.LINUX);
  private final PortTable ports =
      new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
  private final TcpProtocol tcp =
      new TcpProtocol(
          internet, ports, TcpConfiguration.linux().toBuilder().timeWait(20_000_000L).build());
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<Future<?>> running = new ArrayList<>();

  @AfterEach
  void stop() {
    threads.shutdownNow();
    tcp.close();
  }

  private void start(Callable<?> work) {
    running.add(threads.submit(work));
  }

  private void finish() throws Exception {
    // Who waits in vain is only the consequence where somebody else has failed: all are told.
    AssertionError failure = null;
    for (Future<?> each : running) {
      try {
        each.get();
      } catch (ExecutionException e) {
        if (failure == null) {
          failure = new AssertionError(tcp.statuses().toString());
        }
        failure.addSuppressed(e.getCause());
      }
    }
    running.clear();
    if (failure != null) {
      throw failure;
    }
  }

  private ListenerEndpoint listen() throws ErrnoException {
    ListenerEndpoint listener = tcp.openListener(AddressFamily.INET);
    listener.bind(new TransportAddress(LOCALHOST, PORT));
    listener.listen(100);
    return listener;
  }

  private StreamEndpoint connect() throws ErrnoException {
    StreamEndpoint client = tcp.openStream(AddressFamily.INET);
    client.connect(new TransportAddress(LOCALHOST, PORT));
    return client;
  }

  private static byte at(long position, int salt) {
    return (byte) (position * 31 + (position >> 11) + salt);
  }

  private Callable<@Nullable Void> writer(BlockingStream stream, int total, int salt) {
    return () -> {
      Random sizes = new Random(salt);
      ByteBuffer buffer = ByteBuffer.allocate(40_000);
      for (int done = 0; done < total; ) {
        int n = Math.min(total - done, 1 + sizes.nextInt(sizes.nextBoolean() ? 100 : 40_000));
        buffer.clear();
        for (int i = 0; i < n; i++) {
          buffer.put(at(done + i, salt));
        }
        stream.write(buffer.flip());
        done += n;
      }
      stream.endpoint.shutdownOutput();
      return null;
    };
  }

  private Callable<@Nullable Void> reader(BlockingStream stream, int total, int salt) {
    return () -> {
      Random sizes = new Random(~salt);
      ByteBuffer buffer = ByteBuffer.allocate(50_000);
      int done = 0;
      for (int n; (n = stream.read(buffer.clear().limit(1 + sizes.nextInt(50_000)))) >= 0; ) {
        for (int i = 0; i < n; i++) {
          if (buffer.get(i) != at(done + i, salt)) {
            throw new AssertionError("wrong byte at " + (done + i));
          }
        }
        done += n;
      }
      assertThat(done).isEqualTo(total);
      return null;
    };
  }

  @Test
  void bulkDataInBothDirectionsOnManyThreads() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      ListenerEndpoint listener = listen();
      List<BlockingStream> streams = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        StreamEndpoint client = connect();
        StreamEndpoint server = Objects.requireNonNull(listener.accept());
        if (i > 0) {
          // Little buffers make every thread wait for every other.
          client.setOption(StandardSocketOptions.SO_SNDBUF, 5000 * i);
          server.setOption(StandardSocketOptions.SO_SNDBUF, 3000);
          server.setOption(StandardSocketOptions.SO_RCVBUF, 70_000);
        }
        int total = i == 0 ? 20_000_000 : 1_000_000;
        BlockingStream a = new BlockingStream(client, engine);
        BlockingStream b = new BlockingStream(server, engine);
        streams.add(a);
        streams.add(b);
        start(writer(a, total, 2 * i));
        start(writer(b, total, 2 * i + 1));
        start(reader(a, total, 2 * i + 1));
        start(reader(b, total, 2 * i));
      }
      finish();
      for (BlockingStream stream : streams) {
        stream.endpoint.close();
      }
      listener.close();
      nothingIsLeft();
    }
  }

  @Test
  void singleBytesGoToAndFroOnManyThreads() throws Exception {
    ListenerEndpoint listener = listen();
    List<StreamEndpoint> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      StreamEndpoint client = connect();
      StreamEndpoint server = Objects.requireNonNull(listener.accept());
      all.add(client);
      all.add(server);
      start(() -> pingPong(new BlockingStream(client, engine), true));
      start(() -> pingPong(new BlockingStream(server, engine), false));
    }
    finish();
    for (StreamEndpoint endpoint : all) {
      endpoint.close();
    }
    listener.close();
    nothingIsLeft();
  }

  private static @Nullable Void pingPong(BlockingStream stream, boolean begins)
      throws ErrnoException {
    ByteBuffer one = ByteBuffer.allocate(1);
    for (int i = 0; i < 20_000 * ROUNDS; i++) {
      if (begins || i > 0) {
        stream.write(one.clear().put(0, (byte) i));
      }
      if (begins) {
        stream.read(one.clear());
        assertThat(one.get(0)).isEqualTo((byte) (i + 1));
      } else {
        stream.read(one.clear());
        assertThat(one.get(0)).isEqualTo((byte) i);
      }
    }
    if (!begins) {
      stream.write(one.clear().put(0, (byte) (20_000 * ROUNDS)));
    }
    return null;
  }

  @Test
  void connectionsComeAndGoWhileListenersDo() throws Exception {
    for (int i = 0; i < 4; i++) {
      int salt = i;
      start(() -> comeAndGo(new Random(salt)));
    }
    start(
        () -> {
          Random random = new Random(99);
          for (int i = 0; i < 200 * ROUNDS; i++) {
            ListenerEndpoint listener = tcp.openListener(AddressFamily.INET);
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            listener.bind(new TransportAddress(LOCALHOST, PORT));
            listener.listen(random.nextInt(5));
            for (int n = random.nextInt(50); n > 0; n--) {
              StreamEndpoint accepted = listener.accept();
              if (accepted != null) {
                greet(accepted);
                end(accepted, random);
              }
            }
            listener.close();
          }
          return null;
        });
    finish();
    nothingIsLeft();
  }

  private static void greet(StreamEndpoint accepted) {
    try {
      TcpHost.write(accepted, "hello");
    } catch (ErrnoException resetMeanwhile) {
      // The client has gone already, with a reset.
    }
  }

  private @Nullable Void comeAndGo(Random random) throws ErrnoException {
    for (int i = 0; i < 3000 * ROUNDS; i++) {
      StreamEndpoint client = connect();
      try {
        if (client.finishConnect()) {
          TcpHost.write(client, "to whom it may concern");
          TcpHost.read(client);
        }
      } catch (ErrnoException refusedOrReset) {
        // The listener came or went.
      }
      end(client, random);
    }
    return null;
  }

  private static void end(StreamEndpoint endpoint, Random random) {
    if (random.nextBoolean()) {
      endpoint.close();
    } else {
      endpoint.abort();
    }
  }

  private void nothingIsLeft() {
    long deadline = engine.now() + 20_000_000_000L;
    while (!tcp.connections().isEmpty() || ports.claims() != 0) {
      if (engine.now() > deadline) {
        throw new AssertionError(ports.claims() + " claims, " + tcp.statuses());
      }
      Thread.yield();
    }
  }
}
