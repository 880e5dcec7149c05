// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.SYN;
import static org.loopstack.wire.TcpHeader.URG;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpReport;
import org.loopstack.wire.IcmpMessage;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpSegment;

/** What an ICMP error does to a connection (RFC 9293 section 3.9.2.2, RFC 5461, RFC 5927). */
class IcmpErrorsTest {
  private static final IpAddress ROUTER = IpAddress.parse("10.0.0.254");

  private final TcpFixture f = new TcpFixture();

  /** A router reports an error about a segment of ours with a given number. */
  private void error(int type, int code, int sequence) {
    error(type, code, sequence, TcpFixture.PEER_PORT);
  }

  private void error(int type, int code, int sequence, int port) {
    error(f, type, code, sequence, port);
  }

  private static void error(TcpFixture f, int type, int code, int sequence, int port) {
    TcpSegment ours =
        new TcpSegment(TcpFixture.PORT, port, sequence, 0, ACK, 0, 0, Octets.EMPTY, Octets.EMPTY);
    byte[] about = Ipv4Datagram.of(TcpFixture.US, TcpFixture.PEER, ours).encode();
    Octets quoted = Octets.copyOf(Arrays.copyOf(about, 28));
    IcmpMessage message = new IcmpMessage.Error(type, code, 0, quoted);
    f.inject(Ipv4Datagram.of(ROUTER, TcpFixture.US, message).encode());
  }

  @Tag("RFC9293-MUST-54")
  @Tag("RFC9293-SHLD-26")
  @ParameterizedTest
  @CsvSource({
    "3, 0, ENETUNREACH",
    "3, 1, EHOSTUNREACH",
    "3, 2, ENOPROTOOPT",
    "3, 3, ECONNREFUSED",
    "11, 0, EHOSTUNREACH"
  })
  void anErrorEndsTheAttemptThatItIsAboutAndNoOther(int type, int code, Errno errno)
      throws Exception {
    f.bring(TcpState.SYN_SENT);
    error(type, code, f.iss, TcpFixture.PEER_PORT + 1);
    assertThat(f.state()).isEqualTo(TcpState.SYN_SENT);
    error(type, code, f.iss);
    assertThat(f.state()).isEqualTo(TcpState.CLOSED);
    ErrnoException e =
        catchThrowableOfType(ErrnoException.class, () -> f.endpoint().finishConnect());
    assertThat(e.errno()).isEqualTo(errno);
  }

  @Tag("RFC9293-MUST-56")
  @Tag("RFC5927-5.2")
  @ParameterizedTest
  @CsvSource({"3, 0", "3, 1", "3, 2", "3, 3", "3, 5", "11, 0", "11, 1", "12, 0"})
  void noErrorEndsAnOpenConnection(int type, int code) throws Exception {
    f.accept();
    f.write("hello");
    f.sent();
    error(type, code, f.iss + 1);
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    f.peerAcknowledges(f.iss + 6);
    f.peerSends("world");
    assertThat(f.read()).isEqualTo("world");
  }

  /**
   * By default as Linux does; the profile that keeps to RFC 9293 section 3.9.2.2 tries on after a
   * soft error, and gives up for a hard one only.
   */
  @Tag("RFC9293-MUST-56")
  @Tag("RFC9293-SHLD-26")
  @ParameterizedTest
  @CsvSource({
    "3, 0, true",
    "3, 1, true",
    "3, 5, true",
    "11, 0, true",
    "11, 1, true",
    "12, 0, true",
    "3, 2, false",
    "3, 3, false"
  })
  void anAttemptOutlivesASoftErrorIfItIsToldTo(int type, int code, boolean lives) throws Exception {
    TcpFixture patient =
        new TcpFixture(TcpConfiguration.linux().toBuilder().softErrorsEndAttempts(false).build());
    patient.bring(TcpState.SYN_SENT);
    error(patient, type, code, patient.iss, TcpFixture.PEER_PORT);
    assertThat(patient.state()).isEqualTo(lives ? TcpState.SYN_SENT : TcpState.CLOSED);
    if (lives) {
      patient.pass(Duration.ofSeconds(1));
      assertThat(patient.sentOne().flags()).as("tries on").isEqualTo(SYN);
    }
  }

  @Tag("RFC9293-MUST-47")
  @Tag("RFC9293-SHLD-20")
  @Tag("RFC9293-SHLD-25")
  @Test
  void whoWantsReportsIsCalledAndNobodyElse() throws Exception {
    List<TcpReport> reports = new ArrayList<>();
    f.accept();
    f.write("hello");
    error(3, 1, f.iss + 1);
    f.endpoint().setOption(TransportOptions.TCP_REPORTS, reports::add);
    error(3, 0, f.iss + 1);
    f.endpoint().setOption(TransportOptions.TCP_REPORTS, TcpReport.Listener.NOBODY);
    error(3, 1, f.iss + 1);
    assertThat(reports)
        .containsExactly(
            new TcpReport(
                new InetSocketAddress("10.0.0.1", TcpFixture.PORT),
                new InetSocketAddress("10.0.0.2", TcpFixture.PEER_PORT),
                TcpReport.Reason.ICMP_ERROR,
                Errno.ENETUNREACH.number()));
  }

  @Tag("RFC9293-MUST-47")
  @Tag("RFC9293-SHLD-9")
  @Tag("RFC9293-SHLD-10")
  @Test
  void dataThatIsSentAgainTooOftenIsReportedBeforeTheConnectionIsGivenUp() throws Exception {
    List<TcpReport> reports = new ArrayList<>();
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_REPORTS, reports::add);
    f.write("hello");
    f.passMillis(1000);
    assertThat(f.sent()).as("once, and twice again").hasSize(3);
    assertThat(reports).isEmpty();
    f.pass(Duration.ofMinutes(1));
    assertThat(f.state()).isEqualTo(TcpState.ESTABLISHED);
    assertThat(reports)
        .isNotEmpty()
        .allMatch(r -> r.reason() == TcpReport.Reason.EXCESSIVE_RETRANSMISSIONS);
    assertThat(reports.getFirst().subreason()).isGreaterThanOrEqualTo(3);
  }

  @Tag("RFC9293-MUST-32")
  @Tag("RFC9293-MUST-33")
  @Tag("RFC9293-MUST-47")
  @Test
  void anUrgentPointerIsReportedWhenItComesAndWhenItAdvances() throws Exception {
    List<TcpReport> reports = new ArrayList<>();
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_REPORTS, reports::add);
    f.endpoint().setOption(TransportOptions.SO_OOBINLINE, true);
    f.peer(ACK | URG).urgent(3).data("abc").send();
    f.peerNext += 3;
    f.peer(ACK | URG).urgent(2).data("de").send();
    f.peerNext += 2;
    f.peer(ACK | URG).urgent(0).data("f").send();
    assertThat(reports)
        .allMatch(r -> r.reason() == TcpReport.Reason.URGENT)
        .extracting(TcpReport::subreason)
        .containsExactly(3, 5);
  }

  @Tag("RFC9293-MUST-47")
  @Test
  void aReportMayUseTheConnectionThatItIsAbout() throws Exception {
    f.accept();
    f.endpoint().setOption(TransportOptions.TCP_REPORTS, report -> f.endpoint().close());
    f.write("hello");
    error(3, 1, f.iss + 1);
    assertThat(f.state()).isEqualTo(TcpState.FIN_WAIT_1);
  }

  @Tag("RFC9293-MUST-47")
  @Tag("RFC9293-SHLD-25")
  @Tag("RFC9293-MUST-54")
  @Test
  void whatTheRouterSaidIsTheErrorOfAConnectionThatIsGivenUp() throws Exception {
    f.accept();
    f.write("hello");
    error(3, 1, f.iss + 1);
    f.pass(Duration.ofHours(1));
    ErrnoException e = catchThrowableOfType(ErrnoException.class, () -> f.read());
    assertThat(e.errno()).isEqualTo(Errno.EHOSTUNREACH);
  }

  @Tag("RFC9293-MUST-55")
  @ParameterizedTest
  @EnumSource(
      value = TcpState.class,
      names = {"SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "CLOSE_WAIT"})
  void aSourceQuenchChangesNothing(TcpState state) throws Exception {
    f.bring(state);
    boolean halfOpen = f.occupant() instanceof HalfOpen;
    int window = halfOpen ? 0 : f.core().sender.congestion().window();
    error(4, 0, f.tcb().sndUna);
    f.sentNothing();
    assertThat(f.state()).isEqualTo(state);
    if (halfOpen) {
      return;
    }
    assertThat(f.core().sender.congestion().window()).isEqualTo(window);
    assertThat(f.core().softErrorOr(Errno.ETIMEDOUT)).isEqualTo(Errno.ETIMEDOUT);
  }

  /** RFC 5927 section 4.1: {@code SND.UNA =< SEG.SEQ < SND.NXT}. */
  @Tag("RFC5927-4.1")
  @ParameterizedTest
  @CsvSource({"-1", "7"})
  void anErrorAboutANumberThatIsNotInFlightIsForged(int offset) throws Exception {
    f.accept();
    f.write("hello");
    error(3, 1, f.iss + 1 + offset);
    assertThat(f.core().softErrorOr(Errno.ETIMEDOUT)).isEqualTo(Errno.ETIMEDOUT);
  }
}
