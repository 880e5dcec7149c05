// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.Map;
import java.util.TreeMap;
import org.loopstack.junit.TcpPacket.End;
import org.loopstack.wire.TcpHeader;

/** One connection, or an attempt at one, as its packets show it. */
final class TcpConversation {
  /** What one end has sent. */
  private static final class Half {
    /** The ranges of the sequence space that were seen, from begin to end, not touching. */
    private final TreeMap<Long, Long> seen = new TreeMap<>();

    private boolean begun;
    private int first;
    private long highest;
    private long data;
    private boolean finished;

    /** Notes a segment; whether any of it was seen before. */
    boolean note(TcpPacket p) {
      if (!begun) {
        begun = true;
        first = p.segment().sequence();
      }
      finished |= p.has(TcpHeader.FIN);
      // The sequence number is that of the nearest place to what was sent last.
      long begin = highest + (p.segment().sequence() - (int) (first + highest));
      long dataBegin = begin + (p.has(TcpHeader.SYN) ? 1 : 0);
      long dataEnd = dataBegin + p.dataLength();
      long end = begin + p.segmentLength();
      long freshData = add(dataBegin, dataEnd);
      data += freshData;
      highest = Math.max(highest, end);
      return add(begin, dataBegin) + freshData + add(dataEnd, end) < p.segmentLength();
    }

    /** Adds a range; returns how much of it is new. */
    private long add(long begin, long end) {
      if (begin == end) {
        return 0;
      }
      long from = begin;
      long to = end;
      long fresh = end - begin;
      Map.Entry<Long, Long> each = seen.floorEntry(end);
      while (each != null && each.getValue() >= begin) {
        long overlap = Math.min(end, each.getValue()) - Math.max(begin, each.getKey());
        fresh -= Math.max(0, overlap);
        from = Math.min(from, each.getKey());
        to = Math.max(to, each.getValue());
        seen.remove(each.getKey());
        each = seen.floorEntry(end);
      }
      seen.put(from, to);
      return fresh;
    }
  }

  private final End client;
  private final Half sent = new Half();
  private final Half received = new Half();
  private final boolean opened;
  private final int clientIsn;
  private int serverIsn;
  private boolean answered;
  private boolean established;

  /**
   * A conversation that begins with this packet.
   *
   * @param client who has begun it
   */
  TcpConversation(End client, TcpPacket first) {
    this.client = client;
    this.opened = first.opens();
    this.clientIsn = first.segment().sequence();
  }

  /** Whether a SYN belongs to a new conversation of the same ends. */
  boolean isNew(TcpPacket syn) {
    return !opened || syn.segment().sequence() != clientIsn;
  }

  /** Notes a packet; whether it is a retransmission. */
  boolean note(TcpPacket p) {
    boolean fromClient = p.from().equals(client);
    boolean again = p.segmentLength() > 0 && (fromClient ? sent : received).note(p);
    if (p.isDelivered()) {
      followHandshake(p, fromClient);
    }
    return again;
  }

  private void followHandshake(TcpPacket p, boolean fromClient) {
    boolean isAck = p.has(TcpHeader.ACK);
    if (!fromClient && p.has(TcpHeader.SYN) && isAck) {
      answered |= p.segment().acknowledgment() == clientIsn + 1;
      serverIsn = p.segment().sequence();
    } else if (fromClient && opened && answered && isAck && !p.has(TcpHeader.RST)) {
      established |= p.segment().acknowledgment() - (serverIsn + 1) >= 0;
    }
  }

  /** Whether the handshake was seen as a whole. */
  boolean isEstablished() {
    return established;
  }

  /** Whether both ends have sent a FIN. */
  boolean isFinished() {
    return sent.finished && received.finished;
  }

  /** Bytes of data from the client, each counted once. */
  long bytesSent() {
    return sent.data;
  }

  /** Bytes of data to the client, each counted once. */
  long bytesReceived() {
    return received.data;
  }
}
