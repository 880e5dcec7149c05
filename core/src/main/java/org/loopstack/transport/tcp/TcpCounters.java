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

  /** When data was sent or has arrived last; the connection's beginning before that. */
  long dataSentAt;

  long dataArrivedAt;
  long acknowledgmentArrivedAt;

  void begin(long now) {
    dataSentAt = now;
    dataArrivedAt = now;
    acknowledgmentArrivedAt = now;
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
}
