// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * How much may arrive ahead of the user's reads. As Linux does it: the window begins small and
 * opens with each segment up to the buffer's size; the buffer follows what the user reads in a
 * round trip, twice of it, because the sender's window may double meanwhile. RFC 9293 section
 * 3.8.6.2 leaves it to the receiver. A buffer of the user's own choice (SO_RCVBUF) stays as it is.
 */
final class ReceiveWindow {
  /** Segments smaller than this are no reason to expect more of them. */
  private static final int WORTH_GROWING = 128;

  /** The round trip that timestamps can tell at best. */
  private static final long MILLISECOND = 1_000_000L;

  private final TransmissionControlBlock tcb;
  private final int most;
  private int capacity;
  private boolean fixed;

  /** rcv_ssthresh: up to what the window is opened at present. */
  private int threshold;

  /** What the user has read in the last round trip that was measured, from where and when on. */
  private int space;

  private int readFrom;
  private long readSince;

  /** Eight times the round trip, as the receiver sees it; 0 if it has seen none. */
  private long roundTrips;

  /** What has to arrive before a window's worth has, since when. */
  private int windowEnd;

  private long windowSince = -1;
  private int lastEcho;

  ReceiveWindow(
      TcpConfiguration configuration, TransmissionControlBlock tcb, TcpSettings settings) {
    this.tcb = tcb;
    most = configuration.receiveAutoTuning() ? configuration.maxTunedReceiveBuffer() : 0;
    fixed = settings.receiveBufferChosen;
    capacity = settings.receiveBuffer;
    threshold = capacity;
    expect(settings.lowWater);
  }

  /** The handshake is done. */
  void start(long now) {
    threshold = Math.min(capacity, tcb.rcvWnd());
    space = Math.min(threshold, 10 * tcb.rcvMss);
    readFrom = tcb.rcvNxt;
    readSince = now;
  }

  /** Goes on with what another one had. */
  void resume(int newCapacity, int newThreshold) {
    capacity = newCapacity;
    threshold = newThreshold;
  }

  int capacity() {
    return capacity;
  }

  /** SO_RCVBUF: the user's word. */
  void setCapacity(int bytes) {
    capacity = bytes;
    fixed = true;
    threshold = Math.min(threshold, bytes);
  }

  /** SO_RCVLOWAT: so much must fit, if the user has not said otherwise. */
  void expect(int lowWater) {
    if (!fixed && lowWater > capacity) {
      capacity = lowWater;
      threshold = Math.max(threshold, lowWater);
    }
  }

  /** Up to what the window is opened at present. */
  int threshold() {
    return threshold;
  }

  /** What the user reads in a round trip, as far as measured. */
  int space() {
    return space;
  }

  /** The receiver's estimate of the round trip, in nanoseconds, or 0. */
  long roundTrip() {
    return roundTrips >> 3;
  }

  /** Data has come. */
  void onData(Segment segment, int peerSegment, int echoAge, boolean scarce, long now) {
    measureByWindow(now);
    int length = segment.dataLength();
    if (segment.hasTimestamps && segment.timestampEcho != lastEcho && length >= peerSegment) {
      lastEcho = segment.timestampEcho;
      if (echoAge >= 0) {
        smooth(Math.max(1, echoAge) * MILLISECOND);
      }
    }
    if (length >= WORTH_GROWING && threshold < capacity && !scarce) {
      threshold = (int) Math.min(capacity, (long) threshold + 2L * Math.max(tcb.rcvMss, length));
    }
  }

  /** Without timestamps, a window's worth of data takes a round trip at least. */
  private void measureByWindow(long now) {
    if (windowSince >= 0) {
      if (SequenceNumber.lt(tcb.rcvNxt, windowEnd)) {
        return;
      }
      long sample = 8 * Math.max(1_000, now - windowSince);
      roundTrips = roundTrips == 0 ? sample : Math.min(roundTrips, sample);
    }
    windowEnd = SequenceNumber.add(tcb.rcvNxt, Math.max(1, tcb.rcvWnd()));
    windowSince = now;
  }

  private void smooth(long sample) {
    roundTrips += roundTrips == 0 ? 8 * sample : sample - (roundTrips >> 3);
  }

  /**
   * The user has read.
   *
   * @param readUpTo the number behind the last byte that was read
   * @param scarce whether memory is
   */
  void onRead(int readUpTo, boolean scarce, long now) {
    long elapsed = now - readSince;
    if (roundTrips == 0 || elapsed < roundTrip()) {
      return;
    }
    int read = SequenceNumber.diff(readUpTo, readFrom);
    if (read > space && space > 0) {
      if (!fixed && !scarce && capacity < most) {
        grow(read);
      }
      space = read;
    }
    readFrom = readUpTo;
    readSince = now;
  }

  /** Twice what was read, some segments, and more where it has become more since the last time. */
  private void grow(long read) {
    long wanted = 2 * read + 16L * tcb.rcvMss;
    wanted += 2 * (wanted * (read - space) / space);
    capacity = (int) Math.max(capacity, Math.min(wanted, most));
  }

  /** Memory is scarce: as Linux, no window is opened further than for a few segments. */
  void moderate() {
    threshold = Math.min(threshold, 4 * tcb.rcvMss);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    capacity = c.carry(capacity);
    fixed = c.carry(fixed);
    threshold = c.carry(threshold);
    space = c.carry(space);
    readFrom = c.carryReceived(readFrom);
    readSince = c.carryTime(readSince);
    roundTrips = c.carry(roundTrips);
    windowEnd = c.carryReceived(windowEnd);
    windowSince = c.carryTime(windowSince);
    lastEcho = c.carry(lastEcho);
  }
}
