// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;
import static org.loopstack.wire.TcpHeader.URG;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.TcpSegment;

/**
 * Every state by every kind of segment by every place relative to the receive window, as RFC 9293
 * section 3.10.7.4 and RFC 5961 have it; but for what has no length at the right edge of the
 * window, which counts as on Linux.
 *
 * <p>A cell is the answer, then perhaps {@code >STATE}, then perhaps {@code !} for a segment that
 * was counted as out of the window. The columns: left of the window, its first number, inside, its
 * last number, right of it.
 */
class SegmentArrivesTest {
  private static final String TABLE =
      """
      SYN_RECEIVED SYN     | synack! ack              ack              ack              synack!
      SYN_RECEIVED SYN-ACK | synack! ack              ack              ack              synack!
      SYN_RECEIVED ACK     | ack!    ->ESTABLISHED    ->ESTABLISHED    ->ESTABLISHED    ack!
      SYN_RECEIVED DATA    | ack!    ack>ESTABLISHED  ack>ESTABLISHED  ack>ESTABLISHED  ack!
      SYN_RECEIVED FIN     | ack!    ack>CLOSE_WAIT   ack>ESTABLISHED  ack>ESTABLISHED  ack!
      SYN_RECEIVED RST     | -!      ->CLOSED         ack              ack              -!
      SYN_RECEIVED URG     | ack!    ack>ESTABLISHED  ack>ESTABLISHED  ack>ESTABLISHED  ack!
      SYN_RECEIVED NOTHING | ack!    -!               -!               -!               ack!

      ESTABLISHED  SYN     | ack!    ack              ack              ack              ack!
      ESTABLISHED  SYN-ACK | ack!    ack              ack              ack              ack!
      ESTABLISHED  ACK     | ack!    -                -                -                -
      ESTABLISHED  DATA    | ack!    ack              ack              ack              ack!
      ESTABLISHED  FIN     | ack!    ack>CLOSE_WAIT   ack              ack              ack!
      ESTABLISHED  RST     | -!      ->CLOSED         ack              ack              -!
      ESTABLISHED  URG     | ack!    ack              ack              ack              ack!
      ESTABLISHED  NOTHING | ack!    -!               -!               -!               -!

      FIN_WAIT_1   SYN     | ack!    ack              ack              ack              ack!
      FIN_WAIT_1   SYN-ACK | ack!    ack              ack              ack              ack!
      FIN_WAIT_1   ACK     | ack!    -                -                -                -
      FIN_WAIT_1   DATA    | ack!    ack              ack              ack              ack!
      FIN_WAIT_1   FIN     | ack!    ack>CLOSING      ack              ack              ack!
      FIN_WAIT_1   RST     | -!      ->CLOSED         ack              ack              -!
      FIN_WAIT_1   URG     | ack!    ack              ack              ack              ack!
      FIN_WAIT_1   NOTHING | ack!    -!               -!               -!               -!

      FIN_WAIT_2   SYN     | ack!    ack              ack              ack              ack!
      FIN_WAIT_2   SYN-ACK | ack!    ack              ack              ack              ack!
      FIN_WAIT_2   ACK     | ack!    -                -                -                -
      FIN_WAIT_2   DATA    | ack!    ack              ack              ack              ack!
      FIN_WAIT_2   FIN     | ack!    ack>TIME_WAIT    ack              ack              ack!
      FIN_WAIT_2   RST     | -!      ->CLOSED         ack              ack              -!
      FIN_WAIT_2   URG     | ack!    ack              ack              ack              ack!
      FIN_WAIT_2   NOTHING | ack!    -!               -!               -!               -!

      CLOSE_WAIT   SYN     | ack!    ack              ack              ack              ack!
      CLOSE_WAIT   SYN-ACK | ack!    ack              ack              ack              ack!
      CLOSE_WAIT   ACK     | ack!    -                -                -                -
      CLOSE_WAIT   DATA    | ack!    -                -                -                ack!
      CLOSE_WAIT   FIN     | ack!    -                -                -                ack!
      CLOSE_WAIT   RST     | -!      ->CLOSED         ack              ack              -!
      CLOSE_WAIT   URG     | ack!    -                -                -                ack!
      CLOSE_WAIT   NOTHING | ack!    -!               -!               -!               -!

      CLOSING      SYN     | ack!    ack              ack              ack              ack!
      CLOSING      SYN-ACK | ack!    ack              ack              ack              ack!
      CLOSING      ACK     | ack!    -                -                -                -
      CLOSING      DATA    | ack!    -                -                -                ack!
      CLOSING      FIN     | ack!    -                -                -                ack!
      CLOSING      RST     | -!      ->CLOSED         ack              ack              -!
      CLOSING      URG     | ack!    -                -                -                ack!
      CLOSING      NOTHING | ack!    -!               -!               -!               -!

      LAST_ACK     SYN     | ack!    ack              ack              ack              ack!
      LAST_ACK     SYN-ACK | ack!    ack              ack              ack              ack!
      LAST_ACK     ACK     | ack!    -                -                -                -
      LAST_ACK     DATA    | ack!    -                -                -                ack!
      LAST_ACK     FIN     | ack!    -                -                -                ack!
      LAST_ACK     RST     | -!      ->CLOSED         ack              ack              -!
      LAST_ACK     URG     | ack!    -                -                -                ack!
      LAST_ACK     NOTHING | ack!    -!               -!               -!               -!

      TIME_WAIT    SYN     | ack!    ack  synack>SYN_RECEIVED  synack>SYN_RECEIVED  synack>SYN_RECEIVED
      TIME_WAIT    SYN-ACK | ack!    ack              ack              ack              ack!
      TIME_WAIT    ACK     | ack!    -                -                -                -
      TIME_WAIT    DATA    | ack!    -                -                -                ack!
      TIME_WAIT    FIN     | ack!    -                -                -                ack!
      TIME_WAIT    RST     | -!      ->CLOSED         ack              ack              -!
      TIME_WAIT    URG     | ack!    -                -                -                ack!
      TIME_WAIT    NOTHING | ack!    -!               -!               -!               -!
      """;

  private static final List<String> PLACES = List.of("left", "first", "inside", "last", "right");

  static Stream<Arguments> cells() {
    return TABLE
        .lines()
        .filter(l -> !l.isBlank())
        .flatMap(
            line -> {
              String[] words = line.replace("|", " ").trim().split(" +");
              return Stream.of(0, 1, 2, 3, 4)
                  .map(
                      i ->
                          Arguments.of(
                              TcpState.valueOf(words[0]), words[1], PLACES.get(i), words[2 + i]));
            });
  }

  @Tag("RFC9293-3.10.7.4")
  @Tag("RFC5961-3.2")
  @Tag("RFC5961-4.2")
  @Tag("RFC5961-3.2-OUTSIDE")
  @Tag("RFC5961-3.2-EXACT")
  @Tag("RFC5961-3.2-CHALLENGE")
  @ParameterizedTest(name = "{0}: {1} {2}: {3}")
  @MethodSource("cells")
  void aSegmentIsAnsweredAsTheStateAndItsPlaceDemand(
      TcpState state, String kind, String place, String expected) throws Exception {
    TcpFixture f = new TcpFixture().bring(state);
    TransmissionControlBlock before = f.tcb();
    int left = before.rcvNxt;
    int right = before.rcvAdv;
    // What the peer has not acknowledged, a FIN in FIN-WAIT-1, it does not acknowledge now either.
    f.peerAck = state == TcpState.SYN_RECEIVED ? before.sndNxt : before.sndUna;
    long drops = f.drops(DropReason.TCP_OUT_OF_WINDOW);

    int seq =
        switch (place) {
          case "left" -> left - 100;
          case "first" -> left;
          case "inside" -> left + 100;
          case "last" -> right - 1;
          default -> right;
        };
    segment(f, kind).seq(seq).send();

    List<TcpSegment> sent = f.sent();
    assertThat(sent).hasSizeLessThanOrEqualTo(1);
    TransmissionControlBlock tcb = f.tcp.connections().isEmpty() ? before : f.tcb();
    String answer = sent.isEmpty() ? "-" : answer(sent.getFirst(), f, tcb);
    TcpState after = f.state();
    String moved = after == state ? "" : ">" + after;
    String dropped = f.drops(DropReason.TCP_OUT_OF_WINDOW) > drops ? "!" : "";
    assertThat(answer + moved + dropped).isEqualTo(expected);
    // Whatever happened, the window's right edge has not moved left (RFC 9293 section 3.8.6).
    boolean another = state == TcpState.TIME_WAIT && after == TcpState.SYN_RECEIVED;
    assertThat(another || tcb.rcvAdv - right >= 0).isTrue();
  }

  private static PeerSegment segment(TcpFixture f, String kind) {
    return switch (kind) {
      case "SYN" -> f.peer(SYN);
      case "SYN-ACK" -> f.peer(SYN | ACK);
      case "ACK" -> f.peer(ACK);
      case "DATA" -> f.peer(ACK).data("0123456789");
      case "FIN" -> f.peer(FIN | ACK);
      case "RST" -> f.peer(RST);
      case "URG" -> f.peer(URG | ACK).urgent(1).data("u");
      case "NOTHING" -> f.peer(0);
      default -> throw new AssertionError(kind);
    };
  }

  /** Names the answer, and checks that its numbers are those of a connection as it stands. */
  private static String answer(TcpSegment sent, TcpFixture f, TransmissionControlBlock tcb) {
    if (sent.flags() == (SYN | ACK)) {
      return "synack";
    }
    assertThat(sent.flags() & ~ACK).isZero();
    assertThat(sent.sequence()).isEqualTo(tcb.sndNxt);
    assertThat(sent.acknowledgment()).isEqualTo(tcb.rcvNxt);
    return "ack";
  }
}
