// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.capture.CapturedInterface;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpDatagram;
import org.loopstack.wire.IpPayload;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpSegment;
import org.loopstack.wire.WireFormatException;

/**
 * A packet of a capture that holds a TCP segment.
 *
 * @param packet as it was captured
 * @param source its address
 * @param destination its address
 * @param segment what it holds
 */
record TcpPacket(
    CapturedPacket packet, IpAddress source, IpAddress destination, TcpSegment segment) {

  /** One end of a connection. */
  record End(IpAddress address, int port) {}

  static List<TcpPacket> of(List<CapturedPacket> packets) {
    List<TcpPacket> all = new ArrayList<>();
    for (CapturedPacket packet : packets) {
      IpDatagram datagram = datagram(packet);
      if (datagram != null && datagram.payload() instanceof TcpSegment segment) {
        all.add(new TcpPacket(packet, datagram.source(), datagram.destination(), segment));
      }
    }
    return all;
  }

  static @Nullable IpPayload payload(CapturedPacket packet) {
    IpDatagram datagram = datagram(packet);
    return datagram == null ? null : datagram.payload();
  }

  /** What is no datagram, or was cut, or is broken, is none here. */
  private static @Nullable IpDatagram datagram(CapturedPacket packet) {
    if (packet.source().linkType() != CapturedInterface.RAW) {
      return null;
    }
    try {
      byte[] bytes = packet.bytes().toByteArray();
      return IpDatagram.parse(bytes, 0, bytes.length);
    } catch (WireFormatException e) {
      return null;
    }
  }

  /** Whether it did not arrive, as the capture's comment says. */
  static boolean isDropped(CapturedPacket packet) {
    String comment = packet.comment();
    return comment != null && comment.contains("dropped");
  }

  boolean isDelivered() {
    return !isDropped(packet);
  }

  End from() {
    return new End(source, segment.sourcePort());
  }

  End to() {
    return new End(destination, segment.destinationPort());
  }

  boolean has(int flags) {
    return segment.has(flags);
  }

  /** SYN without ACK. */
  boolean opens() {
    return has(TcpHeader.SYN) && !has(TcpHeader.ACK);
  }

  int dataLength() {
    return segment.data().length();
  }

  /** How much of the sequence space it takes: RFC 9293 section 3.4, SEG.LEN. */
  int segmentLength() {
    return dataLength() + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
  }
}
