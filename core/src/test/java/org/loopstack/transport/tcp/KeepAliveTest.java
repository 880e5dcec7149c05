// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;

import java.net.StandardSocketOptions;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.TcpSegment;

/** Asking a silent peer whether it is there (RFC 9293 section 3.8.4). */
class KeepAliveTest {
  private final TcpFixture f;

  KeepAliveTest() throws ErrnoException {
    f = new TcpFixture().accept();
  }

  private void turnOn(boolean on) throws ErrnoException {
    f.endpoint().setOption(StandardSocketOptions.SO_KEEPALIVE, on);
  }

  @Tag("RFC9293-MUST-25")
  @Test
  void unlessItIsAskedForNobodyAsks() throws Exception {
    assertThat(f.endpoint().option(StandardSocketOptions.SO_KEEPALIVE)).isFalse();
    f.pass(Duration.ofDays(100));
    f.sentNothing();
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
  }

  @Tag("RFC9293-MAY-5")
  @Tag("RFC5482-4.2")
  @Tag("RFC9293-MUST-24")
  @Tag("RFC9293-MUST-28")
  @Tag("RFC9293-SHLD-12")
  @Test
  void itBeginsAfterTwoHoursOfSilenceAndCanBeTurnedOffAgain() throws Exception {
    turnOn(true);
    f.pass(Duration.ofHours(2).minusSeconds(1));
    f.sentNothing();
    f.pass(Duration.ofSeconds(1));
    TcpSegment probe = f.sentOne();
    // "Such a segment generally contains SEG.SEQ = SND.NXT-1".
    assertThat(probe.sequence()).isEqualTo(f.iss);
    assertThat(probe.flags()).isEqualTo(ACK);
    assertThat(probe.data().length()).isZero();
    f.peer(ACK).send();
    turnOn(false);
    f.pass(Duration.ofDays(1));
    f.sentNothing();
  }

  @Tag("RFC9293-MUST-27")
  @Test
  void theIntervalCanBeChosen() throws Exception {
    f.endpoint().setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
    turnOn(true);
    f.pass(Duration.ofSeconds(9));
    f.sentNothing();
    f.pass(Duration.ofSeconds(1));
    assertThat(f.sent()).hasSize(1);
  }

  @Tag("RFC9293-MUST-26")
  @Test
  void nobodyAsksWhileDataIsOutstandingOrSomethingHasCome() throws Exception {
    f.endpoint().setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 10);
    turnOn(true);
    for (int i = 0; i < 20; i++) {
      f.pass(Duration.ofSeconds(9));
      f.peer(ACK).send();
    }
    f.sentNothing();
    f.write("unacknowledged");
    f.pass(Duration.ofSeconds(100));
    assertThat(f.sent()).isNotEmpty().allMatch(s -> s.data().length() == 14);
  }

  @Tag("RFC9293-MUST-29")
  @Test
  void oneUnansweredQuestionIsNotTheEndButNineAre() throws Exception {
    turnOn(true);
    f.pass(Duration.ofHours(2));
    for (int i = 0; i < 8; i++) {
      assertThat(f.sent()).hasSize(1);
      f.pass(Duration.ofSeconds(75));
      assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    }
    // An answer to the last one sets everything back.
    f.peer(ACK).send();
    f.sent();
    f.pass(Duration.ofHours(2).minusSeconds(1));
    f.sentNothing();
    f.pass(Duration.ofSeconds(1 + 8 * 75));
    assertThat(f.sent()).hasSize(9);
    f.pass(Duration.ofSeconds(75));
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.read());
    assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT);
  }
}
