// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;

/**
 * Lets so many bytes of each TCP connection pass, in the directions that match, and then resets it
 * at both ends. Bytes are counted by sequence numbers: what is sent again does not count again. The
 * segment with the last byte is cut behind it. From then on every segment of the connection is
 * answered with a reset, so that an end that has missed its own gets another one.
 */
final class ResetAfterAction implements Action {
  /** How far one connection has come. */
  private static final class Progress {
    private long passed;
    private final Stream oneWay = new Stream();
    private final Stream otherWay = new Stream();
    private boolean broken;
  }

  /** The data that goes one way. */
  private static final class Stream {
    private boolean begun;
    private int next;
  }

  /** What to do with a segment: all of it passes, or so many bytes of it and then a reset. */
  private static final int ALL = -1;

  private final long limit;
  private final FaultHandle rule;
  private final Line line;
  private final LeafLock lock = new LeafLock();
  private final ConnectionTable<Progress> connections = new ConnectionTable<>(Progress::new);

  ResetAfterAction(long limit, FaultHandle rule, Line line) {
    this.limit = limit;
    this.rule = rule;
    this.line = line;
  }

  @Override
  public Outcome act(Transit segment) {
    if (!segment.isTcp() || (segment.flags() & TcpHeader.RST) != 0) {
      return Outcome.UNTOUCHED;
    }
    boolean broken;
    int passes;
    lock.lock();
    try {
      Progress progress = connections.of(segment);
      broken = progress.broken;
      passes = broken ? 0 : advance(progress, segment);
      if (passes != ALL && !broken) {
        progress.broken = true;
        connections.isReset(segment);
      }
    } finally {
      lock.unlock();
    }
    if (passes == ALL) {
      return Outcome.UNTOUCHED;
    }
    byte @Nullable [] answer = Answers.reset(segment);
    byte @Nullable [] onward = Answers.resetOnward(segment, passes);
    if (passes == 0) {
      line.note(segment, rule, broken ? "dropped after its reset" : "replaced by a reset");
      line.drop(segment, DropReason.FAULT_RULE);
    } else {
      cut(segment, passes);
      line.goOn(segment, rule.number());
    }
    if (!broken) {
      line.inject(segment, onward, rule, "reset");
    }
    line.answer(segment, answer, rule, "reset");
    return Outcome.TAKEN;
  }

  /** Returns {@link #ALL} or how many bytes of the segment still pass. */
  private int advance(Progress progress, Transit segment) {
    byte[] b = segment.packet().head();
    int at = segment.transportAt();
    boolean first =
        segment.source().compareTo(segment.destination()) < 0
            || segment.source().equals(segment.destination())
                && segment.sourcePort() <= segment.destinationPort();
    Stream stream = first ? progress.oneWay : progress.otherWay;
    int sequence = TcpHeader.sequence(b, at);
    int from = (segment.flags() & TcpHeader.SYN) != 0 ? sequence + 1 : sequence;
    if (!stream.begun) {
      stream.begun = true;
      stream.next = from;
    }
    int length = segment.payloadLength();
    int end = from + length;
    int fresh = SequenceNumber.lt(stream.next, end) ? end - stream.next : 0;
    if (fresh == 0) {
      return ALL;
    }
    long left = limit - progress.passed;
    if (fresh < left) {
      progress.passed += fresh;
      stream.next = end;
      return ALL;
    }
    return Math.max(0, length - fresh + (int) left);
  }

  private void cut(Transit segment, int data) {
    int whole = segment.payloadLength();
    byte[] b = Truncation.cut(segment, segment.payloadOffset() + data, true);
    if (data < whole) {
      // What ended the stream or pushed it on was behind the last byte.
      int flags = 13 + segment.transportAt() - segment.packet().offset();
      b[flags] &= (byte) ~TcpHeader.FIN;
      Corruption.mend(b);
    }
    segment.replace(b);
    line.note(segment, rule, "cut to " + data + " bytes of data");
  }
}
