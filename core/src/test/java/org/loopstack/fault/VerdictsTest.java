// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.link.Wire;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TrafficClass;
import org.loopstack.wire.TransportChecksums;

class VerdictsTest {
  private final World world = new World();
  private final Faults faults = world.faults;

  @AfterEach
  void close() {
    world.close();
  }

  private static Duration millis(long n) {
    return Duration.ofMillis(n);
  }

  private List<String> passed(DatagramChannel a, DatagramChannel b, int count) throws IOException {
    for (int i = 1; i <= count; i++) {
      World.send(a, b, "" + i);
    }
    return World.received(b);
  }

  @Test
  void whatIsDuplicatedArrivesSeveralTimesInPlace() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).duplicate(2).nth(2));
    assertThat(passed(a, b, 3)).containsExactly("1", "2", "2", "2", "3");
  }

  @Test
  void theCopiesOfADatagramComeToTheNextRuleOneByOne() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).duplicate());
    FaultHandle second = faults.add(Fault.on(Match.udp()).drop().nth(1));
    assertThat(passed(a, b, 1)).containsExactly("1");
    assertThat(second.matched()).isEqualTo(2);
  }

  @Test
  void aDatagramIsOvertakenByTheNext() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).reorder().nth(2));
    assertThat(passed(a, b, 4)).containsExactly("1", "3", "2", "4");
  }

  @Test
  void aDatagramIsOvertakenBySeveral() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).reorder(3, millis(50)).nth(1));
    assertThat(passed(a, b, 5)).containsExactly("2", "3", "4", "1", "5");
  }

  @Test
  void withoutMoreEveryTwoChangePlaces() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).reorder());
    assertThat(passed(a, b, 4)).containsExactly("2", "1", "4", "3");
  }

  @Test
  void whoIsNotOvertakenArrivesWhenTimeIsUp() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).reorder());
    assertThat(passed(a, b, 1)).isEmpty();
    world.advanceMillis(100);
    assertThat(World.received(b)).containsExactly("1");
    assertThat(passed(a, b, 2)).containsExactly("2", "1");
  }

  @Test
  void delaysOfAListAreUsedOneAfterTheOther() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).delay(Delay.list(millis(30), millis(10), millis(20))));
    for (int i = 1; i <= 4; i++) {
      World.send(a, b, "" + i);
    }
    List<String> order = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      world.advanceMillis(10);
      order.addAll(World.received(b));
    }
    assertThat(order).containsExactly("2", "3", "1", "4");
  }

  @Test
  void jitterMayReorderUnlessItIsToBeOrdered() throws IOException {
    assertThat(orderUnder(Fault.jitter(millis(10)))).isNotEqualTo(inOrder());
    Delay ordered = Delay.uniform(Duration.ZERO, millis(10)).ordered();
    assertThat(orderUnder(Fault.on(Match.any()).delay(ordered))).isEqualTo(inOrder());
  }

  private static List<String> inOrder() {
    List<String> all = new ArrayList<>();
    for (int i = 1; i <= 50; i++) {
      all.add("" + i);
    }
    return all;
  }

  private List<String> orderUnder(Fault fault) throws IOException {
    try (DatagramChannel a = world.udp(1000);
        DatagramChannel b = world.udp(2000);
        FaultHandle _ = faults.add(fault)) {
      passed(a, b, 50);
      world.advanceMillis(10);
      return World.received(b);
    }
  }

  @Test
  void uniformDelaysFillTheirRangeAndNormalOnesSurroundTheirMean() throws IOException {
    List<Long> uniform = delaysOf(Delay.jittered(millis(50), millis(10)));
    assertThat(uniform).allMatch(d -> d >= 40_000 && d <= 60_000);
    assertThat(new TreeSet<>(uniform).first()).isLessThan(41_000);
    assertThat(new TreeSet<>(uniform).last()).isGreaterThan(59_000);
    List<Long> normal = delaysOf(Delay.normal(millis(50), millis(5)));
    double mean = normal.stream().mapToLong(d -> d).average().orElseThrow();
    assertThat(mean).isBetween(49_300.0, 50_700.0);
    long within = normal.stream().filter(d -> Math.abs(d - 50_000) <= 5_000).count();
    // 68.3 % within a deviation.
    assertThat((double) within / normal.size()).isBetween(0.62, 0.74);
  }

  /** What 500 datagrams take, in microseconds. */
  private List<Long> delaysOf(Delay delay) throws IOException {
    List<Long> all = new ArrayList<>();
    try (DatagramChannel a = world.udp(1000);
        DatagramChannel b = world.udp(2000);
        FaultHandle _ = faults.add(Fault.on(Match.udp()).delay(delay))) {
      for (int i = 0; i < 500; i++) {
        long sent = world.clock.nanos();
        World.send(a, b, "x");
        world.clock.advanceTo(world.clock.nextDeadline());
        assertThat(World.received(b)).hasSize(1);
        all.add((world.clock.nanos() - sent) / 1000);
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void whatIsCorruptedIsNoticedByItsChecksum(String address) throws IOException {
    world.watched();
    DatagramChannel a = world.udp(address, 1000);
    DatagramChannel b = world.udp(address, 2000);
    faults.add(Fault.on(Match.udp()).corrupt(1));
    assertThat(passed(a, b, 50)).isEmpty();
    assertThat(world.seen).hasSize(50).allMatch(seen -> seen.verdict().startsWith("corrupted by"));
    assertThat(world.seen)
        .noneMatch(
            seen ->
                TransportChecksums.check(seen.bytes(), 0, seen.bytes().length)
                    == TransportChecksums.Check.RIGHT);
    // A bit of the UDP header's length makes it a datagram with a wrong length.
    assertThat(world.stack.snapshot().drops().keySet())
        .isSubsetOf(DropReason.UDP_CHECKSUM, DropReason.UDP_LENGTH, DropReason.UDP_NO_PORT)
        .contains(DropReason.UDP_CHECKSUM);
  }

  @Test
  void mendedDamageReachesTheReader() throws IOException {
    world.watched();
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    Corruption toJ = Corruption.overwrite(0, new byte[] {'J'}).inPayload().mended();
    faults.add(Fault.on(Match.udp()).corrupt(toJ));
    World.send(a, b, "Hello");
    assertThat(World.received(b)).containsExactly("Jello");
    byte[] bytes = world.seen.getFirst().bytes();
    assertThat(TransportChecksums.check(bytes, 0, bytes.length))
        .isEqualTo(TransportChecksums.Check.RIGHT);
    faults.clear();
    // The lowest bit of the first byte.
    faults.add(Fault.on(Match.udp()).corrupt(Corruption.flip(7).inPayload().mended()));
    World.send(a, b, "Hello");
    assertThat(World.received(b)).containsExactly("Iello");
  }

  @Test
  void aTcpSegmentThatIsCorruptedIsSentAgain() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    FaultHandle rule = faults.add(Fault.on(Match.tcp().data()).corrupt(3).times(1));
    World.write(pair.client(), "important");
    assertThat(World.read(pair.server())).isEmpty();
    assertThat(world.stack.snapshot().drops()).containsEntry(DropReason.TCP_CHECKSUM, 1L);
    world.advanceMillis(1000);
    assertThat(World.read(pair.server())).isEqualTo("important");
    assertThat(rule.applied()).isEqualTo(1);
  }

  @Test
  void damageToTheSharedBytesOfASegmentDoesNotReachTheSender() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    Corruption all = Corruption.overwrite(0, new byte[100]).inPayload();
    faults.add(Fault.on(Match.tcp().data()).corrupt(all).times(1));
    World.write(pair.client(), "x".repeat(5000));
    world.advanceMillis(1000);
    assertThat(World.read(pair.server())).isEqualTo("x".repeat(5000));
  }

  @Test
  void aTruncatedDatagramIsNoticedAndAMendedOneIsShorter() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).truncate(30));
    World.send(a, b, "Hello");
    assertThat(World.received(b)).isEmpty();
    assertThat(world.stack.snapshot().drops()).containsEntry(DropReason.IP_TOTAL_LENGTH, 1L);
    faults.clear();
    faults.add(Fault.on(Match.udp()).truncateMended(30));
    World.send(a, b, "Hello");
    assertThat(World.received(b)).containsExactly("He");
    World.send(a, b, "H");
    assertThat(World.received(b)).containsExactly("H");
  }

  @Test
  void theRestOfATruncatedSegmentIsSentAgain() throws IOException {
    World.Pair pair = world.connect("::1", 80);
    faults.add(Fault.on(Match.tcp().data()).truncateMended(100).times(1));
    World.write(pair.client(), "y".repeat(5000));
    StringBuilder all = new StringBuilder(World.read(pair.server()));
    assertThat(all.length()).isLessThan(100);
    for (int i = 0; i < 10; i++) {
      world.advanceMillis(500);
      all.append(World.read(pair.server()));
    }
    assertThat(all.toString()).isEqualTo("y".repeat(5000));
  }

  @Test
  void aRateMakesEachDatagramTakeItsTime() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    // 100 bytes take 10 ms.
    faults.add(Fault.bandwidth(80_000));
    for (int i = 1; i <= 3; i++) {
      World.send(a, b, "" + i + "x".repeat(71));
    }
    List<String> at = new ArrayList<>();
    for (int t = 1; t <= 40; t++) {
      world.advanceMillis(1);
      for (String each : World.received(b)) {
        at.add(each.charAt(0) + "@" + t);
      }
    }
    assertThat(at).containsExactly("1@10", "2@20", "3@30");
  }

  @Test
  void aBurstPassesAtOnceAndIsFilledAgain() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.any()).limit(RateLimit.bitsPerSecond(80_000).burst(200)));
    String hundred = "x".repeat(72);
    for (int i = 0; i < 3; i++) {
      World.send(a, b, hundred);
    }
    assertThat(World.received(b)).hasSize(2);
    world.advanceMillis(9);
    assertThat(World.received(b)).isEmpty();
    world.advanceMillis(1);
    assertThat(World.received(b)).hasSize(1);
    world.advanceMillis(20);
    World.send(a, b, hundred);
    World.send(a, b, hundred);
    assertThat(World.received(b)).hasSize(2);
  }

  @Test
  void aFullQueueLosesItsTailOrItsHead() throws IOException {
    RateLimit limit = RateLimit.bitsPerSecond(80_000).queue(300);
    assertThat(through(limit)).containsExactly("1", "2", "3", "4");
    assertThat(through(limit.discipline(RateLimit.Discipline.HEAD_DROP)))
        .containsExactly("1", "8", "9", "10");
  }

  /** Which of ten datagrams of 100 bytes pass. */
  private List<String> through(RateLimit limit) throws IOException {
    List<String> all = new ArrayList<>();
    try (DatagramChannel a = world.udp(1000);
        DatagramChannel b = world.udp(2000);
        FaultHandle _ = faults.add(Fault.on(Match.any()).limit(limit))) {
      for (int i = 1; i <= 10; i++) {
        World.send(a, b, i + " ".repeat(i < 10 ? 71 : 70));
      }
      world.advanceMillis(200);
      for (String each : World.received(b)) {
        all.add(each.trim());
      }
    }
    return all;
  }

  @Test
  void aQueueMarksWhatCanBeMarked() throws IOException {
    world.watched();
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    RateLimit limit =
        RateLimit.bitsPerSecond(80_000).queue(600).discipline(RateLimit.Discipline.MARK);
    faults.add(Fault.on(Match.any()).limit(limit));
    a.setOption(StandardSocketOptions.IP_TOS, TrafficClass.ECT_0);
    for (int i = 1; i <= 6; i++) {
      World.send(a, b, "x".repeat(72));
    }
    world.advanceMillis(100);
    assertThat(World.received(b)).hasSize(6);
    List<Integer> marks = new ArrayList<>();
    for (World.Seen each : world.seen) {
      assertThat(Ipv4Header.isChecksumValid(each.bytes(), 0)).isTrue();
      marks.add(TrafficClass.ecn(Ipv4Header.trafficClass(each.bytes(), 0)));
    }
    // One is sent at once, two more are within a third of the queue.
    assertThat(marks).containsExactly(2, 2, 2, 3, 3, 3);
  }

  @Test
  void aRateThatIsLiftedLetsItsQueueGo() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    FaultHandle rule = faults.add(Fault.bandwidth(1000));
    passed(a, b, 5);
    rule.close();
    assertThat(World.received(b)).containsExactly("1", "2", "3", "4", "5");
    world.advanceMillis(10_000);
    assertThat(World.received(b)).isEmpty();
  }

  @Test
  void aTransferTakesAsLongAsTheBandwidthSays() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    faults.add(Fault.bandwidth(8_000_000));
    ByteBuffer megabyte = ByteBuffer.allocate(1_000_000);
    long received = 0;
    long millis = 0;
    while (received < 1_000_000) {
      int _ = pair.client().write(megabyte);
      world.advanceMillis(1);
      millis++;
      received += World.read(pair.server()).length();
      assertThat(millis).isLessThan(5000);
    }
    // A million bytes at a million bytes a second, and headers.
    assertThat(millis).isBetween(1000L, 1100L);
  }

  @Test
  void aPartitionSeparatesTwoAddressesAndNoOthers() throws IOException {
    DatagramChannel one = world.udp("127.0.0.1", 1000);
    DatagramChannel two = world.udp("127.0.0.2", 1000);
    DatagramChannel three = world.udp("127.0.0.3", 1000);
    try (FaultHandle _ = faults.add(Fault.partition("127.0.0.1", "127.0.0.2"))) {
      World.send(one, two, "a");
      World.send(two, one, "b");
      World.send(one, three, "c");
      World.send(three, two, "d");
      assertThat(World.received(one)).isEmpty();
      assertThat(World.received(two)).containsExactly("d");
      assertThat(World.received(three)).containsExactly("c");
    }
    World.send(one, two, "healed");
    assertThat(World.received(two)).containsExactly("healed");
  }

  @Test
  void aLinkThatIsDownCountsAsOne() throws IOException {
    DatagramChannel a = world.udp(1000);
    faults.add(Fault.linkDown().during(millis(100)));
    assertThat(passed(a, a, 2)).isEmpty();
    assertThat(world.stack.snapshot().drops()).containsEntry(DropReason.LINK_DOWN, 2L);
    world.advanceMillis(100);
    assertThat(passed(a, a, 1)).containsExactly("1");
  }

  @Test
  void tapsSeeWhatArrivesInItsOrderAndWhatWasDropped() throws IOException {
    world.watched();
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).reorder().nth(1).named("swap"));
    faults.add(Fault.on(Match.udp().payload("3")).drop().named("third"));
    faults.add(Fault.on(Match.udp().payload("2")).latency(millis(5)).named("late"));
    passed(a, b, 4);
    world.advanceMillis(5);
    assertThat(world.seen)
        .extracting(seen -> (char) seen.bytes()[28] + " " + seen.delivered() + " " + seen.verdict())
        .containsExactly(
            "1 true held back by swap",
            "3 false dropped by third",
            "4 true ",
            "2 true held 5ms by late");
  }

  @Test
  void onAWireWhatComesInPassesTheRulesToo() throws IOException {
    try (World other = new World();
        DatagramChannel far = other.stack.selectorProvider().openDatagramChannel();
        DatagramChannel near = world.stack.selectorProvider().openDatagramChannel()) {
      var wire = new Wire(world.clock);
      var eth = world.stack.addInterface("eth0", wire.left(), "10.0.0.1/24");
      other.stack.addInterface("eth0", wire.right(), "10.0.0.2/24");
      near.configureBlocking(false);
      far.configureBlocking(false);
      near.bind(new InetSocketAddress("10.0.0.1", 1000));
      far.bind(new InetSocketAddress("10.0.0.2", 2000));
      FaultHandle out = eth.faults().add(Fault.on(Match.any().outgoing()).drop().times(1));
      FaultHandle in = eth.faults().add(Fault.on(Match.any().incoming()).latency(millis(10)));
      World.send(near, far, "lost");
      World.send(near, far, "there");
      World.send(far, near, "back");
      assertThat(World.received(far)).containsExactly("there");
      assertThat(World.received(near)).isEmpty();
      world.advanceMillis(10);
      assertThat(World.received(near)).containsExactly("back");
      assertThat(out.applied()).isEqualTo(1);
      assertThat(in.applied()).isEqualTo(1);
      assertThat(world.faults.list()).isEmpty();
      world.stack.removeInterface(eth);
      assertThat(eth.faults().list()).isEmpty();
    }
  }
}
