// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** TIME-WAIT assassination (RFC 1337). */
class TimeWaitResetTest {
  @Tag("RFC1337-3")
  @ParameterizedTest
  @CsvSource({"true, 0, TIME_WAIT", "true, 1, TIME_WAIT", "false, 0, CLOSED"})
  void aResetEndsTimeWaitUnlessItIsToldNotTo(boolean robust, int ahead, TcpState after)
      throws Exception {
    TcpFixture f =
        new TcpFixture(TcpConfiguration.linux().toBuilder().robustTimeWait(robust).build());
    f.bring(TcpState.TIME_WAIT);
    f.peer(RST | ACK).seq(f.peerNext + ahead).send();
    f.sentNothing();
    assertThat(f.state()).isEqualTo(after);
    // Neither does it make it any longer.
    f.pass(Duration.ofSeconds(60));
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }
}
