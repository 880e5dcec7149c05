// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.engine.Clock;
import org.loopstack.wire.SequenceNumber;

/**
 * What the sender does about losses: notices them (RACK, RFC 8985; three duplicates without SACK,
 * RFC 6582), reduces the window while they are repaired (PRR, RFC 9937; after a timeout slow start,
 * RFC 5681), and takes the reduction back where they were none (RFC 5682, RFC 4015, RFC 2883).
 */
final class LossRecovery {
  /** Where the sender stands; the names that TCP_INFO gives them. */
  enum Phase {
    /** Nothing unusual. */
    OPEN,
    /** Duplicates or sacked segments, but no loss yet. */
    DISORDER,
    /** The window is being reduced because of a congestion mark (RFC 3168). */
    CWR,
    /** Fast recovery. */
    RECOVERY,
    /** After a timeout. */
    LOSS
  }

  /** RFC 5681 section 3.2: "uses the arrival of 3 duplicate ACKs". */
  private static final int DUPLICATES = 3;

  private final TransmissionControlBlock tcb;
  private final RetransmissionQueue queue;
  private final Rack rack;
  private final RttEstimator rtt;
  private final ProportionalRateReduction prr = new ProportionalRateReduction();
  private final Ecn ecn;
  private final SegmentSize size;
  private final TcpConfiguration configuration;
  private final TcpStatistics statistics;
  private CongestionControl congestion;

  private Phase phase = Phase.OPEN;

  /** The number at which the present phase ends: RecoveryPoint, "recover". */
  private int recover;

  /** Without SACK: how many duplicates stand for segments that have arrived. */
  private int duplicates;

  private boolean forwardRto;

  /** Whether F-RTO has asked for new data instead of what is lost. */
  private boolean withholding;

  private boolean undoable;
  private int priorWindow;
  private int priorThreshold;

  /** The timestamp of the first segment sent again in this episode (RFC 3522), 0 if none. */
  private int firstRetransmissionStamp;

  /** How many segments sent again have not been reported as duplicates. */
  private int unprovenRetransmissions;

  private int roundEnd;

  /** Whether this recovery has had its rescue (RFC 6675). */
  private boolean rescued;

  /** How many have come in this recovery, for RFC 6582's Impatient variant. */
  private int partialAcknowledgments;

  LossRecovery(
      TransmissionControlBlock tcb,
      RetransmissionQueue queue,
      Rack rack,
      RttEstimator rtt,
      Ecn ecn,
      SegmentSize size,
      TcpConfiguration configuration,
      CongestionControl congestion,
      TcpStatistics statistics) {
    this.tcb = tcb;
    this.queue = queue;
    this.rack = rack;
    this.rtt = rtt;
    this.ecn = ecn;
    this.size = size;
    this.configuration = configuration;
    this.congestion = congestion;
    this.statistics = statistics;
  }

  void start() {
    recover = tcb.sndUna;
    roundEnd = tcb.sndUna;
    rack.start();
  }

  Phase phase() {
    return phase;
  }

  int recover() {
    return recover;
  }

  CongestionControl congestion() {
    return congestion;
  }

  void setCongestion(CongestionControl algorithm) {
    algorithm.takeOver(congestion);
    congestion = algorithm;
  }

  /**
   * RFC 6582 section 3.2 step 3: "For the first partial ACK that arrives during fast recovery, also
   * reset the retransmit timer." The Impatient variant leaves it so; Slow-but-Steady, as Linux and
   * FreeBSD, resets it with each.
   *
   * @return whether this acknowledgment leaves the timer as it is
   */
  boolean keepsTimer() {
    if (tcb.sackOk || phase != Phase.RECOVERY || !configuration.impatientRecovery()) {
      partialAcknowledgments = 0;
      return false;
    }
    return ++partialAcknowledgments > 1;
  }

  /** Whether the timer is to run on, whatever is sent again. */
  boolean isImpatient() {
    return phase == Phase.RECOVERY && partialAcknowledgments > 1;
  }

  /** Whether losses are being repaired by RFC 6675's counting. */
  boolean isCounting() {
    return phase == Phase.RECOVERY && tcb.sackOk && !configuration.rack();
  }

  /**
   * RFC 6675 section 4 (4): "a single 'rescue' retransmission per entry into loss recovery".
   *
   * @return whether there was none yet
   */
  boolean takeRescue() {
    boolean first = !rescued;
    rescued = true;
    return first;
  }

  boolean isRepairing() {
    return phase == Phase.RECOVERY || phase == Phase.LOSS;
  }

  /** What is under way: the scoreboard's pipe, less what duplicates stand for. */
  int pipe() {
    int emulated = tcb.sackOk ? 0 : Math.min(duplicates * tcb.sndMss, queue.pipe());
    return queue.pipe() - emulated;
  }

  /** A segment goes out; again says that it was sent before. */
  void sent(int length, boolean again, int stamp) {
    if (phase == Phase.RECOVERY || phase == Phase.CWR) {
      prr.sent(length);
    }
    if (again && isRepairing()) {
      unprovenRetransmissions++;
      if (firstRetransmissionStamp == 0) {
        firstRetransmissionStamp = stamp == 0 ? 1 : stamp;
      }
    }
  }

  /**
   * An acceptable acknowledgment; SND.UNA and the queue say already what it says.
   *
   * @param limited whether the window was what kept the sender from sending more
   * @return when to look for losses again, or {@link Clock#NEVER}
   */
  long acknowledged(Acknowledgment news, boolean limited, long measured, long now) {
    if (SequenceNumber.ge(tcb.sndUna, roundEnd)) {
      roundEnd = tcb.sndNxt;
      congestion.onRound();
    }
    if (news.duplicateArrived) {
      rack.duplicateReported();
      unprovenRetransmissions = Math.max(0, unprovenRetransmissions - 1);
    }
    countDuplicates(news);
    undoIfSpurious(news);
    endPhase(news);
    // Before what came with the mark lets the window grow.
    news.reduced = news.marked && congestionEchoed(news.flight, now);
    int lostBefore = queue.lost();
    long again = detect(news, now);
    boolean newLoss = queue.lost() > lostBefore;
    if (queue.lost() > 0 && !isRepairing()) {
      onLoss(news.delivered, now);
    }
    adjust(news, newLoss, limited, measured, now);
    return again;
  }

  /** Without SACK, every duplicate says that one segment has arrived (RFC 5681 section 3.2). */
  private void countDuplicates(Acknowledgment news) {
    if (tcb.sackOk) {
      return;
    }
    if (news.duplicate) {
      if (phase == Phase.LOSS && SequenceNumber.le(tcb.sndNxt, recover)) {
        // Before anything new was sent they tell of what the timeout has given up already.
        return;
      }
      duplicates++;
      news.delivered += tcb.sndMss;
    } else if (news.advanced) {
      int segments = Math.max(1, news.acknowledged / Math.max(1, tcb.sndMss));
      if (duplicates > 0) {
        news.delivered = Math.min(news.delivered, Math.max(1, segments - duplicates) * tcb.sndMss);
      }
      // All but one of what is acknowledged had been counted as arrived already.
      duplicates = isRepairing() ? Math.max(0, duplicates - segments + 1) : 0;
    }
  }

  /**
   * Eifel detection (RFC 3522): the acknowledgment of what was sent again echoes a timestamp from
   * before; or D-SACK (RFC 3708): all that was sent again has arrived twice.
   */
  private void undoIfSpurious(Acknowledgment news) {
    if (!undoable || firstRetransmissionStamp == 0) {
      return;
    }
    boolean echoedOriginal =
        isRepairing()
            && news.advanced
            && news.hasEcho
            && tcb.tsOk
            && SequenceNumber.lt(news.echo, firstRetransmissionStamp);
    boolean allTwice = news.duplicateArrived && unprovenRetransmissions == 0;
    if (echoedOriginal || allTwice) {
      boolean past = SequenceNumber.ge(tcb.sndUna, recover);
      statistics.increment(
          phase == Phase.LOSS
              ? TcpCounter.LOSS_UNDO
              : allTwice
                  ? TcpCounter.DSACK_UNDO
                  : past ? TcpCounter.FULL_UNDO : TcpCounter.PARTIAL_UNDO);
      undo();
    }
  }

  private void undo() {
    undoable = false;
    forwardRto = false;
    withholding = false;
    queue.forgetLosses();
    congestion.restore(priorWindow, priorThreshold);
    ecn.reductionUndone();
    rtt.resetBackOff();
    phase = queue.sackedSegments() > 0 ? Phase.DISORDER : Phase.OPEN;
  }

  private void endPhase(Acknowledgment news) {
    boolean past = SequenceNumber.ge(tcb.sndUna, recover);
    switch (phase) {
      case RECOVERY, CWR -> {
        // RFC 3168 section 6.1.2: not "more than once every window of data". What lies at
        // RecoveryPoint
        // says CWR: until it is acknowledged, an echo is about what was sent before.
        if (past && (phase == Phase.RECOVERY || tcb.sndUna != recover)) {
          // RFC 9937 section 6.3: "On exiting recovery ... cwnd = ssthresh".
          congestion.setWindow(congestion.slowStartThreshold());
          rack.recovered();
          end();
        }
      }
      case LOSS -> {
        if (forwardRto) {
          forwardRto(news, past);
        }
        if (phase == Phase.LOSS && past) {
          end();
        }
      }
      case DISORDER -> {
        if (queue.sackedSegments() == 0 && duplicates == 0) {
          end();
        }
      }
      case OPEN -> {}
    }
  }

  private void end() {
    phase = queue.sackedSegments() > 0 || duplicates > 0 ? Phase.DISORDER : Phase.OPEN;
    duplicates = tcb.sackOk ? duplicates : 0;
    // A D-SACK may still come, and say that it was all for nothing.
    forwardRto = false;
    withholding = false;
  }

  /**
   * F-RTO (RFC 5682 section 3.1 with SACK): after a timeout has sent one segment again, do the next
   * acknowledgments come from what was sent before it?
   */
  private void forwardRto(Acknowledgment news, boolean past) {
    if (news.originalArrived) {
      // (3b): "declare the timeout spurious".
      statistics.increment(TcpCounter.LOSS_UNDO);
      statistics.increment(TcpCounter.SPURIOUS_RTOS);
      undo();
      return;
    }
    if (SequenceNumber.gt(tcb.sndNxt, recover)) {
      if (news.newlySacked || news.duplicate) {
        // (3a): new data was sent, and a duplicate comes: the loss was real.
        forwardRto = false;
      }
    } else if (news.advanced && !past) {
      // (2b): "transmit up to two new (previously unsent) segments"; the rest waits for the answer.
      recover = tcb.sndNxt;
      withholding = true;
      return;
    } else {
      forwardRto = false;
    }
    withholding &= forwardRto;
  }

  /** Whether what is lost waits for the answer to new data: step 2b of F-RTO. */
  boolean isWithholding() {
    return withholding && phase == Phase.LOSS;
  }

  /** New data was tried; without any, F-RTO cannot tell and what is lost is sent again. */
  boolean stopWithholdingUnlessSent() {
    if (SequenceNumber.gt(tcb.sndNxt, recover)) {
      return false;
    }
    forwardRto = false;
    withholding = false;
    return true;
  }

  private long detect(Acknowledgment news, long now) {
    if (tcb.sackOk) {
      if (queue.sacked() > 0 || isRepairing()) {
        if (phase == Phase.OPEN) {
          phase = Phase.DISORDER;
        }
        if (configuration.rack()) {
          return rack.detectLoss(isRepairing(), now);
        }
        SackLossDetection.detect(queue, tcb.sndMss);
      }
      return Clock.NEVER;
    }
    SentSegment head = queue.first();
    if (head == null) {
      return Clock.NEVER;
    }
    if (phase == Phase.RECOVERY || phase == Phase.LOSS) {
      // RFC 6582 section 3.2 step 3: a partial acknowledgment means that the next one is lost too.
      if (news.advanced && !head.lost) {
        queue.markLost(head);
      }
    } else if (duplicates > 0) {
      if (phase == Phase.OPEN) {
        phase = Phase.DISORDER;
      }
      // Step 2: only if it "covers more than recover".
      if (duplicates >= DUPLICATES && SequenceNumber.ge(tcb.sndUna, recover)) {
        queue.markLost(head);
      }
    }
    return Clock.NEVER;
  }

  private void remember() {
    if (!undoable) {
      priorWindow = congestion.window();
      priorThreshold = congestion.slowStartThreshold();
    }
    undoable = true;
    firstRetransmissionStamp = 0;
    unprovenRetransmissions = 0;
  }

  /**
   * Sets the threshold; the peer hears of it if it knows ECN. RFC 5681's equation (4) reduces
   * FlightSize, since a window that is not used may have grown; RFC 9438 section 4.6 lets who
   * prevents that, as we do, reduce the window itself.
   */
  private void reduce(int flight, long now) {
    int used = configuration.reduceFlight() ? flight : congestion.window();
    congestion.onCongestion(used, now);
    ecn.windowReduced();
  }

  private void onLoss(int delivered, long now) {
    if (size.isProbeLost()) {
      // The probe of the path's MTU, and no congestion: it is sent again in smaller pieces.
      onPathMtu(tcb.sndMss);
    } else {
      enterRecovery(delivered, now);
    }
  }

  private void enterRecovery(int delivered, long now) {
    statistics.increment(tcb.sackOk ? TcpCounter.SACK_RECOVERY : TcpCounter.RENO_RECOVERY);
    if (phase != Phase.CWR) {
      undoable = false;
      remember();
      reduce(flightSize(), now);
      // RFC 9937 section 6.1: RecoverFS counts neither what had been reported before nor, by
      // limited transmit, what lies beyond the window; it does count what this acknowledgment has.
      prr.start(
          tcb.sackOk
              ? Math.min(queue.total() - queue.sacked() + delivered, congestion.window())
              : flightSize());
    }
    phase = Phase.RECOVERY;
    partialAcknowledgments = 0;
    rescued = false;
    recover = tcb.sndNxt;
  }

  /**
   * FlightSize as RFC 5681 section 3.2 means it: without the segments that duplicates have let go
   * (limited transmit), so never more than the window.
   */
  private int flightSize() {
    return Math.min(SequenceNumber.diff(tcb.sndNxt, tcb.sndUna), congestion.window());
  }

  /**
   * A congestion mark was echoed (RFC 3168 section 6.1.2): once per window of data.
   *
   * @param flight what was in flight before the acknowledgment that echoes it
   * @return whether it is news, not about a window that has been reduced already
   */
  boolean congestionEchoed(int flight, long now) {
    if (phase != Phase.OPEN && phase != Phase.DISORDER) {
      return false;
    }
    int before = Math.min(flight, congestion.window());
    reduce(before, now);
    prr.start(before);
    phase = Phase.CWR;
    recover = tcb.sndNxt;
    undoable = false;
    return true;
  }

  /**
   * A tail loss probe has repaired a loss: RFC 8985 section 7.4.2 asks for the usual response.
   *
   * @param flight what was in flight before the acknowledgment that shows it
   */
  void probeRepairedLoss(int flight, long now) {
    if (phase == Phase.OPEN || phase == Phase.DISORDER) {
      reduce(Math.min(flight, congestion.window()), now);
      congestion.setWindow(congestion.slowStartThreshold());
    }
  }

  private void adjust(
      Acknowledgment news, boolean newLoss, boolean limited, long measured, long now) {
    switch (phase) {
      case RECOVERY, CWR -> {
        if (news.delivered > 0 || newLoss) {
          congestion.setWindow(
              prr.window(
                  news.delivered,
                  news.advanced && !newLoss,
                  pipe(),
                  congestion.slowStartThreshold(),
                  tcb.sndMss));
        }
      }
      case OPEN, DISORDER, LOSS -> {
        // What blocks had reported before has been counted: only what is new lets the window grow.
        int grown = Math.min(news.delivered, news.acknowledged);
        if (news.advanced && grown > 0 && limited) {
          congestion.onAcknowledged(grown, measured, rtt.srtt(), now);
        }
      }
    }
  }

  /** The reordering timer: what was waited for has not come. */
  long reorderingTimeout(long now) {
    long again = rack.detectLoss(isRepairing(), now);
    if (queue.lost() > 0 && !isRepairing()) {
      onLoss(0, now);
      if (phase == Phase.RECOVERY) {
        congestion.setWindow(
            prr.window(0, false, pipe(), congestion.slowStartThreshold(), tcb.sndMss));
      }
    }
    return again;
  }

  /** The retransmission timer expired (RFC 6298 section 5, RFC 5681 section 3.1, RFC 8985 6.3). */
  void onTimeout(boolean first, long now) {
    boolean repairing = phase == Phase.LOSS || phase == Phase.RECOVERY;
    if (first) {
      countFailure();
    }
    boolean reduce =
        phase == Phase.OPEN || phase == Phase.DISORDER || SequenceNumber.ge(tcb.sndUna, recover);
    if (reduce) {
      undoable = false;
      remember();
      // "ssthresh = max (FlightSize / 2, 2*SMSS)", or as the algorithm has it; once per episode.
      reduce(flightSize(), now);
    }
    congestion.onTimeout(now);
    SentSegment head = queue.first();
    if (head != null && head.sacked) {
      // RFC 2018 section 5: "the data sender SHOULD turn off all of the SACKed bits": the receiver
      // has reneged.
      statistics.increment(TcpCounter.SACK_RENEGING);
      queue.forgetSacks();
    }
    duplicates = 0;
    if (tcb.sackOk && configuration.rack()) {
      rack.markLostOnTimeout(now);
    } else {
      for (SentSegment s = head; s != null; s = s.next) {
        queue.markLost(s);
      }
    }
    // RFC 5682 (1): F-RTO begins with a timeout that is not one of a series, and "SHOULD NOT be
    // applied if the TCP sender is already in loss recovery" (section 3.1).
    forwardRto = first && !repairing && configuration.frto();
    withholding = false;
    phase = Phase.LOSS;
    recover = tcb.sndNxt;
    congestion.setWindow((long) pipe() + tcb.sndMss);
  }

  /** What was being repaired, or looked like a loss, has come to a timeout. */
  private void countFailure() {
    boolean sack = tcb.sackOk;
    switch (phase) {
      case RECOVERY ->
          statistics.increment(
              sack ? TcpCounter.SACK_RECOVERY_FAIL : TcpCounter.RENO_RECOVERY_FAIL);
      case LOSS -> statistics.increment(TcpCounter.LOSS_FAILURES);
      case DISORDER ->
          statistics.increment(sack ? TcpCounter.SACK_FAILURES : TcpCounter.RENO_FAILURES);
      case OPEN, CWR -> {}
    }
  }

  /** What is outstanding was too large for the path: it is sent again, which is no congestion. */
  void onPathMtu(int mss) {
    for (SentSegment s = queue.first(); s != null; s = s.next) {
      if (s.dataLength() > mss) {
        queue.markLost(s);
      }
    }
    if (queue.lost() > 0 && !isRepairing()) {
      undoable = false;
      phase = Phase.LOSS;
      recover = tcb.sndNxt;
    }
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    phase = c.carry(phase, Phase.values());
    recover = c.carrySent(recover);
    duplicates = c.carry(duplicates);
    forwardRto = c.carry(forwardRto);
    withholding = c.carry(withholding);
    undoable = c.carry(undoable);
    priorWindow = c.carry(priorWindow);
    priorThreshold = c.carry(priorThreshold);
    firstRetransmissionStamp = c.carry(firstRetransmissionStamp);
    unprovenRetransmissions = c.carry(unprovenRetransmissions);
    roundEnd = c.carrySent(roundEnd);
    rescued = c.carry(rescued);
    partialAcknowledgments = c.carry(partialAcknowledgments);
    prr.carry(c);
    congestion.carry(c);
  }
}
