// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.TcpHeader;

/** Throws datagrams away and answers them. */
final class AnswerAction implements Action {
  /** With what. */
  enum Kind {
    /** As a host where nobody listens: with a reset or a port unreachable. */
    REFUSE,
    /** With a reset to its sender and another in its place. */
    RESET,
    /** With an ICMP error. */
    ICMP
  }

  private final Kind kind;
  private final Verdict.@Nullable IcmpText icmp;
  private final FaultHandle rule;
  private final Line line;

  AnswerAction(Kind kind, Verdict.@Nullable IcmpText icmp, FaultHandle rule, Line line) {
    this.kind = kind;
    this.icmp = icmp;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit datagram) {
    return switch (kind) {
      case REFUSE -> refuse(datagram);
      case RESET -> reset(datagram);
      case ICMP -> report(datagram);
    };
  }

  private Outcome refuse(Transit datagram) {
    if (Answers.isIcmpError(datagram) || isReset(datagram)) {
      return Outcome.UNTOUCHED;
    }
    if (datagram.isTcp()) {
      return answer(datagram, Answers.reset(datagram), "reset");
    }
    boolean ipv6 = datagram.version() == 6;
    IcmpError error =
        datagram.protocol() == IpProtocol.UDP
            ? IcmpError.PORT_UNREACHABLE
            : IcmpError.PROTOCOL_UNREACHABLE;
    byte @Nullable [] b =
        Answers.error(datagram, error.type(ipv6), error.code(ipv6), error.rest(ipv6));
    return answer(datagram, b, "unreachable");
  }

  private Outcome reset(Transit segment) {
    if (!segment.isTcp() || isReset(segment)) {
      return Outcome.UNTOUCHED;
    }
    line.inject(segment, Answers.resetOnward(segment, 0), rule, "reset");
    return answer(segment, Answers.reset(segment), "reset");
  }

  private Outcome report(Transit datagram) {
    boolean ipv6 = datagram.version() == 6;
    if (icmp == null
        || !datagram.hasAddresses()
        || !icmp.has(ipv6)
        || Answers.isIcmpError(datagram)) {
      return Outcome.UNTOUCHED;
    }
    byte @Nullable [] error =
        Answers.error(datagram, icmp.type(ipv6), icmp.code(ipv6), icmp.rest(ipv6));
    return answer(datagram, error, icmp.text());
  }

  private static boolean isReset(Transit datagram) {
    return datagram.isTcp() && (datagram.flags() & TcpHeader.RST) != 0;
  }

  private Outcome answer(Transit datagram, byte @Nullable [] answer, String what) {
    line.note(datagram, rule, "dropped");
    line.drop(datagram, DropReason.FAULT_RULE);
    line.answer(datagram, answer, rule, what);
    return Outcome.TAKEN;
  }
}
