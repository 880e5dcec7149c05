// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.loopstack.engine.VirtualClock;

/**
 * The same conversation on a stack and, in a network namespace of its own, on the kernel: nstat and
 * the snapshot count the same. Without root, unshare and nstat there is nothing to compare with.
 */
class KernelCountersTest {
  /** Conversations whose counters do not depend on time. */
  enum Conversation {
    /** Data goes and comes, and both close. */
    REQUEST_AND_ANSWER {
      @Override
      void hold(SelectorProvider provider, String host) throws IOException {
        try (ServerSocketChannel server = listen(provider, host, 5)) {
          for (int i = 0; i < 3; i++) {
            SocketChannel client = connect(provider, host);
            SocketChannel served = server.accept();
            client.write(ByteBuffer.allocate(1000));
            read(served, 1000);
            served.write(ByteBuffer.allocate(10));
            read(client, 10);
            client.shutdownOutput();
            assertThat(served.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            served.close();
            assertThat(client.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            client.close();
          }
        }
      }
    },
    /** Nobody listens. */
    REFUSAL {
      @Override
      void hold(SelectorProvider provider, String host) throws IOException {
        try (SocketChannel client = provider.openSocketChannel()) {
          client.connect(new InetSocketAddress(host, PORT));
        } catch (ConnectException refused) {
          // As it should be.
        }
      }
    },
    /** One ends with SO_LINGER 0. */
    RESET {
      @Override
      void hold(SelectorProvider provider, String host) throws IOException {
        try (ServerSocketChannel server = listen(provider, host, 5)) {
          SocketChannel client = connect(provider, host);
          SocketChannel served = server.accept();
          client.setOption(StandardSocketOptions.SO_LINGER, 0);
          client.close();
          expectReset(served);
          served.close();
        }
      }
    },
    /** One closes what it has not read. */
    UNREAD {
      @Override
      void hold(SelectorProvider provider, String host) throws IOException {
        try (ServerSocketChannel server = listen(provider, host, 5)) {
          SocketChannel client = connect(provider, host);
          SocketChannel served = server.accept();
          client.write(ByteBuffer.allocate(1000));
          read(served, 1);
          served.close();
          expectReset(client);
          client.close();
        }
      }
    },
    /** Datagrams that are read, that nobody wants, and that find no room. */
    DATAGRAMS {
      @Override
      void hold(SelectorProvider provider, String host) throws IOException {
        try (DatagramChannel socket = provider.openDatagramChannel()) {
          socket.bind(new InetSocketAddress(host, PORT));
          for (int i = 0; i < 5; i++) {
            socket.send(ByteBuffer.allocate(64), new InetSocketAddress(host, PORT));
          }
          socket.receive(ByteBuffer.allocate(100));
          socket.receive(ByteBuffer.allocate(100));
          socket.send(ByteBuffer.allocate(10), new InetSocketAddress(host, 9));
        }
        try (DatagramChannel socket = provider.openDatagramChannel()) {
          socket.bind(new InetSocketAddress(host, PORT));
          for (int i = 0; i < 300; i++) {
            socket.send(ByteBuffer.allocate(64), new InetSocketAddress(host, PORT));
          }
        }
      }
    };

    abstract void hold(SelectorProvider provider, String host) throws IOException;
  }

  private static final int PORT = 47_614;

  /** What must be the same; other counters tell of how the one or the other is made. */
  private static final String[] COMPARED = {
    "TcpActiveOpens",
    "TcpPassiveOpens",
    "TcpAttemptFails",
    "TcpEstabResets",
    "TcpRetransSegs",
    "TcpInErrs",
    "TcpOutRsts",
    "TcpInCsumErrors",
    "TcpExtTW",
    "TcpExtListenOverflows",
    "TcpExtListenDrops",
    "TcpExtTCPTimeouts",
    "TcpExtTCPAbortOnData",
    "TcpExtTCPAbortOnClose",
    "TcpExtTCPAbortOnTimeout",
    "TcpExtTCPOrigDataSent",
    "TcpExtTCPDelivered",
    "UdpInDatagrams",
    "UdpNoPorts",
    "UdpInErrors",
    "UdpOutDatagrams",
    "UdpRcvbufErrors",
    "UdpInCsumErrors",
    "Udp6InDatagrams",
    "Udp6NoPorts",
    "Udp6InErrors",
    "Udp6OutDatagrams",
    "Udp6RcvbufErrors",
  };

  private static ServerSocketChannel listen(SelectorProvider provider, String host, int backlog)
      throws IOException {
    return provider.openServerSocketChannel().bind(new InetSocketAddress(host, PORT), backlog);
  }

  private static SocketChannel connect(SelectorProvider provider, String host) throws IOException {
    SocketChannel client = provider.openSocketChannel();
    client.connect(new InetSocketAddress(host, PORT));
    return client;
  }

  private static void read(SocketChannel channel, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    while (target.hasRemaining()) {
      assertThat(channel.read(target)).isPositive();
    }
  }

  private static void expectReset(SocketChannel channel) {
    try {
      assertThat(channel.read(ByteBuffer.allocate(1))).as("instead of a reset").isZero();
    } catch (IOException reset) {
      // As it should be.
    }
  }

  /** Runs in the namespace. */
  static final class OnKernel {
    private OnKernel() {}

    /** Holds the conversation named first with the host named second. */
    public static void main(String[] args) throws IOException {
      Conversation.valueOf(args[0]).hold(SelectorProvider.provider(), args[1]);
    }
  }

  private static String run(String script) throws Exception {
    Process process =
        new ProcessBuilder("unshare", "-n", "sh", "-c", script).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    return process.waitFor() == 0 ? said : "failed: " + said;
  }

  private static boolean hasNamespaces() {
    try {
      return run("ip link set lo up && nstat -az TcpInSegs").contains("TcpInSegs");
    } catch (Exception withoutUnshare) {
      return false;
    }
  }

  private static Map<String, Long> onKernel(Conversation conversation, String host)
      throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String said =
        run(
            "ip link set lo up && '%s' -cp '%s' '%s' %s %s && nstat -az"
                .formatted(
                    java,
                    System.getProperty("java.class.path"),
                    OnKernel.class.getName(),
                    conversation,
                    host));
    Map<String, Long> counters = new TreeMap<>();
    said.lines()
        .map(line -> line.split("\\s+", -1))
        .filter(words -> words.length > 2 && words[1].matches("\\d+"))
        .forEach(words -> counters.put(words[0], Long.valueOf(words[1])));
    assertThat(counters).as(said).containsKey("TcpActiveOpens");
    return counters;
  }

  private static Map<String, Long> compared(Map<String, Long> counters) {
    Map<String, Long> some = new TreeMap<>();
    for (String name : COMPARED) {
      some.put(name, counters.getOrDefault(name, 0L));
    }
    return some;
  }

  @ParameterizedTest
  @EnumSource
  void theStackCountsWhatTheKernelCounts(Conversation conversation) throws Exception {
    assumeTrue(hasNamespaces(), "no network namespaces or no nstat");
    compare(conversation, "127.0.0.1");
  }

  @Test
  void soItDoesOverIpv6() throws Exception {
    assumeTrue(hasNamespaces(), "no network namespaces or no nstat");
    compare(Conversation.DATAGRAMS, "::1");
  }

  private static void compare(Conversation conversation, String host) throws Exception {
    Map<String, Long> kernel = onKernel(conversation, host);
    // Its time stands still, so that no timer counts where the machine is busy.
    StackConfiguration timeless =
        StackConfiguration.linux().toBuilder().clock(new VirtualClock()).build();
    try (Stack stack = Stack.create(timeless)) {
      conversation.hold(stack.selectorProvider(), host);
      assertThat(compared(stack.snapshot().counters())).isEqualTo(compared(kernel));
    }
  }
}
