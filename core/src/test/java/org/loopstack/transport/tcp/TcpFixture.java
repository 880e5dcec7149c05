// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.FIN;
import static org.loopstack.wire.TcpHeader.SYN;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Interface;
import org.loopstack.internet.InterfaceAddress;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.TcpSegment;

/**
 * A real TCP of ours against a peer that the test plays: segments go in and come out by hand, in
 * virtual time. Both initial sequence numbers are the test's choice.
 */
final class TcpFixture {
  static final IpAddress US = IpAddress.parse("10.0.0.1");
  static final IpAddress PEER = IpAddress.parse("10.0.0.2");
  static final int PORT = 8080;
  static final int PEER_PORT = 40_000;
  static final FourTuple ENDS = new FourTuple(US, PORT, PEER, PEER_PORT);

  /** The MSS that the peer offers, and the window in its SYN. */
  static final int MSS = 1000;

  static final int PEER_WINDOW = 60_000;

  final VirtualClock clock = new VirtualClock();
  final InternetLayer internet;
  final Interface link;
  final PortTable ports;
  final TcpProtocol tcp;
  private final ScriptedLink script;

  /** Our initial sequence number in the next connection, and the peer's. */
  final int iss;

  final int irs;

  /** SND.NXT of the peer, and what it acknowledges: kept by hand. */
  int peerNext;

  int peerAck;
  int peerWindow = PEER_WINDOW;

  @Nullable ListenerEndpoint listener;
  private @Nullable StreamEndpoint endpoint;

  TcpFixture() {
    this(TcpConfiguration.linux(), 0x7fff_ff00, 0xffff_ff80, 1500);
  }

  TcpFixture(TcpConfiguration configuration) {
    this(configuration, 0x7fff_ff00, 0xffff_ff80, 1500);
  }

  /** A host whose internet layer is set up as the test wants it. */
  TcpFixture(InternetConfiguration configuration) {
    this(TcpConfiguration.linux(), configuration, 0x7fff_ff00, 0xffff_ff80, 1500);
  }

  /**
   * A host with a link, 10.0.0.1/24.
   *
   * @param iss our initial sequence number, which the clock is moved to give
   * @param irs the peer's
   */
  TcpFixture(TcpConfiguration configuration, int iss, int irs, int mtu) {
    this(configuration, InternetConfiguration.LINUX, iss, irs, mtu);
  }

  private TcpFixture(
      TcpConfiguration configuration, InternetConfiguration below, int iss, int irs, int mtu) {
    this.iss = iss;
    this.irs = irs;
    peerNext = irs;
    Engine engine = Engine.virtual(clock, 11);
    internet = new InternetLayer(engine, below);
    script = new ScriptedLink(mtu);
    link = internet.addInterface("test0", script);
    try {
      link.setUp(true);
      link.addAddress(InterfaceAddress.parse("10.0.0.1/24"));
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
    // Those that we sent on the way up, router solicitations and the like, are not TCP's.
    while (script.poll() != null) {}
    ports = new PortTable(PortTable.Sharing.CONNECTIONS, engine.randomness(), PortRange.DEFAULT);
    tcp = new TcpProtocol(internet, ports, configuration);
    // RFC 6528: the number grows by one every 4 microseconds, so there is a time that gives it.
    int distance = iss - IsnGenerator.initialSequenceNumber(tcp.isn().secret(ENDS), 0);
    clock.advanceTo(Integer.toUnsignedLong(distance) * 4_000);
  }

  StreamEndpoint endpoint() {
    return Objects.requireNonNull(endpoint);
  }

  /** The core of the connection, to look at what does not show outside. */
  TcpConnection core() {
    return Objects.requireNonNull(((TcpEndpoint) occupant()).core());
  }

  /** What has the place between the two ends. */
  Occupant occupant() {
    return Objects.requireNonNull(tcp.connections().get(ENDS));
  }

  /** The variables of the connection, also of one of which there is only a record. */
  TransmissionControlBlock tcb() {
    if (!(occupant() instanceof HalfOpen half)) {
      return core().tcb;
    }
    TransmissionControlBlock tcb = new TransmissionControlBlock();
    tcb.state = TcpState.SYN_RECEIVED;
    tcb.sndUna = half.iss;
    tcb.sndWnd = half.peerWindow();
    tcb.sndNxt = half.sndNxt();
    tcb.rcvNxt = half.rcvNxt();
    tcb.rcvAdv = half.rcvNxt() + half.window();
    return tcb;
  }

  // ---- the peer ----

  /** A segment of the peer's, with its next number and its acknowledgment; not sent yet. */
  PeerSegment peer(int flags) {
    return new PeerSegment(this, flags, peerNext, peerAck, peerWindow);
  }

  void inject(TcpSegment segment) {
    inject(Ipv4Datagram.of(PEER, US, segment).encode());
  }

  void inject(byte[] datagram) {
    script.arrive(datagram);
  }

  /** Data that the peer sends in order; it remembers that it did. */
  void peerSends(String data) {
    peer(ACK).data(data).send();
    peerNext += data.length();
  }

  /** The peer acknowledges all that was sent up to a number. */
  void peerAcknowledges(int number) {
    peerAck = number;
    peer(ACK).send();
  }

  // ---- us ----

  /** Everything we have sent since the last look. */
  List<TcpSegment> sent() {
    List<TcpSegment> all = new ArrayList<>();
    for (byte[] b; (b = script.poll()) != null; ) {
      Ipv4Datagram datagram = Ipv4Datagram.parse(b, 0, b.length);
      if (datagram.payload() instanceof TcpSegment segment) {
        all.add(segment);
      }
    }
    return all;
  }

  /** The oldest datagram that we have sent since the last look, as bytes. */
  byte[] sentBytes() {
    return Objects.requireNonNull(script.poll(), "nothing was sent");
  }

  /** The only segment we have sent since the last look. */
  TcpSegment sentOne() {
    List<TcpSegment> all = sent();
    assertThat(all).as("segments sent").hasSize(1);
    return all.getFirst();
  }

  void sentNothing() {
    assertThat(sent()).as("segments sent").isEmpty();
  }

  TcpState state() {
    Occupant there = tcp.connections().get(ENDS);
    TcpStatus status = there == null ? null : there.status();
    return status == null ? TcpState.CLOSED : status.state();
  }

  long drops(DropReason reason) {
    return internet.counters().drops(reason);
  }

  void pass(Duration time) {
    clock.advance(time);
  }

  void passMillis(long millis) {
    clock.advance(Duration.ofMillis(millis));
  }

  int write(String text) throws ErrnoException {
    return endpoint().write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  int write(int length) throws ErrnoException {
    return endpoint().write(ByteBuffer.allocate(length));
  }

  String read() throws ErrnoException {
    return TcpHost.read(endpoint());
  }

  // ---- states ----

  ListenerEndpoint listen(int backlog) throws ErrnoException {
    ListenerEndpoint made = tcp.openListener(AddressFamily.INET);
    made.bind(new TransportAddress(US, PORT));
    made.listen(backlog);
    listener = made;
    return made;
  }

  StreamEndpoint connect() throws ErrnoException {
    StreamEndpoint made = tcp.openStream(AddressFamily.INET);
    made.bind(new TransportAddress(US, PORT));
    made.connect(new TransportAddress(PEER, PEER_PORT));
    endpoint = made;
    return made;
  }

  /** Three-way handshake on a SYN of the peer's; with just an MSS unless options are given. */
  TcpFixture accept(int... options) throws ErrnoException {
    if (listener == null) {
      listen(5);
    }
    peer(SYN).options(options.length == 0 ? PeerSegment.mss(MSS) : options).send();
    peerNext = irs + 1;
    peerAck = iss + 1;
    sent();
    peer(ACK).send();
    endpoint = Objects.requireNonNull(listener).accept();
    sent();
    return this;
  }

  /**
   * Brings the connection into a state, by the shortest way from ESTABLISHED where there is one.
   */
  TcpFixture bring(TcpState state) throws ErrnoException {
    switch (state) {
      case CLOSED -> {}
      case LISTEN -> listen(5);
      case SYN_SENT -> connect();
      case SYN_RECEIVED -> {
        listen(5);
        peer(SYN).options(PeerSegment.mss(MSS)).send();
        peerNext = irs + 1;
        peerAck = iss + 1;
      }
      case ESTABLISHED -> accept();
      case FIN_WAIT_1 -> accept().endpoint().shutdownOutput();
      case FIN_WAIT_2 -> {
        bring(TcpState.FIN_WAIT_1).peerAcknowledges(iss + 2);
      }
      case CLOSE_WAIT -> accept().peerFinishes();
      case CLOSING -> bring(TcpState.FIN_WAIT_1).peerFinishes();
      case LAST_ACK -> bring(TcpState.CLOSE_WAIT).endpoint().shutdownOutput();
      case TIME_WAIT -> bring(TcpState.FIN_WAIT_2).peerFinishes();
    }
    assertThat(state()).isEqualTo(state == TcpState.LISTEN ? TcpState.CLOSED : state);
    sent();
    return this;
  }

  void peerFinishes() {
    peer(FIN | ACK).send();
    peerNext++;
  }
}
