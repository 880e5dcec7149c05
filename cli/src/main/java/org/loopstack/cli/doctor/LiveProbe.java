// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.listen.BindTrial;
import org.loopstack.wire.IpAddress;

/** Tries, in the network namespace of the calling thread. */
final class LiveProbe implements Probe {
  private static final int BULK = 1 << 18;
  private static final int MOST_OF_A_LINE = 200;

  /** Some retransmissions of TCP: 200, 400 ms. */
  private static final Duration RETRANSMISSION = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofMillis(250);

  @Override
  public BindTrial bind(IpAddress address) {
    return BindTrial.of(address, 0, true);
  }

  private static StandardProtocolFamily family(IpAddress address) {
    return address.isIpv4() ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
  }

  /** A connection to oneself: both ends are this process's, and no thread is in between. */
  private record Connection(ServerSocketChannel server, SocketChannel near, SocketChannel far)
      implements AutoCloseable {
    static Connection open(IpAddress address, Duration limit) throws IOException {
      InetSocketAddress place = new InetSocketAddress(address.toInetAddress(), 0);
      ServerSocketChannel server = ServerSocketChannel.open(family(address));
      SocketChannel near = SocketChannel.open(family(address));
      try {
        near.configureBlocking(false);
        server.bind(place).configureBlocking(false);
        boolean connected = near.connect(server.getLocalAddress());
        long end = System.nanoTime() + limit.toNanos();
        SocketChannel far = null;
        while (!connected || far == null) {
          connected = connected || near.finishConnect();
          far = far == null ? server.accept() : far;
          if (System.nanoTime() > end) {
            throw new SocketException("no connection in " + limit.toMillis() + " ms");
          }
          Thread.onSpinWait();
        }
        far.configureBlocking(false);
        near.setOption(StandardSocketOptions.TCP_NODELAY, true);
        far.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return new Connection(server, near, far);
      } catch (IOException | RuntimeException e) {
        near.close();
        server.close();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      near.close();
      far.close();
      server.close();
    }
  }

  @Override
  public RoundTrips tcp(IpAddress address, int count, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    try (Connection connection = Connection.open(address, limit)) {
      long[] nanos = new long[count];
      ByteBuffer one = ByteBuffer.allocate(1);
      int i = 0;
      for (long start; i < count && (start = System.nanoTime()) < end; i++) {
        long patience = start + RETRANSMISSION.toNanos();
        if (!pass(connection.near, connection.far, one, patience)
            || !pass(connection.far, connection.near, one, patience)) {
          return new RoundTrips(Arrays.copyOf(nanos, i), 1);
        }
        nanos[i] = System.nanoTime() - start;
      }
      return new RoundTrips(Arrays.copyOf(nanos, i), 0);
    }
  }

  private static boolean pass(SocketChannel from, SocketChannel to, ByteBuffer one, long end)
      throws IOException {
    one.clear();
    int _ = from.write(one);
    one.clear();
    while (to.read(one) == 0) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  @Override
  public RoundTrips udp(IpAddress address, int count, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    InetSocketAddress place = new InetSocketAddress(address.toInetAddress(), 0);
    try (DatagramChannel near = DatagramChannel.open(family(address)).bind(place);
        DatagramChannel far = DatagramChannel.open(family(address)).bind(place)) {
      near.connect(far.getLocalAddress()).configureBlocking(false);
      far.connect(near.getLocalAddress()).configureBlocking(false);
      long[] nanos = new long[count];
      ByteBuffer number = ByteBuffer.allocate(Integer.BYTES);
      int came = 0;
      int lost = 0;
      for (int i = 0; i < count && System.nanoTime() < end; i++) {
        long start = System.nanoTime();
        long patience = start + PATIENCE.toNanos();
        if (pass(near, far, number, i, patience) && pass(far, near, number, i, patience)) {
          nanos[came++] = System.nanoTime() - start;
        } else {
          lost++;
        }
      }
      return new RoundTrips(Arrays.copyOf(nanos, came), lost);
    }
  }

  /** Takes no late one for this one. */
  private static boolean pass(
      DatagramChannel from, DatagramChannel to, ByteBuffer number, int value, long end)
      throws IOException {
    int _ = from.write(number.clear().putInt(value).flip());
    while (to.read(number.clear()) != Integer.BYTES || number.getInt(0) != value) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.onSpinWait();
    }
    return true;
  }

  @Override
  public double throughput(IpAddress address, Duration limit) throws IOException {
    try (Connection connection = Connection.open(address, PATIENCE)) {
      ByteBuffer out = ByteBuffer.allocateDirect(BULK);
      ByteBuffer in = ByteBuffer.allocateDirect(BULK);
      long start = System.nanoTime();
      long bytes = 0;
      while (System.nanoTime() - start < limit.toNanos()) {
        int _ = connection.near.write(out.clear());
        bytes += connection.far.read(in.clear());
      }
      return bytes * 1e9 / (System.nanoTime() - start);
    }
  }

  @Override
  public boolean multicast(IpAddress group, Duration limit) throws IOException {
    NetworkInterface lo = loopback();
    boolean ipv4 = group.isIpv4();
    InetAddress any = (ipv4 ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY).toInetAddress();
    try (DatagramChannel receiver =
            DatagramChannel.open(family(group)).bind(new InetSocketAddress(any, 0));
        DatagramChannel sender = DatagramChannel.open(family(group))) {
      receiver.configureBlocking(false);
      var _ = receiver.join(group.toInetAddress(), lo);
      int port = ((InetSocketAddress) receiver.getLocalAddress()).getPort();
      sender.setOption(StandardSocketOptions.IP_MULTICAST_IF, lo);
      int _ =
          sender.send(
              ByteBuffer.wrap(new byte[] {42}), new InetSocketAddress(group.toInetAddress(), port));
      long end = System.nanoTime() + limit.toNanos();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (receiver.receive(one.clear()) == null) {
        if (System.nanoTime() > end) {
          return false;
        }
        Thread.onSpinWait();
      }
      return true;
    }
  }

  private static NetworkInterface loopback() throws IOException {
    NetworkInterface lo =
        NetworkInterface.networkInterfaces()
            .filter(
                each -> {
                  try {
                    return each.isLoopback();
                  } catch (SocketException e) {
                    return false;
                  }
                })
            .findFirst()
            .orElse(null);
    if (lo == null) {
      throw new SocketException("there is no loopback");
    }
    return lo;
  }

  @Override
  public void selector() throws IOException {
    try (Selector selector = Selector.open();
        ServerSocketChannel channel = ServerSocketChannel.open()) {
      channel.configureBlocking(false);
      SelectionKey _ = channel.register(selector, SelectionKey.OP_ACCEPT);
      int _ = selector.wakeup().select();
    }
  }

  @Override
  public @Nullable String connect(IpAddress address, int port, Duration limit) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.toInetAddress(), port), (int) limit.toMillis());
      return null;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Override
  public String http(IpAddress address, int port, String host, String path, Duration limit)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout((int) limit.toMillis());
      socket.connect(new InetSocketAddress(address.toInetAddress(), port), (int) limit.toMillis());
      String request =
          "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] line = new byte[MOST_OF_A_LINE];
      int length = 0;
      while (length < line.length) {
        int next = socket.getInputStream().read();
        if (next < 0 || next == '\n') {
          break;
        }
        line[length++] = (byte) next;
      }
      if (length == 0) {
        throw new EOFException("it closes the connection without a word");
      }
      return new String(line, 0, length, StandardCharsets.US_ASCII).strip();
    }
  }
}
