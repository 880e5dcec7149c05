// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.RST;
import static org.loopstack.wire.TcpHeader.SYN;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;
import org.loopstack.wire.TcpHeader;

/** RFC 9293 section 3.9.2.1: source routes given and received, by RFC 791 section 3.1. */
class SourceRouteTest {
  private static final IpAddress NEAR = IpAddress.parse("10.0.0.7");
  private static final IpAddress MIDDLE = IpAddress.parse("192.0.2.8");
  private static final IpAddress FAR = IpAddress.parse("192.0.2.9");

  private final TcpFixture f =
      new TcpFixture(InternetConfiguration.LINUX.toBuilder().acceptSourceRoute(true).build());

  /** A route option with its pointer, padded as a header wants it. */
  private static byte[] route(int type, int pointer, IpAddress... stops) {
    byte[] option = new byte[3 + 4 * stops.length + 3 & ~3];
    option[0] = (byte) type;
    option[1] = (byte) (3 + 4 * stops.length);
    option[2] = (byte) pointer;
    for (int i = 0; i < stops.length; i++) {
      stops[i].write(option, 3 + 4 * i);
    }
    return option;
  }

  private static byte[] loose(IpAddress... stops) {
    return route(Ipv4Options.LOOSE_SOURCE_ROUTE, 4, stops);
  }

  /** As a route arrives at its end: all its stops are recorded. */
  private static byte[] recorded(IpAddress... stops) {
    return route(Ipv4Options.LOOSE_SOURCE_ROUTE, 4 + 4 * stops.length, stops);
  }

  /** A segment of the peer's with options in its IPv4 header. */
  private void inject(PeerSegment segment, byte[] options) {
    byte[] plain = Ipv4Datagram.of(TcpFixture.PEER, TcpFixture.US, segment.segment()).encode();
    byte[] b = new byte[plain.length + options.length];
    System.arraycopy(options, 0, b, 20, options.length);
    System.arraycopy(plain, 20, b, 20 + options.length, plain.length - 20);
    Ipv4Header.encode(
        b,
        0,
        20 + options.length,
        0,
        b.length,
        1,
        0,
        0,
        64,
        IpProtocol.TCP,
        TcpFixture.PEER,
        TcpFixture.US);
    f.inject(b);
  }

  /** Checks where the next datagram goes and by which options; its checksum is the peer's. */
  private byte[] expect(IpAddress hop, byte[] options) {
    byte[] b = f.sentBytes();
    assertThat(Ipv4Header.destination(b, 0)).isEqualTo(hop);
    int at = Ipv4Header.headerLength(b, 0);
    assertThat(Arrays.copyOfRange(b, 20, at)).isEqualTo(options);
    // "so that the source and destination addresses used in the TCP checksum be the originating
    // source and ultimate destination"
    int sum =
        InternetChecksum.add(
            InternetChecksum.pseudoHeader(
                TcpFixture.US, TcpFixture.PEER, IpProtocol.TCP, b.length - at),
            InternetChecksum.sum(b, at, b.length - at));
    assertThat(sum).isEqualTo(InternetChecksum.VALID_SUM);
    return b;
  }

  private static int flags(byte[] datagram) {
    return TcpHeader.flags(datagram, Ipv4Header.headerLength(datagram, 0));
  }

  private static int dataLength(byte[] datagram) {
    int at = Ipv4Header.headerLength(datagram, 0);
    return datagram.length - at - TcpHeader.headerLength(datagram, at);
  }

  private StreamEndpoint connect(byte[] options) throws ErrnoException {
    StreamEndpoint made = f.tcp.openStream(AddressFamily.INET);
    made.setOption(TransportOptions.IP_OPTIONS, options);
    made.bind(new TransportAddress(TcpFixture.US, TcpFixture.PORT));
    made.connect(new TransportAddress(TcpFixture.PEER, TcpFixture.PEER_PORT));
    return made;
  }

  private void listen(byte... options) throws ErrnoException {
    var listener = f.listen(5);
    listener.setOption(TransportOptions.IP_OPTIONS, options);
  }

  @Tag("RFC9293-MUST-51")
  @Tag("RFC1122-4.2.3.8-ACTIVE")
  @Test
  void anActiveOpenGoesByTheRouteThatTheUserGives() throws Exception {
    StreamEndpoint made = connect(loose(NEAR, MIDDLE, FAR));
    byte[] header = loose(MIDDLE, FAR, TcpFixture.PEER);
    assertThat(flags(expect(NEAR, header))).isEqualTo(SYN);

    f.peerAck = f.iss + 1;
    f.peer(SYN | ACK).options(PeerSegment.mss(TcpFixture.MSS)).send();
    assertThat(flags(expect(NEAR, header))).isEqualTo(ACK);
    made.write(ByteBuffer.allocate(2000));
    // RFC 9293 section 3.7.1, MUST-16: what the options take is missing for data.
    assertThat(dataLength(expect(NEAR, header))).isEqualTo(TcpFixture.MSS - header.length);
    assertThat(made.remoteAddress())
        .isEqualTo(new TransportAddress(TcpFixture.PEER, TcpFixture.PEER_PORT));
  }

  @Tag("RFC9293-MUST-51")
  @Test
  void aStrictRouteStaysStrictAndOtherOptionsStandBesideIt() throws Exception {
    byte[] given = new byte[12];
    System.arraycopy(route(Ipv4Options.STRICT_SOURCE_ROUTE, 4, NEAR), 0, given, 0, 7);
    given[7] = Ipv4Options.NOP;
    given[8] = (byte) Ipv4Options.ROUTER_ALERT;
    given[9] = 4;
    connect(given);
    byte[] header = given.clone();
    TcpFixture.PEER.write(header, 3);
    expect(NEAR, header);
  }

  @Tag("RFC9293-MAY-10")
  @Tag("RFC9293-MAY-11")
  @Test
  void otherOptionsLeaveTheWayAsItIs() throws Exception {
    byte[] record = route(Ipv4Options.RECORD_ROUTE, 4, IpAddress.IPV4_ANY, IpAddress.IPV4_ANY);
    connect(record);
    expect(TcpFixture.PEER, record);
  }

  @Tag("RFC9293-MUST-51")
  @Test
  void theRouteOfAnOpenConnectionCanBeChanged() throws Exception {
    StreamEndpoint made = connect(new byte[0]);
    f.peerAck = f.iss + 1;
    f.peer(SYN | ACK).options(PeerSegment.mss(TcpFixture.MSS)).send();
    f.sentBytes();
    f.sentBytes();
    made.setOption(TransportOptions.IP_OPTIONS, loose(NEAR));
    made.write(ByteBuffer.allocate(2000));
    byte[] header = loose(TcpFixture.PEER);
    assertThat(dataLength(expect(NEAR, header))).isEqualTo(TcpFixture.MSS - header.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void whatIsNoOptionIsRefused(int which) throws Exception {
    byte[] wrong =
        switch (which) {
          case 0 -> new byte[41];
          case 1 -> new byte[] {(byte) Ipv4Options.LOOSE_SOURCE_ROUTE, 9, 4, 0};
          case 2 -> recorded(NEAR);
          default -> new byte[] {(byte) Ipv4Options.LOOSE_SOURCE_ROUTE, 3, 4, 0};
        };
    StreamEndpoint made = f.tcp.openStream(AddressFamily.INET);
    ErrnoException e =
        catchThrowableOfType(
            ErrnoException.class, () -> made.setOption(TransportOptions.IP_OPTIONS, wrong));
    assertThat(e.errno()).isEqualTo(Errno.EINVAL);
    assertThat(made.option(TransportOptions.IP_OPTIONS)).isEmpty();
  }

  @Tag("RFC9293-MUST-53")
  @Tag("RFC1122-3.2.1.8-ROUTE")
  @Tag("RFC1122-3.2.1.8-RETURN")
  @Test
  void aPassiveOpenAnswersByTheWayBack() throws Exception {
    listen();
    byte[] way = recorded(FAR, MIDDLE, NEAR);
    inject(f.peer(SYN).options(PeerSegment.mss(TcpFixture.MSS)), way);
    byte[] back = loose(MIDDLE, FAR, TcpFixture.PEER);
    assertThat(flags(expect(NEAR, back))).isEqualTo(SYN | ACK);

    f.peerNext++;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();
    StreamEndpoint accepted = Objects.requireNonNull(Objects.requireNonNull(f.listener).accept());
    accepted.write(ByteBuffer.allocate(2000));
    assertThat(dataLength(expect(NEAR, back))).isEqualTo(TcpFixture.MSS - back.length);
  }

  @Tag("RFC9293-SHLD-24")
  @Test
  void aLaterRouteOverridesTheEarlierOneIfItsSegmentIsOurs() throws Exception {
    listen();
    inject(f.peer(SYN).options(PeerSegment.mss(TcpFixture.MSS)), recorded(FAR, NEAR));
    expect(NEAR, loose(FAR, TcpFixture.PEER));
    f.peerNext++;
    f.peerAck = f.iss + 1;
    f.peer(ACK).send();

    inject(f.peer(ACK).seq(f.peerNext - 100_000).data(1), recorded(MIDDLE, NEAR));
    expect(NEAR, loose(FAR, TcpFixture.PEER));
    IpAddress other = IpAddress.parse("10.0.0.8");
    inject(f.peer(ACK).data(1).seq(f.peerNext), recorded(MIDDLE, other));
    f.passMillis(100);
    expect(other, loose(MIDDLE, TcpFixture.PEER));
  }

  @Tag("RFC9293-MUST-52")
  @Test
  void theUsersRouteTakesPrecedenceOverTheReceivedOne() throws Exception {
    listen(loose(NEAR));
    inject(
        f.peer(SYN).options(PeerSegment.mss(TcpFixture.MSS)),
        recorded(FAR, IpAddress.parse("10.0.0.8")));
    expect(NEAR, loose(TcpFixture.PEER));
  }

  @Tag("RFC9293-MUST-52")
  @Test
  void theRouteOfAnActiveOpenTakesPrecedenceOverWhatTheSynAckBrings() throws Exception {
    StreamEndpoint made = connect(loose(NEAR));
    expect(NEAR, loose(TcpFixture.PEER));
    f.peerAck = f.iss + 1;
    inject(
        f.peer(SYN | ACK).options(PeerSegment.mss(TcpFixture.MSS)),
        recorded(FAR, IpAddress.parse("10.0.0.8")));
    assertThat(flags(expect(NEAR, loose(TcpFixture.PEER)))).isEqualTo(ACK);
    made.write(ByteBuffer.allocate(10));
    expect(NEAR, loose(TcpFixture.PEER));
  }

  @Tag("RFC1122-3.2.1.8-RETURN")
  @Test
  void aRecordedRouteThatBeginsWithThePeerNamesItOnce() throws Exception {
    listen();
    inject(
        f.peer(SYN).options(PeerSegment.mss(TcpFixture.MSS)), recorded(TcpFixture.PEER, FAR, NEAR));
    expect(NEAR, loose(FAR, TcpFixture.PEER));
  }

  @Test
  void aResetGoesBackTheSameWay() {
    inject(f.peer(SYN), recorded(FAR, NEAR));
    assertThat(flags(expect(NEAR, loose(FAR, TcpFixture.PEER)))).isEqualTo(RST | ACK);
  }
}
