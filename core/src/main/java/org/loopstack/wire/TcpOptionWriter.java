// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * Writes TCP options. Each method writes at {@code at} and returns the offset after what it wrote;
 * the caller chooses the order and ends with {@link #pad}. {@link #syn} and {@link #segment} write
 * whole lists in the order and with the padding that Linux uses, so that captures look alike.
 */
public final class TcpOptionWriter {
  private static final int TIMESTAMPS_LENGTH = 12;

  private TcpOptionWriter() {}

  /** Maximum segment size: 4 bytes. */
  public static int mss(byte[] b, int at, int mss) {
    Bytes.put16(b, at, TcpOptions.MSS << 8 | 4);
    Bytes.put16(b, at + 2, mss);
    return at + 4;
  }

  /** Window scale: 3 bytes. */
  public static int windowScale(byte[] b, int at, int shift) {
    Bytes.put16(b, at, TcpOptions.WINDOW_SCALE << 8 | 3);
    Bytes.put8(b, at + 2, shift);
    return at + 3;
  }

  /** SACK permitted: 2 bytes. */
  public static int sackPermitted(byte[] b, int at) {
    Bytes.put16(b, at, TcpOptions.SACK_PERMITTED << 8 | 2);
    return at + 2;
  }

  /** Timestamps: 10 bytes. */
  public static int timestamps(byte[] b, int at, int value, int echo) {
    Bytes.put16(b, at, TcpOptions.TIMESTAMPS << 8 | 10);
    Bytes.put32(b, at + 2, value);
    Bytes.put32(b, at + 6, echo);
    return at + 10;
  }

  /**
   * SACK: 2 bytes and 8 for each block.
   *
   * @param edges left and right edge of each block by turns
   * @param blocks how many blocks to write, 1 to 4
   */
  public static int sack(byte[] b, int at, int[] edges, int blocks) {
    Bytes.put16(b, at, TcpOptions.SACK << 8 | 2 + 8 * blocks);
    for (int i = 0; i < 2 * blocks; i++) {
      Bytes.put32(b, at + 2 + 4 * i, edges[i]);
    }
    return at + 2 + 8 * blocks;
  }

  /** Fast open: 2 bytes and the cookie, which has 4 to 16 bytes, or 0 to request one. */
  public static int fastOpen(byte[] b, int at, byte[] cookie, int offset, int length) {
    Bytes.put16(b, at, TcpOptions.FAST_OPEN << 8 | 2 + length);
    System.arraycopy(cookie, offset, b, at + 2, length);
    return at + 2 + length;
  }

  /** The same as the experiment that it was before RFC 7413: 4 bytes and the cookie. */
  public static int experimentalFastOpen(byte[] b, int at, byte[] cookie, int offset, int length) {
    Bytes.put16(b, at, TcpOptions.EXPERIMENT << 8 | 4 + length);
    Bytes.put16(b, at + 2, TcpOptions.FAST_OPEN_EXPERIMENT);
    System.arraycopy(cookie, offset, b, at + 4, length);
    return at + 4 + length;
  }

  /** User timeout: 4 bytes; from 32,768 seconds on rounded up to minutes. */
  public static int userTimeout(byte[] b, int at, int seconds) {
    int field = seconds < 0x8000 ? seconds : 0x8000 | (seconds + 59) / 60;
    Bytes.put16(b, at, TcpOptions.USER_TIMEOUT << 8 | 4);
    Bytes.put16(b, at + 2, field);
    return at + 4;
  }

  /** No operation: 1 byte. */
  public static int nop(byte[] b, int at) {
    Bytes.put8(b, at, TcpOptions.NOP);
    return at + 1;
  }

  /** No operations until what began at {@code from} has a multiple of 4 bytes. */
  public static int pad(byte[] b, int from, int at) {
    int end = at;
    while ((end - from & 3) != 0) {
      end = nop(b, end);
    }
    return end;
  }

  /**
   * The options of a SYN as Linux orders them: MSS, SACK permitted, timestamps, NOP, window scale;
   * where one of SACK permitted and timestamps is missing, two NOPs stand before the other.
   *
   * @param windowScale 0 to 14, or -1 to offer none
   */
  public static int syn(
      byte[] b,
      int at,
      int mss,
      boolean sackPermitted,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      int windowScale) {
    int p = mss(b, at, mss);
    if (sackPermitted || timestamps) {
      if (!(sackPermitted && timestamps)) {
        p = nop(b, nop(b, p));
      }
      if (sackPermitted) {
        p = sackPermitted(b, p);
      }
      if (timestamps) {
        p = timestamps(b, p, timestampValue, timestampEcho);
      }
    }
    if (windowScale >= 0) {
      p = windowScale(b, nop(b, p), windowScale);
    }
    return p;
  }

  /** How many bytes {@link #syn} writes. */
  public static int synLength(boolean sackPermitted, boolean timestamps, int windowScale) {
    int length = 4 + (windowScale >= 0 ? 4 : 0);
    if (timestamps) {
      return length + TIMESTAMPS_LENGTH;
    }
    return length + (sackPermitted ? 4 : 0);
  }

  /**
   * The options of any other segment as Linux orders them: NOP, NOP, timestamps, NOP, NOP, SACK.
   *
   * @param sackEdges left and right edge of each block by turns
   * @param sackBlocks how many blocks to write, at most {@link #maxSackBlocks}
   */
  public static int segment(
      byte[] b,
      int at,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      int[] sackEdges,
      int sackBlocks) {
    int p = at;
    if (timestamps) {
      p = timestamps(b, nop(b, nop(b, p)), timestampValue, timestampEcho);
    }
    if (sackBlocks > 0) {
      p = sack(b, nop(b, nop(b, p)), sackEdges, sackBlocks);
    }
    return p;
  }

  /** How many bytes {@link #segment} writes. */
  public static int segmentLength(boolean timestamps, int sackBlocks) {
    return (timestamps ? TIMESTAMPS_LENGTH : 0) + (sackBlocks > 0 ? 4 + 8 * sackBlocks : 0);
  }

  /** How many SACK blocks {@link #segment} has room for: 3 beside timestamps, else 4. */
  public static int maxSackBlocks(boolean timestamps) {
    return timestamps ? 3 : TcpOptions.MAX_SACK_BLOCKS;
  }
}
