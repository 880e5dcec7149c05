// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.Ipv4Header;

/**
 * A router with a smaller MTU on its other side: what is longer is fragmented if it is IPv4 and may
 * be, else thrown away, and its sender is told the MTU (RFC 1191 section 4, RFC 4443 section 3.2).
 */
final class MtuAction implements Action {
  private final int mtu;
  private final boolean silent;
  private final FaultHandle rule;
  private final Line line;

  MtuAction(int mtu, boolean silent, FaultHandle rule, Line line) {
    this.mtu = mtu;
    this.silent = silent;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit datagram) {
    if (datagram.length() <= mtu || !datagram.hasAddresses()) {
      return Outcome.UNTOUCHED;
    }
    boolean ipv4 = datagram.version() == 4;
    Packet packet = datagram.packet();
    if (ipv4 && !Ipv4Header.dontFragment(packet.head(), packet.offset())) {
      byte[] whole = datagram.bytes();
      if (Ipv4Header.validate(whole, 0, whole.length) == null) {
        for (byte[] each : Fragmenter.fragments(whole, mtu)) {
          Transit fragment = datagram.copy();
          fragment.replace(each);
          line.note(fragment, rule, "fragmented");
          line.goOn(fragment, rule.number());
        }
        return Outcome.TAKEN;
      }
    }
    byte[] error =
        silent
            ? null
            : ipv4
                ? Answers.error(
                    datagram, IcmpHeader.UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, mtu)
                : Answers.error(datagram, Icmpv6Header.PACKET_TOO_BIG, 0, mtu);
    line.note(datagram, rule, "dropped, longer than " + mtu + ",");
    line.drop(datagram, DropReason.MTU_EXCEEDED);
    line.answer(datagram, error, rule, "packet too big, MTU " + mtu + ",");
    return Outcome.TAKEN;
  }
}
