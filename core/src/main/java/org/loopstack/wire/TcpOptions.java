// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * TCP options (RFC 9293 section 3.2): a reusable holder of what one segment carried. {@link
 * TcpOptionWriter} writes them.
 *
 * <p>{@link #parse} allocates nothing and replaces what was held before. Reading goes on as far as
 * the options make sense: "TCP implementations MUST be prepared to handle an illegal option length
 * (e.g., zero)" (MUST-7) - reading stops there, what was read so far counts, and {@link
 * #malformedAt} tells where. "A TCP implementation MUST (MUST-6) ignore without error any TCP
 * Option it does not implement": such an option, and a known one whose length is not its own, is
 * kept by position. Of an option that occurs twice the last one counts. Whether an option means
 * anything in its segment - MSS, window scale and SACK permitted only with SYN - is for the
 * connection to say.
 *
 * <p>Not thread-safe: a holder belongs to one thread at a time. Positions are offsets in the array
 * that was parsed.
 */
public final class TcpOptions {
  /** End of option list (RFC 9293). */
  public static final int END = 0;

  /** No operation (RFC 9293). */
  public static final int NOP = 1;

  /** Maximum segment size (RFC 9293 section 3.7.1). */
  public static final int MSS = 2;

  /** Window scale (RFC 7323 section 2). */
  public static final int WINDOW_SCALE = 3;

  /** SACK permitted (RFC 2018 section 2). */
  public static final int SACK_PERMITTED = 4;

  /** Selective acknowledgment (RFC 2018 section 3). */
  public static final int SACK = 5;

  /** Timestamps (RFC 7323 section 3). */
  public static final int TIMESTAMPS = 8;

  /** User timeout (RFC 5482). */
  public static final int USER_TIMEOUT = 28;

  /** Fast open cookie (RFC 7413 section 4.1.1). */
  public static final int FAST_OPEN = 34;

  /** Experiments that share a kind, told apart by the two bytes that follow (RFC 6994). */
  public static final int EXPERIMENT = 254;

  /** The experiment that Fast Open was before RFC 7413. */
  public static final int FAST_OPEN_EXPERIMENT = 0xf989;

  /** How many bytes of options a header has room for. */
  public static final int MAX_LENGTH = TcpHeader.MAX_LENGTH - TcpHeader.MIN_LENGTH;

  /** The largest shift of the window that counts (RFC 7323 section 2.3). */
  public static final int MAX_WINDOW_SCALE = 14;

  /** How many SACK blocks an option has room for. */
  public static final int MAX_SACK_BLOCKS = 4;

  private int mss;
  private int windowScale;
  private boolean sackPermitted;
  private boolean timestamps;
  private int timestampValue;
  private int timestampEcho;
  private int sackBlockCount;
  private final int[] sackEdges = new int[2 * MAX_SACK_BLOCKS];
  private int fastOpenCookieAt;
  private int fastOpenCookieLength;
  private boolean fastOpenExperimental;
  private int userTimeout;
  private int unknownCount;
  private final int[] unknownAt = new int[MAX_LENGTH / 2];
  private int malformedAt;

  /** A holder of no options. */
  public TcpOptions() {
    clear();
  }

  /** Forgets everything: no options. */
  public void clear() {
    mss = 0;
    windowScale = -1;
    sackPermitted = false;
    timestamps = false;
    timestampValue = 0;
    timestampEcho = 0;
    sackBlockCount = 0;
    fastOpenCookieAt = -1;
    fastOpenCookieLength = -1;
    fastOpenExperimental = false;
    userTimeout = -1;
    unknownCount = 0;
    malformedAt = -1;
  }

  /**
   * Reads the options of the TCP header at {@code at}, which {@link TcpHeader#validate} has
   * accepted.
   *
   * @return whether all of them were well-formed
   */
  public boolean parseHeader(byte[] b, int at) {
    return parse(b, at + TcpHeader.MIN_LENGTH, TcpHeader.payloadAt(b, at));
  }

  /**
   * Reads the options in {@code at..end-1}, at most 40 bytes.
   *
   * @return whether all of them were well-formed
   */
  public boolean parse(byte[] b, int at, int end) {
    clear();
    int p = at;
    while (p < end) {
      int kind = Bytes.u8(b, p);
      if (kind == END) {
        return true;
      }
      if (kind == NOP) {
        p++;
        continue;
      }
      if (p + 1 >= end) {
        malformedAt = p;
        return false;
      }
      int length = Bytes.u8(b, p + 1);
      if (length < 2 || length > end - p) {
        malformedAt = p;
        return false;
      }
      if (!read(b, p, kind, length)) {
        unknownAt[unknownCount++] = p;
      }
      p += length;
    }
    return true;
  }

  /** Reads one option; false if it is unknown or has another length than its kind. */
  private boolean read(byte[] b, int p, int kind, int length) {
    switch (kind) {
      case MSS -> {
        if (length == 4) {
          mss = Bytes.u16(b, p + 2);
          return true;
        }
      }
      case WINDOW_SCALE -> {
        if (length == 3) {
          windowScale = Bytes.u8(b, p + 2);
          return true;
        }
      }
      case SACK_PERMITTED -> {
        if (length == 2) {
          sackPermitted = true;
          return true;
        }
      }
      case SACK -> {
        if (length >= 10 && (length - 2) % 8 == 0) {
          readSack(b, p + 2, (length - 2) / 8);
          return true;
        }
      }
      case TIMESTAMPS -> {
        if (length == 10) {
          timestamps = true;
          timestampValue = Bytes.i32(b, p + 2);
          timestampEcho = Bytes.i32(b, p + 6);
          return true;
        }
      }
      case USER_TIMEOUT -> {
        if (length == 4) {
          userTimeout = Bytes.u16(b, p + 2);
          return true;
        }
      }
      case FAST_OPEN -> {
        // RFC 7413 4.1.1: a cookie has 4 to 16 bytes, an even number; none at all requests one.
        return readFastOpen(p + 2, length - 2, false);
      }
      case EXPERIMENT -> {
        return length >= 4
            && Bytes.u16(b, p + 2) == FAST_OPEN_EXPERIMENT
            && readFastOpen(p + 4, length - 4, true);
      }
      default -> {}
    }
    return false;
  }

  private boolean readFastOpen(int at, int length, boolean experimental) {
    if (length != 0 && (length < 4 || length > 16 || length % 2 != 0)) {
      return false;
    }
    fastOpenCookieAt = at;
    fastOpenCookieLength = length;
    fastOpenExperimental = experimental;
    return true;
  }

  private void readSack(byte[] b, int at, int blocks) {
    sackBlockCount = blocks;
    for (int i = 0; i < 2 * blocks; i++) {
      sackEdges[i] = Bytes.i32(b, at + 4 * i);
    }
  }

  /** The maximum segment size, 1 to 65,535, or 0 if there is none. */
  public int mss() {
    return mss;
  }

  /** Is there a window scale? */
  public boolean hasWindowScale() {
    return windowScale >= 0;
  }

  /**
   * The shift of the sender's windows, 0 to 14, or -1 if there is none. "If a Window Scale option
   * is received with a shift.cnt value larger than 14, the TCP SHOULD log the error but MUST use 14
   * instead of the specified value." (RFC 7323 section 2.3)
   */
  public int windowScale() {
    return Math.min(windowScale, MAX_WINDOW_SCALE);
  }

  /** The shift as it was sent, 0 to 255, or -1 if there is none. */
  public int rawWindowScale() {
    return windowScale;
  }

  /** Is SACK permitted? */
  public boolean sackPermitted() {
    return sackPermitted;
  }

  /** Are there timestamps? */
  public boolean hasTimestamps() {
    return timestamps;
  }

  /** TSval, or 0 if there are no timestamps. */
  public int timestampValue() {
    return timestampValue;
  }

  /** TSecr, or 0 if there are no timestamps. */
  public int timestampEcho() {
    return timestampEcho;
  }

  /** The number of SACK blocks, 0 to 4. */
  public int sackBlockCount() {
    return sackBlockCount;
  }

  /** The first sequence number of SACK block {@code i}. */
  public int sackLeft(int i) {
    return sackEdges[2 * i];
  }

  /** The sequence number after SACK block {@code i}. */
  public int sackRight(int i) {
    return sackEdges[2 * i + 1];
  }

  /**
   * The length of the fast open cookie: 4 to 16; 0 if one is requested; -1 if there is no such
   * option.
   */
  public int fastOpenCookieLength() {
    return fastOpenCookieLength;
  }

  /** Where the fast open cookie begins, or -1 if there is no such option. */
  public int fastOpenCookieAt() {
    return fastOpenCookieAt;
  }

  /** Whether that option is the one of the experiment. */
  public boolean isFastOpenExperimental() {
    return fastOpenExperimental;
  }

  /** The user timeout in seconds, 0 to 1,966,020, or -1 if there is none. */
  public int userTimeoutSeconds() {
    if (userTimeout < 0) {
      return -1;
    }
    // RFC 5482 3, of the granularity bit: "When set (G = 1), the time interval in the "User
    // Timeout"
    // field MUST be interpreted as minutes."
    int value = userTimeout & 0x7fff;
    return (userTimeout & 0x8000) == 0 ? value : value * 60;
  }

  /** The number of options that are unknown, or have not the length of their kind. */
  public int unknownCount() {
    return unknownCount;
  }

  /** Where unknown option {@code i} begins: its kind, then its length, then the rest. */
  public int unknownAt(int i) {
    return unknownAt[i];
  }

  /** Where reading stopped at an illegal length, or -1. */
  public int malformedAt() {
    return malformedAt;
  }
}
