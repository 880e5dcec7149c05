// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.CWR;
import static org.loopstack.wire.TcpHeader.ECE;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TcpSegment;

/** SYN cookies (RFC 4987 section 3.6): their numbers, the handshake by them, and a flood. */
class SynCookiesTest {
  private static final int[] SYN_OPTIONS = {
    2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 99, 0, 0, 0, 0, 1, 3, 3, 9
  };

  private static TcpFixture always() {
    return fixture(TcpConfiguration.linux().toBuilder().synCookies(SynCookieMode.ALWAYS).build());
  }

  private static TcpFixture fixture(TcpConfiguration configuration) {
    return new TcpFixture(configuration, 0x7fff_ff00, 0xffff_ff80, 1500);
  }

  // ---- numbers ----

  @Tag("RFC4987-3.6")
  @ParameterizedTest
  @CsvSource({"1, 536", "536, 536", "1219, 536", "1460, 1460", "1500, 1460", "65495, 65475"})
  void aNumberRemembersTheMssRoundedDown(int offered, int remembered) {
    SynCookies cookies = new SynCookies(Engine.virtual(new VirtualClock(), 3).randomness());
    for (int irs = -5; irs < 5; irs++) {
      long now = irs * 1_000_000_007L + 10_000_000_000L;
      int number = cookies.number(TcpFixture.ENDS, irs, offered, now);
      assertThat(cookies.mss(TcpFixture.ENDS, irs, number, now)).isEqualTo(remembered);
    }
  }

  @Tag("RFC4987-3.6")
  @Test
  void aNumberIsWorthNothingLaterElsewhereOrChanged() {
    SynCookies cookies = new SynCookies(Engine.virtual(new VirtualClock(), 3).randomness());
    SynCookies others = new SynCookies(Engine.virtual(new VirtualClock(), 4).randomness());
    FourTuple ends = TcpFixture.ENDS;
    FourTuple elsewhere = new FourTuple(ends.local(), ends.localPort(), ends.remote(), 40_001);
    int number = cookies.number(ends, 7, 1460, 0);
    assertThat(cookies.mss(ends, 7, number, 127_000_000_000L)).isEqualTo(1460);
    assertThat(cookies.mss(ends, 7, number, 129_000_000_000L)).isZero();
    assertThat(cookies.mss(elsewhere, 7, number, 0)).isZero();
    assertThat(cookies.mss(ends, 8, number, 0)).isZero();
    assertThat(others.mss(ends, 7, number, 0)).isZero();
    int guesses = 0;
    for (int i = 1; i < 1_000_000; i++) {
      guesses += cookies.mss(ends, 7, number + i * 4099, 0) != 0 ? 1 : 0;
    }
    // Two minutes and eight sizes of 2^32 numbers are right: 0.004 of a million.
    assertThat(guesses).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, -1, false, false",
    "63, 14, true, true",
    "1000, 7, true, false",
    "-3, 0, false, true"
  })
  void aTimestampRemembersOptionsAndIsNeverInTheFuture(
      int clock, int shift, boolean sack, boolean ecn) {
    int value = SynCookies.timestamp(clock, shift, sack, ecn);
    assertThat(SequenceNumber.le(value, clock)).isTrue();
    assertThat(clock - value).isLessThan(128);
    assertThat(value & 0xf).isEqualTo(shift < 0 ? 15 : shift);
    assertThat((value & 0x10) != 0).isEqualTo(sack);
    assertThat((value & 0x20) != 0).isEqualTo(ecn);
  }

  // ---- the handshake ----

  private static TcpSegment answerTo(TcpFixture f, int flags, int... options) throws Exception {
    f.listen(5);
    f.peer(SYN | flags).options(options).send();
    TcpSegment synAck = f.sentOne();
    f.peerNext = f.irs + 1;
    f.peerAck = synAck.sequence() + 1;
    return synAck;
  }

  private static StreamEndpoint accept(TcpFixture f) throws Exception {
    return Objects.requireNonNull(Objects.requireNonNull(f.listener).accept());
  }

  private static TcpOptions options(TcpSegment segment) {
    byte[] bytes = segment.options().toByteArray();
    TcpOptions options = new TcpOptions();
    assertThat(options.parse(bytes, 0, bytes.length)).isTrue();
    return options;
  }

  @Tag("RFC4987-3.6")
  @Test
  void nothingIsKeptUntilTheAcknowledgmentComes() throws Exception {
    TcpFixture f = always();
    TcpSegment synAck = answerTo(f, 0, PeerSegment.mss(1000));
    assertThat(synAck.flags()).isEqualTo(SYN | ACK);
    assertThat(f.tcp.connections()).isEmpty();
    f.pass(Duration.ofSeconds(60));
    f.sentNothing();
    f.peer(ACK).data("hello").send();
    StreamEndpoint server = accept(f);
    assertThat(TcpHost.read(server)).isEqualTo("hello");
    assertThat(f.core().tcb.state).isEqualTo(TcpState.ESTABLISHED);
    assertThat(f.core().tcb.sndMss).isEqualTo(536);
    assertThat(f.core().tcb.tsOk || f.core().tcb.sackOk).isFalse();
    assertThat(f.core().tcb.rcvWindShift).isZero();
  }

  @Tag("RFC4987-3.6")
  @Test
  void optionsSurviveInTheTimestamp() throws Exception {
    TcpFixture f =
        fixture(
            TcpConfiguration.linux().toBuilder()
                .synCookies(SynCookieMode.ALWAYS)
                .ecn(EcnMode.ACCEPT)
                .build());
    TcpSegment synAck = answerTo(f, ECE | CWR, SYN_OPTIONS);
    TcpOptions offered = options(synAck);
    assertThat(synAck.flags()).isEqualTo(SYN | ACK | ECE);
    assertThat(offered.windowScale()).isEqualTo(7);
    assertThat(offered.sackPermitted()).isTrue();
    f.passMillis(300);
    f.peer(ACK).options(PeerSegment.timestamps(100, offered.timestampValue())).send();
    StreamEndpoint server = accept(f);
    TransmissionControlBlock tcb = f.core().tcb;
    assertThat(tcb.sndWindShift).isEqualTo(9);
    assertThat(tcb.rcvWindShift).isEqualTo(7);
    assertThat(tcb.sackOk).isTrue();
    assertThat(tcb.sndMss).isEqualTo(1460 - 12);
    assertThat(f.core().ecn.isAgreed()).isTrue();
    assertThat(server.write(ByteBuffer.allocate(10))).isEqualTo(10);
    TcpSegment data = f.sentOne();
    assertThat(data.sequence()).isEqualTo(synAck.sequence() + 1);
    // Its clock goes on from where the cookie's stood.
    assertThat(options(data).timestampValue() - offered.timestampValue()).isBetween(300, 428);
    assertThat(options(data).timestampEcho()).isEqualTo(100);
  }

  @Tag("RFC4987-3.6")
  @Test
  void anAcknowledgmentOfNoCookieIsReset() throws Exception {
    TcpFixture f = always();
    answerTo(f, 0, PeerSegment.mss(1000));
    f.peer(ACK).ack(f.peerAck + 1).send();
    assertThat(f.sentOne().flags()).isEqualTo(RST);
    f.pass(Duration.ofSeconds(129));
    f.peer(ACK).send();
    assertThat(f.sentOne().flags()).isEqualTo(RST);
    assertThat(f.tcp.connections()).isEmpty();
  }

  @Test
  void aFullQueueLeavesTheAcknowledgmentToBeTriedAgain() throws Exception {
    TcpFixture f = always();
    f.listen(0);
    f.peer(SYN).send();
    TcpSegment first = f.sentOne();
    f.inject(other(41_000, SYN, 500, 0, ""));
    TcpSegment second = f.sentOne();
    f.inject(other(41_000, ACK, 501, second.sequence() + 1, ""));
    f.peerNext = f.irs + 1;
    f.peerAck = first.sequence() + 1;
    f.peer(ACK).send();
    f.sentNothing();
    assertThat(f.drops(DropReason.TCP_BACKLOG_FULL)).isEqualTo(1);
    StreamEndpoint other = accept(f);
    assertThat(Objects.requireNonNull(other.remoteAddress()).port()).isEqualTo(41_000);
    f.peer(ACK).data("again").send();
    assertThat(TcpHost.read(accept(f))).isEqualTo("again");
  }

  private static TcpSegment other(int port, int flags, int seq, int ack, String data) {
    return new TcpSegment(
        port,
        TcpFixture.PORT,
        seq,
        ack,
        flags,
        60_000,
        0,
        Octets.EMPTY,
        Octets.copyOf(data.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
  }

  @ParameterizedTest
  @CsvSource({"NEVER, 1", "UNDER_PRESSURE, 2"})
  void onlyWithoutRoomACookieIsSent(SynCookieMode mode, int answers) throws Exception {
    TcpFixture f =
        fixture(TcpConfiguration.linux().toBuilder().synCookies(mode).maxHalfOpen(1).build());
    f.listen(5);
    f.inject(other(41_000, SYN, 500, 0, ""));
    assertThat(f.tcp.connections()).hasSize(1);
    f.inject(other(41_001, SYN, 500, 0, ""));
    assertThat(f.tcp.connections()).hasSize(1);
    assertThat(f.sent()).hasSize(answers);
    assertThat(f.drops(DropReason.TCP_BACKLOG_FULL)).isEqualTo(2 - answers);
  }

  @Tag("RFC4987-3.6")
  @Test
  void aHundredThousandForgedSynsLeaveRoomForAnHonestClient() throws Exception {
    TcpConfiguration configuration = TcpConfiguration.linux();
    TcpFixture f = fixture(configuration);
    f.link.addAddress(InterfaceAddress.parse("10.1.0.1/16"));
    ListenerEndpoint listener = f.tcp.openListener(AddressFamily.INET);
    listener.bind(new TransportAddress(IpAddress.IPV4_ANY, TcpFixture.PORT));
    listener.listen(128);
    int answers = 0;
    for (int i = 0; i < 100_000; i++) {
      IpAddress forged = IpAddress.parse("10.1." + (i >> 8 & 0xff) + "." + (i & 0xff));
      TcpSegment syn = other(1024 + i % 60_000, SYN, i * 31_337, 0, "");
      if (!forged.equals(IpAddress.parse("10.1.0.1")) && (i & 0xff) != 0 && (i & 0xff) != 255) {
        f.inject(Ipv4Datagram.of(forged, TcpFixture.US, syn).encode());
        answers += f.sent().size();
      }
    }
    assertThat(answers).isGreaterThan(99_000);
    // As many as the backlog has room for, and one more; none of them holds more than a record.
    assertThat(f.tcp.connections()).hasSize(129);
    assertThat(f.ports.claims()).isEqualTo(1);

    StreamEndpoint client = f.tcp.openStream(AddressFamily.INET);
    client.connect(new TransportAddress(TcpFixture.US, TcpFixture.PORT));
    assertThat(client.finishConnect()).isTrue();
    StreamEndpoint server = Objects.requireNonNull(listener.accept());
    assertThat(TcpHost.write(client, "let me in")).isEqualTo(9);
    assertThat(TcpHost.read(server)).isEqualTo("let me in");
    assertThat(TcpHost.write(server, "welcome")).isEqualTo(7);
    assertThat(TcpHost.read(client)).isEqualTo("welcome");

    // The forged ones give up by themselves.
    f.pass(Duration.ofSeconds(64));
    assertThat(f.tcp.connections()).hasSize(2);
    client.close();
    server.close();
    listener.close();
    f.pass(Duration.ofSeconds(61));
    assertThat(f.tcp.connections()).isEmpty();
    assertThat(f.ports.claims()).isZero();
  }
}
