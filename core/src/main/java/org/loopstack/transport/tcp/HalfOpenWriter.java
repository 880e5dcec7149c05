// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Route;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.SynLayout;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpOptionWriter;
import org.loopstack.wire.TrafficClass;

/** Makes and sends the segments of connections that are half-open. Immutable. */
final class HalfOpenWriter {
  private static final int[] NO_EDGES = {};

  private final TcpProtocol protocol;

  HalfOpenWriter(TcpProtocol protocol) {
    this.protocol = protocol;
  }

  /** The way back to whom a segment came from, or null if there is none. */
  @Nullable Route route(FourTuple ends, @Nullable IpOptions options) {
    try {
      IpAddress hop = IpOptions.firstHop(options, ends.remote());
      return protocol.internet().route(hop, ends.local(), 0);
    } catch (ErrnoException noWayBack) {
      return null;
    }
  }

  /**
   * {@code <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>}, with those options of ours that the SYN had.
   *
   * @param cookie of Fast Open, to go with the first SYN-ACK; as on Linux not with a later one
   */
  void synAck(HalfOpen h, TcpSettings settings, @Nullable FastOpenOption cookie, long now) {
    SynOptions options =
        new SynOptions(
            h.mss(),
            h.sack,
            h.timestamps,
            timestamp(h, now),
            h.tsRecent,
            h.isScaling() ? h.rcvShift() : -1,
            settings.userTimeoutOption,
            cookie);
    int flags = TcpHeader.SYN | TcpHeader.ACK | (h.ecn ? TcpHeader.ECE : 0);
    SynLayout layout = protocol.configuration().synLayout();
    Route route = route(h.ends(), h.ipOptions);
    if (route != null) {
      // RFC 7323 section 2.2: "The window field in a segment where the SYN bit is set ... MUST NOT
      // be scaled."
      Packet packet = head(route, h, h.iss, flags, h.window(), options.length(layout));
      options.write(layout, packet.head(), packet.transportOffset() + TcpHeader.MIN_LENGTH);
      transmit(route, packet, h, settings, now);
    }
  }

  /** {@code <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>}, or with RST too. */
  void answer(HalfOpen h, TcpSettings settings, int flags, long now) {
    Route route = route(h.ends(), h.ipOptions);
    if (route != null) {
      int length = TcpOptionWriter.segmentLength(h.timestamps, 0);
      Packet packet = head(route, h, h.sndNxt(), flags, h.window() >> h.rcvShift(), length);
      var _ =
          TcpOptionWriter.segment(
              packet.head(),
              packet.transportOffset() + TcpHeader.MIN_LENGTH,
              h.timestamps,
              timestamp(h, now),
              h.tsRecent,
              NO_EDGES,
              0);
      transmit(route, packet, h, settings, now);
    }
  }

  private static int timestamp(HalfOpen h, long now) {
    return (int) (now / 1_000_000) + h.tsOffset;
  }

  private static Packet head(
      Route route, HalfOpen h, int seq, int flags, int window, int optionsLength) {
    int length = TcpHeader.MIN_LENGTH + optionsLength;
    Packet packet = Packet.allocate(route.headroom() + IpOptions.length(h.ipOptions), length);
    int at = packet.append(length);
    packet.setTransport(at, IpProtocol.TCP);
    FourTuple ends = h.ends();
    TcpHeader.encode(
        packet.head(),
        at,
        ends.localPort(),
        ends.remotePort(),
        seq,
        h.rcvNxt(),
        length,
        flags,
        window,
        0);
    return packet;
  }

  private void transmit(Route route, Packet packet, HalfOpen h, TcpSettings settings, long now) {
    packet.setTime(now);
    protocol.statistics().increment(TcpCounter.OUT_SEGS);
    if ((TcpHeader.flags(packet.head(), packet.transportOffset()) & TcpHeader.RST) != 0) {
      protocol.statistics().increment(TcpCounter.OUT_RSTS);
    }
    SegmentWriter.finishChecksum(packet, route, h.ends(), h.ipOptions);
    int ttl = settings.ttl(h.ends().remote().isIpv4());
    int marks = TrafficClass.withEcn(settings.trafficClass, TrafficClass.NOT_ECT);
    // One that cannot be sent is one that is lost.
    byte[] inHeader = IpOptions.bytes(h.ipOptions);
    var _ =
        protocol.internet().send(route, packet, IpProtocol.TCP, ttl, marks, true, true, inHeader);
  }
}
