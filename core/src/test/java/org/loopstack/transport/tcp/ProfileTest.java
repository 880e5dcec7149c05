// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TcpSegment;

/** By what FreeBSD's TCP is told from Linux's. */
class ProfileTest {
  private static final long MS = 1_000_000;

  private static List<Integer> kinds(TcpSegment segment) {
    List<Integer> kinds = new ArrayList<>();
    byte[] b = segment.options().toByteArray();
    for (int i = 0; i < b.length; ) {
      kinds.add((int) b[i]);
      i += b[i] == TcpOptions.NOP || b[i] == TcpOptions.END ? 1 : b[i + 1];
    }
    return kinds;
  }

  private static TcpSegment syn(TcpConfiguration configuration) throws ErrnoException {
    TcpFixture f = new TcpFixture(configuration);
    f.connect();
    return f.sentOne();
  }

  @Test
  void theOrderOfASynsOptionsIsTheProfiles() throws Exception {
    TcpConfiguration linux = TcpConfiguration.linux();
    TcpConfiguration freebsd = TcpConfiguration.freebsd();
    assertThat(kinds(syn(linux))).containsExactly(2, 4, 8, 1, 3);
    assertThat(kinds(syn(freebsd))).containsExactly(2, 1, 3, 4, 8);
    assertThat(kinds(syn(linux.toBuilder().timestamps(false).build())))
        .containsExactly(2, 1, 1, 4, 1, 3);
    assertThat(kinds(syn(freebsd.toBuilder().timestamps(false).build())))
        .containsExactly(2, 1, 3, 4, 0, 0);
    assertThat(kinds(syn(freebsd.toBuilder().windowScaling(false).build())))
        .containsExactly(2, 4, 8);
    assertThat(kinds(syn(freebsd.toBuilder().selectiveAcknowledgment(false).build())))
        .containsExactly(2, 1, 3, 1, 1, 8);
  }

  @Test
  void aSynOfFreebsdOffersItsWindowAndScale() throws Exception {
    TcpSegment syn = syn(TcpConfiguration.freebsd());
    assertThat(syn.window()).isEqualTo(65_535);
    assertThat(syn.parseOptions().windowScale()).isEqualTo(6);
    assertThat(syn(TcpConfiguration.linux()).window() % 1460).isZero();
  }

  @Test
  void freebsdGivesAConnectionUpAfter75Seconds() throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.freebsd());
    f.connect();
    f.sent();
    long begin = f.clock.nanos();
    List<Long> times = new ArrayList<>();
    while (f.clock.nextDeadline() != Long.MAX_VALUE) {
      f.clock.advanceTo(f.clock.nextDeadline());
      f.sent().forEach(s -> times.add((f.clock.nanos() - begin) / MS));
    }
    // tcp_syn_backoff: 1, 1, 1, 1, 1, 2, 4, 8, 16, 32 seconds, to all but the first of them
    // rexmit_slop, and TCPTV_KEEP_INIT.
    assertThat(times)
        .containsExactly(1000L, 2200L, 3400L, 4600L, 5800L, 8000L, 12200L, 20400L, 36600L, 68800L);
    assertThat(f.clock.nanos() - begin).isEqualTo(75_000 * MS);
    assertThat(catchThrowableOfType(ErrnoException.class, f.endpoint()::finishConnect).errno())
        .isEqualTo(Errno.ETIMEDOUT);
  }

  @Test
  void freebsdAddsASlopToTheTimeoutLinuxHasAHigherLeast() throws Exception {
    assertThat(timeoutAtNoDistance(TcpConfiguration.linux())).isEqualTo(200);
    // rexmit_min, and rexmit_slop.
    assertThat(timeoutAtNoDistance(TcpConfiguration.freebsd())).isEqualTo(230);
    assertThat(timeoutAtNoDistance(TcpConfiguration.freebsd().toBuilder().rtoSlop(0).build()))
        .isEqualTo(30);
  }

  private static long timeoutAtNoDistance(TcpConfiguration configuration) throws ErrnoException {
    TcpFixture f = new TcpFixture(configuration);
    f.accept();
    return f.core().sender.rtt.timeout() / MS;
  }

  @Test
  void theInitialWindowOfLargeSegmentsIsLimitedOnFreebsd() {
    TcpConfiguration linux = TcpConfiguration.linux();
    TcpConfiguration freebsd = TcpConfiguration.freebsd();
    assertThat(linux.initialWindow(10, 1460)).isEqualTo(14_600);
    assertThat(freebsd.initialWindow(10, 1460)).isEqualTo(14_600);
    assertThat(linux.initialWindow(10, 16_344)).isEqualTo(163_440);
    assertThat(freebsd.initialWindow(10, 16_344)).isEqualTo(32_688);
  }

  @Test
  void halfAsManyAgainMayWaitAtAListenerOfFreebsd() throws Exception {
    assertThat(waiting(TcpConfiguration.linux(), 4)).isEqualTo(5);
    assertThat(waiting(TcpConfiguration.freebsd(), 4)).isEqualTo(7);
  }

  /** How many connections are established before the listener is full. */
  private static int waiting(TcpConfiguration configuration, int backlog) throws ErrnoException {
    TcpHost host = new TcpHost(configuration);
    ListenerEndpoint listener = host.listen(80, backlog);
    int count = 0;
    while (host.connect(80).finishConnect()) {
      count++;
    }
    assertThat(listener.accept()).isNotNull();
    return count;
  }

  @Test
  void whoFindsTheBacklogFullIsResetByFreebsd() throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.freebsd());
    ListenerEndpoint listener = f.listen(0);
    f.peer(SYN).options(PeerSegment.mss(1000)).send();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.sent();
    // Somebody else takes the only place before the handshake is done.
    f.tcp
        .openStream(AddressFamily.INET)
        .connect(new TransportAddress(TcpFixture.US, TcpFixture.PORT));
    f.peer(ACK).send();
    assertThat(f.sentOne().flags() & RST).isNotZero();
    assertThat(listener.accept()).isNotNull();
    assertThat(listener.accept()).isNull();
  }

  @Test
  void withoutRfc5961AnyResetInTheWindowCounts() throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.linux().toBuilder().robustResets(false).build());
    f.accept();
    f.peer(RST).seq(f.peerNext + 100).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    TcpFixture robust = new TcpFixture();
    robust.accept();
    robust.peer(RST).seq(robust.peerNext + 100).send();
    assertThat(robust.state()).isEqualTo(TcpState.ESTABLISHED);
  }
}
