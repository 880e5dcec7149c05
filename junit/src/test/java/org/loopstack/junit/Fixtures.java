// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.spi.AsynchronousChannelProvider;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.capture.CaptureRing;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.Fault;
import org.loopstack.fault.Faults;
import org.loopstack.fault.Match;
import org.loopstack.socket.StackDatagramSockets;
import org.loopstack.socket.StackResolver;

/** Tests that others run to see how they end. They need nothing but JUnit, 5 or 6. */
final class Fixtures {
  private Fixtures() {}

  private static ServerSocket listen(Stack stack, int port) throws IOException {
    ServerSocket server = stack.serverSocketFactory().createServerSocket();
    server.bind(new InetSocketAddress("127.0.0.1", port));
    return server;
  }

  /** What passes. */
  @LoopbackTest(seed = 7)
  static class Passing {
    private static final Set<Stack> SEEN = ConcurrentHashMap.newKeySet();
    private Stack before;

    @BeforeEach
    void begin(Stack stack) {
      before = stack;
    }

    @Test
    void everyTestHasAStackOfItsOwn(Stack stack) {
      assertSame(before, stack);
      assertTrue(SEEN.add(stack));
      assertEquals("everyTestHasAStackOfItsOwn", stack.name());
      assertEquals(7L, stack.configuration().seed());
    }

    @RepeatedTest(3)
    void everyInvocationToo(Stack stack) {
      assertTrue(SEEN.add(stack));
    }

    @Test
    void allDoorsAreThoseOfTheStack(
        Stack stack,
        StackInterface lo,
        SelectorProvider channels,
        AsynchronousChannelProvider asynchronous,
        SocketFactory sockets,
        ServerSocketFactory servers,
        StackDatagramSockets datagrams,
        StackResolver resolver,
        Faults faults,
        CaptureRing packets,
        World world)
        throws IOException {
      assertSame(stack.selectorProvider(), channels);
      assertSame(stack.asynchronousChannelProvider(), asynchronous);
      assertEquals(stack.loopback(), lo);
      assertSame(lo.faults(), faults);
      assertEquals("127.0.0.1", resolver.resolveOne("localhost").getHostAddress());
      assertEquals(World.LINUX, world);
      datagrams.datagram(null).close();
      try (ServerSocket server = servers.createServerSocket(0);
          Socket client = sockets.createSocket("127.0.0.1", server.getLocalPort());
          Socket accepted = server.accept()) {
        assertTrue(client.isConnected() && accepted.isConnected());
      }
      assertTrue(packets.passed() > 3);
    }

    @Test
    void aMinuteOfVirtualTimeTakesNone(
        Stack stack,
        VirtualClock clock,
        java.time.Clock wall,
        InstantSource instants,
        ScheduledExecutorService executor)
        throws Exception {
      Instant begun = wall.instant();
      long real = System.nanoTime();
      try (ServerSocket server = listen(stack, 8080)) {
        server.setSoTimeout(60_000);
        assertThrows(SocketTimeoutException.class, server::accept);
      }
      assertEquals(Duration.ofMinutes(1), Duration.between(begun, instants.instant()));
      assertEquals("later", executor.schedule(() -> "later", 1, TimeUnit.HOURS).get());
      assertEquals(Duration.ofMinutes(61), Duration.ofNanos(clock.nanos()));
      assertTrue(System.nanoTime() - real < Duration.ofSeconds(10).toNanos());
    }

    @AfterEach
    void end(Stack stack) {
      assertSame(before, stack);
      assertTrue(stack.isOpen());
    }

    @Nested
    class Inside {
      @Test
      void nestedClassesHaveOneToo(Stack stack) {
        assertSame(before, stack);
        assertEquals(7L, stack.configuration().seed());
      }

      @Test
      @LoopbackTest(time = Time.MANUAL, profile = World.IPV6_ONLY)
      void methodsHaveTheirOwnSettings(VirtualClock clock, World world) {
        assertEquals(false, clock.isAutomatic());
        assertEquals(World.IPV6_ONLY, world);
      }
    }
  }

  /** Several at once, each with a port 8080. */
  @LoopbackTest
  @Execution(ExecutionMode.CONCURRENT)
  static class Parallel {
    private static final CyclicBarrier ALL = new CyclicBarrier(2);

    @Test
    void one(Stack stack) throws Exception {
      use(stack);
    }

    @Test
    void other(Stack stack) throws Exception {
      use(stack);
    }

    private static void use(Stack stack) throws Exception {
      try (ServerSocket server = listen(stack, 8080)) {
        ALL.await(30, TimeUnit.SECONDS);
        try (Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080);
            Socket accepted = server.accept()) {
          client.setSoTimeout(60_000);
          accepted.getOutputStream().write(1);
          assertEquals(1, client.getInputStream().read());
        }
        ALL.await(30, TimeUnit.SECONDS);
      }
    }
  }

  /** What fails. */
  @LoopbackTest(seed = 99)
  static class Failing {
    @Test
    void afterSomeTraffic(Stack stack, Faults faults) throws IOException {
      faults.add(Fault.on(Match.tcp().port(8080).syn()).drop().times(2).named("lose-two-syns"));
      ServerSocket server = listen(stack, 8080);
      Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080);
      Socket accepted = server.accept();
      client.getOutputStream().write("hello".getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertEquals('h', accepted.getInputStream().read());
      fail("on purpose");
    }

    @Test
    void assumesWhatIsNot() {
      Assumptions.assumeTrue(false, "no");
    }
  }

  /** What leaves sockets open. */
  @LoopbackTest(leaks = Leaks.FAIL)
  static class Leaking {
    @Test
    void aServer(Stack stack) throws IOException {
      listen(stack, 8080);
    }

    @Test
    void aThread(Stack stack, VirtualClock clock) throws IOException {
      ServerSocket server = listen(stack, 8080);
      Thread.ofPlatform()
          .daemon()
          .name("acceptor")
          .start(
              () -> {
                try {
                  server.accept();
                } catch (IOException e) {
                  // The stack is closed.
                }
              });
      clock.settle();
    }

    @Test
    @LoopbackTest(leaks = Leaks.TELL)
    void told(Stack stack) throws IOException {
      listen(stack, 8080);
    }

    @Test
    void nothing(Stack stack) throws IOException {
      try (ServerSocket server = listen(stack, 8080);
          Socket client = stack.socketFactory().createSocket("127.0.0.1", 8080)) {
        server.accept().close();
        assertEquals(-1, client.getInputStream().read());
      }
    }
  }

  /** What asks for what there is not. */
  @LoopbackTest(time = Time.REAL)
  static class Wrong {
    @Test
    void noClockInRealTime(VirtualClock clock) {
      fail("" + clock);
    }
  }

  /** What asks for it too early. */
  @ExtendWith(LoopbackExtension.class)
  static class TooEarly {
    TooEarly(Stack stack) {
      fail("" + stack);
    }

    @Test
    void never() {}
  }

  /** One test in several worlds. */
  @LoopbackTest(settings = Worlds.Narrow.class)
  static class Worlds {
    static final class Narrow implements StackSettings {
      @Override
      public void configure(StackConfiguration.Builder builder) {
        builder.defaultTtl(9);
      }

      @Override
      public void prepare(Stack stack) {
        stack.loopback().setMtu(1_500);
      }
    }

    private Stack before;

    @BeforeEach
    void begin(Stack stack) {
      before = stack;
    }

    @Profile
    void all(Stack stack) {
      assertSame(before, stack);
      assertEquals(9, stack.configuration().defaultTtl());
      assertEquals(1_500, stack.loopback().mtu());
    }

    @Test
    void plain(Stack stack, World world) {
      assertNotSame(null, stack);
      assertEquals(World.LINUX, world);
    }
  }
}
