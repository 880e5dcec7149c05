// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.CWR;
import static org.loopstack.wire.TcpHeader.ECE;
import static org.loopstack.wire.TcpHeader.SYN;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TrafficClass;

/** Explicit congestion notification (RFC 3168) over a path that can mark, in virtual time. */
class EcnTest {
  private static final int PORT = 80;
  private static final int MTU = 1500;

  private final VirtualClock clock = new VirtualClock();
  private final MiddleboxLink link = new MiddleboxLink(clock, MTU);
  private final Engine engine = Engine.virtual(clock, 5);
  private final InternetLayer internet =
      new InternetLayer(engine, InternetConfiguration.LINUX, link);
  private @Nullable TcpProtocol tcp;
  private @Nullable StreamEndpoint client;
  private @Nullable StreamEndpoint server;

  private void connect(EcnMode mode) throws Exception {
    connect(TcpConfiguration.linux().toBuilder().ecn(mode).build());
  }

  private void connect(TcpConfiguration configuration) throws Exception {
    PortTable ports =
        new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    TcpProtocol made = new TcpProtocol(internet, ports, configuration);
    tcp = made;
    ListenerEndpoint listener = made.openListener(AddressFamily.INET);
    listener.bind(new TransportAddress(IpAddress.IPV4_LOOPBACK, PORT));
    listener.listen(5);
    StreamEndpoint opened = made.openStream(AddressFamily.INET);
    opened.connect(new TransportAddress(IpAddress.IPV4_LOOPBACK, PORT));
    clock.advance(Duration.ofSeconds(10));
    client = opened;
    server = listener.accept();
  }

  private StreamEndpoint client() {
    return Objects.requireNonNull(client);
  }

  private StreamEndpoint server() {
    return Objects.requireNonNull(server);
  }

  private TcpStatus status() {
    return Objects.requireNonNull(tcp).statuses().stream()
        .filter(s -> s.state() == TcpState.ESTABLISHED && s.remote().port() == PORT)
        .findFirst()
        .orElseThrow();
  }

  private static int flags(byte[] datagram) {
    return TcpHeader.flags(datagram, 20);
  }

  private static int codepoint(byte[] datagram) {
    return TrafficClass.ecn(Ipv4Header.trafficClass(datagram, 0));
  }

  private static int dataLength(byte[] datagram) {
    return datagram.length - 20 - TcpHeader.headerLength(datagram, 20);
  }

  private static boolean isData(byte[] datagram) {
    return TcpHeader.destinationPort(datagram, 20) == PORT && dataLength(datagram) > 0;
  }

  private static byte[] mark(byte[] datagram, int codepoint) {
    datagram[1] = (byte) TrafficClass.withEcn(datagram[1] & 0xff, codepoint);
    Ipv4Header.updateChecksum(datagram, 0);
    return datagram;
  }

  private void transfer(int length) throws Exception {
    ByteBuffer out = ByteBuffer.allocate(length);
    ByteBuffer in = ByteBuffer.allocate(length);
    for (int i = 0; i < 10_000 && in.hasRemaining(); i++) {
      client().write(out);
      server().read(in);
      clock.advance(Duration.ofMillis(1));
    }
    assertThat(in.hasRemaining()).isFalse();
    clock.advance(Duration.ofSeconds(1));
  }

  // ---- negotiation ----

  @Tag("RFC3168-6.1.1")
  @Tag("RFC3168-6.1.1-SYN")
  @Test
  void whoRequestsAsksByBothBitsAndIsAnsweredByEceAlone() throws Exception {
    connect(EcnMode.REQUEST);
    assertThat(flags(link.sent.get(0))).isEqualTo(SYN | ECE | CWR);
    assertThat(flags(link.sent.get(1))).isEqualTo(SYN | ACK | ECE);
    assertThat(flags(link.sent.get(2))).isEqualTo(ACK);
    assertThat(link.sent).allMatch(d -> codepoint(d) == TrafficClass.NOT_ECT);
  }

  @Tag("RFC3168-6.1.1")
  @Tag("RFC3168-6.1.1-BOTH")
  @ParameterizedTest
  @CsvSource({"OFF", "ACCEPT"})
  void otherModesDoNotAsk(EcnMode mode) throws Exception {
    connect(mode);
    assertThat(flags(link.sent.get(0))).isEqualTo(SYN);
    assertThat(flags(link.sent.get(1))).isEqualTo(SYN | ACK);
    transfer(10_000);
    assertThat(link.sent).allMatch(d -> codepoint(d) == TrafficClass.NOT_ECT);
  }

  /** What a SYN asks, in which IP codepoint, what the listener's mode makes of it. */
  @Tag("RFC3168-6.1.1")
  @Tag("RFC9293-SHLD-8")
  @ParameterizedTest
  @CsvSource({
    "OFF, 192, 0, 0",
    "ACCEPT, 192, 0, 64",
    "REQUEST, 192, 0, 64",
    "ACCEPT, 192, 2, 0",
    "ACCEPT, 64, 0, 0",
    "ACCEPT, 128, 0, 0"
  })
  void aListenerAgreesToAnEcnSetupSynOnly(EcnMode mode, int asked, int codepoint, int answer)
      throws Exception {
    link.install(
        d -> {
          if (flags(d) == SYN) {
            TcpHeader.encode(
                d,
                20,
                TcpHeader.sourcePort(d, 20),
                TcpHeader.destinationPort(d, 20),
                TcpHeader.sequence(d, 20),
                0,
                TcpHeader.headerLength(d, 20),
                SYN | asked,
                TcpHeader.window(d, 20),
                0);
            mark(d, codepoint);
            TestChecksums.fix(d);
          }
          return d;
        });
    connect(mode);
    assertThat(flags(link.sent.get(1)) & (ECE | CWR)).isEqualTo(answer);
  }

  @Tag("RFC3168-6.1.1.1")
  @ParameterizedTest
  @CsvSource({"true, 2", "false, 194"})
  void aSynSentAgainDoesWithoutEcnIfFallbackIsOn(boolean fallback, int second) throws Exception {
    link.install(d -> link.sent.size() == 1 ? null : d);
    connect(
        TcpConfiguration.linux().toBuilder().ecn(EcnMode.REQUEST).ecnFallback(fallback).build());
    assertThat(flags(link.sent.get(0))).isEqualTo(SYN | ECE | CWR);
    assertThat(flags(link.sent.get(1))).isEqualTo(second);
    assertThat(flags(link.sent.get(2)) & (ECE | CWR)).isEqualTo(fallback ? 0 : ECE);
  }

  @Tag("RFC3168-6.1.1")
  @Tag("RFC3168-6.1.1-BOTH")
  @Test
  void aSynAckThatReflectsBothBitsIsNoAgreement() throws Exception {
    link.install(
        d -> {
          if ((flags(d) & (SYN | ACK)) == (SYN | ACK)) {
            d[33] |= (byte) CWR;
            TestChecksums.fix(d);
          }
          return d;
        });
    connect(EcnMode.REQUEST);
    transfer(10_000);
    assertThat(link.sent.stream().filter(EcnTest::isData))
        .isNotEmpty()
        .allMatch(d -> codepoint(d) == TrafficClass.NOT_ECT);
  }

  // ---- marks ----

  @Tag("RFC8504-5.12")
  @Tag("RFC3168-6.1.2-ECT0")
  @Tag("RFC3168-6.1.4")
  @Test
  void newDataIsCapableAndPureAcknowledgmentsAreNot() throws Exception {
    connect(EcnMode.REQUEST);
    transfer(100_000);
    client().shutdownOutput();
    assertThat(link.sent.stream().filter(d -> dataLength(d) > 0))
        .isNotEmpty()
        .allMatch(d -> codepoint(d) == TrafficClass.ECT_0);
    assertThat(link.sent.stream().filter(d -> dataLength(d) == 0))
        .isNotEmpty()
        .allMatch(d -> codepoint(d) == TrafficClass.NOT_ECT);
  }

  @Tag("RFC3168-6.1.5")
  @Test
  void dataThatIsSentAgainIsNotCapable() throws Exception {
    connect(EcnMode.REQUEST);
    byte[][] lost = new byte[1][];
    link.install(
        d -> {
          if (lost[0] == null && isData(d)) {
            lost[0] = d;
            return null;
          }
          return d;
        });
    transfer(50_000);
    int seq = TcpHeader.sequence(lost[0], 20);
    List<byte[]> copies =
        link.sent.stream().filter(d -> isData(d) && TcpHeader.sequence(d, 20) == seq).toList();
    assertThat(codepoint(copies.getFirst())).isEqualTo(TrafficClass.ECT_0);
    assertThat(copies).as("sent once, and once again").hasSize(2);
    assertThat(copies.subList(1, copies.size()))
        .isNotEmpty()
        .allMatch(d -> codepoint(d) == TrafficClass.NOT_ECT);
    // The window was reduced for the loss: the first new data after it says so.
    assertThat(link.sent.stream().filter(d -> isData(d) && (flags(d) & CWR) != 0)).hasSize(1);
  }

  @Tag("RFC3168-6.1.2")
  @Tag("RFC3168-6.1.2-CWR")
  @Tag("RFC3168-6.1.3")
  @Tag("RFC9293-SHLD-8")
  @Test
  void aMarkIsEchoedUntilTheSenderSaysCwrAndHalvesTheWindowOnce() throws Exception {
    connect(TcpConfiguration.linux().toBuilder().ecn(EcnMode.REQUEST).congestion("reno").build());
    transfer(100_000);
    int before = status().congestionWindow();
    int first = link.sent.size();
    boolean[] done = new boolean[1];
    link.install(
        d -> {
          if (!done[0] && isData(d) && link.sent.size() > first + 3) {
            done[0] = true;
            return mark(d, TrafficClass.CE);
          }
          return d;
        });
    transfer(200_000);
    List<byte[]> after = link.sent.subList(first, link.sent.size());
    List<byte[]> cwr = after.stream().filter(d -> (flags(d) & CWR) != 0).toList();
    assertThat(cwr).hasSize(1);
    int cwrSent = after.indexOf(cwr.getFirst());
    List<byte[]> echoes = after.stream().filter(d -> (flags(d) & ECE) != 0).toList();
    // More than one acknowledgment echoes it, all of them from the receiver of the data.
    assertThat(echoes.size()).isGreaterThan(1);
    assertThat(echoes).allMatch(d -> TcpHeader.sourcePort(d, 20) == PORT);
    // The last of them left before the CWR could arrive.
    int cwrEnd = TcpHeader.sequence(cwr.getFirst(), 20);
    assertThat(echoes).allMatch(d -> TcpHeader.acknowledgment(d, 20) - cwrEnd <= 0);
    assertThat(after.indexOf(echoes.getFirst())).isLessThan(cwrSent);
    int threshold = status().slowStartThreshold();
    assertThat(threshold).isLessThan(before);
    assertThat(status().retransmissions()).isZero();
  }

  @Tag("RFC3168-6.1.2")
  @Test
  void aPathThatMarksEverythingReducesOncePerWindow() throws Exception {
    connect(EcnMode.REQUEST);
    link.install(d -> isData(d) && codepoint(d) == TrafficClass.ECT_0 ? mark(d, 3) : d);
    transfer(300_000);
    List<byte[]> data = link.sent.stream().filter(EcnTest::isData).toList();
    List<byte[]> cwr = data.stream().filter(d -> (flags(d) & CWR) != 0).toList();
    assertThat(cwr.size()).isGreaterThan(3);
    // Each reduction is about data that was sent after the one before it.
    for (int i = 1; i < cwr.size(); i++) {
      int apart = TcpHeader.sequence(cwr.get(i), 20) - TcpHeader.sequence(cwr.get(i - 1), 20);
      assertThat(apart).isGreaterThanOrEqualTo(dataLength(cwr.get(i - 1)));
    }
    assertThat(status().retransmissions()).isZero();
  }
}
