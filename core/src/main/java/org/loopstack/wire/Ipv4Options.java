// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * The options of an IPv4 header (RFC 791 section 3.1) that {@link Ipv4Header#validate} has
 * accepted. {@code at} is where that header begins; {@code option} is the offset of one option's
 * type.
 *
 * <pre>
 *   for (int o = first(b, at); o &gt;= 0; o = next(b, at, o)) ...
 * </pre>
 *
 * <p>The iteration skips NOPs, ends at the end-of-list option or where a length makes no sense, and
 * never throws. "The IP and transport layers MUST each interpret those IP options that they
 * understand and silently ignore the others" (RFC 1122 section 3.2.1.8).
 */
public final class Ipv4Options {
  /** End of option list. */
  public static final int END = 0;

  /** No operation. */
  public static final int NOP = 1;

  /** Record route. */
  public static final int RECORD_ROUTE = 7;

  /** Internet timestamp. */
  public static final int TIMESTAMP = 68;

  /** Security (RFC 1108). */
  public static final int SECURITY = 130;

  /** Loose source and record route. */
  public static final int LOOSE_SOURCE_ROUTE = 131;

  /** Strict source and record route. */
  public static final int STRICT_SOURCE_ROUTE = 137;

  /** Router alert (RFC 2113). */
  public static final int ROUTER_ALERT = 148;

  /** Flag of {@link #TIMESTAMP}: timestamps only. */
  public static final int TIMESTAMP_ONLY = 0;

  /** Flag of {@link #TIMESTAMP}: each preceded by the address of who stamps. */
  public static final int TIMESTAMP_AND_ADDRESS = 1;

  /** Flag of {@link #TIMESTAMP}: the addresses are given by the sender. */
  public static final int TIMESTAMP_PRESPECIFIED = 3;

  private static final int NONE = -1;

  private Ipv4Options() {}

  /** The first option, or -1. */
  public static int first(byte[] b, int at) {
    return skip(b, at + Ipv4Header.MIN_LENGTH, Ipv4Header.payloadAt(b, at));
  }

  /** The option after {@code option}, or -1. */
  public static int next(byte[] b, int at, int option) {
    return skip(b, option + length(b, option), Ipv4Header.payloadAt(b, at));
  }

  /** The first option with its whole length before {@code end}, NOPs skipped, or -1. */
  private static int skip(byte[] b, int from, int end) {
    int p = from;
    while (p < end && b[p] == NOP) {
      p++;
    }
    if (end - p < 2 || b[p] == END) {
      return NONE;
    }
    int length = length(b, p);
    return length < 2 || length > end - p ? NONE : p;
  }

  /** The type byte of an option: copied flag, class and number. */
  public static int type(byte[] b, int option) {
    return Bytes.u8(b, option);
  }

  /** The length of an option, type and length bytes included. */
  public static int length(byte[] b, int option) {
    return Bytes.u8(b, option + 1);
  }

  /** Is an option of this type "copied into all fragments on fragmentation" (RFC 791)? */
  public static boolean isCopied(int type) {
    return (type & 0x80) != 0;
  }

  /** The first option of this type, or -1. */
  public static int find(byte[] b, int at, int type) {
    int option = first(b, at);
    while (option >= 0 && type(b, option) != type) {
      option = next(b, at, option);
    }
    return option;
  }

  /** The loose or strict source route, or -1. A datagram has at most one. */
  public static int findSourceRoute(byte[] b, int at) {
    int loose = find(b, at, LOOSE_SOURCE_ROUTE);
    return loose >= 0 ? loose : find(b, at, STRICT_SOURCE_ROUTE);
  }

  /**
   * Does a source route have hops left? "If the pointer is greater than the length, the source
   * route is empty".
   */
  public static boolean hasHopsLeft(byte[] b, int option) {
    return length(b, option) >= 3 && Bytes.u8(b, option + 2) <= length(b, option);
  }

  /**
   * Finds what makes the options unacceptable: a length that does not fit, a pointer that points
   * nowhere, two of what may occur once (RFC 1122 section 3.2.1.8 and Linux' checks).
   *
   * @return -1 if there is nothing, or the pointer of the ICMP parameter problem: an offset from
   *     the header's beginning
   */
  public static int findInvalid(byte[] b, int at) {
    int end = Ipv4Header.payloadAt(b, at);
    int seen = 0;
    int p = at + Ipv4Header.MIN_LENGTH;
    while (p < end && b[p] != END) {
      if (b[p] == NOP) {
        p++;
        continue;
      }
      if (end - p < 2 || length(b, p) < 2 || length(b, p) > end - p) {
        return p - at;
      }
      int once = onceBit(type(b, p));
      int wrong = (seen & once) != 0 ? 0 : findInvalidByte(b, p);
      if (wrong >= 0) {
        return p + wrong - at;
      }
      seen |= once;
      p += length(b, p);
    }
    return NONE;
  }

  /** RFC 791: record route, timestamp and the source routes appear "at most once in a datagram". */
  private static int onceBit(int type) {
    return switch (type) {
      case RECORD_ROUTE -> 1;
      case TIMESTAMP -> 2;
      case LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> 4;
      default -> 0;
    };
  }

  /** Which byte of an option that fits its header is wrong, or -1. */
  private static int findInvalidByte(byte[] b, int option) {
    int length = length(b, option);
    return switch (type(b, option)) {
      case RECORD_ROUTE, LOOSE_SOURCE_ROUTE, STRICT_SOURCE_ROUTE -> {
        if (length < 3) {
          yield 1;
        }
        int pointer = Bytes.u8(b, option + 2);
        boolean full = pointer > length;
        yield pointer < 4 || !full && pointer + 3 > length ? 2 : NONE;
      }
      case TIMESTAMP -> findInvalidTimestampByte(b, option, length);
      case ROUTER_ALERT -> length < 4 ? 1 : NONE;
      default -> NONE;
    };
  }

  private static int findInvalidTimestampByte(byte[] b, int option, int length) {
    if (length < 4) {
      return 1;
    }
    int pointer = Bytes.u8(b, option + 2);
    if (pointer < 5) {
      return 2;
    }
    int flag = Bytes.u8(b, option + 3) & 0xf;
    if (pointer > length) {
      // RFC 791: "or the overflow count itself overflows, the original datagram is considered to be
      // in error"
      return Bytes.u8(b, option + 3) >>> 4 == 15 ? 3 : NONE;
    }
    return switch (flag) {
      case TIMESTAMP_ONLY -> pointer + 3 > length ? 2 : NONE;
      case TIMESTAMP_AND_ADDRESS, TIMESTAMP_PRESPECIFIED -> pointer + 7 > length ? 2 : NONE;
      default -> 3;
    };
  }

  /**
   * Enters an address into a record route option that {@link #findInvalid} has accepted: "The
   * recorded route address is the internet module's own internet address as known in the
   * environment into which this datagram is being forwarded." A full option stays as it is. The
   * header checksum is the caller's.
   */
  public static void record(byte[] b, int option, IpAddress address) {
    int pointer = Bytes.u8(b, option + 2);
    if (pointer + 3 <= length(b, option)) {
      address.write(b, option + pointer - 1);
      Bytes.put8(b, option + 2, pointer + 4);
    }
  }

  /**
   * Enters a time into a timestamp option that {@link #findInvalid} has accepted; where there is no
   * room, counts the overflow, and where the sender named another address, does nothing. The header
   * checksum is the caller's.
   *
   * @param address who stamps; with {@link #TIMESTAMP_PRESPECIFIED} it must be the next in the list
   * @param milliseconds since midnight UT
   */
  public static void stamp(byte[] b, int option, IpAddress address, int milliseconds) {
    int pointer = Bytes.u8(b, option + 2);
    int flags = Bytes.u8(b, option + 3);
    if (pointer > length(b, option)) {
      Bytes.put8(b, option + 3, Math.min(flags >>> 4, 14) + 1 << 4 | flags & 0xf);
      return;
    }
    int slot = option + pointer - 1;
    switch (flags & 0xf) {
      case TIMESTAMP_ONLY -> {
        Bytes.put32(b, slot, milliseconds);
        Bytes.put8(b, option + 2, pointer + 4);
      }
      case TIMESTAMP_AND_ADDRESS -> {
        address.write(b, slot);
        Bytes.put32(b, slot + 4, milliseconds);
        Bytes.put8(b, option + 2, pointer + 8);
      }
      default -> {
        if (Bytes.i32(b, slot) == address.ipv4Bits()) {
          Bytes.put32(b, slot + 4, milliseconds);
          Bytes.put8(b, option + 2, pointer + 8);
        }
      }
    }
  }

  /**
   * Writes the options that every fragment but the first has, padded to a multiple of 4 bytes.
   *
   * @return the offset after them: at most {@code outAt} and the length of the original's options
   */
  public static int copyForFragments(byte[] b, int at, byte[] out, int outAt) {
    int p = outAt;
    for (int option = first(b, at); option >= 0; option = next(b, at, option)) {
      if (isCopied(type(b, option))) {
        System.arraycopy(b, option, out, p, length(b, option));
        p += length(b, option);
      }
    }
    while ((p - outAt & 3) != 0) {
      Bytes.put8(out, p++, END);
    }
    return p;
  }
}
