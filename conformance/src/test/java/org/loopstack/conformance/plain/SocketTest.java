// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Net.SocketPair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class SocketTest {
  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Case(
      id = "plain.socket.fresh",
      title = "a new socket is neither bound nor connected and has no channel",
      source = "Socket Javadoc",
      over = {IPV4, IPV6})
  void fresh(Net net) throws IOException {
    Socket socket = net.socket();
    assertThat(socket.isBound()).isFalse();
    assertThat(socket.isConnected()).isFalse();
    assertThat(socket.isClosed()).isFalse();
    assertThat(socket.getLocalPort()).isEqualTo(-1);
    assertThat(socket.getPort()).isZero();
    assertThat(socket.getInetAddress()).isNull();
    assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
    assertThat(socket.getLocalSocketAddress()).isNull();
    assertThat(socket.getRemoteSocketAddress()).isNull();
    assertThat(socket.getChannel()).isNull();
    assertThat(socket).hasToString("Socket[unconnected]");
  }

  @Case(
      id = "plain.socket.connected",
      title = "a connected socket knows both addresses, and keeps them when closed",
      source = "Socket Javadoc",
      over = {IPV4, IPV6})
  void connected(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Socket socket = net.socketTo(local(server));
    assertThat(socket.isConnected()).isTrue();
    assertThat(socket.isBound()).isTrue();
    assertThat(socket.getPort()).isEqualTo(Net.port(server));
    assertThat(socket.getInetAddress()).isEqualTo(net.loopback());
    assertThat(socket.getLocalAddress()).isEqualTo(net.loopback());
    assertThat(socket.getRemoteSocketAddress()).isEqualTo(local(server));
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(socket.getLocalSocketAddress());
    socket.close();
    assertThat(socket.isClosed()).isTrue();
    assertThat(socket.isConnected()).isTrue();
    assertThat(socket.getPort()).isEqualTo(Net.port(server));
    assertThat(socket.getInetAddress()).isEqualTo(net.loopback());
    assertThat(socket.getLocalAddress().isAnyLocalAddress()).isTrue();
  }

  @Case(
      id = "plain.socket.streams",
      title = "bytes travel both ways to the end",
      source = "Socket.getInputStream Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void streams(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.client().getOutputStream().write(ascii("request"));
    pair.client().shutdownOutput();
    assertThat(pair.server().getInputStream().readAllBytes()).isEqualTo(ascii("request"));
    pair.server().getOutputStream().write('!');
    pair.server().close();
    assertThat(pair.client().getInputStream().readAllBytes()).containsExactly('!');
  }

  @Case(
      id = "plain.socket.full-duplex",
      title = "a blocked reader and a blocked writer do not hinder each other",
      source = "issue of the java door: full duplex",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void fullDuplex(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    byte[] much = new byte[16 << 20];
    Task<Boolean> writer =
        net.start(
            () -> {
              pair.client().getOutputStream().write(much);
              return true;
            });
    pair.server().getOutputStream().write('a');
    assertThat(reader.join()).isEqualTo('a');
    assertThat(pair.server().getInputStream().readNBytes(much.length)).hasSize(much.length);
    assertThat(writer.join()).isTrue();
  }

  @Case(
      id = "plain.socket.available",
      title = "available() is the number of bytes that can be read at once",
      source = "InputStream.available Javadoc",
      over = {IPV4, IPV6})
  void available(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    assertThat(in.available()).isZero();
    pair.server().getOutputStream().write(ascii("four"));
    Wait.until("four bytes are there", () -> in.available() == 4);
    assertThat(in.readNBytes(4)).isEqualTo(ascii("four"));
    assertThat(in.available()).isZero();
  }

  @Case(
      id = "plain.socket.read-bounds",
      title = "reading nothing returns 0 at once; a range outside of the array is refused",
      source = "InputStream.read Javadoc",
      over = {IPV4, IPV6})
  void readBounds(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    assertThat(in.read(new byte[1], 1, 0)).isZero();
    Expect.thrown(IndexOutOfBoundsException.class, () -> in.read(new byte[1], 1, 1));
    Expect.thrown(
        IndexOutOfBoundsException.class,
        () -> pair.client().getOutputStream().write(new byte[1], 0, 2));
    Expect.thrown(NullPointerException.class, () -> in.read(null, 0, 1));
  }

  @Case(
      id = "plain.socket.end-stays",
      title = "the end of the stream stays the end",
      source = "InputStream.read Javadoc",
      over = {IPV4, IPV6})
  void endStays(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.server().shutdownOutput();
    InputStream in = pair.client().getInputStream();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.read(new byte[2])).isEqualTo(-1);
    assertThat(in.available()).isZero();
  }

  @Case(
      id = "plain.socket.read-timeout",
      title = "with SO_TIMEOUT a read gives up: SocketTimeoutException, and can be tried again",
      source = "Socket.setSoTimeout Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void readTimeout(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.client().setSoTimeout(20);
    InputStream in = pair.client().getInputStream();
    assertThatThrownBy(in::read)
        .isExactlyInstanceOf(SocketTimeoutException.class)
        .hasMessage("Read timed out")
        .extracting(e -> ((SocketTimeoutException) e).bytesTransferred)
        .isEqualTo(0);
    pair.client().setSoTimeout(0);
    pair.server().getOutputStream().write('x');
    assertThat(in.read()).isEqualTo('x');
  }

  @Case(
      id = "plain.socket.timeout-in-line",
      title = "SO_TIMEOUT counts for a reader that waits for another one, too",
      source = "Socket.setSoTimeout Javadoc; seen on JDK 25",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void timeoutInLine(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Integer> first = net.start(in::read);
    first.awaitBlocked();
    pair.client().setSoTimeout(20);
    Expect.thrown(SocketTimeoutException.class, "Read timed out", in::read);
    pair.server().getOutputStream().write('x');
    assertThat(first.join()).isEqualTo('x');
  }

  @Case(
      id = "plain.socket.refused",
      title = "connecting to a port without a listener: ConnectException, and the socket is closed",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void refused(Net net) throws IOException {
    Socket socket = net.socket();
    InetSocketAddress nobody = net.refusingPort();
    Expect.thrown(ConnectException.class, "Connection refused", () -> socket.connect(nobody));
    assertThat(socket.isClosed()).isTrue();
    Expect.thrown(SocketException.class, "Socket is closed", () -> socket.connect(nobody));
  }

  @Case(
      id = "plain.socket.connect-timeout",
      title = "connect with a timeout gives up: SocketTimeoutException, and closes",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void connectTimeout(Net net) throws IOException {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    Socket socket = net.socket();
    Expect.thrown(
        SocketTimeoutException.class, "Connect timed out", () -> socket.connect(local(server), 30));
    assertThat(socket.isClosed()).isTrue();
  }

  @Case(
      id = "plain.socket.connect-in-time",
      title = "connect with a timeout connects",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void connectInTime(Net net) throws IOException {
    Socket socket = net.socket();
    socket.connect(local(net.listen()), 20_000);
    assertThat(socket.isConnected()).isTrue();
  }

  @Case(
      id = "plain.socket.connect-arguments",
      title = "a connect that makes no sense: IllegalArgumentException",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6})
  void connectArguments(Net net) throws IOException {
    Socket socket = net.socket();
    String text = "connect: timeout can't be negative";
    Expect.thrown(IllegalArgumentException.class, text, () -> socket.connect(net.loopback(1), -1));
    Expect.thrown(
        IllegalArgumentException.class,
        "connect: The address can't be null",
        () -> socket.connect(null));
    Expect.thrown(
        IllegalArgumentException.class,
        "Unsupported address type",
        () -> socket.connect(new SocketAddress() {}));
    assertThat(socket.isClosed()).isFalse();
  }

  @Case(
      id = "plain.socket.unresolved",
      title = "connecting to an unresolved name: UnknownHostException with the name, and closed",
      source = "Socket.connect Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void unresolved(Net net) throws IOException {
    Socket socket = net.socket();
    InetSocketAddress name = InetSocketAddress.createUnresolved("unresolved.invalid", 80);
    Expect.thrown(UnknownHostException.class, "unresolved.invalid", () -> socket.connect(name));
    assertThat(socket.isClosed()).isTrue();
  }

  @Case(
      id = "plain.socket.connect-twice",
      title = "connecting again: SocketException, \"Already connected\"",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6})
  void connectTwice(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Socket socket = net.socketTo(local(server));
    Expect.thrown(SocketException.class, "Already connected", () -> socket.connect(local(server)));
    assertThat(socket.isClosed()).isFalse();
  }

  @Case(
      id = "plain.socket.bind",
      title = "a bound socket connects from its address and port",
      source = "Socket.bind Javadoc",
      over = {IPV4, IPV6})
  void bind(Net net) throws IOException {
    Socket socket = net.socket();
    socket.bind(net.anyPort());
    int port = socket.getLocalPort();
    assertThat(socket.isBound()).isTrue();
    assertThat(port).isPositive();
    ServerSocketChannel server = net.listen();
    socket.connect(local(server));
    assertThat(socket.getLocalPort()).isEqualTo(port);
    assertThat(net.accept(server).getRemoteAddress()).isEqualTo(net.loopback(port));
  }

  @Case(
      id = "plain.socket.bind-errors",
      title =
          "binding twice, to a port that is taken, to a foreign address, to a name: the known"
              + " texts",
      source = "Socket.bind Javadoc; seen on JDK 25",
      over = {IPV4, IPV6})
  void bindErrors(Net net) throws IOException {
    Socket bound = net.socket();
    bound.bind(net.anyPort());
    Expect.thrown(SocketException.class, "Already bound", () -> bound.bind(net.anyPort()));
    Socket other = net.socket();
    Expect.thrown(
        BindException.class,
        "Address already in use",
        () -> other.bind(bound.getLocalSocketAddress()));
    Expect.thrown(
        BindException.class,
        "Cannot assign requested address",
        () -> other.bind(Net.at("198.51.100.77", 0)));
    Expect.thrown(
        SocketException.class,
        "Unresolved address",
        () -> other.bind(InetSocketAddress.createUnresolved("unresolved.invalid", 80)));
    Expect.thrown(
        IllegalArgumentException.class,
        "Unsupported address type",
        () -> other.bind(new SocketAddress() {}));
  }

  @Case(
      id = "plain.socket.not-connected",
      title = "what needs a connection: SocketException, \"Socket is not connected\"",
      source = "Socket.getInputStream Javadoc",
      over = {IPV4, IPV6})
  void notConnected(Net net) throws IOException {
    Socket socket = net.socket();
    String message = "Socket is not connected";
    Expect.thrown(SocketException.class, message, socket::getInputStream);
    Expect.thrown(SocketException.class, message, socket::getOutputStream);
    Expect.thrown(SocketException.class, message, socket::shutdownInput);
    Expect.thrown(SocketException.class, message, socket::shutdownOutput);
    Expect.thrown(SocketException.class, "Not connected", () -> socket.sendUrgentData(1));
  }

  @Case(
      id = "plain.socket.closed",
      title = "what needs an open socket: SocketException, \"Socket is closed\"",
      source = "Socket.close Javadoc",
      over = {IPV4, IPV6})
  void closed(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    Socket socket = pair.client();
    InputStream in = socket.getInputStream();
    OutputStream out = socket.getOutputStream();
    socket.close();
    socket.close();
    String message = "Socket is closed";
    Expect.thrown(SocketException.class, message, socket::getInputStream);
    Expect.thrown(SocketException.class, message, socket::getOutputStream);
    Expect.thrown(SocketException.class, message, socket::shutdownInput);
    Expect.thrown(SocketException.class, message, socket::shutdownOutput);
    Expect.thrown(SocketException.class, message, socket::getSoTimeout);
    Expect.thrown(SocketException.class, message, () -> socket.setTcpNoDelay(true));
    Expect.thrown(SocketException.class, message, () -> socket.bind(null));
    Expect.thrown(
        SocketException.class, message, () -> socket.getOption(StandardSocketOptions.SO_RCVBUF));
    Expect.thrown(SocketException.class, "Socket closed", in::read);
    Expect.thrown(SocketException.class, "Socket closed", in::available);
    Expect.thrown(SocketException.class, "Socket closed", () -> out.write(1));
  }
}
