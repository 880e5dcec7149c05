// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.engine.VirtualClock;
import org.loopstack.fault.FaultHandle;
import org.loopstack.testing.Tshark;

/** What the rules did is what Wireshark says of the capture, and where. */
class ExpertInfoTest {
  @TempDir private Path directory;

  private final VirtualClock clock = new VirtualClock();
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().clock(clock).seed(5L).build());
  private Path file;
  private Capture capture;
  private ServerSocketChannel server;

  @BeforeAll
  static void tsharkIsThere() {
    Tshark.assumeInstalled();
  }

  @BeforeEach
  void begin() throws IOException {
    file = directory.resolve("capture.pcapng");
    // Without a round trip Wireshark cannot tell what is late from what is lost.
    fault("latency 10ms");
    capture = stack.loopback().captureTo(file);
    server = stack.selectorProvider().openServerSocketChannel();
    server.configureBlocking(false);
    server.bind(new InetSocketAddress("127.0.0.1", 40_000));
  }

  @AfterEach
  void end() throws IOException {
    stack.close();
    capture.close();
  }

  private FaultHandle fault(String rule) {
    return stack.loopback().faults().add(rule);
  }

  private SocketChannel connect() throws IOException {
    SocketChannel client = stack.selectorProvider().openSocketChannel();
    client.configureBlocking(false);
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    client.connect(new InetSocketAddress("127.0.0.1", 40_000));
    clock.advance(Duration.ofSeconds(5));
    assertThat(client.finishConnect()).isTrue();
    return client;
  }

  /** A packet: what Wireshark says of it, and what is written beside it. */
  private record Said(Set<String> words, String comment) {}

  /** What is looked at, by Wireshark's names; a checksum is wrong where its status is 0. */
  private static final List<String> FIELDS =
      List.of(
          "tcp.analysis.retransmission",
          "tcp.analysis.fast_retransmission",
          "tcp.analysis.spurious_retransmission",
          "tcp.analysis.out_of_order",
          "tcp.analysis.lost_segment",
          "tcp.analysis.duplicate_ack",
          "tcp.analysis.zero_window",
          "tcp.analysis.keep_alive",
          "tcp.connection.syn",
          "tcp.connection.rst",
          "tcp.options.sack.dsack",
          "icmp.mtu",
          "_ws.malformed");

  private static final List<String> CHECKSUMS =
      List.of("ip.checksum.status", "tcp.checksum.status", "icmp.checksum.status");

  /** All of the capture, read by one tshark. */
  private List<Said> said() throws IOException, InterruptedException {
    capture.flush();
    List<String> arguments = new ArrayList<>(List.of("-T", "fields", "-E", "occurrence=f"));
    Stream.of(FIELDS, CHECKSUMS, List.of("frame.comment"))
        .flatMap(List::stream)
        .forEach(field -> arguments.addAll(List.of("-e", field)));
    return Tshark.read(file, arguments.toArray(String[]::new)).stream()
        .map(ExpertInfoTest::said)
        .toList();
  }

  private static Said said(String line) {
    String[] columns = line.split("\t", -1);
    Set<String> words = new TreeSet<>();
    for (int i = 0; i < FIELDS.size(); i++) {
      if (!columns[i].isEmpty()) {
        words.add(FIELDS.get(i).replaceAll(".*\\.", ""));
      }
    }
    for (int i = 0; i < CHECKSUMS.size(); i++) {
      String status = columns[FIELDS.size() + i];
      if (status.equals("0") || status.equals("Bad")) {
        words.add("bad checksum");
      }
    }
    return new Said(words, columns[columns.length - 1]);
  }

  /** Those of which it says so; of a packet that is sent again it has several words. */
  private static List<Said> with(List<Said> all, String... words) {
    return all.stream().filter(each -> Stream.of(words).anyMatch(each.words()::contains)).toList();
  }

  private static List<Said> sentAgain(List<Said> all) {
    return with(all, "retransmission", "fast_retransmission", "spurious_retransmission");
  }

  private static void assertNothingIsDamaged(List<Said> all) {
    assertThat(with(all, "bad checksum", "malformed")).isEmpty();
  }

  /** Ten segments of a hundred bytes, a millisecond apart, and what is done about them. */
  private List<Said> exchange() throws IOException, InterruptedException {
    try (SocketChannel client = connect()) {
      for (int i = 0; i < 10; i++) {
        client.write(ByteBuffer.allocate(100));
        clock.advance(Duration.ofMillis(1));
      }
      clock.advance(Duration.ofSeconds(5));
      SocketChannel accepted = server.accept();
      ByteBuffer target = ByteBuffer.allocate(2_000);
      accepted.read(target);
      assertThat(target.position()).isEqualTo(1_000);
      client.close();
      clock.advance(Duration.ofSeconds(1));
      accepted.close();
      clock.advance(Duration.ofSeconds(1));
    }
    return said();
  }

  @Test
  void nothingIsRemarkableWhereNothingMisbehaves() throws Exception {
    List<Said> all = exchange();
    assertThat(all).hasSizeGreaterThan(20);
    assertThat(all.stream().flatMap(each -> each.words().stream())).containsOnly("syn");
  }

  @Test
  void aLostSegmentIsMissedAskedForAndSentAgain() throws Exception {
    FaultHandle rule = fault("drop tcp dst port 40000 data nth 3");
    List<Said> all = exchange();
    assertThat(with(all, "duplicate_ack")).hasSizeGreaterThanOrEqualTo(3);
    assertThat(sentAgain(all)).hasSize(1);
    assertThat(all)
        .filteredOn(each -> each.comment().contains("dropped by " + rule.name()))
        .hasSize(1);
    assertNothingIsDamaged(all);
  }

  @Test
  void aLostSynIsSentAgain() throws Exception {
    FaultHandle rule = fault("drop tcp dst port 40000 syn times 2");
    List<Said> all = exchange();
    assertThat(with(all, "syn")).hasSize(3);
    assertThat(sentAgain(all)).hasSize(2);
    assertThat(rule.applied()).isEqualTo(2);
    assertNothingIsDamaged(all);
  }

  @Test
  void aCopyOfASegmentIsARetransmissionThatWasNotNeeded() throws Exception {
    fault("duplicate tcp dst port 40000 data nth 5");
    List<Said> all = exchange();
    assertThat(sentAgain(all)).hasSize(1);
    assertThat(with(all, "dsack")).hasSize(1);
    assertNothingIsDamaged(all);
  }

  @Test
  void aSegmentThatOthersOvertakeIsOutOfOrder() throws Exception {
    fault("reorder by 2 tcp dst port 40000 data nth 5");
    List<Said> all = exchange();
    assertThat(with(all, "lost_segment")).hasSize(1);
    assertThat(with(all, "out_of_order")).hasSize(1);
    assertThat(sentAgain(all)).isEmpty();
    assertNothingIsDamaged(all);
  }

  @Test
  void aDamagedSegmentAloneHasABadChecksumAndIsSentAgain() throws Exception {
    FaultHandle rule = fault("corrupt 1 bits payload tcp dst port 40000 data nth 4");
    List<Said> all = exchange();
    assertThat(with(all, "bad checksum")).hasSize(1);
    assertThat(with(all, "bad checksum").getFirst().comment()).contains(rule.name());
    assertThat(sentAgain(all)).hasSize(1);
  }

  @Test
  void aConnectionThatARuleResetsIsResetAtBothEnds() throws Exception {
    FaultHandle rule = fault("reset-after 250 tcp dst port 40000");
    try (SocketChannel client = connect()) {
      client.write(ByteBuffer.allocate(400));
      clock.advance(Duration.ofSeconds(1));
    }
    List<Said> all = said();
    // One each way; a third answers what was already on its way.
    assertThat(with(all, "rst"))
        .filteredOn(each -> each.comment().contains("reset by " + rule.name()))
        .hasSize(2);
    assertNothingIsDamaged(all);
  }

  @Test
  void aReaderWhoDoesNotReadClosesTheWindowAndIsAsked() throws Exception {
    server.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
    try (SocketChannel client = connect()) {
      client.write(ByteBuffer.allocate(100_000));
      clock.advance(Duration.ofSeconds(2));
    }
    List<Said> all = said();
    assertThat(with(all, "zero_window")).hasSizeGreaterThanOrEqualTo(2);
    // As Linux we probe with the number of a byte that is acknowledged, and no byte.
    assertThat(with(all, "keep_alive")).hasSizeGreaterThanOrEqualTo(2);
    assertThat(sentAgain(all)).isEmpty();
    assertNothingIsDamaged(all);
  }

  @Test
  void aSmallerMtuOnTheWayIsReported() throws Exception {
    FaultHandle rule = fault("mtu 1000");
    try (SocketChannel client = connect()) {
      client.write(ByteBuffer.allocate(2_000));
      clock.advance(Duration.ofSeconds(2));
    }
    List<Said> all = said();
    assertThat(with(all, "mtu")).hasSize(1).first().matches(e -> e.comment().contains(rule.name()));
    assertThat(sentAgain(all)).isNotEmpty();
    // The error quotes the begin of the segment, with the checksum that belongs to all of it.
    assertThat(with(all, "bad checksum", "malformed")).isEqualTo(with(all, "mtu"));
  }
}
