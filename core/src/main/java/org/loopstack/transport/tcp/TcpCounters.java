// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.TcpHeader;

/** What TCP_INFO tells of one connection's past. Guarded by the endpoint's lock. */
final class TcpCounters {
  int segmentsOut;
  int dataSegmentsOut;
  long bytesSent;
  long bytesSentAgain;
  int segmentsIn;
  int dataSegmentsIn;
  int outOfOrder;
  long bytesAcknowledged;
  long bytesReceived;
  int delivered;
  int duplicatesReported;

  /** Segments that went out for the first time, behind the SYN: data or a FIN. */
  int originalsOut;

  /** Segments that were sent again, SYNs among them. */
  int sentAgain;

  /** Of {@link #segmentsIn} and {@link #segmentsOut}, those that the listener has counted. */
  private int inOfListener;

  private int outOfListener;

  /** Of {@link #sentAgain}, those that the stack was told of before. */
  private int sentAgainBefore;

  /** Segments taken in that somebody else counts after all. */
  int handedOn;

  /** Whether the acknowledgment of our SYN counts as delivered: as on Linux, not of a SYN-ACK. */
  boolean passive;

  /** Whether the stack has been told. */
  private boolean counted;

  /** When data was sent or has arrived last; the connection's beginning before that. */
  long dataSentAt;

  long dataArrivedAt;
  long acknowledgmentArrivedAt;

  /** When the connection has begun. */
  private long begunAt;

  long begunAt() {
    return begunAt;
  }

  void begin(long now) {
    begunAt = now;
    dataSentAt = now;
    dataArrivedAt = now;
    acknowledgmentArrivedAt = now;
  }

  /** The peer has answered our SYN: as on Linux its silence counts from here. */
  void opened(long now) {
    dataArrivedAt = now;
  }

  /** A listener has seen the SYN, and sent and counted so many SYN-ACKs. */
  void resume(int synAcks) {
    segmentsIn = 1;
    segmentsOut = synAcks;
    inOfListener = segmentsIn;
    outOfListener = segmentsOut;
  }

  /** Goes on where a connection has left what the stack was told of. */
  void resume(long begun, long sent, long received, int again) {
    begin(begun);
    bytesSent = sent;
    bytesReceived = received;
    sentAgain = again;
    sentAgainBefore = again;
  }

  /** The SYN is the connection's own, and so will be its answers: Fast Open. */
  void beginEarly() {
    segmentsIn = 0;
    segmentsOut = 0;
    inOfListener = 0;
    outOfListener = 0;
  }

  /** The connection has ended: from here on the stack has what was counted. */
  void end(TcpStatistics statistics) {
    if (!counted) {
      counted = true;
      statistics.ended(this);
    }
  }

  /** Adds what the stack has not been told yet. */
  void addUncounted(TcpStatistics.Sums sums) {
    if (!counted) {
      addTo(sums);
    }
  }

  /** Adds what was counted for the whole stack. */
  void addTo(TcpStatistics.Sums sums) {
    sums.add(TcpCounter.IN_SEGS, segmentsIn - inOfListener - handedOn);
    int again = sentAgain - sentAgainBefore;
    sums.add(TcpCounter.OUT_SEGS, segmentsOut - outOfListener - again);
    sums.add(TcpCounter.RETRANS_SEGS, again);
    sums.add(TcpCounter.ORIGINAL_DATA_SENT, originalsOut);
    sums.add(TcpCounter.DELIVERED, passive ? Math.max(0, delivered - 1) : delivered);
    sums.add(TcpCounter.OUT_OF_ORDER_QUEUE, outOfOrder);
  }

  void sent(int length, long now) {
    segmentsOut++;
    if (length > 0) {
      dataSegmentsOut++;
      bytesSent += length;
      dataSentAt = now;
    }
  }

  void arrived(Segment segment, long now) {
    segmentsIn++;
    if (segment.dataLength() > 0) {
      dataSegmentsIn++;
      dataArrivedAt = now;
    }
    if (segment.has(TcpHeader.ACK)) {
      acknowledgmentArrivedAt = now;
    }
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    segmentsOut = c.carry(segmentsOut);
    dataSegmentsOut = c.carry(dataSegmentsOut);
    bytesSent = c.carry(bytesSent);
    bytesSentAgain = c.carry(bytesSentAgain);
    segmentsIn = c.carry(segmentsIn);
    dataSegmentsIn = c.carry(dataSegmentsIn);
    outOfOrder = c.carry(outOfOrder);
    bytesAcknowledged = c.carry(bytesAcknowledged);
    bytesReceived = c.carry(bytesReceived);
    delivered = c.carry(delivered);
    duplicatesReported = c.carry(duplicatesReported);
    originalsOut = c.carry(originalsOut);
    sentAgain = c.carry(sentAgain);
    inOfListener = c.carry(inOfListener);
    outOfListener = c.carry(outOfListener);
    sentAgainBefore = c.carry(sentAgainBefore);
    handedOn = c.carry(handedOn);
    passive = c.carry(passive);
    counted = c.carry(counted);
    dataSentAt = c.carryTime(dataSentAt);
    dataArrivedAt = c.carryTime(dataArrivedAt);
    acknowledgmentArrivedAt = c.carryTime(acknowledgmentArrivedAt);
    begunAt = c.carryTime(begunAt);
  }
}
