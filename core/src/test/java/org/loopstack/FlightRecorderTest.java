// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.engine.VirtualClock;

/** What a recording holds of a stack in virtual time. */
class FlightRecorderTest {
  /** A port that no other test of this JVM uses, for a recording is of all stacks. */
  private static final int PORT = 47_613;

  @TempDir private Path temporary;
  private final VirtualClock clock = new VirtualClock();

  private List<RecordedEvent> record(Conversation conversation) throws Exception {
    Path file = temporary.resolve("stack.jfr");
    try (Recording recording = new Recording();
        Stack stack = Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build())) {
      recording.start();
      conversation.hold(stack);
      recording.stop();
      recording.dump(file);
    }
    return RecordingFile.readAllEvents(file).stream()
        .filter(e -> e.getEventType().getName().startsWith("loopstack."))
        .toList();
  }

  /** What happens while it is recorded. */
  private interface Conversation {
    void hold(Stack stack) throws Exception;
  }

  private static ServerSocketChannel listen(Stack stack) throws IOException {
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    return server.bind(new InetSocketAddress("127.0.0.1", PORT));
  }

  private static SocketChannel connect(Stack stack) throws IOException {
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.connect(new InetSocketAddress("127.0.0.1", PORT));
    return client;
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name, String field) {
    return events.stream()
        .filter(e -> e.getEventType().getName().equals("loopstack." + name))
        .filter(e -> e.getString(field).equals("127.0.0.1:" + PORT))
        .toList();
  }

  @Test
  void aConnectionsLifeIsRecordedFromBothItsEnds() throws Exception {
    List<RecordedEvent> events =
        record(
            stack -> {
              try (ServerSocketChannel server = listen(stack)) {
                SocketChannel client = connect(stack);
                SocketChannel accepted = server.accept();
                client.write(ByteBuffer.allocate(1000));
                accepted.read(ByteBuffer.allocate(1000));
                clock.advance(Duration.ofSeconds(5));
                accepted.close();
                client.close();
                clock.advance(Duration.ofMinutes(2));
              }
            });
    for (String name : new String[] {"ConnectionOpened", "ConnectionEstablished"}) {
      assertThat(named(events, name, "remote")).hasSize(1);
      assertThat(named(events, name, "remote").getFirst().getBoolean("passive")).isFalse();
      assertThat(named(events, name, "local").getFirst().getBoolean("passive")).isTrue();
    }
    RecordedEvent client = named(events, "ConnectionClosed", "remote").getFirst();
    assertThat(client.getString("state")).isEqualTo("LAST-ACK");
    assertThat(client.getString("reason")).isEmpty();
    assertThat(client.getLong("bytesSent")).isEqualTo(1000);
    assertThat(client.getDuration("lifetime")).isEqualTo(Duration.ofSeconds(5));
    RecordedEvent served = named(events, "ConnectionClosed", "local").getFirst();
    assertThat(served.getString("state")).isEqualTo("TIME-WAIT");
    assertThat(served.getDuration("lifetime")).isEqualTo(Duration.ofSeconds(65));
  }

  @Test
  void whatIsSentAgainIsRecordedWithTheReason() throws Exception {
    List<RecordedEvent> events =
        record(
            stack -> {
              try (ServerSocketChannel _ = listen(stack);
                  SocketChannel client = connect(stack)) {
                stack.loopback().setUp(false);
                client.write(ByteBuffer.allocate(1000));
                clock.advance(Duration.ofSeconds(1));
              }
            });
    assertThat(named(events, "Retransmission", "remote"))
        .isNotEmpty()
        .allMatch(e -> e.getInt("length") == 1000)
        .extracting(e -> e.getString("kind"))
        .contains("TIMEOUT");
  }

  @Test
  void aRefusedConnectionSaysWhyItEndedAndADatagramWhyItWasDropped() throws Exception {
    List<RecordedEvent> events =
        record(
            stack -> {
              SocketChannel client = stack.selectorProvider().openSocketChannel();
              client.configureBlocking(false);
              client.connect(new InetSocketAddress("127.0.0.1", PORT));
              try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
                socket.send(ByteBuffer.allocate(1234), new InetSocketAddress("127.0.0.1", PORT));
              }
            });
    RecordedEvent closed = named(events, "ConnectionClosed", "remote").getFirst();
    assertThat(closed.getString("reason")).isEqualTo("ECONNREFUSED");
    assertThat(closed.getString("state")).isEqualTo("SYN-SENT");
    assertThat(events)
        .filteredOn(e -> e.getEventType().getName().equals("loopstack.DatagramDropped"))
        .anyMatch(
            e ->
                e.getString("reason").equals("UDP_NO_PORT")
                    && e.getString("interfaceName").equals("lo")
                    && e.getInt("length") == 1262);
  }

  @Test
  void theyAreLabelledAsTheJdksOwnEventsAre() throws Exception {
    List<RecordedEvent> events =
        record(
            stack -> {
              try (ServerSocketChannel _ = listen(stack);
                  SocketChannel _ = connect(stack)) {
                clock.advance(Duration.ofSeconds(1));
              }
            });
    assertThat(events)
        .isNotEmpty()
        .allSatisfy(
            e -> {
              assertThat(e.getEventType().getCategoryNames()).containsExactly("Loopstack");
              assertThat(e.getEventType().getLabel()).isNotBlank();
              assertThat(e.getEventType().getDescription()).isNotBlank();
              assertThat(e.getEventType().getFields()).allMatch(f -> f.getLabel() != null);
            });
  }

  /** What a JVM without jdk.jfr runs. */
  static final class WithoutRecorder {
    private WithoutRecorder() {}

    /** Converses on a stack. */
    public static void main(String[] args) throws Exception {
      try (Stack stack = Stack.create();
          ServerSocketChannel server = listen(stack);
          SocketChannel client = connect(stack)) {
        client.write(ByteBuffer.allocate(10));
        System.out.print(
            server.accept().read(ByteBuffer.allocate(100))
                + " "
                + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
      }
    }
  }

  @Test
  void aRuntimeWithoutTheRecorderDoesEverythingElse() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules",
                "java.base",
                "-cp",
                System.getProperty("java.class.path"),
                WithoutRecorder.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).isEqualTo("10 false");
  }
}
