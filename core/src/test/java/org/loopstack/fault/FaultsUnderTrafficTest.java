// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.Stack;

/** Real threads and the real clock: rules come and go while connections are at work. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultsUnderTrafficTest {
  private static final int CONNECTIONS = 4;
  private static final int BYTES = 4_000_000;

  private static final List<String> RULES =
      List.of(
          "latency 1ms",
          "latency 500us jitter 500us",
          "jitter 1ms",
          "reorder within 1ms every 5",
          "duplicate every 3",
          "corrupt 3 bits tcp data every 40",
          "loss 1% tcp data",
          "truncate 5000 mended tcp data every 30",
          "bandwidth 2gbit queue 4MiB",
          "bandwidth 2gbit burst 1MiB queue 4MiB mark",
          "drop tcp dst port 1");

  @Test
  void everyByteArrivesOnceAndInOrderWhileRulesChange() throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    try (Stack stack = Stack.create();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        ServerSocket server = stack.serverSocketFactory().createServerSocket(80)) {
      // A thread of its own: where there is one carrier, one that polls lets no other begin.
      FutureTask<Integer> changes = new FutureTask<>(() -> change(stack.loopback().faults(), done));
      Thread.ofPlatform().daemon().start(changes);
      List<Future<Long>> sent = new ArrayList<>();
      List<Future<Long>> received = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        int seed = i;
        Socket client = stack.socketFactory().createSocket();
        client.connect(new InetSocketAddress("127.0.0.1", 80));
        Socket accepted = server.accept();
        sent.add(threads.submit(send(client, seed)));
        received.add(threads.submit(receive(accepted)));
      }
      for (int i = 0; i < CONNECTIONS; i++) {
        assertThat(received.get(i).get()).isEqualTo(sent.get(i).get());
      }
      done.set(true);
      assertThat(changes.get()).isPositive();
      stack.loopback().faults().clear();
      assertThat(stack.loopback().faults().list()).isEmpty();
    }
  }

  /** Adds and removes rules without pause; returns how many have been applied to something. */
  private static int change(Faults faults, AtomicBoolean done) {
    Random random = new Random(1);
    List<FaultHandle> there = new ArrayList<>();
    int worked = 0;
    while (!done.get()) {
      if (there.size() < 4) {
        there.add(faults.add(RULES.get(random.nextInt(RULES.size()))));
      } else {
        FaultHandle old = there.remove(random.nextInt(there.size()));
        // A rule stays until it has seen something, so that each has its say.
        while (old.matched() < 20 && !done.get() && !old.fault().toString().contains("port 1")) {
          Thread.onSpinWait();
          Thread.yield();
        }
        worked += old.applied() > 0 ? 1 : 0;
        old.close();
      }
    }
    there.forEach(FaultHandle::close);
    return worked;
  }

  private static Callable<Long> send(Socket client, int seed) {
    return () -> {
      CRC32 sum = new CRC32();
      Random random = new Random(seed);
      try (client) {
        OutputStream out = client.getOutputStream();
        for (int left = BYTES; left > 0; ) {
          byte[] piece = new byte[Math.min(left, 1 + random.nextInt(60_000))];
          random.nextBytes(piece);
          out.write(piece);
          sum.update(piece);
          left -= piece.length;
        }
      }
      return sum.getValue();
    };
  }

  private static Callable<Long> receive(Socket accepted) {
    return () -> {
      CRC32 sum = new CRC32();
      try (accepted) {
        InputStream in = accepted.getInputStream();
        byte[] buffer = new byte[100_000];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          sum.update(buffer, 0, n);
        }
      }
      return sum.getValue();
    };
  }

  @Test
  void inRealTimeLatencyIsKeptAndEqualDelaysKeepTheirOrder() throws Exception {
    try (Stack stack = Stack.create();
        ServerSocket server = stack.serverSocketFactory().createServerSocket(80)) {
      stack.loopback().faults().add(Fault.latency(Duration.ofMillis(20)));
      long start = System.nanoTime();
      Socket client = stack.socketFactory().createSocket();
      client.connect(new InetSocketAddress("127.0.0.1", 80));
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(40_000_000);
      try (client;
          Socket accepted = server.accept()) {
        client.getOutputStream().write(42);
        assertThat(accepted.getInputStream().read()).isEqualTo(42);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(60_000_000);
      }
      // Unless the machine is so busy that a timer expires meanwhile.
      long again = stack.snapshot().counters().getOrDefault("TcpRetransSegs", 0L);
      assertThat(dropped(stack)).isLessThanOrEqualTo(again);
    }
  }

  /** Duplicates and reordering would show as segments that the receiver drops. */
  private static long dropped(Stack stack) throws IOException {
    return stack.snapshot().drops().values().stream().mapToLong(n -> n).sum();
  }
}
