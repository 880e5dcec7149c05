// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.PSH;
import static org.loopstack.wire.TcpHeader.SYN;

import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpInfo;

/** When the acknowledgment of data goes at once, and how long it waits otherwise. */
class DelayedAcksTest {
  private TcpFixture f = new TcpFixture();

  private void acknowledgedAtOnce(String data) {
    f.peerSends(data);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }

  private void acknowledgedAfterMillis(int millis, String data) {
    f.peerSends(data);
    f.sentNothing();
    f.passMillis(millis - 1);
    f.sentNothing();
    f.passMillis(1);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }

  private void useUpQuickAcks() {
    for (int i = 0; i < 16; i++) {
      acknowledgedAtOnce("0123456789");
      f.passMillis(1);
    }
  }

  @Test
  void theFirstSixteenAreAcknowledgedAtOnceThenTheyWait() throws Exception {
    f.accept();
    useUpQuickAcks();
    acknowledgedAfterMillis(40, "late");
  }

  @Test
  void aSmallWindowHasFewerQuickOnes() throws Exception {
    // 5840 bytes of window are five times two segments of 536.
    f.listen(5).setOption(java.net.StandardSocketOptions.SO_RCVBUF, 5840);
    f.accept();
    for (int i = 0; i < 5; i++) {
      acknowledgedAtOnce("x");
      f.passMillis(1);
    }
    acknowledgedAfterMillis(40, "late");
  }

  @Test
  void anAnswerThatComesSoonLetsTheNextOnesWait() throws Exception {
    f.accept();
    acknowledgedAtOnce("question");
    f.write("answer");
    assertThat(f.sentOne().flags()).isEqualTo(ACK | PSH);
    f.peerAcknowledges(f.iss + 7);
    f.peerSends("question");
    f.sentNothing();
    f.write("answer");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    // As soon as an answer stays out, the turns are over, and what is left of the quick ones goes.
    f.peerAcknowledges(f.iss + 13);
    acknowledgedAfterMillis(40, "question");
    acknowledgedAtOnce("question");
  }

  @Test
  void anAnswerThatComesLateIsNoTurn() throws Exception {
    f.accept();
    acknowledgedAtOnce("question");
    f.passMillis(60);
    f.write("answer");
    f.sent();
    f.peerAcknowledges(f.iss + 7);
    acknowledgedAtOnce("question");
  }

  @Test
  void aSilenceOfATimeoutBeginsAnew() throws Exception {
    f.accept();
    useUpQuickAcks();
    acknowledgedAfterMillis(40, "late");
    f.passMillis(3000);
    useUpQuickAcks();
  }

  @Test
  void aDuplicateBeginsAnew() throws Exception {
    f.accept();
    useUpQuickAcks();
    f.peer(ACK).seq(f.peerNext - 10).data("0123456789").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    for (int i = 0; i < 15; i++) {
      acknowledgedAtOnce("again");
      f.passMillis(1);
    }
  }

  @Test
  void theWaitFollowsTheDistanceOfTheSegments() throws Exception {
    f.accept();
    useUpQuickAcks();
    // 30 ms apart make 50 of the 40: half of it, and the distance. The round trip, which is 0 here,
    // bounds the wait. That nobody answered doubles it.
    f.passMillis(29);
    acknowledgedAfterMillis(40, "late");
    assertThat(info().ato()).isEqualTo(100_000);
    // Close together: it goes back, by halves.
    acknowledgedAfterMillis(40, "late");
  }

  /** However the peer sends, and however far away it is. */
  @Tag("RFC9293-MUST-40")
  @Tag("RFC5681-4.2-DELAY")
  @ParameterizedTest
  @CsvSource({"linux, 0", "linux, 100", "linux, 400", "linux, 2000", "freebsd, 0", "freebsd, 400"})
  void noAcknowledgmentWaitsForHalfASecond(String profile, int roundTrip) throws Exception {
    f =
        new TcpFixture(
            profile.equals("linux") ? TcpConfiguration.linux() : TcpConfiguration.freebsd());
    f.listen(1);
    f.peer(SYN).options(PeerSegment.mss(TcpFixture.MSS)).send();
    f.passMillis(roundTrip);
    f.sent();
    f.peerNext = f.irs + 1;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();
    int longest = 0;
    for (int gap = 1; gap < 1200; gap += 7) {
      f.peerSends("late");
      int waited = 0;
      while (f.sent().isEmpty()) {
        f.passMillis(1);
        assertThat(++waited).isLessThan(500);
      }
      longest = Math.max(longest, waited);
      f.passMillis(gap);
    }
    assertThat(longest).as("some did wait").isGreaterThanOrEqualTo(40);
  }

  private TcpInfo info() throws Exception {
    return java.util.Objects.requireNonNull(f.endpoint().option(TransportOptions.TCP_INFO));
  }

  @Test
  void withoutQuickAckTheTurnsBeginAtOnce() throws Exception {
    f.accept();
    f.endpoint().setOption(ExtendedSocketOptions.TCP_QUICKACK, false);
    acknowledgedAfterMillis(40, "late");
    acknowledgedAtOnce("missed");
  }

  @Test
  void readingAllThatWasPushedAcknowledgesIt() throws Exception {
    f = new TcpFixture(TcpConfiguration.linux().toBuilder().quickAcks(0).build());
    f.accept();
    f.peerSends("small");
    f.sentNothing();
    assertThat(f.read()).isEqualTo("small");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }

  @Tag("RFC9293-MUST-40")
  @Tag("RFC9293-SHLD-18")
  @Test
  void freeBsdWaitsFromTheBeginningForOneSegmentAtMost() throws Exception {
    f = new TcpFixture(TcpConfiguration.freebsd());
    f.accept();
    acknowledgedAfterMillis(40, "one");
    f.peerSends("one");
    f.sentNothing();
    acknowledgedAtOnce("two");
    f.peerSends("one");
    assertThat(f.read()).isEqualTo("oneonetwoone");
    f.sentNothing();
    f.passMillis(40);
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
  }
}
