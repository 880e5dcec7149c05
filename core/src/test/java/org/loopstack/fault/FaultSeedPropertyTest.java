// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.loopstack.wire.TransportChecksums;

/** The same rules, seed and datagrams give the same result, to the bit and the nanosecond. */
class FaultSeedPropertyTest {
  @Provide
  Arbitrary<List<String>> rules() {
    return Arbitraries.of(
            "loss 20%",
            "loss 20% bursts 3",
            "jitter 5ms",
            "latency 5ms jitter 3ms ordered",
            "latency normal 5ms 2ms udp",
            "duplicate probability 20%",
            "reorder probability 20%",
            "corrupt 2 bits probability 30%",
            "corrupt 1 bit payload mended probability 30%",
            "truncate 40 mended probability 10%",
            "bandwidth 1mbit queue 2kB",
            "bandwidth 1mbit queue 2kB head-drop",
            "mtu 200",
            "drop tcp every 7",
            "reset-after 5000",
            "refuse udp nth 9")
        .list()
        .ofMinSize(1)
        .ofMaxSize(4);
  }

  @Property(tries = 60)
  void theSameSeedAndInputGiveTheSameDatagramsAtTheSameTimes(
      @ForAll("rules") List<String> rules, @ForAll long seed, @ForAll long input)
      throws IOException {
    List<String> once = run(rules, seed, input);
    assertThat(run(rules, seed, input)).isEqualTo(once);
  }

  @Property(tries = 20)
  void aRuleForOtherDatagramsChangesNothing(@ForAll long seed, @ForAll long input)
      throws IOException {
    List<String> alone = run(List.of("loss 20% udp"), seed, input);
    List<String> both = run(List.of("loss 20% udp", "loss 50% tcp dst port 81"), seed, input);
    assertThat(both).isEqualTo(alone);
  }

  @Property(tries = 60)
  void everyDatagramThatIsNotCorruptedHasARightChecksum(
      @ForAll("rules") List<String> rules, @ForAll long seed) throws IOException {
    try (World world = new World(seed).watched()) {
      rules.stream().filter(rule -> !rule.startsWith("corrupt 2")).forEach(world.faults::add);
      talk(world, new Random(seed));
      assertThat(world.seen)
          .allMatch(
              seen ->
                  TransportChecksums.check(seen.bytes(), 0, seen.bytes().length)
                      != TransportChecksums.Check.WRONG);
    }
  }

  private static List<String> run(List<String> rules, long seed, long input) throws IOException {
    try (World world = new World(seed).watched()) {
      rules.forEach(world.faults::add);
      talk(world, new Random(input));
      List<String> all = new ArrayList<>();
      for (World.Seen each : world.seen) {
        CRC32 sum = new CRC32();
        sum.update(each.bytes());
        all.add(
            each.bytes().length
                + " bytes, CRC "
                + Long.toHexString(sum.getValue())
                + " at "
                + each.time()
                + " "
                + each.delivered()
                + " "
                + each.verdict());
      }
      all.add("first rule: " + world.faults.list().getFirst());
      return all;
    }
  }

  /** Datagrams and a TCP transfer, as they come out of the random numbers. */
  private static void talk(World world, Random random) throws IOException {
    DatagramChannel a = world.udp(1000);
    DatagramChannel b = world.udp(2000);
    var server = world.listen("127.0.0.1", 80, 5);
    var client = world.begin("127.0.0.1", 80);
    List<String> trouble = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      World.send(a, b, "x".repeat(random.nextInt(400)) + i);
      try {
        if (client.isConnected() || client.finishConnect()) {
          int _ = client.write(ByteBuffer.allocate(random.nextInt(2000)));
        }
      } catch (IOException e) {
        // A reset ends the connection; that it does so each time in the same place is compared.
        trouble.add(e.getMessage());
        client = world.begin("127.0.0.1", 80);
      }
      world.clock.advance(Duration.ofNanos(random.nextInt(3_000_000)));
      World.received(b);
    }
    assertThat(server.isOpen()).isTrue();
    assertThat(trouble).hasSizeLessThan(40);
    world.clock.advance(Duration.ofSeconds(2));
  }
}
