// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames.Family;
import org.loopstack.cli.host.KernelStack;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.SessionStreams;
import org.loopstack.cli.host.UserException;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConnectTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  private final SessionStreams streams = new SessionStreams();

  private static ServerSocket server() throws IOException {
    return new ServerSocket(0, 50, LOOPBACK);
  }

  private static int connect(Session session, String host, int port) throws IOException {
    return new Connect(session, host, Family.ANY, port, 0).run();
  }

  @Test
  void inputGoesOutThenTheEndAndWhatComesBackIsPrinted() throws Exception {
    try (ServerSocket server = server()) {
      CompletableFuture<String> received =
          CompletableFuture.supplyAsync(
              () -> {
                try (Socket socket = server.accept()) {
                  String all = new String(socket.getInputStream().readAllBytes());
                  socket.getOutputStream().write("answer".getBytes());
                  return all;
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread);
      Session session = streams.session(new KernelStack(), "question");
      assertThat(connect(session, "127.0.0.1", server.getLocalPort())).isZero();
      assertThat(received.join()).isEqualTo("question");
    }
    assertThat(streams.out()).isEqualTo("answer");
    assertThat(streams.err())
        .isEqualTo(
            """
            Trying 127.0.0.1...
            Connected to 127.0.0.1.
            Connection closed by foreign host.
            """);
  }

  @Test
  void refusalIsToldApart() throws IOException {
    int port;
    try (ServerSocket server = server()) {
      port = server.getLocalPort();
    }
    Session session = streams.session(new KernelStack(), "");
    assertThat(connect(session, "127.0.0.1", port)).isEqualTo(ExitStatus.REFUSED);
    assertThat(streams.err())
        .endsWith("lo: connect to 127.0.0.1 port " + port + ": connection refused\n");
  }

  @Test
  void resetIsToldApart() throws IOException {
    try (ServerSocket server = server();
        PipedOutputStream keyboard = new PipedOutputStream();
        PipedInputStream input = new PipedInputStream(keyboard)) {
      keyboard.write('x');
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  Socket socket = server.accept();
                  socket.getInputStream().read();
                  socket.setSoLinger(true, 0);
                  socket.close();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      Session session = streams.session(new KernelStack(), input);
      assertThat(connect(session, "127.0.0.1", server.getLocalPort())).isEqualTo(ExitStatus.RESET);
      assertThat(streams.err()).contains("lo: connection reset by 127.0.0.1 port ");
    }
  }

  @Test
  void eachAddressOfANameIsTried() throws IOException {
    try (ServerSocket server = server()) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket socket = server.accept()) {
                  socket.getOutputStream().write('x');
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      Session session = streams.session(new KernelStack(), "");
      assertThat(connect(session, "localhost", server.getLocalPort())).isZero();
    }
    assertThat(streams.out()).isEqualTo("x");
    assertThat(streams.err()).startsWith("Trying ::1...\n").contains("Trying 127.0.0.1...\n");
  }

  @Test
  void interruptEndsIt() throws Exception {
    try (ServerSocket server = server();
        PipedOutputStream keyboard = new PipedOutputStream();
        PipedInputStream input = new PipedInputStream(keyboard)) {
      Session session = streams.session(new KernelStack(), input);
      CompletableFuture<Void> accepted =
          CompletableFuture.runAsync(
              () -> {
                try {
                  Socket socket = server.accept();
                  session.interrupt();
                  assertThat(socket.getInputStream().read()).isEqualTo(-1);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread);
      assertThat(connect(session, "127.0.0.1", server.getLocalPort()))
          .isEqualTo(ExitStatus.INTERRUPTED);
      accepted.join();
    }
  }

  @Test
  void unknownNameIsOneLine() {
    Session session = streams.session(new KernelStack(), "");
    assertThatThrownBy(() -> connect(session, "nowhere.example", 1))
        .isInstanceOf(UserException.class)
        .hasMessage("nowhere.example: Name or service not known");
  }
}
