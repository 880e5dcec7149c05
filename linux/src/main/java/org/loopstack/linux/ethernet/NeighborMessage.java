// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import static org.loopstack.linux.ethernet.EthernetFrame.ADDRESS_LENGTH;
import static org.loopstack.linux.ethernet.EthernetFrame.HEADER_LENGTH;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv6Header;

/** Neighbour solicitations and advertisements (RFC 4861 sections 4.3 and 4.4), in frames. */
final class NeighborMessage {
  private static final int IP = HEADER_LENGTH;
  private static final int MESSAGE = IP + Ipv6Header.LENGTH;
  private static final int TARGET = MESSAGE + 8;
  private static final int OPTIONS = TARGET + 16;
  private static final int LENGTH = OPTIONS + 8;
  private static final int HOP_LIMIT = 255;
  private static final int SOURCE_OPTION = 1;
  private static final int TARGET_OPTION = 2;
  private static final int SOLICITED_AND_OVERRIDE = 0x6000_0000;

  private NeighborMessage() {}

  /**
   * Which of the two it is: its ICMPv6 type; 0 for every other frame. RFC 4861 section 7.1: "The IP
   * Hop Limit field has a value of 255, i.e., the packet could not possibly have been forwarded by
   * a router."
   */
  static int type(byte[] frame) {
    if (frame.length < OPTIONS
        || Ipv6Header.nextHeader(frame, IP) != IpProtocol.ICMPV6
        || Ipv6Header.hopLimit(frame, IP) != HOP_LIMIT
        || Icmpv6Header.code(frame, MESSAGE) != 0) {
      return 0;
    }
    int type = Icmpv6Header.type(frame, MESSAGE);
    boolean one =
        type == Icmpv6Header.NEIGHBOR_SOLICITATION || type == Icmpv6Header.NEIGHBOR_ADVERTISEMENT;
    int end = Ipv6Header.end(frame, IP);
    if (!one || end > frame.length || end < OPTIONS) {
      return 0;
    }
    int pseudo =
        InternetChecksum.pseudoHeader(
            source(frame), Ipv6Header.destination(frame, IP), IpProtocol.ICMPV6, end - MESSAGE);
    return Icmpv6Header.isChecksumValid(frame, MESSAGE, end, pseudo) ? type : 0;
  }

  static IpAddress source(byte[] frame) {
    return Ipv6Header.source(frame, IP);
  }

  static IpAddress target(byte[] frame) {
    return IpAddress.readIpv6(frame, TARGET);
  }

  /** The hardware address that it tells of its sender or target, or null. */
  static byte @Nullable [] hardwareAddress(byte[] frame) {
    int end = Math.min(frame.length, Ipv6Header.end(frame, IP));
    for (int at = OPTIONS; at + 8 <= end; ) {
      int length = (frame[at + 1] & 0xff) * 8;
      if (length == 0) {
        return null;
      }
      if (frame[at] == SOURCE_OPTION || frame[at] == TARGET_OPTION) {
        return Arrays.copyOfRange(frame, at + 2, at + 2 + ADDRESS_LENGTH);
      }
      at += length;
    }
    return null;
  }

  /** Asks for a neighbour: at its solicited-node group (RFC 4291 section 2.7.1). */
  static byte[] solicitation(byte[] from, IpAddress source, IpAddress target) {
    IpAddress group =
        IpAddress.ofIpv6(0xff02_0000_0000_0000L, 0x1_ff00_0000L | target.low() & 0xff_ffff);
    byte[] to = EthernetFrame.group(group);
    return frame(
        Icmpv6Header.NEIGHBOR_SOLICITATION, 0, to, from, source, group, target, SOURCE_OPTION);
  }

  /** Answers one who has asked. */
  static byte[] advertisement(byte[] to, byte[] from, IpAddress target, IpAddress asker) {
    return frame(
        Icmpv6Header.NEIGHBOR_ADVERTISEMENT,
        SOLICITED_AND_OVERRIDE,
        to,
        from,
        target,
        asker,
        target,
        TARGET_OPTION);
  }

  private static byte[] frame(
      int type,
      int flags,
      byte[] to,
      byte[] from,
      IpAddress source,
      IpAddress destination,
      IpAddress target,
      int option) {
    byte[] frame = new byte[LENGTH];
    EthernetFrame.encode(frame, to, from, EthernetFrame.TYPE_IPV6);
    int length = LENGTH - MESSAGE;
    Ipv6Header.encode(frame, IP, 0, 0, length, IpProtocol.ICMPV6, HOP_LIMIT, source, destination);
    Icmpv6Header.encode(frame, MESSAGE, type, 0, flags);
    int _ = target.writeIpv6(frame, TARGET);
    frame[OPTIONS] = (byte) option;
    frame[OPTIONS + 1] = 1;
    System.arraycopy(from, 0, frame, OPTIONS + 2, ADDRESS_LENGTH);
    int pseudo = InternetChecksum.pseudoHeader(source, destination, IpProtocol.ICMPV6, length);
    Icmpv6Header.updateChecksum(frame, MESSAGE, LENGTH, pseudo);
    return frame;
  }
}
