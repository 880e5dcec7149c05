// SPDX-License-Identifier: Apache-2.0
package org.loopstack.buffer;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One IP datagram on its way through the stack: a head, one run of bytes with room in front for the
 * headers of lower layers, and perhaps a body, a chain of {@link Slice}s that holds what follows.
 * Either all bytes are in the head, or the head ends where the transport header ends.
 *
 * <p>Whoever is handed a packet owns it; it is used by one thread at a time. The bytes of the body
 * may be shared with a sender's buffer and are never written.
 *
 * <p>What input has found out about the datagram ({@link #transportOffset} and so on) is written
 * beside the bytes, once, by the layer that finds it out.
 */
public final class Packet {
  private byte[] head;
  private int start;
  private int end;
  private @Nullable Slice body;
  private int bodyLength;
  private boolean checksumPending;

  private int transportOffset = -1;
  private int protocol = -1;
  private int interfaceIndex;
  private long time;
  private @Nullable Object attachment;

  private @Nullable Packet next;
  private int queueDepth;
  private int tapNumber;

  private Packet(byte[] head, int start, int end) {
    this.head = head;
    this.start = start;
    this.end = end;
  }

  /**
   * A datagram to be built: an array with free room in front of an empty head. Headers are
   * {@linkplain #append appended}, those of lower layers {@linkplain #prepend prepended}.
   *
   * @param headroom bytes kept free for the headers of lower layers
   * @param capacity bytes that can be appended
   */
  public static Packet allocate(int headroom, int capacity) {
    return new Packet(new byte[headroom + capacity], headroom, headroom);
  }

  /**
   * A datagram that is complete in an array, which the packet takes over.
   *
   * @throws IndexOutOfBoundsException if the run is not inside the array
   */
  public static Packet wrap(byte[] array, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, array.length);
    return new Packet(array, offset, offset + length);
  }

  /**
   * A datagram with the buffer's remaining bytes, copied; the buffer's position moves to its limit.
   */
  public static Packet copyOf(ByteBuffer datagram) {
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(bytes);
    return new Packet(bytes, 0, bytes.length);
  }

  /** The array with the head. */
  public byte[] head() {
    return head;
  }

  /** Where the head begins: the first byte of the outermost header present. */
  public int offset() {
    return start;
  }

  /** Where the head ends, exclusive. */
  public int headEnd() {
    return end;
  }

  /** The bytes that follow the head, or null if all are in the head. */
  public @Nullable Slice body() {
    return body;
  }

  /** How many bytes follow the head. */
  public int bodyLength() {
    return bodyLength;
  }

  /** How many bytes the datagram has, head and body. */
  public int length() {
    return end - start + bodyLength;
  }

  /**
   * Makes room at the end of the head.
   *
   * @return the offset of the first new byte
   * @throws IndexOutOfBoundsException if the array has no room for it
   */
  public int append(int length) {
    Objects.checkFromIndexSize(end, length, head.length);
    int at = end;
    end += length;
    return at;
  }

  /**
   * Makes room in front of the head.
   *
   * @return the offset of the first new byte, the new {@link #offset}
   */
  public int prepend(int length) {
    if (length > start) {
      byte[] larger = new byte[length + end - start];
      System.arraycopy(head, start, larger, length, end - start);
      if (transportOffset >= 0) {
        transportOffset += length - start;
      }
      end += length - start;
      start = length;
      head = larger;
    }
    start -= length;
    return start;
  }

  /** Takes bytes off the front of the head, for example a link's header. */
  public void trimFront(int length) {
    Objects.checkFromIndexSize(start, length, end);
    start += length;
  }

  /**
   * Cuts a datagram that is all head to a length: what a link added behind it is not part of it.
   *
   * @throws IllegalStateException if there is a body
   */
  public void trimTo(int length) {
    if (body != null) {
      throw new IllegalStateException("A packet with a body is as long as its header says");
    }
    Objects.checkFromIndexSize(start, length, end);
    end = start + length;
  }

  /** Sets what follows the head: a chain of slices with so many bytes in all. */
  public void setBody(@Nullable Slice chain, int length) {
    body = chain;
    bodyLength = length;
  }

  /**
   * Whether the transport checksum is still to be computed. Only a link that offers it, the
   * loopback first of all, is handed such a packet: what never leaves memory needs no checksum, but
   * whoever looks at the bytes ({@code link.Datagrams}) gets a right one.
   */
  public boolean isChecksumPending() {
    return checksumPending;
  }

  /** Says whether the transport checksum is still to be computed. */
  public void setChecksumPending(boolean pending) {
    checksumPending = pending;
  }

  /** Copies all bytes, head and body, as they are. */
  public void copyTo(byte[] target, int targetOffset) {
    int headLength = end - start;
    System.arraycopy(head, start, target, targetOffset, headLength);
    int at = targetOffset + headLength;
    for (Slice s = body; s != null; s = s.next()) {
      System.arraycopy(s.array(), s.offset(), target, at, s.length());
      at += s.length();
    }
  }

  /** Moves all bytes into the head, so that there is no body. */
  public void makeContiguous() {
    if (body == null) {
      return;
    }
    byte[] all = new byte[start + length()];
    copyTo(all, start);
    end = start + length();
    head = all;
    body = null;
    bodyLength = 0;
  }

  /** A packet with bytes of its own: the same datagram, all of it in the head. */
  public Packet copy() {
    byte[] bytes = new byte[length()];
    copyTo(bytes, 0);
    Packet copy = new Packet(bytes, 0, bytes.length);
    copy.checksumPending = checksumPending;
    copy.time = time;
    return copy;
  }

  /** Where the transport header begins in the head, once internet input has found it. */
  public int transportOffset() {
    return transportOffset;
  }

  /** The number of the upper-layer protocol, once internet input has found it. */
  public int protocol() {
    return protocol;
  }

  /** How many bytes the transport header and what follows it have. */
  public int transportLength() {
    return end - transportOffset + bodyLength;
  }

  /** Writes down where the upper layer begins and which one it is. */
  public void setTransport(int offset, int protocolNumber) {
    transportOffset = offset;
    protocol = protocolNumber;
  }

  /** The index of the interface by which the datagram came in, 0 before that. */
  public int interfaceIndex() {
    return interfaceIndex;
  }

  /** Writes down by which interface the datagram came in. */
  public void setInterfaceIndex(int index) {
    interfaceIndex = index;
  }

  /** When the datagram was sent or came in, in nanoseconds of the stack's clock. */
  public long time() {
    return time;
  }

  /** Writes down when the datagram was sent or came in. */
  public void setTime(long nanos) {
    time = nanos;
  }

  /** What the layer that sent the packet up found out and wants to keep beside it. */
  public @Nullable Object attachment() {
    return attachment;
  }

  /** Keeps something beside the packet, for example the error that an ICMP message reports. */
  public void attach(@Nullable Object note) {
    attachment = note;
  }

  /** The packet behind this one in whatever queue owns both. */
  public @Nullable Packet next() {
    return next;
  }

  /** Puts the packet in front of another; only the queue that owns both calls this. */
  public void setNext(@Nullable Packet successor) {
    next = successor;
  }

  /** How many packets an inbox held when this one was put on it, itself included. */
  public int queueDepth() {
    return queueDepth;
  }

  /** Written by the inbox. */
  public void setQueueDepth(int depth) {
    queueDepth = depth;
  }

  /**
   * Which of those that the taps of its interface were shown it is, so that they know it again; 0
   * if they were not shown it.
   */
  public int tapNumber() {
    return tapNumber;
  }

  /** Written where taps are shown the packet. */
  public void setTapNumber(int number) {
    tapNumber = number;
  }
}
