// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.URG;

import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.TcpSegment;

/** The urgent mechanism (RFC 9293 section 3.8.5, RFC 6093). */
class UrgentDataTest {
  private final TcpFixture f;

  UrgentDataTest() throws ErrnoException {
    f = new TcpFixture();
  }

  private void small(int buffer) throws ErrnoException {
    f.listen(1).setOption(StandardSocketOptions.SO_RCVBUF, buffer);
    f.accept();
  }

  private void shut() {
    while (f.core().tcb.rcvWnd() > 0) {
      f.peerSends("x".repeat(Math.min(1000, f.core().tcb.rcvWnd())));
    }
    f.passMillis(40);
    assertThat(f.sent().getLast().window()).isZero();
  }

  @Tag("RFC9293-MUST-30")
  @Tag("RFC9293-MUST-62")
  @Tag("RFC6093-4")
  @Test
  void thePointerStandsBehindTheUrgentOctet() throws Exception {
    f.accept();
    f.write("abc");
    f.sent();
    f.endpoint().writeUrgent((byte) 'u');
    TcpSegment urgent = f.sentOne();
    assertThat(urgent.has(URG)).isTrue();
    assertThat(urgent.data().at(urgent.data().length() - 1)).isEqualTo('u');
    assertThat(urgent.sequence() + urgent.urgentPointer()).isEqualTo(f.iss + 1 + 4);
  }

  @Tag("RFC9293-MUST-31")
  @Tag("RFC6093-5")
  @Test
  void urgentDataMayBeLongerThanASegmentBothWays() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.SO_OOBINLINE, true);
    f.endpoint().setOption(StandardSocketOptions.TCP_NODELAY, true);
    for (int i = 0; i < 50; i++) {
      assertThat(f.endpoint().writeUrgent((byte) i)).isTrue();
    }
    int end = f.iss + 1;
    for (TcpSegment segment : f.sent()) {
      end += segment.data().length();
      assertThat(segment.has(URG)).isTrue();
      assertThat(segment.sequence() + segment.urgentPointer()).isEqualTo(end);
    }
    f.peerAcknowledges(f.iss + 51);
    assertThat(f.endpoint().isDrained()).isTrue();
    // 3000 octets of the peer's, all urgent: the first segment points to their end already.
    StringBuilder sent = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      String part = Integer.toString(i).repeat(1000);
      f.peer(ACK | URG).urgent(3000 - 1000 * i).data(part).send();
      f.peerNext += 1000;
      sent.append(part);
    }
    assertThat(f.read()).isEqualTo(sent.toString());
  }

  @Tag("RFC9293-MUST-66")
  @Test
  void anUrgentPointerCountsAlsoWhileTheWindowIsShut() throws Exception {
    small(3000);
    shut();
    f.peer(ACK | URG).urgent(2).data("..").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    assertThat(f.core().tcb.rcvUrgent).isTrue();
    assertThat(f.core().tcb.rcvUp).isEqualTo(f.peerNext + 2);
  }

  @Tag("RFC9293-MUST-66")
  @Test
  void aResetCountsAlsoWhileTheWindowIsShut() throws Exception {
    small(3000);
    shut();
    f.peer(RST).send();
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
  }
}
