// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A packet as a script writes it, in the script's own sequence space. */
sealed interface PacketSpec {
  /** True for a packet that the script sends to the stack. */
  boolean isInbound();

  /** What the script says of the IP header. */
  IpMarks ip();

  /** What is asked of the traffic class. */
  enum TosCheck {
    NONE,
    ECN,
    ECT01,
    TOS
  }

  /**
   * What a script says of the IP header.
   *
   * @param check what is asked of the traffic class
   * @param tos the bits to send or to see
   * @param ttl 0 for any
   * @param flowLabel 0 for any
   */
  record IpMarks(TosCheck check, int tos, int ttl, int flowLabel) {
    /** Nothing. */
    static final IpMarks ANY = new IpMarks(TosCheck.NONE, 0, 0, 0);
  }

  /** Ports that the script sets itself. */
  record Ports(int source, int destination) {}

  /**
   * A TCP segment.
   *
   * @param flags the bits of {@link org.loopstack.wire.TcpHeader}
   * @param window -1 if nothing is said of it
   * @param options null if any will do
   */
  record TcpPacket(
      boolean isInbound,
      IpMarks ip,
      @Nullable Ports ports,
      int flags,
      long sequence,
      int length,
      long acknowledgment,
      int window,
      int urgentPointer,
      @Nullable List<TcpOption> options)
      implements PacketSpec {}

  /** A UDP datagram. */
  record UdpPacket(boolean isInbound, IpMarks ip, @Nullable Ports ports, int length)
      implements PacketSpec {}

  /**
   * What an ICMP error quotes.
   *
   * @param udp a UDP datagram; else a TCP segment
   * @param sequence the segment's sequence number
   * @param length the payload's length
   */
  record Quoted(boolean udp, long sequence, int length) {}

  /**
   * An ICMP message.
   *
   * @param mtu -1 if none is given
   */
  record IcmpPacket(
      boolean isInbound,
      IpMarks ip,
      String type,
      @Nullable String code,
      long mtu,
      int identifier,
      @Nullable Quoted quoted)
      implements PacketSpec {}
}
