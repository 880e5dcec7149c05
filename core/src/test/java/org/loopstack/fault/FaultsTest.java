// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Clock;
import org.loopstack.wire.DropReason;

class FaultsTest {
  private final World world = new World();
  private final Faults faults = world.faults;

  @AfterEach
  void close() {
    world.close();
  }

  private static Duration millis(long n) {
    return Duration.ofMillis(n);
  }

  @Test
  void aRuleDropsWhatMatchesUntilItIsClosed() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    DatagramChannel c = world.udp(3000);
    try (FaultHandle rule = faults.add(Fault.on(Match.udp().dstPort(2000)).drop())) {
      World.send(a, b, "lost");
      World.send(a, c, "kept");
      assertThat(World.received(b)).isEmpty();
      assertThat(World.received(c)).containsExactly("kept");
      assertThat(rule.matched()).isEqualTo(1);
      assertThat(rule.applied()).isEqualTo(1);
      assertThat(rule.bytes()).isEqualTo(20 + 8 + 4);
      assertThat(rule.isInstalled()).isTrue();
      assertThat(world.stack.snapshot().drops()).containsEntry(DropReason.FAULT_RULE, 1L);
    }
    World.send(a, b, "healed");
    assertThat(World.received(b)).containsExactly("healed");
    assertThat(faults.list()).isEmpty();
  }

  @Test
  void theFirstTwoSynsAreLostAndTheThirdConnectsTwoSecondsLater() throws IOException {
    ServerSocketChannel server = world.listen("127.0.0.1", 8080, 5);
    FaultHandle rule = faults.add(Fault.on(Match.tcp().dstPort(8080).syn()).drop().times(2));
    SocketChannel client = world.begin("127.0.0.1", 8080);
    world.advanceMillis(1999);
    assertThat(client.finishConnect()).isFalse();
    // Linux's tcp_syn_linear_timeouts: the first four are a second apart.
    world.advanceMillis(1);
    assertThat(client.finishConnect()).isTrue();
    assertThat(server.accept()).isNotNull();
    assertThat(rule.matched()).isEqualTo(3);
    assertThat(rule.applied()).isEqualTo(2);
  }

  @Test
  void latencyDelaysEveryDatagramAndKeepsTheirOrder() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.latency(millis(50)));
    for (int i = 0; i < 10; i++) {
      World.send(a, b, "" + i);
    }
    assertThat(faults.held()).isEqualTo(10);
    world.advanceMillis(49);
    assertThat(World.received(b)).isEmpty();
    world.advanceMillis(1);
    assertThat(World.received(b)).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    assertThat(faults.held()).isZero();
  }

  @Test
  void aConnectionOverLatencyTakesARoundTrip() throws IOException {
    world.listen("127.0.0.1", 80, 5);
    faults.add(Fault.latency(millis(50)));
    SocketChannel client = world.begin("127.0.0.1", 80);
    world.advanceMillis(99);
    assertThat(client.finishConnect()).isFalse();
    world.advanceMillis(1);
    assertThat(client.finishConnect()).isTrue();
  }

  @Test
  void aDatagramThatIsHeldOwnsItsBytes() throws IOException {
    World.Pair pair = world.connect("127.0.0.1", 80);
    faults.add(Fault.latency(millis(10)));
    World.write(pair.client(), "first");
    pair.client().close();
    world.advanceMillis(10);
    assertThat(World.read(pair.server())).isEqualTo("first");
  }

  @Test
  void whatIsHeldWhenARuleIsRemovedArrivesWhenItsTimeComes() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    FaultHandle rule = faults.add(Fault.latency(millis(50)));
    World.send(a, b, "slow");
    rule.close();
    World.send(a, b, "fast");
    assertThat(World.received(b)).containsExactly("fast");
    world.advanceMillis(50);
    assertThat(World.received(b)).containsExactly("slow");
  }

  @Test
  void rulesActOneBehindTheOther() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.latency(millis(10)));
    faults.add(Fault.latency(millis(20)));
    FaultHandle third = faults.add(Fault.on(Match.any()).drop().after(millis(30)));
    World.send(a, b, "in time");
    world.advanceMillis(1);
    World.send(a, b, "too late");
    world.advanceMillis(28);
    assertThat(World.received(b)).isEmpty();
    // Both come to the third rule, which begins at 30 ms: the first one then and not before.
    world.advanceMillis(10);
    assertThat(World.received(b)).isEmpty();
    assertThat(third.applied()).isEqualTo(2);
  }

  @Test
  void aRuleHasItsTime() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp()).drop().after(millis(10)).during(millis(5)));
    List<String> arrived = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      World.send(a, b, "" + i);
      arrived.addAll(World.received(b));
      world.advanceMillis(1);
    }
    assertThat(arrived)
        .containsExactly(
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "15", "16", "17", "18", "19");
  }

  @Test
  void countsPickDatagrams() throws IOException {
    assertThat(lostOf(Fault.on(Match.udp()).drop().nth(3))).containsExactly("3");
    assertThat(lostOf(Fault.on(Match.udp()).drop().every(4))).containsExactly("4", "8");
    assertThat(lostOf(Fault.on(Match.udp()).drop().skip(7))).containsExactly("8", "9", "10");
    assertThat(lostOf(Fault.on(Match.udp()).drop().times(2))).containsExactly("1", "2");
    assertThat(lostOf(Fault.on(Match.udp()).drop().skip(1).every(3).times(2)))
        .containsExactly("4", "7");
    assertThat(lostOf(Fault.loss(0))).isEmpty();
    assertThat(lostOf(Fault.loss(1))).hasSize(10);
  }

  /** Which of ten datagrams, named 1 to 10, the rule takes. */
  private List<String> lostOf(Fault fault) throws IOException {
    List<String> lost = new ArrayList<>();
    try (DatagramChannel a = world.udp(1000);
        DatagramChannel b = world.udp(2000);
        FaultHandle _ = faults.add(fault)) {
      for (int i = 1; i <= 10; i++) {
        World.send(a, b, "" + i);
        if (World.received(b).isEmpty()) {
          lost.add("" + i);
        }
      }
    }
    return lost;
  }

  @Test
  void countsMayBeEachConnectionsOwn() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    DatagramChannel c = world.udp(3000);
    faults.add(Fault.on(Match.udp()).drop().times(1).perConnection());
    for (int i = 0; i < 2; i++) {
      World.send(a, b, "b" + i);
      World.send(a, c, "c" + i);
    }
    assertThat(World.received(b)).containsExactly("b1");
    assertThat(World.received(c)).containsExactly("c1");
  }

  /** A client that begins to connect from its own port 4000. */
  private SocketChannel beginFrom4000() throws IOException {
    SocketChannel client = world.stack.selectorProvider().openSocketChannel();
    client.configureBlocking(false);
    client.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    client.bind(new InetSocketAddress("127.0.0.1", 4000));
    client.connect(new InetSocketAddress("127.0.0.1", 80));
    return client;
  }

  @Test
  void aSynThatIsSentAgainBeginsNoNewCountAndAConnectionBetweenTheSameEndsDoes()
      throws IOException {
    world.listen("127.0.0.1", 80, 5);
    FaultHandle rule = faults.add(Fault.on(Match.tcp().syn()).drop().times(2).perConnection());
    SocketChannel client = beginFrom4000();
    world.advanceMillis(2000);
    assertThat(client.finishConnect()).isTrue();
    assertThat(rule.applied()).isEqualTo(2);
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
    SocketChannel again = beginFrom4000();
    assertThat(again.finishConnect()).isFalse();
    world.advanceMillis(2000);
    assertThat(again.finishConnect()).isTrue();
    assertThat(rule.applied()).isEqualTo(4);
  }

  /** The rule sees no reset that tells the connections apart: their sequence numbers do. */
  @Test
  void aConnectionWithoutAPlaceInTheBacklogDoesNotInheritThatOfTheOneBefore() throws IOException {
    world.listen("127.0.0.1", 80, 50);
    faults.add(Fault.slowAccept(80, 0));
    SocketChannel client = beginFrom4000();
    assertThat(client.finishConnect()).isTrue();
    client.setOption(StandardSocketOptions.SO_LINGER, 0);
    client.close();
    world.advanceMillis(1);
    SocketChannel again = beginFrom4000();
    world.advanceMillis(10_000);
    assertThat(again.finishConnect()).isFalse();
  }

  @Test
  void aLateCopyOfASynBeginsNothing() throws IOException {
    ServerSocketChannel server = world.listen("127.0.0.1", 80, 5);
    FaultHandle copies = faults.add(Fault.on(Match.tcp().syn()).duplicate());
    faults.add("latency list 0ms,10ms tcp dst port 80 syn");
    faults.add(Fault.resetAfter(8));
    SocketChannel client = beginFrom4000();
    world.advanceMillis(1);
    assertThat(client.finishConnect()).isTrue();
    World.write(client, "12345");
    world.advanceMillis(9);
    World.write(client, "6789");
    assertThat(World.read(server.accept())).isEqualTo("12345678");
    assertThat(copies.applied()).isEqualTo(1);
  }

  @Test
  void aboutAsManyAreLostAsTheProbabilitySays() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    FaultHandle rule = faults.add(Fault.on(Match.udp()).loss(0.3));
    for (int i = 0; i < 1000; i++) {
      World.send(a, b, "x");
      World.received(b);
    }
    // Three deviations of the binomial distribution.
    assertThat(rule.applied()).isBetween(300L - 44, 300L + 44);
  }

  @Test
  void lossInBurstsIsAsMuchOnTheWholeButInRuns() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    FaultHandle rule = faults.add(Fault.on(Match.udp()).loss(0.2).bursts(5));
    int runs = 0;
    boolean lostBefore = false;
    for (int i = 0; i < 5000; i++) {
      World.send(a, b, "x");
      boolean lost = World.received(b).isEmpty();
      runs += lost && !lostBefore ? 1 : 0;
      lostBefore = lost;
    }
    assertThat(rule.applied()).isBetween(850L, 1150L);
    assertThat((double) rule.applied() / runs).isBetween(4.3, 5.7);
  }

  @Test
  void namesAreUnique() {
    faults.add(Fault.loss(0.5).named("lossy"));
    assertThatThrownBy(() -> faults.add(Fault.loss(0.1).named("lossy")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "There is a rule named \"lossy\" already:"
                + " lossy: loss 50% named lossy (matched 0, applied 0, 0 bytes)");
    assertThat(faults.add(Fault.loss(0.1)).name()).isEqualTo("loss-2");
    assertThat(faults.list()).extracting(FaultHandle::name).containsExactly("lossy", "loss-2");
    assertThat(faults.find("lossy")).isNotNull();
    assertThat(faults.remove("lossy")).isTrue();
    assertThat(faults.remove("lossy")).isFalse();
    faults.clear();
    assertThat(faults.list()).isEmpty();
  }

  @Test
  void aClosedStackHoldsNothingAndTakesNoRule() throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    faults.add(Fault.on(Match.udp().payload("late")).latency(millis(50)));
    faults.add(Fault.on(Match.udp().payload("slow")).bandwidth(8));
    World.send(a, b, "too late");
    World.send(a, b, "too slow");
    World.send(a, b, "too slow");
    assertThat(faults.held()).isEqualTo(3);
    world.close();
    assertThat(faults.held()).isZero();
    assertThat(faults.list()).isEmpty();
    assertThat(world.clock.nextDeadline()).isEqualTo(Clock.NEVER);
    assertThatThrownBy(() -> faults.add(Fault.loss(0.1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void theSeedIsTheStacksAndCanBeSet() {
    try (World other = new World(77)) {
      assertThat(other.faults.seed()).isEqualTo(77);
      other.faults.setSeed(5);
      assertThat(other.faults.seed()).isEqualTo(5);
      assertThat(other.faults.toString()).isEqualTo("seed 5");
    }
    assertThat(faults.seed()).isZero();
  }
}
