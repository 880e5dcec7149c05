// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.buffer.Packet;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TrafficClass;

/**
 * Explicit congestion notification on one connection (RFC 3168 section 6.1): agreeing on it,
 * marking what we send, echoing the marks that arrive. What the sender does about an echo is {@link
 * LossRecovery}'s to say.
 */
final class Ecn {
  /** Both bits together, in a SYN without ACK, ask: an "ECN-setup SYN packet". */
  static final int SETUP = TcpHeader.ECE | TcpHeader.CWR;

  private final EcnMode mode;
  private final boolean fallback;

  /** Whether a reset has answered a SYN that asked. */
  private boolean refused;

  /** Whether our SYN asks. */
  private boolean requested;

  /** Whether some SYN of ours has asked, perhaps not the last one. */
  private boolean asked;

  private boolean agreed;

  /** Whether something has arrived that could have been marked. */
  private boolean seen;

  /** Whether the peer may send marked data. */
  private boolean listening;

  /** Whether every acknowledgment says that a mark has arrived, until the peer says CWR. */
  private boolean echoing;

  /** Whether the next new data says that the window was reduced. */
  private boolean reduced;

  /** The number behind the newest data that was sent: what lies before it is sent again. */
  private int newest;

  Ecn(TcpConfiguration configuration) {
    mode = configuration.ecn();
    fallback = configuration.ecnFallback();
  }

  /** Whether something has arrived that could have been marked. */
  boolean isSeen() {
    return seen;
  }

  /** Whether both ends have agreed. */
  boolean isAgreed() {
    return agreed;
  }

  // ---- the handshake ----

  /**
   * What our SYN adds to its control bits. Section 6.1.1.1: "A host that receives no reply to an
   * ECN-setup SYN within the normal SYN retransmission timeout interval MAY resend the SYN and any
   * subsequent SYN retransmissions with CWR and ECE cleared."
   *
   * @param again whether it was sent before
   */
  int synFlags(boolean again) {
    requested = mode == EcnMode.REQUEST && !refused && !(again && fallback);
    asked |= requested;
    return requested ? SETUP : 0;
  }

  /**
   * A reset has answered our SYN. Section 6.1.1.1: "a host that receives a RST in response to the
   * transmission of an ECN-setup SYN packet MAY resend a SYN with CWR and ECE cleared."
   *
   * @return whether the SYN has asked for ECN, which the next one does not
   */
  boolean refuse() {
    refused = true;
    return requested;
  }

  /**
   * The peer's SYN, to a listener of ours or crossing our own. "A host MUST NOT set ECT on SYN or
   * SYN-ACK packets" (section 6.1.1): as on Linux, one that does is not believed.
   */
  void synArrived(Segment syn, boolean passive) {
    boolean willing = passive ? mode != EcnMode.OFF : requested;
    resume(willing && isSetup(syn));
  }

  /** Whether a SYN asks for ECN. */
  static boolean isSetup(Segment syn) {
    return syn.has(TcpHeader.ECE)
        && syn.has(TcpHeader.CWR)
        && codepoint(syn.packet()) == TrafficClass.NOT_ECT;
  }

  /**
   * An ECN-setup SYN-ACK has ECE set and CWR not. Section 6.1.1: "A host MUST NOT set ECT on data
   * packets unless it ... has sent no non-ECN-setup SYN"; but if it has sent an ECN-setup SYN as
   * well, it "MUST process" data that the peer marks.
   */
  void synAckArrived(Segment synAck) {
    listening = asked && synAck.has(TcpHeader.ECE) && !synAck.has(TcpHeader.CWR);
    agreed = listening && requested;
  }

  /** What was agreed on in a handshake that this object has not seen. */
  void resume(boolean wasAgreed) {
    agreed = wasAgreed;
    listening = wasAgreed;
  }

  /** What our SYN-ACK adds to its control bits. */
  int synAckFlags() {
    return agreed ? TcpHeader.ECE : 0;
  }

  /** The handshake is done; data begins here. */
  void start(int firstNumber) {
    newest = firstNumber;
  }

  // ---- the sender ----

  /**
   * Whether a segment goes out as capable. "ECN-capable TCP implementations MUST NOT set either ECT
   * codepoint (ECT(0) or ECT(1)) in the IP header for retransmitted data packets" (6.1.5), nor for
   * pure acknowledgments (6.1.4) and window probes (6.1.6).
   */
  boolean isCapable(int seq, int length) {
    return agreed && length > 0 && SequenceNumber.ge(seq, newest);
  }

  /**
   * What a segment adds to its control bits. "When an ECN-Capable TCP sender reduces its congestion
   * window for any reason ... the TCP sender sets the CWR flag in the TCP header of the first new
   * data packet sent after the window reduction" (6.1.2).
   *
   * @param capable what {@link #isCapable} said: that this is new data
   */
  int flags(int seq, int length, boolean capable) {
    int flags = echoing ? TcpHeader.ECE : 0;
    if (capable) {
      newest = SequenceNumber.add(seq, length);
      if (reduced) {
        reduced = false;
        flags |= TcpHeader.CWR;
      }
    }
    return flags;
  }

  /** The congestion window was reduced. */
  void windowReduced() {
    reduced = agreed;
  }

  /** The reduction was taken back. */
  void reductionUndone() {
    reduced = false;
  }

  // ---- the receiver ----

  /** Whether a mark has arrived of which the peer does not know yet. */
  boolean isEchoing() {
    return echoing;
  }

  /**
   * Data within the window has arrived; "the TCP data receiver SHOULD ignore the ECN field on
   * arriving data packets that are outside of the receiver's current window" (6.1.5).
   *
   * @return whether the peer should hear of it at once
   */
  boolean dataArrived(Segment segment) {
    if (!listening) {
      return false;
    }
    boolean news = false;
    if (segment.has(TcpHeader.CWR)) {
      // Section 6.1.3: from here on only what is marked anew is echoed.
      echoing = false;
      news = true;
    }
    int codepoint = codepoint(segment.packet());
    seen |= codepoint != TrafficClass.NOT_ECT;
    if (codepoint == TrafficClass.CE) {
      // Section 6.1.3: every acknowledgment carries ECE until a segment with CWR has come.
      news |= !echoing;
      echoing = true;
    }
    return news;
  }

  private static int codepoint(Packet packet) {
    byte[] b = packet.head();
    int ip = packet.offset();
    boolean v4 = Ipv4Header.version(b, ip) == 4;
    return TrafficClass.ecn(v4 ? Ipv4Header.trafficClass(b, ip) : Ipv6Header.trafficClass(b, ip));
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    refused = c.carry(refused);
    requested = c.carry(requested);
    asked = c.carry(asked);
    agreed = c.carry(agreed);
    seen = c.carry(seen);
    listening = c.carry(listening);
    echoing = c.carry(echoing);
    reduced = c.carry(reduced);
    newest = c.carry(newest);
  }
}
