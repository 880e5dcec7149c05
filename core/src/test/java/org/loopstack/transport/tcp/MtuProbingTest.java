// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TcpSegment;

/** A connection finds its path's MTU by itself (RFC 4821, RFC 8899). */
class MtuProbingTest {
  private static final int[] MSS = PeerSegment.mss(1460);

  private final TcpFixture f = fixture(MtuProbing.ALWAYS);
  private final int first = f.iss + 1;

  private static TcpFixture fixture(MtuProbing mode) {
    return new TcpFixture(TcpConfiguration.linux().toBuilder().mtuProbing(mode).build());
  }

  private List<Integer> lengths() {
    return f.sent().stream().map(s -> s.data().length()).toList();
  }

  /** Opens the connection, and the window wide enough for probes; 20 kB are acknowledged. */
  private void open() throws ErrnoException {
    f.peerWindow = 65_535;
    f.accept(MSS);
    for (int i = 1; i <= 20; i++) {
      f.write(1000);
      f.peerAcknowledges(first + i * 1000);
    }
    f.core().sender.congestion().setWindow(60_000);
    f.sent();
  }

  private static final int BEGIN = 20_000;

  @Tag("RFC4821-7.2")
  @Test
  void theSearchBeginsAtTheBaseMss() throws Exception {
    f.accept(MSS);
    f.write(1460);
    assertThat(lengths()).containsExactly(1024, 436);
  }

  /** The sizes of the probes among much that is sent and arrives. */
  private List<Integer> probes() throws ErrnoException {
    List<Integer> probes = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      f.core().sender.congestion().setWindow(60_000);
      f.write(10_000);
      int usual = f.core().tcb.sndMss;
      lengths().stream().filter(n -> n > usual).forEach(probes::add);
      f.peerAcknowledges(f.core().tcb.sndNxt);
      f.sent();
    }
    return probes;
  }

  @Tag("RFC4821-7.6.1")
  @Tag("RFC8899-5.3.1")
  @Tag("RFC4821-7.1-RANGE")
  @Tag("RFC4821-7.3-CONVERGED")
  @Test
  void probesHalveTheRangeUntilItIsNarrow() throws Exception {
    open();
    // Between 1064 and 1500, headers counted in; the last range is 7 wide.
    assertThat(probes()).containsExactly(1242, 1351, 1405, 1432, 1446, 1453);
    assertThat(f.core().tcb.sndMss).isEqualTo(1453);
  }

  @Tag("RFC8899-3-DF")
  @Tag("RFC4821-4-CWND")
  @Test
  void aProbeGoesUnfragmentedAndItsArrivalMakesTheWindowNoLarger() throws Exception {
    open();
    CongestionControl congestion = f.core().sender.congestion();
    int window = congestion.window();
    f.write(10_000);
    byte[] probe = f.sentBytes();
    assertThat(Ipv4Header.totalLength(probe, 0)).isEqualTo(1242 + 40);
    assertThat(Ipv4Header.dontFragment(probe, 0)).isTrue();
    f.peerAcknowledges(first + BEGIN + 1242);
    assertThat(f.core().tcb.sndMss).isEqualTo(1242);
    // What was acknowledged opens it; were it counted in segments, it would be 21 % more.
    assertThat(congestion.window()).isBetween(window, window + 1242);
  }

  @Tag("RFC4821-7.3")
  @Test
  void aProbeNeedsEnoughBehindItThatItsLossShows() throws Exception {
    open();
    f.write(1242 + 4 * 1024 - 1);
    assertThat(lengths()).containsExactly(1024, 1024, 1024, 1024, 1024, 217);
    f.peerAcknowledges(first + BEGIN + 1242 + 4 * 1024 - 1);
    f.write(1242 + 4 * 1024);
    assertThat(lengths()).containsExactly(1242, 1024, 1024, 1024, 1024);
  }

  @Tag("RFC4821-7.6.2")
  @Tag("RFC4821-7.6.2-PACE")
  @Tag("RFC8899-3-LOSS")
  @Test
  void theLossOfTheProbeAloneIsNoCongestion() throws Exception {
    open();
    f.write(10_000);
    assertThat(lengths().getFirst()).isEqualTo(1242);
    int window = f.core().sender.congestion().window();
    int threshold = f.core().sender.congestion().slowStartThreshold();
    f.peerAck = first + BEGIN;
    for (int i = 0; i < 3; i++) {
      f.peer(ACK).send();
    }
    // What the probe carried goes again, in pieces that are known to fit.
    List<TcpSegment> again = f.sent();
    assertThat(again).extracting(s -> s.data().length()).containsExactly(1024, 218);
    assertThat(again.getFirst().sequence()).isEqualTo(first + BEGIN);
    assertThat(f.core().sender.congestion().window()).isEqualTo(window);
    assertThat(f.core().sender.congestion().slowStartThreshold()).isEqualTo(threshold);
    f.peerAcknowledges(first + BEGIN + 10_000);
    f.sent();
    // The next is between what works and what did not.
    f.write(10_000);
    assertThat(lengths().getFirst()).isEqualTo(1132);
  }

  @Tag("RFC4821-7.6.4")
  @Test
  void aTimeoutMakesAProbeInconclusive() throws Exception {
    open();
    f.write(10_000);
    f.sent();
    f.passMillis(200);
    assertThat(lengths()).containsExactly(1024);
    f.peerAcknowledges(first + BEGIN + 10_000);
    assertThat(f.core().tcb.sndMss).isEqualTo(1024);
    // The range is what it was: the same size is tried again.
    f.core().sender.congestion().setWindow(60_000);
    f.write(10_000);
    assertThat(lengths().getFirst()).isEqualTo(1242);
  }

  @Tag("RFC8899-5.1.1")
  @Tag("RFC4821-7.3-TIMER")
  @Test
  void afterTenMinutesTheSearchBeginsAnew() throws Exception {
    open();
    f.write(10_000);
    f.sent();
    f.peerAck = first + BEGIN;
    for (int i = 0; i < 3; i++) {
      f.peer(ACK).send();
    }
    f.peerAcknowledges(first + BEGIN + 10_000);
    f.sent();
    // Nothing beyond what was lost is tried any more...
    assertThat(probes()).isNotEmpty().allMatch(n -> n < 1242);
    assertThat(probes()).isEmpty();
    // ... until the path may have changed.
    f.pass(Duration.ofMinutes(10));
    assertThat(probes()).isNotEmpty().allMatch(n -> n > 1242);
    assertThat(f.core().tcb.sndMss).isGreaterThan(1446);
  }

  @Tag("RFC4821-7.7")
  @Test
  void aBlackHoleMakesSegmentsSmallAndSmaller() throws Exception {
    TcpFixture hole = fixture(MtuProbing.ON_BLACK_HOLE);
    hole.accept(MSS);
    hole.write(1460);
    List<Integer> lengths = new ArrayList<>();
    while (lengths.size() < 11) {
      hole.sent().forEach(s -> lengths.add(s.data().length()));
      hole.clock.advanceTo(hole.clock.nextDeadline());
    }
    assertThat(lengths).containsExactly(1460, 1460, 1460, 1460, 1460, 1024, 512, 256, 128, 64, 48);
    hole.peerAcknowledges(hole.iss + 1 + 48);
    assertThat(hole.core().tcb.sndMss).isEqualTo(48);
  }

  @Test
  void byDefaultTimeoutsChangeNoSegment() throws Exception {
    TcpFixture off = fixture(MtuProbing.OFF);
    off.accept(MSS);
    off.write(1460);
    for (int i = 0; i < 11; i++) {
      assertThat(off.sent()).allMatch(s -> s.data().length() == 1460);
      off.clock.advanceTo(off.clock.nextDeadline());
    }
  }
}
