// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.SequenceNumber;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpOptions;

/**
 * An arriving segment, read once: the variables of RFC 9293 section 3.3.1 ("SEG.SEQ" and so on) and
 * the data, which can be trimmed to the window. The header has been validated before.
 */
final class Segment {
  /** NOP, NOP, kind 8, length 10: how nearly every segment that is no SYN carries timestamps. */
  private static final int TIMESTAMPS_ALONE = 0x0101080a;

  private final Packet packet;
  private final TcpOptions options;

  /** SEG.SEQ. */
  int seq;

  /** SEG.ACK, if {@link #has} ACK. */
  final int ack;

  /** SEG.WND as it stands in the header, not scaled. */
  final int window;

  /** The number behind the last urgent byte, if {@link #has} URG. */
  final int urgentEnd;

  /** Whether the segment came with a SYN, whose window is never scaled. */
  final boolean opens;

  /** SEG.LEN as it came, before anything was trimmed. */
  final int originalLength;

  boolean hasTimestamps;
  int timestampValue;
  int timestampEcho;

  private int flags;
  private int dataLength;
  private @Nullable Slice data;

  /** The options of a segment whose only option are timestamps: empty, shared and never written. */
  private static final TcpOptions NONE = new TcpOptions();

  Segment(Packet packet) {
    this.packet = packet;
    byte[] b = packet.head();
    int at = packet.transportOffset();
    seq = TcpHeader.sequence(b, at);
    ack = TcpHeader.acknowledgment(b, at);
    flags = TcpHeader.flags(b, at);
    window = TcpHeader.window(b, at);
    opens = (flags & TcpHeader.SYN) != 0;
    // RFC 9293 section 3.1: "the current value of the urgent pointer as a positive offset from the
    // sequence number in this segment": from the number that it came with.
    urgentEnd = SequenceNumber.add(seq, TcpHeader.urgentPointer(b, at));
    int headerLength = TcpHeader.headerLength(b, at);
    options = readOptions(b, at, headerLength);
    dataLength = packet.transportLength() - headerLength;
    if (dataLength > 0) {
      data =
          packet.body() != null
              ? packet.body()
              : new Slice(b, at + headerLength, packet.headEnd() - at - headerLength);
    }
    originalLength = length();
  }

  private TcpOptions readOptions(byte[] b, int at, int headerLength) {
    if (headerLength == TcpHeader.MIN_LENGTH) {
      return NONE;
    }
    int first = at + TcpHeader.MIN_LENGTH;
    if (headerLength == TcpHeader.MIN_LENGTH + 12 && Bytes.i32(b, first) == TIMESTAMPS_ALONE) {
      hasTimestamps = true;
      timestampValue = Bytes.i32(b, first + 4);
      timestampEcho = Bytes.i32(b, first + 8);
      return NONE;
    }
    TcpOptions all = new TcpOptions();
    var _ = all.parseHeader(b, at);
    hasTimestamps = all.hasTimestamps();
    timestampValue = all.timestampValue();
    timestampEcho = all.timestampEcho();
    return all;
  }

  /** The datagram that carries the segment. */
  Packet packet() {
    return packet;
  }

  /** The options other than timestamps. */
  TcpOptions options() {
    return options;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The data, in a chain that is the reader's own. */
  @Nullable Slice data() {
    return data;
  }

  /** How many bytes of data. */
  int dataLength() {
    return dataLength;
  }

  /** SEG.LEN: "the number of octets occupied by the data in the segment (counting SYN and FIN)". */
  int length() {
    return dataLength + (has(TcpHeader.SYN) ? 1 : 0) + (has(TcpHeader.FIN) ? 1 : 0);
  }

  /** The number behind the segment. */
  int end() {
    return SequenceNumber.add(seq, length());
  }

  /** Takes the SYN and data off the front, so that the segment begins at a number inside it. */
  void trimFront(int newSeq) {
    int count = SequenceNumber.diff(newSeq, seq);
    if (count <= 0) {
      return;
    }
    seq = newSeq;
    if (has(TcpHeader.SYN)) {
      flags &= ~TcpHeader.SYN;
      count--;
    }
    int cut = Math.min(count, dataLength);
    data = cut == dataLength ? null : Slice.skip(data, cut);
    dataLength -= cut;
    if (count > cut) {
      flags &= ~TcpHeader.FIN;
    }
  }

  /** Takes the FIN and data off the end, so that the segment does not reach beyond a number. */
  void trimEnd(int limit) {
    int count = SequenceNumber.diff(end(), limit);
    if (count <= 0) {
      return;
    }
    if (has(TcpHeader.FIN)) {
      flags &= ~TcpHeader.FIN;
      count--;
    }
    int keep = Math.max(0, dataLength - count);
    data = keep == 0 ? null : Slice.limit(data, keep);
    dataLength = keep;
  }
}
