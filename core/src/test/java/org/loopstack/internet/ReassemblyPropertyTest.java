// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.IntRange;
import org.loopstack.link.Wire;
import org.loopstack.wire.DropReason;

/** Any way to cut a datagram, any order, any repetition. */
class ReassemblyPropertyTest {
  private record Cut(int from, int to, boolean more) {}

  private static List<Cut> cuts(int length, Random random) {
    List<Cut> cuts = new ArrayList<>();
    for (int from = 0; from < length; ) {
      int to = Math.min(length, from + 8 * (1 + random.nextInt(12)));
      cuts.add(new Cut(from, to, to < length));
      from = to;
    }
    return cuts;
  }

  private static void inject(TwoHosts two, boolean ipv6, byte[] payload, Cut cut) {
    two.inject(ReassemblyTest.fragment(ipv6, 77, payload, cut.from, cut.to, cut.more));
  }

  @Tag("RFC791-3.2-KEY")
  @Property(tries = 300)
  void anyFragmentsInAnyOrderWithRepetitionsMakeTheWholeAgain(
      @ForAll boolean ipv6, @ForAll @IntRange(min = 9, max = 1400) int length, @ForAll long seed)
      throws ErrnoException {
    Random random = new Random(seed);
    TwoHosts two = new TwoHosts();
    byte[] payload = new byte[length];
    random.nextBytes(payload);
    List<Cut> all = cuts(length, random);
    if (all.size() == 1) {
      return;
    }
    Collections.shuffle(all, random);
    // The last to come is new; what was repeated came before.
    List<Cut> sent = new ArrayList<>();
    for (Cut cut : all) {
      if (!sent.isEmpty() && random.nextBoolean()) {
        sent.add(sent.get(random.nextInt(sent.size())));
      }
      sent.add(cut);
    }

    for (Cut cut : sent) {
      assertThat(two.b.udp.received).isEmpty();
      inject(two, ipv6, payload, cut);
    }

    assertThat(two.b.udp.received).hasSize(1);
    var packet = two.b.udp.received.getFirst().packet();
    assertThat(Arrays.copyOfRange(packet.head(), packet.transportOffset(), packet.headEnd()))
        .isEqualTo(payload);
    assertThat(two.b.internet.reassembler().memory()).isZero();
    assertThat(two.b.internet.reassembler().size()).isZero();
  }

  @Tag("RFC5722-4-RECEIVE")
  @Property(tries = 300)
  void anIpv6OverlapAnywhereLosesTheDatagram(
      @ForAll @IntRange(min = 40, max = 1400) int length, @ForAll long seed) throws ErrnoException {
    Random random = new Random(seed);
    TwoHosts two = new TwoHosts();
    byte[] payload = new byte[length];
    List<Cut> all = cuts(length, random);
    Cut victim = all.get(random.nextInt(all.size()));
    // One that covers the victim's first 8 bytes and is not the victim itself.
    int from = Math.max(0, victim.from - 8 * random.nextInt(2));
    Cut overlap = new Cut(from, victim.from + 8, true);
    if (overlap.equals(victim) || overlap.to > length || all.size() == 1 || all.contains(overlap)) {
      return;
    }
    // It comes after its victim and before the last one missing.
    Collections.shuffle(all, random);
    if (all.getLast() == victim) {
      Collections.swap(all, 0, all.size() - 1);
    }
    all.add(all.indexOf(victim) + 1, overlap);

    all.forEach(cut -> inject(two, true, payload, cut));

    assertThat(two.b.udp.received).isEmpty();
    assertThat(two.b.internet.counters().drops(DropReason.FRAGMENT_OVERLAP)).isEqualTo(1);
    two.clock.advance(Duration.ofSeconds(61));
    assertThat(two.b.internet.reassembler().memory()).isZero();
  }

  /** Whatever comes: a datagram that is delivered is made of bytes that were sent for it. */
  @Property(tries = 300)
  void anyFragmentsAtAllKeepWithinTheBoundsAndDeliverNothingOfTheirOwn(
      @ForAll boolean ipv6, @ForAll @IntRange(min = 1, max = 60) int count, @ForAll long seed)
      throws ErrnoException {
    Random random = new Random(seed);
    int limit = 8000;
    var small = InternetConfiguration.LINUX.toBuilder().reassemblyMemory(limit).build();
    TwoHosts two = new TwoHosts(small, Wire.DEFAULT_MTU);
    byte[] payload = new byte[600];
    random.nextBytes(payload);
    for (int i = 0; i < count; i++) {
      int from = 8 * random.nextInt(60);
      boolean more = random.nextInt(4) != 0;
      int to = from + (more ? 8 * (1 + random.nextInt(10)) : 1 + random.nextInt(100));
      two.inject(ReassemblyTest.fragment(ipv6, random.nextInt(3), payload, from, to, more));
      assertThat(two.b.internet.reassembler().memory()).isBetween(0L, (long) limit);
    }
    for (Host.Received received : two.b.udp.received) {
      var packet = received.packet();
      byte[] got = Arrays.copyOfRange(packet.head(), packet.transportOffset(), packet.headEnd());
      assertThat(got).isEqualTo(Arrays.copyOf(payload, got.length));
    }
    two.clock.advance(Duration.ofMinutes(2));
    assertThat(two.b.internet.reassembler().memory()).isZero();
    assertThat(two.b.internet.reassembler().size()).isZero();
  }
}
