// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is lost by RFC 6675's counting, where RACK is off. */
class SackLossDetectionTest {
  private static final int MSS = 1000;

  private final RetransmissionQueue queue = new RetransmissionQueue();

  /** Ten segments; those named have arrived. What is lost is read off by its position. */
  private List<Integer> lost(Integer... arrived) {
    for (int i = 0; i < 10; i++) {
      queue.append(new SentSegment(i * MSS, (i + 1) * MSS, false, 0));
    }
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (List.of(arrived).contains(s.seq / MSS)) {
        queue.markSacked(s);
      }
    }
    SackLossDetection.detect(queue, MSS);
    return positions();
  }

  private List<Integer> positions() {
    List<Integer> all = new java.util.ArrayList<>();
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (s.lost) {
        all.add(s.seq / MSS);
      }
    }
    return all;
  }

  @Tag("RFC6675-4-LOST")
  @Test
  void moreThanTwoSegmentsAboveMakeALoss() {
    assertThat(lost(1, 2, 3)).containsExactly(0);
  }

  @Tag("RFC6675-4-LOST")
  @Test
  void twoDoNot() {
    assertThat(lost(1, 2)).isEmpty();
  }

  @Tag("RFC6675-4-LOST")
  @Test
  void whatLiesAboveTheLastThreeIsNotLost() {
    assertThat(lost(1, 3, 5, 7)).containsExactly(0, 2);
  }

  @Tag("RFC6675-4-LOST")
  @Test
  void threeRunsCountHoweverShort() {
    for (int i = 0; i < 8; i++) {
      queue.append(new SentSegment(i * 10, (i + 1) * 10, false, 0));
    }
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (s.seq == 10 || s.seq == 30 || s.seq == 50) {
        queue.markSacked(s);
      }
    }
    SackLossDetection.detect(queue, MSS);
    assertThat(queue.first()).isNotNull().matches(s -> s.lost);
    assertThat(queue.lost()).isEqualTo(10);
  }

  @Test
  void whatWasSentAgainIsLeftToTheTimer() {
    lost(1, 2, 3);
    SentSegment head = queue.first();
    assertThat(head).isNotNull();
    queue.sentAgain(head, 1);
    SackLossDetection.detect(queue, MSS);
    assertThat(head.underWayAgain).isTrue();
  }

  @Tag("RFC6675-5")
  @Test
  void aConnectionOfFreebsdRepairsByIt() throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.freebsd());
    f.accept(PeerSegment.join(PeerSegment.mss(MSS), new int[] {4, 2, 1, 1}));
    int first = f.iss + 1;
    f.write(6 * MSS);
    assertThat(f.sent()).hasSize(6);
    f.passMillis(50);
    f.peerAck = first;
    f.peer(ACK).options(sack(first + MSS, first + 3 * MSS)).send();
    // Not after any time: only a third makes it lost.
    f.passMillis(20);
    f.sentNothing();
    f.peer(ACK).options(sack(first + MSS, first + 4 * MSS)).send();
    assertThat(f.sentOne().sequence()).isEqualTo(first);
    assertThat(f.core().sender.recovery.phase()).isEqualTo(LossRecovery.Phase.RECOVERY);
  }

  private static int[] sack(int left, int right) {
    int[] option = {1, 1, 5, 10, 0, 0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
      option[4 + i] = left >>> 24 - 8 * i & 0xff;
      option[8 + i] = right >>> 24 - 8 * i & 0xff;
    }
    return option;
  }
}
