// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Slice;
import org.loopstack.wire.SequenceNumber;

/**
 * Data that has arrived ahead of a gap, in the order of its sequence numbers and without overlaps.
 * What came first is kept where segments overlap. Guarded by the endpoint's lock.
 */
final class ReassemblyQueue {
  private static final class Piece {
    final int seq;
    final int length;
    final Slice data;
    long arrival;
    @Nullable Piece next;

    Piece(int seq, int length, Slice data, long arrival) {
      this.seq = seq;
      this.length = length;
      this.data = data;
      this.arrival = arrival;
    }

    int end() {
      return SequenceNumber.add(seq, length);
    }
  }

  /** More pieces than this in one window are an attack on the walk through the list. */
  private static final int MAX_PIECES = 8192;

  /** What a piece needs beside its data, about. */
  private static final int PIECE_SIZE = 72;

  private @Nullable Piece first;
  private int pieces;
  private int bytes;
  private long held;
  private long arrivals;

  /** The first run of what {@link #insert} was given last that was there already; or both equal. */
  private int overlapLeft;

  private int overlapRight;

  boolean isEmpty() {
    return first == null;
  }

  /** The size of the arrays that are kept alive, and of what keeps them in order. */
  long held() {
    return held;
  }

  /** How many bytes wait. */
  int bytes() {
    return bytes;
  }

  /** Where what came twice begins. */
  int overlapLeft() {
    return overlapLeft;
  }

  /** The number behind it. */
  int overlapRight() {
    return overlapRight;
  }

  /**
   * Takes in data; of what is there already, the old copy stays.
   *
   * @return whether a part of it was there already: between the two overlaps
   */
  boolean insert(int seq, @Nullable Slice data, int length) {
    overlapLeft = seq;
    overlapRight = seq;
    take(seq, data, length);
    return overlapLeft != overlapRight;
  }

  private void noteOverlap(int left, int right) {
    if (overlapLeft == overlapRight) {
      overlapLeft = left;
      overlapRight = right;
    } else if (overlapRight == left) {
      overlapRight = right;
    }
  }

  private void take(int seq, @Nullable Slice data, int length) {
    arrivals++;
    int from = seq;
    int end = SequenceNumber.add(seq, length);
    Slice rest = data;
    Piece before = null;
    Piece at = first;
    while (rest != null && SequenceNumber.lt(from, end) && pieces < MAX_PIECES) {
      while (at != null && SequenceNumber.le(at.end(), from)) {
        before = at;
        at = at.next;
      }
      int gapEnd = at == null ? end : SequenceNumber.min(end, at.seq);
      int gap = SequenceNumber.diff(gapEnd, from);
      if (gap > 0) {
        before = link(new Piece(from, gap, part(rest, gap), arrivals), before, at);
      }
      if (at != null && SequenceNumber.lt(at.seq, end)) {
        at.arrival = arrivals;
        noteOverlap(SequenceNumber.max(at.seq, from), SequenceNumber.min(at.end(), end));
      }
      int next = at == null ? end : SequenceNumber.max(at.end(), from);
      int skip = SequenceNumber.diff(SequenceNumber.min(next, end), from);
      rest = Slice.skip(rest, skip);
      from = SequenceNumber.add(from, skip);
    }
  }

  /** A part of the chain; what would keep alive more than twice its size is copied. */
  private static Slice part(Slice chain, int length) {
    if (chain.length() >= length && chain.array().length <= 2 * length) {
      return new Slice(chain.array(), chain.offset(), length);
    }
    byte[] copy = new byte[length];
    int at = 0;
    for (Slice s = chain; s != null && at < length; s = s.next()) {
      int n = Math.min(s.length(), length - at);
      System.arraycopy(s.array(), s.offset(), copy, at, n);
      at += n;
    }
    return new Slice(copy, 0, length);
  }

  private Piece link(Piece piece, @Nullable Piece before, @Nullable Piece after) {
    piece.next = after;
    if (before == null) {
      first = piece;
    } else {
      before.next = piece;
    }
    pieces++;
    bytes += piece.length;
    held += PIECE_SIZE + piece.data.array().length;
    return piece;
  }

  /**
   * Hands what continues the stream to the receiver, piece by piece.
   *
   * @param tcb its RCV.NXT says where the stream continues; the receiver moves it
   */
  void drainTo(Receiver receiver, TransmissionControlBlock tcb) {
    for (Piece p; (p = first) != null && SequenceNumber.le(p.seq, tcb.rcvNxt); ) {
      first = p.next;
      pieces--;
      bytes -= p.length;
      held -= PIECE_SIZE + p.data.array().length;
      int skip = SequenceNumber.diff(tcb.rcvNxt, p.seq);
      if (skip > 0) {
        receiver.reportDuplicateToo(p.seq, SequenceNumber.min(p.end(), tcb.rcvNxt));
      }
      if (skip < p.length) {
        receiver.accept(Slice.skip(p.data, skip), p.length - skip);
      }
    }
  }

  /**
   * Writes the blocks of a SACK option, left and right edges by turns. RFC 2018 section 4: "the
   * first SACK block ... MUST specify the contiguous block of data containing the segment which
   * triggered this ACK"; the others follow in the order in which they last changed.
   *
   * @param from how many blocks are written there already
   * @param max how many there may be in all
   * @return how many there are in all
   */
  int sackBlocks(int[] edges, int from, int max) {
    int count = from;
    long limit = Long.MAX_VALUE;
    while (count < max) {
      long newest = -1;
      int left = 0;
      int right = 0;
      for (Piece p = first; p != null; ) {
        int blockLeft = p.seq;
        int blockRight = p.end();
        long arrival = p.arrival;
        for (p = p.next; p != null && p.seq == blockRight; p = p.next) {
          blockRight = p.end();
          arrival = Math.max(arrival, p.arrival);
        }
        if (arrival < limit && arrival > newest) {
          newest = arrival;
          left = blockLeft;
          right = blockRight;
        }
      }
      if (newest < 0) {
        break;
      }
      edges[2 * count] = left;
      edges[2 * count + 1] = right;
      count++;
      limit = newest;
    }
    return count;
  }

  void clear() {
    first = null;
    pieces = 0;
    bytes = 0;
    held = 0;
  }

  /** What rests with the connection, which has nothing in it then. */
  void carry(StateCarrier c) {
    pieces = c.carry(pieces);
    bytes = c.carry(bytes);
    held = c.carry(held);
    arrivals = c.carry(arrivals);
    overlapLeft = c.carryReceived(overlapLeft);
    overlapRight = c.carryReceived(overlapRight);
  }
}
