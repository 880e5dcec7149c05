// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostStack;
import org.loopstack.cli.host.KernelStack;
import org.loopstack.cli.host.Session;
import org.loopstack.cli.host.UserException;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ManagementTest {
  private static final StackName NAME = new StackName("web");
  private static final Path HERE = Path.of("/some/where");

  @TempDir Path temporary;

  private RuntimeDirectory directory;
  private ManagementServer server;
  private final CountDownLatch down = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CompletableFuture<Session> running = new CompletableFuture<>();

  private final StackStatus status =
      new StackStatus(
          "web",
          4711,
          Instant.parse("2026-11-21T08:00:00Z"),
          "linux",
          List.of("127.0.0.1/8", "::1/128"),
          List.of(new StackStatus.Published("tcp", 8081, 8080)));

  @BeforeEach
  void start() {
    directory = RuntimeDirectory.at(temporary.resolve("run"));
    server = new ManagementServer(directory, NAME, new Commands());
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A few commands, each using one thing that a command can use. */
  private final class Commands implements ManagementServer.Handler {
    @Override
    public StackStatus status() {
      return status;
    }

    @Override
    public HostStack stack() {
      return new KernelStack();
    }

    @Override
    public void down() {
      down.countDown();
    }

    @Override
    public int run(List<String> arguments, Session session) {
      try {
        return switch (arguments.getFirst()) {
          case "say" -> {
            session.out().println(arguments.get(1) + " in " + session.directory());
            session.err().println("and this");
            yield 42;
          }
          case "cat" -> {
            session.in().transferTo(session.out());
            yield 0;
          }
          case "first" -> {
            session.out().write(session.in().read());
            yield 0;
          }
          case "wait" -> {
            session.onInterrupt(interrupted::countDown);
            running.complete(session);
            interrupted.await();
            session.out().println("the end");
            yield 3;
          }
          default -> 99;
        };
      } catch (IOException | InterruptedException e) {
        return 98;
      }
    }
  }

  private ManagementClient client() {
    return Objects.requireNonNull(ManagementClient.connect(directory, NAME));
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  @Test
  void statusArrivesAsItWasGiven() {
    try (ManagementClient client = client()) {
      assertThat(client.status()).isEqualTo(status);
    }
  }

  @Test
  void commandRunsWithItsArgumentsStreamsDirectoryAndStatus() {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    try (ManagementClient client = client()) {
      int exit =
          client.run(
              List.of("say", "grüß\n\"dich\""), HERE, InputStream.nullInputStream(), out, err);
      assertThat(exit).isEqualTo(42);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("grüß\n\"dich\" in /some/where\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("and this\n");
  }

  @Test
  void manyBytesPassBothWaysUnchanged() {
    byte[] bytes = random(10 << 20);
    var out = new ByteArrayOutputStream();
    try (ManagementClient client = client()) {
      int exit = client.run(List.of("cat"), HERE, new ByteArrayInputStream(bytes), out, out);
      assertThat(exit).isZero();
    }
    assertThat(out.toByteArray()).isEqualTo(bytes);
  }

  @Test
  void inputIsTakenOnlyWhenTheCommandReadsIt() {
    InputStream untouched =
        new InputStream() {
          @Override
          public int read() {
            throw new AssertionError("nobody asked for input");
          }
        };
    try (ManagementClient client = client()) {
      int exit =
          client.run(
              List.of("say", "x"), HERE, untouched, OutputStream.nullOutputStream(), System.err);
      assertThat(exit).isEqualTo(42);
    }
  }

  @Test
  void commandEndsThoughItsInputIsStillOpen() throws IOException {
    try (PipedOutputStream keyboard = new PipedOutputStream();
        PipedInputStream input = new PipedInputStream(keyboard);
        ManagementClient client = client()) {
      keyboard.write('q');
      keyboard.flush();
      var out = new ByteArrayOutputStream();
      assertThat(client.run(List.of("first"), HERE, input, out, out)).isZero();
      assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("q");
    }
  }

  @Test
  void interruptReachesTheCommandAndItsLastWordsComeBack() {
    var out = new ByteArrayOutputStream();
    try (ManagementClient client = client()) {
      running.thenAccept(_ -> client.interrupt());
      assertThat(client.run(List.of("wait"), HERE, InputStream.nullInputStream(), out, out))
          .isEqualTo(3);
    }
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("the end\n");
  }

  @Test
  void commandIsInterruptedWhenItsClientGoesAway() throws Exception {
    ManagementClient client = client();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                client.run(
                    List.of("wait"),
                    HERE,
                    InputStream.nullInputStream(),
                    OutputStream.nullOutputStream(),
                    OutputStream.nullOutputStream());
              } catch (UserException e) {
                // It is this test that goes away.
              }
            });
    running.get(20, TimeUnit.SECONDS);
    client.close();
    assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void outputThatNobodyReadsEndsTheCommandLikeABrokenPipe() {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    for (OutputStream output : List.of(broken, new PrintStream(broken))) {
      try (ManagementClient client = client()) {
        int exit =
            client.run(List.of("say", "x"), HERE, InputStream.nullInputStream(), output, output);
        assertThat(exit).isEqualTo(ExitStatus.BROKEN_PIPE);
      }
    }
  }

  @Test
  void downReturnsWhenTheStackIsDown() throws Exception {
    CompletableFuture<Void> taken = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try (ManagementClient client = client()) {
                client.down();
                taken.complete(null);
              } catch (UserException e) {
                taken.completeExceptionally(e);
              }
            });
    assertThat(down.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(taken).isNotDone();
    server.close();
    taken.get(20, TimeUnit.SECONDS);
    assertThat(directory.names()).isEmpty();
  }

  @Test
  void stackThatGoesAwayInTheMiddleIsToldInOneLine() {
    running.thenAccept(_ -> server.close());
    try (ManagementClient client = client()) {
      assertThatThrownBy(
              () ->
                  client.run(
                      List.of("wait"), HERE, InputStream.nullInputStream(), System.out, System.err))
          .isInstanceOf(UserException.class)
          .hasMessage("the stack \"web\" went away");
    }
  }

  @Test
  void otherVersionOfTheProtocolIsNamed() throws IOException {
    assertThat(raw("{\"loopstack\":2,\"do\":\"status\"}\n"))
        .contains("speaks version 1 of the management protocol, and this command version 2")
        .endsWith("x\0\0\0\u000269");
  }

  @Test
  void whatIsNoRequestIsRefused() throws IOException {
    for (String bad :
        new String[] {
          "hello\n",
          "{}\n",
          "[]\n",
          "null\n",
          "{\"loopstack\":1}\n",
          "{\"loopstack\":1,\"do\":\"run\"}\n",
          "{\"loopstack\":\"x\",\"do\":\"run\"}\n",
          "{\"loopstack\":1,\"do\":\"run\",\"arguments\":[{}],\"directory\":\"/\"}\n",
          "{\"loopstack\":1,\"do\":\"run\",\"arguments\":[],\"directory\":\"\\u0000\"}\n"
        }) {
      assertThat(raw(bad)).as(bad).contains("lo: that is no request\n");
    }
    assertThat(raw("{\"loopstack\":1,\"do\":\"dance\"}\n")).contains("there is no request");
    try (ManagementClient client = client()) {
      assertThat(client.status()).isEqualTo(status);
    }
  }

  private String raw(String request) throws IOException {
    try (SocketChannel channel = Objects.requireNonNull(directory.connect(NAME))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
