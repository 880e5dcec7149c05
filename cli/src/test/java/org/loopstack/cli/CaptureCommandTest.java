// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.capture.CaptureReader;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.cli.host.Session;

/** {@code lo capture}, as the stack's process runs it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CaptureCommandTest {
  @TempDir Path directory;

  private final CoreStack stack = new CoreStack(StackConfiguration.linux());
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PipedInputStream heard = new PipedInputStream(1 << 16);
  private Session session;

  @BeforeEach
  void open() throws IOException {
    PipedOutputStream said = new PipedOutputStream(heard);
    OutputStream both =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            err.write(b);
            said.write(b);
            said.flush();
          }
        };
    session =
        new Session(
            stack,
            InputStream.nullInputStream(),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(both, true, StandardCharsets.UTF_8),
            directory);
  }

  @AfterEach
  void close() {
    stack.close();
  }

  private CompletableFuture<Integer> start(String... arguments) {
    Environment here = Environment.of(session);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Thread.ofPlatform().daemon().start(() -> status.complete(Lo.run(here, arguments)));
    return status;
  }

  /** Waits for the first line that it says, which it says once it captures. */
  private String firstLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b; (b = heard.read()) != '\n'; ) {
      line.append((char) b);
    }
    return line.toString();
  }

  private void datagram(String address, int port, int length) throws IOException {
    try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
      socket.bind(new InetSocketAddress(address, 5000));
      int _ = socket.send(ByteBuffer.allocate(length), new InetSocketAddress(address, port));
    }
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void itPrintsLinesAsTcpdumpAndWhyOneWasDropped() throws Exception {
    CompletableFuture<Integer> status =
        start("capture", "-t", "-c", "2", "udp", "port", "5000", "and", "not", "icmp");
    assertThat(firstLine()).isEqualTo("capturing on lo; Ctrl-C ends it");
    datagram("127.0.0.1", 5000, 3);
    datagram("::1", 7, 4);

    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(out().lines().toList())
        .containsExactly(
            "IP 127.0.0.1.5000 > 127.0.0.1.5000: UDP, length 3",
            "IP6 ::1.5000 > ::1.7: UDP, length 4 (dropped: no socket is bound to the UDP port)");
    assertThat(err.toString(StandardCharsets.UTF_8).lines().toList().subList(1, 4))
        .containsExactly(
            "2 packets captured",
            "2 packets passed",
            "0 packets lost because nobody took them in time");
  }

  @Test
  void itWritesAFileThatItReadsAgain() throws Exception {
    CompletableFuture<Integer> status = start("capture", "-w", "x.pcapng", "host", "localhost");
    String _ = firstLine();
    datagram("127.0.0.1", 5000, 3);
    datagram("127.0.0.2", 5000, 4);
    session.interrupt();

    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    assertThat(out()).isEmpty();
    Path file = directory.resolve("x.pcapng");
    assertThat(CaptureReader.readAll(file)).hasSize(1);
    assertThat(read("capture -r x.pcapng -X -tt")).isZero();
    assertThat(out())
        .matches(
            "[0-9]+\\.[0-9]{6} lo Out IP 127.0.0.1.5000 > 127.0.0.1.5000: UDP, length 3\n"
                + "\t0x0000:  4500 001f [^\n]*\n\t0x0010:  7f00 0001 1388 1388 000b"
                + " .... 0000 00 [^\n]*\n");
    out.reset();
    assertThat(read("capture -r x.pcapng tcp")).isZero();
    assertThat(out()).isEmpty();
  }

  /** As the user's process does it, which needs no stack for that. */
  private int read(String line) {
    Environment environment =
        new Environment(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            Map.of("XDG_RUNTIME_DIR", directory.toString()),
            directory,
            null);
    return Lo.run(environment, line.split(" ", -1));
  }

  @Test
  void itWritesToStandardOutput() throws Exception {
    CompletableFuture<Integer> status = start("capture", "-w", "-", "-c", "1");
    String _ = firstLine();
    datagram("::1", 5000, 3);

    assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    try (CaptureReader reader =
        CaptureReader.of(new ByteArrayInputStream(out.toByteArray()), "standard output")) {
      CapturedPacket packet = Objects.requireNonNull(reader.next());
      assertThat(packet.originalLength()).isEqualTo(51);
      assertThat(reader.next()).isNull();
    }
  }

  @Test
  void othersCanConnectAndLookOn() throws Exception {
    CompletableFuture<Integer> status = start("capture", "--live", "0", "udp");
    String line = firstLine();
    assertThat(line).matches("wireshark -k -i TCP@127.0.0.1:[0-9]+ shows what passes lo; .*");
    int port = Integer.parseInt(line.replaceFirst(".*:([0-9]+) .*", "$1"));
    StackInterface lo = (StackInterface) stack.captured("lo").getFirst();
    try (Socket socket = new Socket("127.0.0.1", port);
        CaptureReader reader = CaptureReader.of(socket.getInputStream(), "live")) {
      // It begins some time after it was accepted: what it is shown first is not the first.
      CompletableFuture<CapturedPacket> seen = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  seen.complete(reader.next());
                } catch (IOException e) {
                  seen.completeExceptionally(e);
                }
              });
      while (!seen.isDone()) {
        datagram("127.0.0.1", 5000, 9);
      }
      assertThat(seen.get().originalLength()).isEqualTo(37);
      session.interrupt();
      assertThat(status.get(30, TimeUnit.SECONDS)).isZero();
    }
    assertThat(lo.counters().transmittedPackets()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "capture tcp prot 80 | 2 | lo: capture: filter \"tcp prot 80\", character 5, \"prot\":"
            + " expected \"and\" or \"or\" before this",
        "capture -c 0 | 2 | lo: capture: -c 0: the count is at least 1",
        "capture -i eth7 | 2 | lo: capture: there is no interface eth7",
        "capture host db.test | 2 | lo: capture: filter \"host db.test\", character 6, \"db.test\":"
            + " there is no host of that name",
        "capture -w x --live 1 | 2 | lo: capture: -w and --live are two things",
        "capture --live nowhere | 2 | lo: capture: --live nowhere: is not [ADDRESS:]PORT",
        "capture --live 1 -c 1 | 2 | lo: capture: -c and --live are two things",
      })
  void mistakesAreALineAndAStatus(String line, int status, String said) throws Exception {
    assertThat(start(line.split(" ", -1)).get(30, TimeUnit.SECONDS)).isEqualTo(status);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(said + "\n");
  }

  @Test
  void filesThatCannotBeReadOrWrittenAreNamed() throws Exception {
    assertThat(read("capture -r none")).isEqualTo(66);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no file ");
    Files.writeString(directory.resolve("text"), "this is no capture");
    assertThat(read("capture -r text")).isEqualTo(74);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("neither pcapng nor pcap");
    assertThat(read("capture -r text -w x")).isEqualTo(2);
    assertThat(read("capture -r text foo")).isEqualTo(2);
    assertThat(start("capture", "-w", "no/x").get(30, TimeUnit.SECONDS)).isEqualTo(66);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no directory for ");
  }
}
