// SPDX-License-Identifier: Apache-2.0
package org.loopstack.soak;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.loopstack.wire.TcpHeader;

class ProgressLawTest {
  private static final long MILLISECOND = 1_000_000L;
  private static final long SECOND = 1_000 * MILLISECOND;

  private final ProgressLaw law = new ProgressLaw("it", 100 * MILLISECOND);

  private static byte[] segment(int flags, int seq, int ack, int length) {
    byte[] b = new byte[TcpHeader.MIN_LENGTH + length];
    TcpHeader.encode(b, 0, 1000, 80, seq, ack, TcpHeader.MIN_LENGTH, flags, 1000, 0);
    return b;
  }

  private void sent(int flags, int seq, int length, long now) {
    byte[] b = segment(flags, seq, 0, length);
    law.sent(b, 0, b.length, false, now);
  }

  private void acknowledged(int ack, long now) {
    law.arrived(segment(TcpHeader.ACK, 0, ack, 0), 0, now);
  }

  @Test
  void aTimerThatIsLostIsFoundWithinSecondsIfNothingElseWas() {
    sent(TcpHeader.SYN, 99, 0, 0);
    acknowledged(100, 100 * MILLISECOND);
    sent(TcpHeader.ACK, 100, 500, 200 * MILLISECOND);
    acknowledged(600, 300 * MILLISECOND);
    sent(TcpHeader.ACK, 600, 500, SECOND);
    assertThat(law.check(false, 10 * SECOND)).isNull();
    assertThat(law.check(false, 15 * SECOND))
        .startsWith("it: no progress for 14.0 s at 501 of 1001");
  }

  @Test
  void whatTheWireDestroysBuysTime() {
    sent(TcpHeader.ACK, 100, 500, 0);
    for (int i = 0; i < 3; i++) {
      law.destroyed(i * 2L * SECOND);
    }
    assertThat(law.check(false, 100 * SECOND)).isNull();
    assertThat(law.check(false, 400 * SECOND)).isNotNull();
  }

  @Test
  void nothingOutstandingAndAReaderThatIsBehindMayTakeForEver() {
    assertThat(law.check(false, 1000 * SECOND)).isNull();
    sent(TcpHeader.ACK, 100, 500, 1000 * SECOND);
    assertThat(law.check(true, 5000 * SECOND)).isNull();
    acknowledged(600, 5001 * SECOND);
    assertThat(law.check(false, 9000 * SECOND)).isNull();
  }

  @Test
  void aDirectionThatCrawlsBreaksItsBound() {
    long now = 0;
    int seq = 100;
    for (int i = 0; i < 50; i++, now += 3 * SECOND, seq += 500) {
      sent(TcpHeader.ACK, seq, 500, now);
      acknowledged(seq + 500, now + 3 * SECOND);
      assertThat(law.check(false, now)).isNull();
    }
    assertThat(now).isGreaterThan(law.bound(50, 10, now));
  }
}
