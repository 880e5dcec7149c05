// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

/**
 * The variables of one connection, by the names of RFC 9293 section 3.3.1 and RFC 7323; no
 * behaviour. Sequence numbers are compared by {@code SequenceNumber} alone.
 */
final class TransmissionControlBlock {
  TcpState state = TcpState.CLOSED;

  /** Initial send sequence number. */
  int iss;

  /** Oldest unacknowledged sequence number. */
  int sndUna;

  /** Next sequence number to send for the first time. */
  int sndNxt;

  /** Send window in bytes, scaling applied. */
  int sndWnd;

  /** Segment sequence number used for the last window update. */
  int sndWl1;

  /** Segment acknowledgment number used for the last window update. */
  int sndWl2;

  /** Send urgent pointer: the number behind the last urgent byte; sndUna if there is none. */
  int sndUp;

  /**
   * MAX.SND.WND: the largest window the peer has offered (RFC 5961 section 5.2, RFC 9293 3.8.6).
   */
  int maxSndWnd;

  /** Initial receive sequence number. */
  int irs;

  /** Next sequence number expected. */
  int rcvNxt;

  /** Right edge of the window that we have offered: never moves left (RFC 9293 section 3.8.6). */
  int rcvAdv;

  /** Receive urgent pointer: the number behind the last urgent byte, if {@link #rcvUrgent}. */
  int rcvUp;

  /** Whether the peer has announced urgent data beyond what was received. */
  boolean rcvUrgent;

  /** Last.ACK.sent (RFC 7323 section 4.3). */
  int lastAckSent;

  /** Eff.snd.MSS without options: what the peer takes and the path carries, in payload bytes. */
  int sndMss = 536;

  /** The MSS we have offered. */
  int rcvMss = 536;

  /** Snd.Wind.Shift. */
  int sndWindShift;

  /** Rcv.Wind.Shift. */
  int rcvWindShift;

  /** Whether both sides have sent timestamps in their SYN (Snd.TS.OK). */
  boolean tsOk;

  /** TS.Recent. */
  int tsRecent;

  /** When TS.Recent was written, in nanoseconds of the stack's clock. */
  long tsRecentAge;

  /** What is added to the clock to make our timestamps, different for each connection. */
  int tsOffset;

  /** Whether both sides have sent SACK-permitted in their SYN. */
  boolean sackOk;

  /** The receive window that the peer may use now: RCV.WND. */
  int rcvWnd() {
    return rcvAdv - rcvNxt;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    state = c.carry(state, TcpState.values());
    iss = c.carrySent(iss);
    sndUna = c.carrySent(sndUna);
    sndNxt = c.carrySent(sndNxt);
    sndWnd = c.carry(sndWnd);
    sndWl1 = c.carryReceived(sndWl1);
    sndWl2 = c.carrySent(sndWl2);
    sndUp = c.carrySent(sndUp);
    maxSndWnd = c.carry(maxSndWnd);
    irs = c.carryReceived(irs);
    rcvNxt = c.carryReceived(rcvNxt);
    rcvAdv = c.carryReceived(rcvAdv);
    rcvUp = c.carryReceived(rcvUp);
    rcvUrgent = c.carry(rcvUrgent);
    lastAckSent = c.carryReceived(lastAckSent);
    sndMss = c.carry(sndMss);
    rcvMss = c.carry(rcvMss);
    sndWindShift = c.carry(sndWindShift);
    rcvWindShift = c.carry(rcvWindShift);
    tsOk = c.carry(tsOk);
    tsRecent = c.carry(tsRecent);
    tsRecentAge = c.carryTime(tsRecentAge);
    tsOffset = c.carry(tsOffset);
    sackOk = c.carry(sackOk);
  }
}
