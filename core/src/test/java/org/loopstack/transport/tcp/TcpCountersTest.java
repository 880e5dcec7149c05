// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/** What is counted for the whole stack, by the names of nstat. */
class TcpCountersTest {
  private static final int MSS = TcpFixture.MSS;

  private final TcpFixture f = new TcpFixture();
  private final int first = f.iss + 1;

  /** What has been counted since the last call; only what is not zero. */
  private Map<String, Long> news() {
    Map<String, Long> now = f.tcp.counters();
    Map<String, Long> changed = new TreeMap<>();
    now.forEach(
        (name, value) -> {
          long old = before.getOrDefault(name, 0L);
          if (value != old) {
            changed.put(name, value - old);
          }
        });
    before = now;
    return changed;
  }

  private Map<String, Long> before = Map.of();

  private void sack(int... edges) {
    int[] option = new int[4 + 4 * edges.length];
    option[0] = 1;
    option[1] = 1;
    option[2] = 5;
    option[3] = 2 + 4 * edges.length;
    for (int i = 0; i < edges.length; i++) {
      for (int k = 0; k < 4; k++) {
        option[4 + 4 * i + k] = first + edges[i] >> 24 - 8 * k;
      }
    }
    f.peer(ACK).options(option).send();
  }

  private void acceptWithSack() throws ErrnoException {
    f.accept(PeerSegment.join(PeerSegment.mss(MSS), new int[] {4, 2, 1, 1}));
  }

  @Test
  void aHandshakeOfThePeersIsOneOpeningAndTheSegmentsThatItTakes() throws Exception {
    f.accept();
    assertThat(news()).isEqualTo(Map.of("TcpPassiveOpens", 1L, "TcpInSegs", 2L, "TcpOutSegs", 1L));
  }

  @Test
  void whatAConnectionHasCountedStaysWhenItIsGone() throws Exception {
    f.accept();
    f.write(10);
    f.peerAcknowledges(first + 10);
    f.peerSends("abc");
    Map<String, Long> alive = new TreeMap<>(f.tcp.counters());
    assertThat(alive)
        .containsEntry("TcpExtTCPOrigDataSent", 1L)
        .containsEntry("TcpExtTCPDelivered", 1L)
        .containsEntry("TcpInSegs", 4L);
    assertThat(f.read()).isEqualTo("abc");
    f.peer(RST).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    alive.merge("TcpInSegs", 1L, Long::sum);
    alive.merge("TcpEstabResets", 1L, Long::sum);
    assertThat(f.tcp.counters()).isEqualTo(alive);
  }

  @Test
  void aRefusedAttemptHasFailedAndTheResetIsCountedWhereItIsSent() throws Exception {
    TcpHost host = new TcpHost();
    StreamEndpoint client = host.connect(1);
    assertThat(host.tcp.counters())
        .containsEntry("TcpActiveOpens", 1L)
        .containsEntry("TcpAttemptFails", 1L)
        .containsEntry("TcpOutRsts", 1L)
        .containsEntry("TcpOutSegs", 2L)
        .containsEntry("TcpInSegs", 2L);
    client.close();
  }

  @Test
  void anAttemptThatItsUserGivesUpHasNotFailed() throws Exception {
    f.connect().close();
    assertThat(news()).isEqualTo(Map.of("TcpActiveOpens", 1L, "TcpOutSegs", 1L));
  }

  @Test
  void whatIsSentIsWhatCrossesTheLink() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(80, 5);
    for (int i = 0; i < 3; i++) {
      StreamEndpoint client = host.connect(80);
      StreamEndpoint server = listener.accept();
      for (int k = 0; k < 20; k++) {
        TcpHost.write(client, "x".repeat(1 + k * 997));
        assertThat(TcpHost.read(server)).isNotEmpty();
        TcpHost.write(server, "answer");
        assertThat(TcpHost.read(client)).isEqualTo("answer");
      }
      client.close();
      if (i > 0) {
        server.close();
      }
      host.clock.advance(Duration.ofSeconds(1));
      Map<String, Long> now = host.tcp.counters();
      assertThat(now.get("TcpOutSegs")).isEqualTo(host.trace.size());
      assertThat(now.get("TcpInSegs")).isEqualTo(host.trace.size());
    }
    assertThat(host.tcp.counters()).containsEntry("TcpExtTW", 3L);
    host.tcp.close();
  }

  @Test
  void aTimeoutCountsAsOneAndItsSegmentAsSentAgainOnly() throws Exception {
    f.accept();
    f.write(10);
    news();
    f.passMillis(300);
    Map<String, Long> news = news();
    assertThat(news).isEqualTo(Map.of("TcpExtTCPTimeouts", 1L, "TcpRetransSegs", 1L));
    f.passMillis(600);
    assertThat(news()).containsEntry("TcpExtTCPLostRetransmit", 1L);
  }

  @Test
  void aConnectionThatIsGivenUpCountsAsAborted() throws Exception {
    f.accept();
    f.write(10);
    f.pass(Duration.ofHours(1));
    assertThat(news()).containsEntry("TcpExtTCPAbortOnTimeout", 1L);
  }

  @Test
  void aSynThatNobodyAnswersIsSentAgain() throws Exception {
    f.connect();
    f.pass(Duration.ofHours(1));
    Map<String, Long> news = news();
    int again = f.sent().size() - 1;
    assertThat(news)
        .containsEntry("TcpOutSegs", 1L)
        .containsEntry("TcpRetransSegs", (long) again)
        .containsEntry("TcpExtTCPSynRetrans", (long) again)
        .containsEntry("TcpExtTCPTimeouts", again + 1L)
        .containsEntry("TcpExtTCPAbortOnTimeout", 1L)
        .containsEntry("TcpAttemptFails", 1L);
  }

  @Test
  void aSynAckThatIsSentAgainIsInBothCountsAsInLinux() throws Exception {
    f.bring(TcpState.SYN_RECEIVED);
    news();
    f.pass(Duration.ofHours(1));
    long again = f.sent().size();
    assertThat(news())
        .containsEntry("TcpOutSegs", again)
        .containsEntry("TcpRetransSegs", again)
        .containsEntry("TcpExtTCPSynRetrans", again)
        .containsEntry("TcpExtTCPTimeouts", again + 1);
  }

  @Test
  void aLossThatSelectiveAcknowledgmentsShowIsRepairedFast() throws Exception {
    acceptWithSack();
    f.write(10 * MSS);
    f.peerAck = first;
    news();
    sack(MSS, 4 * MSS);
    assertThat(news())
        .containsEntry("TcpExtTCPSackRecovery", 1L)
        .containsEntry("TcpExtTCPFastRetrans", 1L)
        .containsEntry("TcpRetransSegs", 1L);
  }

  @Test
  void withoutThemItIsReno() throws Exception {
    f.accept();
    f.write(10 * MSS);
    news();
    for (int i = 0; i < 3; i++) {
      f.peer(ACK).send();
    }
    assertThat(news())
        .containsEntry("TcpExtTCPRenoRecovery", 1L)
        .containsEntry("TcpExtTCPFastRetrans", 1L);
  }

  @Test
  void aProbeForALostTailAndADuplicateThatItCauses() throws Exception {
    acceptWithSack();
    f.write(2 * MSS);
    news();
    f.sent();
    while (f.sent().isEmpty()) {
      f.passMillis(1);
    }
    assertThat(news()).containsEntry("TcpExtTCPLossProbes", 1L).containsEntry("TcpRetransSegs", 1L);
    f.peerAck = first + 2 * MSS;
    sack(MSS, 2 * MSS);
    assertThat(news()).containsEntry("TcpExtTCPDSACKRecv", 1L);
  }

  @Test
  void whatArrivesTwiceOrAheadIsCounted() throws Exception {
    acceptWithSack();
    f.peerSends("abc");
    news();
    f.peer(ACK).seq(f.peerNext - 3).data("abc").send();
    f.peer(ACK).seq(f.peerNext + 5).data("later").send();
    assertThat(news())
        .containsEntry("TcpExtTCPDSACKOldSent", 1L)
        .containsEntry("TcpExtDelayedACKLost", 1L)
        .containsEntry("TcpExtTCPOFOQueue", 1L);
    f.peer(ACK).seq(f.peerNext + 5).data("later").send();
    assertThat(news()).containsEntry("TcpExtTCPDSACKOfoSent", 1L);
  }

  @Test
  void aForgedResetAndAForgedSynAreChallenged() throws Exception {
    f.accept();
    news();
    f.peer(RST).seq(f.peerNext + 1).send();
    f.peer(SYN).seq(f.peerNext + 1).send();
    assertThat(news())
        .containsEntry("TcpExtTCPChallengeACK", 1L)
        .containsEntry("TcpExtTCPSYNChallenge", 1L)
        .containsEntry("TcpExtTCPACKSkippedChallenge", 1L);
  }

  @Test
  void aDelayedAcknowledgmentIsOne() throws Exception {
    f.accept();
    // The first ones are not delayed.
    for (int i = 0; i < 40; i++) {
      f.peerSends("x");
      f.passMillis(60);
    }
    assertThat(news().get("TcpExtDelayedACKs")).isPositive().isLessThan(40);
  }

  @Test
  void aFullQueueDropsTheSynAndCountsItTwiceAsLinuxDoes() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(80, 0);
    StreamEndpoint accepted = host.connect(80);
    StreamEndpoint dropped = host.connect(80);
    assertThat(host.tcp.counters())
        .containsEntry("TcpExtListenOverflows", 1L)
        .containsEntry("TcpExtListenDrops", 1L)
        .containsEntry("TcpPassiveOpens", 1L);
    for (StreamEndpoint each : new StreamEndpoint[] {accepted, dropped}) {
      each.close();
    }
    listener.close();
  }

  @Test
  void aWindowThatIsShutAskedForAndOpenedAgain() throws Exception {
    TcpHost host = new TcpHost();
    ListenerEndpoint listener = host.listen(80, 5);
    StreamEndpoint client = host.connect(80);
    StreamEndpoint server = listener.accept();
    while (TcpHost.write(client, "x".repeat(100_000)) > 0) {}
    host.clock.advance(Duration.ofSeconds(1));
    Map<String, Long> shut = host.tcp.counters();
    assertThat(shut).containsEntry("TcpExtTCPToZeroWindowAdv", 1L);
    assertThat(shut.get("TcpExtTCPWinProbe")).isPositive();
    for (String read = "-"; !read.isEmpty(); ) {
      read = TcpHost.read(server);
    }
    assertThat(host.tcp.counters().get("TcpExtTCPFromZeroWindowAdv")).isPositive();
    host.tcp.close();
  }

  @Test
  void aProbeOfASilentPeerIsCounted() throws Exception {
    f.accept();
    f.endpoint().setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    f.pass(Duration.ofHours(2));
    assertThat(news()).containsEntry("TcpExtTCPKeepAlive", 1L);
  }

  @Test
  void howItEndsIsCounted() throws Exception {
    f.accept();
    f.peerSends("nobody reads it");
    news();
    f.endpoint().close();
    assertThat(news())
        .containsEntry("TcpExtTCPAbortOnClose", 1L)
        .containsEntry("TcpOutRsts", 1L)
        .containsEntry("TcpEstabResets", 1L);
  }

  @Test
  void soIsAnEndWithoutLingering() throws Exception {
    f.accept();
    f.endpoint().setOption(StandardSocketOptions.SO_LINGER, 0);
    news();
    f.endpoint().close();
    assertThat(news()).containsEntry("TcpExtTCPAbortOnData", 1L).containsEntry("TcpOutRsts", 1L);
  }

  @Test
  void aCookieIsSentAndComesBack() throws Exception {
    TcpHost host =
        new TcpHost(TcpConfiguration.linux().toBuilder().synCookies(SynCookieMode.ALWAYS).build());
    ListenerEndpoint listener = host.listen(80, 5);
    StreamEndpoint client = host.connect(80);
    assertThat(host.tcp.counters())
        .containsEntry("TcpExtSyncookiesSent", 1L)
        .containsEntry("TcpExtSyncookiesRecv", 1L)
        .containsEntry("TcpExtTCPReqQFullDoCookies", 1L)
        .containsEntry("TcpPassiveOpens", 1L)
        .containsEntry("TcpInSegs", 3L)
        .containsEntry("TcpOutSegs", 3L);
    client.close();
    listener.close();
  }
}
