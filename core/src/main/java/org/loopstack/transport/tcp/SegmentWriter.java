// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Internet;
import org.loopstack.internet.Route;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.SynLayout;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpOptionWriter;
import org.loopstack.wire.TcpOptions;
import org.loopstack.wire.TrafficClass;

/** Makes one connection's segments and sends them: header, options, checksum, route. */
final class SegmentWriter {
  static final int IPV4_OVERHEAD = 40;
  static final int IPV6_OVERHEAD = 60;
  private static final int TIMESTAMPS_LENGTH = 12;
  private static final int USER_TIMEOUT_LENGTH = 4;

  private final Internet internet;
  private final TcpConnection connection;
  private final TransmissionControlBlock tcb;
  private final FourTuple ends;
  private Route route;

  /** Options of the IPv4 header, and whether a segment of the peer's has told them. */
  private @Nullable IpOptions ipOptions;

  private boolean wayBack;
  private int @Nullable [] sackEdges;

  SegmentWriter(Internet internet, TcpConnection connection, FourTuple ends, Route route) {
    this.internet = internet;
    this.connection = connection;
    this.tcb = connection.tcb;
    this.ends = ends;
    this.route = route;
    this.ipOptions = IpOptions.of(connection.settings.ipOptions, null, ends.remote());
  }

  /**
   * "When a TCP connection is OPENed passively and a packet arrives with a completed IP Source
   * Route Option (containing a return route), TCP implementations MUST save the return route and
   * use it for all segments sent on this connection" (RFC 9293 section 3.9.2.1, MUST-53).
   */
  void answerBy(@Nullable IpOptions options) {
    wayBack = options != null && connection.settings.ipOptions.length == 0;
    ipOptions = options;
  }

  /**
   * "If a different source route arrives in a later segment, the later definition SHOULD override
   * the earlier one" (SHLD-24).
   */
  void follow(Packet packet) {
    IpOptions old = ipOptions;
    if (!wayBack || old == null) {
      return;
    }
    IpOptions later = IpOptions.wayBack(packet, ends.remote());
    if (later != null && !later.isSame(old)) {
      turnTo(later);
    }
  }

  /** The user has set other options. */
  void optionsChanged() {
    wayBack = false;
    turnTo(IpOptions.of(connection.settings.ipOptions, null, ends.remote()));
  }

  private void turnTo(@Nullable IpOptions later) {
    ipOptions = later;
    lookUp();
    connection.pathChanged();
  }

  /** Options of the IPv4 header, as they are now. */
  @Nullable IpOptions ipOptions() {
    return ipOptions;
  }

  /** Both ends of the connection. */
  FourTuple ends() {
    return ends;
  }

  /** How segments go to the peer, by the last look. */
  Route route() {
    return route;
  }

  /** The milliseconds that our timestamps count, with the connection's own offset. */
  int timestamp(long now) {
    return (int) (now / 1_000_000) + tcb.tsOffset;
  }

  /**
   * The MSS to offer: "the MSS value to be sent in an MSS option should be equal to the effective
   * MTU minus the fixed IP and TCP headers" (RFC 6691), and no datagram is longer than 65,535.
   */
  int mssToOffer() {
    return mssToOffer(connection.settings, ends.remote(), route.mtu());
  }

  /** The same for a peer of whom we have no more than its SYN. */
  static int mssToOffer(TcpSettings settings, IpAddress remote, int mtu) {
    return limited(settings, maxSegment(remote, mtu));
  }

  /** What a peer takes that has not said it: the least that every host can put together. */
  int defaultMss() {
    return defaultMss(ends.remote());
  }

  static int defaultMss(IpAddress remote) {
    return remote.isIpv4() ? 576 - IPV4_OVERHEAD : 1280 - IPV6_OVERHEAD;
  }

  /**
   * The data that a segment can carry to the peer in a datagram of a size, options counted off.
   *
   * @param peerMss what the peer takes, options counted in (RFC 6691)
   */
  int sendMss(int peerMss, int datagram) {
    int mss = limited(connection.settings, Math.min(peerMss, maxSegment(ends.remote(), datagram)));
    int bounded = Math.max(mss, connection.configuration.minSendMss());
    return bounded - (headerLength() - TcpHeader.MIN_LENGTH) - ipOptionsLength();
  }

  /** The header of a segment of data. */
  int headerLength() {
    return TcpHeader.MIN_LENGTH + (tcb.tsOk ? TIMESTAMPS_LENGTH : 0);
  }

  /** How large a datagram with a segment of that size is, options counted in. */
  int mtuOf(int mss) {
    return mss + (ends.remote().isIpv4() ? IPV4_OVERHEAD : IPV6_OVERHEAD);
  }

  /** How large a datagram with so much data is. */
  int datagramOf(int data) {
    return mtuOf(data) + headerLength() - TcpHeader.MIN_LENGTH + ipOptionsLength();
  }

  /** RFC 9293 section 3.7.1: "Eff.snd.MSS = min(SendMSS+20, MMS_S) - TCPhdrsize - IPoptionsize". */
  private int ipOptionsLength() {
    return IpOptions.length(ipOptions);
  }

  /** By TCP_MAXSEG, if it is set. */
  private static int limited(TcpSettings settings, int mss) {
    int limit = settings.maxSegment;
    return limit == 0 ? mss : Math.min(mss, limit);
  }

  private static int maxSegment(IpAddress remote, int mtu) {
    return remote.isIpv4()
        ? Math.min(mtu, 65_535) - IPV4_OVERHEAD
        : Math.min(mtu, 65_535 + 40) - IPV6_OVERHEAD;
  }

  /** The route, looked up anew if something has changed; the old one while there is no other. */
  private Route currentRoute() {
    if (!route.isCurrent()) {
      lookUp();
    }
    return route;
  }

  /** Believes a report about the path. */
  void learnPathMtu(IcmpError report) {
    internet.learnPathMtu(report);
  }

  /** What is sent does not arrive: RFC 9293 section 3.8.3's negative advice. */
  void doubtPath() {
    internet.doubtPath(route);
  }

  private void lookUp() {
    try {
      route = internet.route(IpOptions.firstHop(ipOptions, ends.remote()), ends.local(), 0);
    } catch (ErrnoException e) {
      // The address or the link is gone, perhaps for a moment: the datagram is lost, TCP tries on.
    }
  }

  /** The MTU of the path. */
  int pathMtu() {
    return currentRoute().mtu();
  }

  /**
   * Sends a SYN, with the options that we offer or, with ACK, those of them that the peer did.
   *
   * @param length how much of the data that is queued goes with it
   */
  void sendSyn(
      int flags, int window, int shift, boolean timestamps, boolean sack, int length, long now) {
    SynOptions options =
        new SynOptions(
            mssToOffer(),
            sack,
            timestamps,
            timestamp(now),
            tcb.tsRecent,
            shift,
            connection.userTimeout.advertised(),
            connection.fastOpening.option());
    SynLayout layout = connection.configuration.synLayout();
    Packet packet = head(tcb.iss, flags, window, options.length(layout), 0);
    options.write(layout, packet.head(), packet.transportOffset() + TcpHeader.MIN_LENGTH);
    Slice data = length == 0 ? null : connection.sender.buffer.slices(0, length);
    transmit(packet, data, length, TrafficClass.NOT_ECT, now);
  }

  /**
   * Sends a segment of a connection that is past its SYN.
   *
   * @param seq its first number
   * @param flags its control bits
   * @param data a chain that nobody else uses
   * @param length how many bytes of data
   */
  void send(int seq, int flags, @Nullable Slice data, int length, long now) {
    int blocks = 0;
    if (tcb.sackOk && length == 0 && connection.receiver.hasSackBlocks()) {
      if (sackEdges == null) {
        sackEdges = new int[2 * TcpOptions.MAX_SACK_BLOCKS];
      }
      int room = TcpOptionWriter.maxSackBlocks(tcb.tsOk);
      blocks = connection.receiver.sackBlocks(sackEdges, room);
    }
    int own = TcpOptionWriter.segmentLength(tcb.tsOk, blocks);
    boolean tellsTimeout =
        connection.userTimeout.isPending() && blocks == 0 && length + 4 <= tcb.sndMss;
    int optionsLength = own + (tellsTimeout ? USER_TIMEOUT_LENGTH : 0);
    boolean urgent = connection.sender.isUrgent(seq);
    boolean capable = connection.ecn.isCapable(seq, length);
    int marks = connection.ecn.flags(seq, length, capable) | (urgent ? TcpHeader.URG : 0);
    Packet packet =
        head(
            seq,
            flags | marks,
            connection.receiver.advertise(),
            optionsLength,
            urgent ? connection.sender.urgentPointer(seq) : 0);
    if (optionsLength > 0) {
      byte[] b = packet.head();
      int at = packet.transportOffset() + TcpHeader.MIN_LENGTH;
      int[] edges = sackEdges == null ? NO_EDGES : sackEdges;
      var _ = TcpOptionWriter.segment(b, at, tcb.tsOk, timestamp(now), tcb.tsRecent, edges, blocks);
      if (tellsTimeout) {
        connection.userTimeout.announced();
        var _ = TcpOptionWriter.userTimeout(b, at + own, connection.userTimeout.advertised());
      }
    }
    transmit(packet, data, length, capable ? TrafficClass.ECT_0 : TrafficClass.NOT_ECT, now);
  }

  private static final int[] NO_EDGES = {};

  private Packet head(int seq, int flags, int window, int optionsLength, int urgentPointer) {
    int length = TcpHeader.MIN_LENGTH + optionsLength;
    Packet packet = Packet.allocate(currentRoute().headroom() + ipOptionsLength(), length);
    int at = packet.append(length);
    packet.setTransport(at, IpProtocol.TCP);
    boolean acknowledges = (flags & TcpHeader.ACK) != 0;
    TcpHeader.encode(
        packet.head(),
        at,
        ends.localPort(),
        ends.remotePort(),
        seq,
        acknowledges ? tcb.rcvNxt : 0,
        length,
        flags,
        window,
        urgentPointer);
    if (acknowledges) {
      connection.receiver.onAckSent();
    }
    return packet;
  }

  private void transmit(Packet packet, @Nullable Slice data, int length, int ecn, long now) {
    packet.setBody(data, length);
    packet.setTime(now);
    IpOptions options = ipOptions;
    finishChecksum(packet, route, ends, options);
    connection.counters.sent(length, now);
    Errno refused =
        internet.send(
            route,
            packet,
            IpProtocol.TCP,
            connection.settings.ttl(ends.remote().isIpv4()),
            TrafficClass.withEcn(connection.settings.trafficClass, ecn),
            true,
            true,
            IpOptions.bytes(options));
    if (refused != null) {
      connection.onSendRefused(refused);
    }
  }

  /**
   * Computes the checksum over head and body, or leaves that to a link that offers it; but not of
   * what goes by a source route, whose header does not say where it ends.
   */
  static void finishChecksum(
      Packet packet, Route route, FourTuple ends, @Nullable IpOptions options) {
    if (route.offloadsChecksum() && options == null) {
      packet.setChecksumPending(true);
      return;
    }
    byte[] b = packet.head();
    int at = packet.transportOffset();
    int done = packet.headEnd() - at;
    int sum =
        InternetChecksum.add(
            InternetChecksum.pseudoHeader(
                ends.local(), ends.remote(), IpProtocol.TCP, done + packet.bodyLength()),
            InternetChecksum.sum(b, at, done));
    for (Slice s = packet.body(); s != null; s = s.next()) {
      sum = InternetChecksum.append(sum, done, s.array(), s.offset(), s.length());
      done += s.length();
    }
    Bytes.put16(b, at + 16, InternetChecksum.finish(sum));
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    ipOptions = c.carryObject(ipOptions);
    wayBack = c.carry(wayBack);
  }
}
