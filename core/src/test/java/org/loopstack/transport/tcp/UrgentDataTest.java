// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.URG;

import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.Readiness;
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
    // A read stops at the mark, also where the byte stays in the stream.
    assertThat(f.read() + f.read()).isEqualTo(sent.toString());
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

  // ---- one byte out of the stream (RFC 6093 section 3.2) ----

  private void peerSendsUrgent(String data, int pointer) {
    f.peer(ACK | URG).urgent(pointer).data(data).send();
    f.peerNext += data.length();
  }

  private int urgentByte() throws ErrnoException {
    return java.util.Objects.requireNonNull(f.endpoint().option(TransportOptions.TCP_URGENT_BYTE));
  }

  private boolean atMark() throws ErrnoException {
    return java.util.Objects.requireNonNull(f.endpoint().option(TransportOptions.TCP_AT_MARK));
  }

  @Tag("RFC9293-MUST-33")
  @Test
  void aReadStopsAtTheUrgentByteAndTheNextOneLeavesItOut() throws Exception {
    f.accept();
    peerSendsUrgent("abcUdef", 4);
    assertThat(atMark()).isFalse();
    assertThat(f.endpoint().available()).isEqualTo(3);
    assertThat(f.read()).isEqualTo("abc");
    assertThat(atMark()).isTrue();
    assertThat(f.endpoint().available()).isZero();
    assertThat(f.endpoint().readiness() & Readiness.READ).isNotZero();
    assertThat(f.read()).isEqualTo("def");
    assertThat(atMark()).isFalse();
  }

  @Test
  void theUrgentByteCanBeReadOnceBeforeWhatIsInFrontOfIt() throws Exception {
    f.accept();
    assertThat(urgentByte()).isEqualTo(UrgentMark.NONE);
    peerSendsUrgent("abc\u00fe", 4);
    assertThat(urgentByte()).isEqualTo(0xfe);
    assertThat(urgentByte()).isEqualTo(UrgentMark.NONE);
    assertThat(f.read()).isEqualTo("abc");
    assertThat(f.read()).isEmpty();
  }

  @Test
  void onlyTheUrgentByteIsNothingToRead() throws Exception {
    f.accept();
    peerSendsUrgent("U", 1);
    assertThat(f.endpoint().readiness() & Readiness.READ).isZero();
    assertThat(urgentByte()).isEqualTo('U');
    f.peerSends("x");
    assertThat(f.endpoint().readiness() & Readiness.READ).isNotZero();
    assertThat(f.read()).isEqualTo("x");
  }

  @Test
  void aByteThatAReadHasPassedIsLost() throws Exception {
    f.accept();
    peerSendsUrgent("aUb", 2);
    assertThat(f.read()).isEqualTo("a");
    assertThat(f.read()).isEqualTo("b");
    assertThat(urgentByte()).isEqualTo(UrgentMark.NONE);
  }

  @Test
  void aByteThatHasBeenAnnouncedIsAwaited() throws Exception {
    f.accept();
    peerSendsUrgent("ab", 4);
    assertThat(urgentByte()).isEqualTo(UrgentMark.AWAITED);
    assertThat(f.read()).isEqualTo("ab");
    f.peerSends("cUd");
    assertThat(urgentByte()).isEqualTo('U');
    assertThat(f.read()).isEqualTo("c");
    assertThat(f.read()).isEqualTo("d");
  }

  @Test
  void whereItIsInlineTheByteStaysAndAReadStillStopsAtIt() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.SO_OOBINLINE, true);
    peerSendsUrgent("abUcd", 3);
    assertThat(urgentByte()).isEqualTo(UrgentMark.NONE);
    assertThat(f.endpoint().available()).isEqualTo(5);
    assertThat(f.read()).isEqualTo("ab");
    assertThat(atMark()).isTrue();
    assertThat(f.read()).isEqualTo("Ucd");
    assertThat(atMark()).isFalse();
  }

  @Test
  void aNewerUrgentByteMakesAnOrdinaryOneOfTheOlder() throws Exception {
    f.accept();
    peerSendsUrgent("aUb", 2);
    peerSendsUrgent("cVd", 2);
    assertThat(urgentByte()).isEqualTo('V');
    assertThat(f.read()).isEqualTo("aUbc");
    assertThat(f.read()).isEqualTo("d");
  }

  @Test
  void anOlderByteThatIsNextIsGoneWhenANewerOneComes() throws Exception {
    f.accept();
    peerSendsUrgent("aUb", 2);
    assertThat(f.read()).isEqualTo("a");
    peerSendsUrgent("cVd", 2);
    assertThat(f.read()).isEqualTo("bc");
    assertThat(f.read()).isEqualTo("d");
  }

  @Test
  void aPointerToWhatHasArrivedIsOld() throws Exception {
    f.accept();
    f.peerSends("abc");
    f.peer(ACK | URG).seq(f.peerNext - 3).urgent(2).data("abc").send();
    assertThat(urgentByte()).isEqualTo(UrgentMark.NONE);
    assertThat(f.read()).isEqualTo("abc");
  }

  @Test
  void smallReadsDoNotCrossTheMarkEither() throws Exception {
    f.accept();
    peerSendsUrgent("abUc", 3);
    java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
    StringBuilder read = new StringBuilder();
    while (f.endpoint().read(one.clear()) > 0) {
      read.append((char) one.get(0));
    }
    assertThat(read).hasToString("abc");
  }

  @Test
  void theOptionsCanOnlyBeRead() throws Exception {
    f.accept();
    assertThatThrownBy(() -> f.endpoint().setOption(TransportOptions.TCP_URGENT_BYTE, 1))
        .isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> f.endpoint().setOption(TransportOptions.TCP_AT_MARK, true))
        .isInstanceOf(ErrnoException.class);
  }
}
