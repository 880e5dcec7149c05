// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.PSH;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;
import static org.loopstack.wire.TcpHeader.URG;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.TcpSegment;

/** CLOSED, LISTEN and SYN-SENT (RFC 9293 sections 3.10.7.1 to 3.10.7.3). */
class UnsynchronizedStatesTest {
  private final TcpFixture f = new TcpFixture();

  // ---- CLOSED ----

  @Tag("RFC9293-3.10.7.1")
  @ParameterizedTest
  @ValueSource(ints = {0, SYN, FIN, URG, PSH, SYN | FIN})
  void closedAnswersASegmentWithoutAckByAResetThatAcknowledgesIt(int flags) {
    f.peer(flags).data("abc").send();
    TcpSegment reset = f.sentOne();
    int length = 3 + Integer.bitCount(flags & (SYN | FIN));
    assertThat(reset.flags()).isEqualTo(RST | ACK);
    assertThat(reset.sequence()).isZero();
    assertThat(reset.acknowledgment()).isEqualTo(f.irs + length);
    assertThat(f.drops(DropReason.TCP_NO_SOCKET)).isEqualTo(1);
  }

  @Tag("RFC9293-3.10.7.1")
  @ParameterizedTest
  @ValueSource(ints = {ACK, SYN | ACK, FIN | ACK, URG | ACK})
  void closedAnswersASegmentWithAckByAResetAtItsAcknowledgment(int flags) {
    f.peer(flags).ack(0x1234_5678).send();
    TcpSegment reset = f.sentOne();
    assertThat(reset.flags()).isEqualTo(RST);
    assertThat(reset.sequence()).isEqualTo(0x1234_5678);
  }

  @Tag("RFC9293-3.10.7.1")
  @ParameterizedTest
  @ValueSource(ints = {RST, RST | ACK, RST | SYN})
  void aResetIsNeverAnswered(int flags) {
    f.peer(flags).send();
    f.sentNothing();
  }

  // ---- LISTEN ----

  @Tag("RFC9293-3.10.7.2")
  @ParameterizedTest
  @CsvSource({
    "SYN, synack, SYN_RECEIVED",
    "ACK, rst, CLOSED",
    "SYN_ACK, rst, CLOSED",
    "FIN_ACK, rst, CLOSED",
    "URG_ACK, rst, CLOSED",
    "RST, -, CLOSED",
    "SYN_RST, -, CLOSED",
    "NOTHING, -, CLOSED",
    "FIN, -, CLOSED",
    "URG, -, CLOSED",
    "SYN_FIN, synack, SYN_RECEIVED"
  })
  void listenAnswers(String kind, String answer, TcpState after) throws Exception {
    f.bring(TcpState.LISTEN);
    f.peer(flags(kind)).ack(77).send();
    switch (answer) {
      case "-" -> f.sentNothing();
      case "rst" -> {
        TcpSegment reset = f.sentOne();
        assertThat(reset.flags()).isEqualTo(RST);
        assertThat(reset.sequence()).isEqualTo(77);
      }
      default -> {
        TcpSegment synAck = f.sentOne();
        assertThat(synAck.flags()).isEqualTo(SYN | ACK);
        assertThat(synAck.sequence()).isEqualTo(f.iss);
        assertThat(synAck.acknowledgment()).isEqualTo(f.irs + 1);
      }
    }
    assertThat(f.state()).isEqualTo(after);
  }

  // ---- SYN-SENT ----

  /** The acknowledgment: none, of nothing (ISS), of the SYN, or of what was never sent. */
  @Tag("RFC9293-3.10.7.3")
  @Tag("RFC9293-MUST-10")
  @ParameterizedTest
  @CsvSource({
    "SYN, none, synack, SYN_RECEIVED",
    "SYN, good, ack, ESTABLISHED",
    "SYN, low, rst, SYN_SENT",
    "SYN, high, rst, SYN_SENT",
    "NOTHING, none, -, SYN_SENT",
    "NOTHING, good, -, SYN_SENT",
    "NOTHING, low, rst, SYN_SENT",
    "NOTHING, high, rst, SYN_SENT",
    "FIN, none, -, SYN_SENT",
    "FIN, good, -, SYN_SENT",
    "FIN, low, rst, SYN_SENT",
    "RST, none, -, SYN_SENT",
    "RST, good, -, CLOSED",
    "RST, low, -, SYN_SENT",
    "RST, high, -, SYN_SENT",
    "URG, none, -, SYN_SENT",
    "URG, good, -, SYN_SENT",
    "SYN_FIN, good, ack, CLOSE_WAIT",
    "SYN_RST, good, -, CLOSED",
    "SYN_RST, none, -, SYN_SENT"
  })
  void synSentAnswers(String kind, String acknowledgment, String answer, TcpState after)
      throws Exception {
    f.bring(TcpState.SYN_SENT);
    int ack =
        switch (acknowledgment) {
          case "low" -> f.iss;
          case "high" -> f.iss + 2;
          default -> f.iss + 1;
        };
    f.peer(flags(kind) | (acknowledgment.equals("none") ? 0 : ACK)).ack(ack).send();
    assertThat(f.state()).isEqualTo(after);
    if (answer.equals("-")) {
      f.sentNothing();
      return;
    }
    TcpSegment sent = f.sentOne();
    switch (answer) {
      case "rst" -> {
        assertThat(sent.flags()).isEqualTo(RST);
        assertThat(sent.sequence()).isEqualTo(ack);
      }
      case "synack" -> {
        assertThat(sent.flags()).isEqualTo(SYN | ACK);
        assertThat(sent.sequence()).isEqualTo(f.iss);
        assertThat(sent.acknowledgment()).isEqualTo(f.irs + 1);
      }
      default -> {
        assertThat(sent.flags()).isEqualTo(ACK);
        assertThat(sent.sequence()).isEqualTo(f.iss + 1);
        assertThat(sent.acknowledgment()).isEqualTo(f.irs + (after == TcpState.CLOSE_WAIT ? 2 : 1));
      }
    }
  }

  @Test
  void aResetInSynSentIsConnectionRefusedOnce() throws Exception {
    f.bring(TcpState.SYN_SENT);
    f.peer(RST | ACK).ack(f.iss + 1).send();
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> f.endpoint().finishConnect());
    assertThat(e.errno()).isEqualTo(Errno.ECONNREFUSED);
    f.endpoint().close();
    assertThat(f.ports.claims()).isZero();
  }

  @Test
  void dataWithTheSynAckIsTaken() throws Exception {
    f.bring(TcpState.SYN_SENT);
    f.peer(SYN | ACK).ack(f.iss + 1).data("hello").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.irs + 6);
    assertThat(f.read()).isEqualTo("hello");
  }

  private static int flags(String kind) {
    int flags = 0;
    for (String name : kind.split("_")) {
      flags |=
          switch (name) {
            case "SYN" -> SYN;
            case "ACK" -> ACK;
            case "FIN" -> FIN;
            case "RST" -> RST;
            case "URG" -> URG;
            default -> 0;
          };
    }
    return flags;
  }
}
