// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.loopstack.Stack;
import org.loopstack.StackInterface;
import org.loopstack.capture.Capture;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NamespaceSockets;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Routing;
import org.loopstack.linux.tun.TunLink;
import org.loopstack.relay.TcpRelay;
import org.loopstack.relay.UdpRelay;
import org.loopstack.testing.Programs;
import org.loopstack.testing.Tshark;
import org.loopstack.wire.IpAddress;

/**
 * The kernel in a network of its own, 10.9.0.1 and fd09::1, and a stack, 10.9.0.2 and fd09::2, with
 * a TUN between them and a capture of all that passes.
 */
final class TunWorld implements Closeable {
  static final String KERNEL = "10.9.0.1";
  static final String KERNEL6 = "fd09::1";
  static final String OURS = "10.9.0.2";
  static final String OURS6 = "fd09::2";

  private static final long PATIENCE_SECONDS = 60;

  private final Path folder;
  private final NetworkNamespace network;
  private final Deque<Closeable> opened = new ArrayDeque<>();
  private final Stack stack = Stack.create();
  private final StackInterface onTun;
  private final Path captured;
  private final SelectorProvider kernels;
  private final Capture capture;

  private TunWorld(Path folder, NetworkNamespace network) throws IOException {
    this.folder = folder;
    this.network = network;
    this.kernels = new NamespaceSockets(network);
    this.captured = folder.resolve("tun.pcapng");
    TunLink link = network.call(() -> TunLink.open("tun%d"));
    try {
      Interfaces interfaces = new Interfaces(network);
      interfaces.setUp("lo");
      interfaces.setUp(link.name());
      int index = interfaces.index(link.name());
      Routing routing = new Routing(network);
      routing.addAddress(index, IpAddress.parse(KERNEL), 24);
      routing.addAddress(index, IpAddress.parse(KERNEL6), 64);
      onTun = stack.addInterface("tun0", link, OURS + "/24", OURS6 + "/64");
      capture = onTun.captureTo(captured);
    } catch (IOException e) {
      link.close();
      throw e;
    }
  }

  /** Makes it, or skips the test where that is not allowed. */
  static TunWorld open(Path folder) {
    try {
      return new TunWorld(folder, NetworkNamespace.create());
    } catch (IOException | UnsupportedOperationException e) {
      return abort("not allowed here, run the tests as root: " + e.getMessage());
    }
  }

  Stack stack() {
    return stack;
  }

  /** Our sockets. */
  SelectorProvider ours() {
    return stack.selectorProvider();
  }

  /** The kernel's. */
  SelectorProvider kernels() {
    return kernels;
  }

  StackInterface onTun() {
    return onTun;
  }

  /** Has something closed with this, before all that was opened earlier. */
  <T extends Closeable> T with(T more) {
    opened.push(more);
    return more;
  }

  /** Skips the test where a program is missing. */
  static void needs(String program) {
    Programs.assume(program, "how it gets on with our stack");
  }

  /** Starts a program of the kernel's side; it ends with this. */
  Process start(Path output, String... command) throws IOException {
    needs(command[0].substring(command[0].lastIndexOf('/') + 1));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("PATH", Programs.path());
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectErrorStream(true).redirectOutput(output.toFile());
    builder.redirectInput(Path.of("/dev/null").toFile());
    Process process = network.call(builder::start);
    opened.push(
        () -> {
          process.destroyForcibly();
          try {
            process.waitFor();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    return process;
  }

  /** Runs a program, which must end well, and returns what it says. */
  String run(String... command) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "said", null);
    Process process = start(output, command);
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    String said = Files.readString(output, StandardCharsets.ISO_8859_1);
    assertThat(ended).as("%s does not end: %s", String.join(" ", command), said).isTrue();
    assertThat(process.exitValue()).as("%s: %s", String.join(" ", command), said).isZero();
    return said;
  }

  /** As {@link #run}, by a shell. */
  String shell(String line) throws IOException, InterruptedException {
    return run("sh", "-c", line);
  }

  /** Waits until somebody listens at a port of the kernel's loopback. */
  void awaitListener(int port) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (true) {
      try (SocketChannel probe = kernels.openSocketChannel()) {
        probe.connect(new InetSocketAddress("127.0.0.1", port));
        return;
      } catch (java.net.ConnectException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  /** What comes to one address goes on to another, by sockets of the same or the other side. */
  void relay(
      SelectorProvider from, String host, int port, SelectorProvider to, InetSocketAddress on)
      throws IOException {
    with(
        TcpRelay.start(
            from.openServerSocketChannel().bind(new InetSocketAddress(host, port)),
            () -> {
              SocketChannel channel = to.openSocketChannel();
              try {
                channel.connect(on);
                return channel;
              } catch (IOException e) {
                channel.close();
                throw e;
              }
            }));
    with(
        UdpRelay.start(
            from.openDatagramChannel().bind(new InetSocketAddress(host, port)),
            () -> {
              DatagramChannel channel = to.openDatagramChannel();
              try {
                return channel.connect(on);
              } catch (IOException e) {
                channel.close();
                throw e;
              }
            },
            UdpRelay.IDLE));
  }

  /** Keeps no more packets. */
  void stopCapture() throws IOException {
    capture.close();
  }

  /**
   * Lets tshark look at all that we have sent: nothing is malformed, every checksum is right.
   *
   * @param more options of tshark's
   */
  void inspect(String... more) throws IOException, InterruptedException {
    needs("tshark");
    capture.close();
    List<String> options = new ArrayList<>(List.of(more));
    String fromUs = "(ip.src==" + OURS + " || ipv6.src==" + OURS6 + ")";
    options.addAll(List.of("-Y", fromUs + " && " + Tshark.WRONG));
    assertThat(Tshark.read(captured, options.toArray(String[]::new))).isEmpty();
    assertThat(capture.captured()).isPositive();
  }

  @Override
  public void close() throws IOException {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
    capture.close();
    stack.close();
    network.close();
  }
}
