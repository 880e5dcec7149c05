// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Net.SocketPair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class SocketBlockingTest {
  @Case(
      id = "plain.socket.close-read",
      title = "closing ends a blocked read: SocketException, \"Socket closed\"",
      source = "Socket.close Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void closeRead(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    pair.client().close();
    Expect.thrown(SocketException.class, "Socket closed", reader::join);
  }

  @Case(
      id = "plain.socket.close-timed-read",
      title = "closing ends a blocked read with a timeout",
      source = "Socket.close Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void closeTimedRead(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.client().setSoTimeout(60_000);
    InputStream in = pair.client().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    pair.client().close();
    Expect.thrown(SocketException.class, "Socket closed", reader::join);
  }

  @Case(
      id = "plain.socket.close-write",
      title = "closing ends a blocked write: SocketException, \"Socket closed\"",
      source = "Socket.close Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void closeWrite(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    OutputStream out = pair.client().getOutputStream();
    Task<Boolean> writer =
        net.start(
            () -> {
              out.write(new byte[64 << 20]);
              return true;
            });
    writer.awaitBlocked();
    pair.client().close();
    Expect.thrown(SocketException.class, "Socket closed", writer::join);
  }

  @Case(
      id = "plain.socket.close-stream",
      title = "closing either stream closes the socket",
      source = "Socket.getInputStream Javadoc",
      over = {IPV4, IPV6})
  void closeStream(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.client().getInputStream().close();
    assertThat(pair.client().isClosed()).isTrue();
    assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
    pair.server().getOutputStream().close();
    assertThat(pair.server().isClosed()).isTrue();
  }

  @Case(
      id = "plain.socket.interrupt",
      title =
          "an interrupt closes the socket of a virtual thread, and leaves that of a platform thread"
              + " alone",
      source = "Socket.getInputStream Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void interrupt(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Boolean> reader =
        net.start(() -> in.read() == 'x' && Thread.currentThread().isInterrupted());
    reader.awaitBlocked();
    reader.thread().interrupt();
    if (reader.thread().isVirtual()) {
      Expect.thrown(SocketException.class, "Closed by interrupt", reader::join);
      assertThat(pair.client().isClosed()).isTrue();
    } else {
      pair.server().getOutputStream().write('x');
      assertThat(reader.join()).isTrue();
      assertThat(pair.client().isClosed()).isFalse();
    }
  }

  @Case(
      id = "plain.socket.interrupted-before",
      title = "an interrupted thread that need not wait reads and writes",
      source = "Socket.getInputStream Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void interruptedBefore(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    pair.server().getOutputStream().write('x');
    InputStream in = pair.client().getInputStream();
    Wait.until("the byte is there", () -> in.available() == 1);
    Task<Boolean> task =
        net.start(
            () -> {
              Thread.currentThread().interrupt();
              boolean read = in.read() == 'x';
              pair.client().getOutputStream().write('y');
              return read && Thread.currentThread().isInterrupted();
            });
    assertThat(task.join()).isTrue();
    assertThat(pair.server().getInputStream().read()).isEqualTo('y');
  }

  @Case(
      id = "plain.socket.interrupt-connect",
      title =
          "an interrupt ends the connect of a virtual thread: SocketException, \"Closed by"
              + " interrupt\"",
      source = "Socket.connect Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void interruptConnect(Net net) throws Exception {
    ServerSocketChannel server = net.server().bind(net.anyPort(), 1);
    net.connect(local(server));
    net.connect(local(server));
    Socket socket = net.socket();
    Task<Boolean> connect =
        net.start(
            () -> {
              socket.connect(local(server));
              return true;
            });
    connect.awaitBlocked();
    connect.thread().interrupt();
    if (connect.thread().isVirtual()) {
      Expect.thrown(SocketException.class, "Closed by interrupt", connect::join);
    } else {
      assertThat(connect.isDone()).isFalse();
      socket.close();
      Expect.thrown(SocketException.class, "Socket closed", connect::join);
    }
    assertThat(socket.isClosed()).isTrue();
  }

  @Case(
      id = "plain.socket.reset",
      title = "after the peer's reset every read says \"Connection reset\"",
      source = "FACTS; seen on JDK 25",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void reset(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    pair.server().setSoLinger(true, 0);
    pair.server().close();
    Expect.thrown(SocketException.class, "Connection reset", reader::join);
    Expect.thrown(SocketException.class, "Connection reset", in::read);
  }

  @Case(
      id = "plain.socket.broken-pipe",
      title = "writing after the peer's reset was told: SocketException, \"Broken pipe\"",
      source = "seen on JDK 25",
      over = {IPV4, IPV6})
  void brokenPipe(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    OutputStream out = pair.client().getOutputStream();
    pair.server().setSoLinger(true, 0);
    pair.server().close();
    Expect.thrown(
        SocketException.class, "Connection reset", () -> pair.client().getInputStream().read());
    Expect.thrown(SocketException.class, "Broken pipe", () -> out.write(1));
  }

  @Case(
      id = "plain.socket.half-close",
      title = "after shutdownOutput the peer reads the end, and can still answer",
      source = "Socket.shutdownOutput Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void halfClose(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    OutputStream out = pair.client().getOutputStream();
    pair.client().shutdownOutput();
    assertThat(pair.client().isOutputShutdown()).isTrue();
    assertThat(pair.server().getInputStream().read()).isEqualTo(-1);
    pair.server().getOutputStream().write('x');
    assertThat(pair.client().getInputStream().read()).isEqualTo('x');
    Expect.thrown(SocketException.class, "Broken pipe", () -> out.write(1));
    Expect.thrown(
        SocketException.class, "Socket output is shutdown", pair.client()::getOutputStream);
    Expect.thrown(
        SocketException.class, "Socket output is already shutdown", pair.client()::shutdownOutput);
  }

  @Case(
      id = "plain.socket.shutdown-input",
      title = "after shutdownInput reads find the end",
      source = "Socket.shutdownInput Javadoc",
      over = {IPV4, IPV6})
  void shutdownInput(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    pair.client().shutdownInput();
    assertThat(pair.client().isInputShutdown()).isTrue();
    assertThat(in.read()).isEqualTo(-1);
    assertThat(in.available()).isZero();
    Expect.thrown(SocketException.class, "Socket input is shutdown", pair.client()::getInputStream);
    Expect.thrown(
        SocketException.class, "Socket input is already shutdown", pair.client()::shutdownInput);
  }

  @Case(
      id = "plain.socket.shutdown-wakes",
      title = "shutdownInput ends a blocked read with the end of the stream",
      source = "Socket.shutdownInput Javadoc; seen on JDK 25",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void shutdownWakes(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    InputStream in = pair.client().getInputStream();
    Task<Integer> reader = net.start(in::read);
    reader.awaitBlocked();
    pair.client().shutdownInput();
    assertThat(reader.join()).isEqualTo(-1);
  }

  @Case(
      id = "plain.socket.shutdown-ends-write",
      title = "shutdownOutput ends a blocked write: SocketException, \"Broken pipe\"",
      source = "seen on JDK 25",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void shutdownEndsWrite(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    OutputStream out = pair.client().getOutputStream();
    Task<Boolean> writer =
        net.start(
            () -> {
              out.write(new byte[64 << 20]);
              return true;
            });
    writer.awaitBlocked();
    pair.client().shutdownOutput();
    Expect.thrown(SocketException.class, "Broken pipe", writer::join);
  }

  @Case(
      id = "plain.socket.urgent",
      title = "urgent data is in the stream with SO_OOBINLINE, and thrown away without",
      source = "Socket.sendUrgentData Javadoc",
      over = {IPV4, IPV6})
  void urgent(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    pair.client().sendUrgentData('u');
    pair.client().getOutputStream().write('a');
    assertThat(pair.server().getInputStream().read()).isEqualTo('a');
    pair.server().setOOBInline(true);
    pair.client().sendUrgentData('v');
    assertThat(pair.server().getInputStream().read()).isEqualTo('v');
  }

  @Case(
      id = "plain.socket.linger-waits-not",
      title = "a close without SO_LINGER returns at once and what was written arrives",
      source = "Socket.setSoLinger Javadoc",
      over = {IPV4, IPV6})
  void background(Net net) throws IOException {
    SocketPair pair = net.socketPair();
    byte[] data = new byte[100_000];
    pair.client().getOutputStream().write(data);
    pair.client().close();
    assertThat(pair.server().getInputStream().readAllBytes()).hasSize(data.length);
  }

  @Case(
      id = "plain.socket.linger",
      title = "a close with SO_LINGER delivers what was written",
      source = "Socket.setSoLinger Javadoc",
      over = {IPV4, IPV6},
      on = {PLATFORM, VIRTUAL})
  void linger(Net net) throws Exception {
    SocketPair pair = net.socketPair();
    byte[] data = new byte[100_000];
    pair.client().setSoLinger(true, 20);
    pair.client().getOutputStream().write(data);
    Task<Boolean> closing =
        net.start(
            () -> {
              pair.client().close();
              return true;
            });
    assertThat(pair.server().getInputStream().readAllBytes()).hasSize(data.length);
    assertThat(closing.join()).isTrue();
  }

  @Case(
      id = "plain.socket.interop",
      title = "a socket talks to a channel, and a channel to a server socket",
      source = "issue of the java door: one port space")
  void interop(Net net) throws IOException {
    ServerSocketChannel server = net.listen();
    Socket socket = net.socketTo(local(server));
    SocketChannel accepted = net.accept(server);
    socket.getOutputStream().write('a');
    Expect.read(accepted, "a");
    ServerSocket listening = net.listeningSocket();
    SocketChannel channel = net.connect((InetSocketAddress) listening.getLocalSocketAddress());
    Expect.write(channel, "b");
    assertThat(net.track(listening.accept()).getInputStream().read()).isEqualTo('b');
  }
}
