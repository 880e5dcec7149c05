// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * The IPv6 Fragment header (RFC 8200 section 4.5) at {@code (b, at)}, its 8 bytes found by {@link
 * Ipv6ExtensionHeaders}.
 *
 * <pre>
 *   0  next header   1  reserved   2  fragment offset, reserved, M flag   4  identification
 * </pre>
 */
public final class Ipv6FragmentHeader {
  /** The length of the header, in bytes. */
  public static final int LENGTH = 8;

  private static final int OFFSET_FLAG = 2;
  private static final int IDENTIFICATION = 4;

  private Ipv6FragmentHeader() {}

  /** What the fragmentable part of the original begins with. */
  public static int nextHeader(byte[] b, int at) {
    return Bytes.u8(b, at);
  }

  /**
   * Where this fragment belongs in the fragmentable part, in bytes: a multiple of 8, at most
   * 65,528.
   */
  public static int fragmentOffset(byte[] b, int at) {
    return Bytes.u16(b, at + OFFSET_FLAG) & 0xfff8;
  }

  /** Do fragments follow this one? */
  public static boolean moreFragments(byte[] b, int at) {
    return (b[at + OFFSET_FLAG + 1] & 1) != 0;
  }

  /**
   * Is it the whole datagram all the same: an atomic fragment (RFC 6946), which is never
   * reassembled with others?
   */
  public static boolean isAtomic(byte[] b, int at) {
    return (Bytes.u16(b, at + OFFSET_FLAG) & 0xfff9) == 0;
  }

  /** The identification of the datagram's fragments. */
  public static int identification(byte[] b, int at) {
    return Bytes.i32(b, at + IDENTIFICATION);
  }

  /** Where the fragment's data begins. */
  public static int payloadAt(int at) {
    return at + LENGTH;
  }

  /**
   * Writes a header.
   *
   * @param fragmentOffset in bytes, a multiple of 8
   */
  public static void encode(
      byte[] b,
      int at,
      int nextHeader,
      int fragmentOffset,
      boolean moreFragments,
      int identification) {
    Bytes.put16(b, at, nextHeader << 8);
    Bytes.put16(b, at + OFFSET_FLAG, fragmentOffset & 0xfff8 | (moreFragments ? 1 : 0));
    Bytes.put32(b, at + IDENTIFICATION, identification);
  }
}
