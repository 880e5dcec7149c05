// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.transport.info.TcpInfo;

/** Takes the snapshot that TCP_INFO tells. Called with the endpoint's lock held. */
final class TcpInfoReader {
  private TcpInfoReader() {}

  /** Linux's numbers of the states. */
  static int number(TcpState state) {
    return switch (state) {
      case ESTABLISHED -> 1;
      case SYN_SENT -> 2;
      case SYN_RECEIVED -> 3;
      case FIN_WAIT_1 -> 4;
      case FIN_WAIT_2 -> 5;
      case TIME_WAIT -> 6;
      case CLOSED -> 7;
      case CLOSE_WAIT -> 8;
      case LAST_ACK -> 9;
      case LISTEN -> 10;
      case CLOSING -> 11;
    };
  }

  private static int number(LossRecovery.Phase phase) {
    return switch (phase) {
      case OPEN -> 0;
      case DISORDER -> 1;
      case CWR -> 2;
      case RECOVERY -> 3;
      case LOSS -> 4;
    };
  }

  /** A socket without a connection: only its state means something, and two numbers of a queue. */
  static TcpInfo without(TcpState state, int waiting, int backlog) {
    return new TcpInfo(
        number(state),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        waiting,
        backlog,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0);
  }

  static TcpInfo of(TcpConnection c, long now) {
    TransmissionControlBlock tcb = c.tcb;
    Sender sender = c.sender;
    RttEstimator rtt = sender.rtt;
    TcpCounters n = c.counters;
    CongestionControl congestion = sender.congestion();
    int mss = Math.max(1, tcb.sndMss);
    return new TcpInfo(
        number(tcb.state),
        number(sender.recovery.phase()),
        Math.max(sender.patience.timeouts(), c.handshake.retries()),
        sender.patience.probes() + c.keepAliveProbes(),
        rtt.backOffs(),
        options(c),
        tcb.sndWindShift,
        tcb.rcvWindShift,
        micros(rtt.timeout()),
        micros(c.receiver.delayed().interval()),
        tcb.sndMss,
        c.receiver.delayed().peerSegment(),
        sender.queue.segments(),
        sender.queue.sackedSegments(),
        count(sender.queue, false),
        count(sender.queue, true),
        0,
        millis(now - n.dataSentAt),
        0,
        millis(now - n.dataArrivedAt),
        millis(now - n.acknowledgmentArrivedAt),
        c.out.pathMtu(),
        c.receiver.window().threshold(),
        micros(rtt.srtt()),
        micros(rtt.rttVar()),
        threshold(congestion, mss),
        congestion.window() / mss,
        tcb.rcvMss,
        sender.reordering(),
        micros(c.receiver.window().roundTrip()),
        c.receiver.window().space(),
        sender.retransmissions(),
        n.bytesAcknowledged,
        n.bytesReceived,
        n.segmentsOut,
        n.segmentsIn,
        sender.unsent(),
        rtt.minRtt() == Long.MAX_VALUE ? Integer.MAX_VALUE : micros(rtt.minRtt()),
        n.dataSegmentsIn,
        n.dataSegmentsOut,
        sender.rate.bytesPerSecond(),
        sender.chronograph.busy(now) / 1000,
        sender.chronograph.peerWindow(now) / 1000,
        sender.chronograph.sendBuffer(now) / 1000,
        n.delivered,
        0,
        n.bytesSent,
        n.bytesSentAgain,
        n.duplicatesReported,
        sender.reorderings(),
        n.outOfOrder,
        tcb.sndWnd,
        tcb.rcvWnd());
  }

  private static int options(TcpConnection c) {
    TransmissionControlBlock tcb = c.tcb;
    return (tcb.tsOk ? TcpInfo.OPTION_TIMESTAMPS : 0)
        | (tcb.sackOk ? TcpInfo.OPTION_SACK : 0)
        | (c.handshake.isScaling() ? TcpInfo.OPTION_WSCALE : 0)
        | (c.ecn.isAgreed() ? TcpInfo.OPTION_ECN : 0)
        | (c.ecn.isSeen() ? TcpInfo.OPTION_ECN_SEEN : 0)
        | (c.fastOpening.hasSynData() ? TcpInfo.OPTION_SYN_DATA : 0);
  }

  private static int threshold(CongestionControl congestion, int mss) {
    int bytes = congestion.slowStartThreshold();
    return bytes == Integer.MAX_VALUE ? bytes : bytes / mss;
  }

  private static int count(RetransmissionQueue queue, boolean underWayAgain) {
    int count = 0;
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (underWayAgain ? s.underWayAgain : s.lost) {
        count++;
      }
    }
    return count;
  }

  private static int micros(long nanos) {
    return (int) Math.min(nanos / 1000, Integer.MAX_VALUE);
  }

  private static int millis(long nanos) {
    return (int) Math.min(nanos / 1_000_000, Integer.MAX_VALUE);
  }
}
