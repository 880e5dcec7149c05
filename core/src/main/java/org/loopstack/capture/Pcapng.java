// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

/**
 * The numbers of pcapng (draft-ietf-opsawg-pcapng, section 4 for the blocks, 3.5 for options) that
 * both the writer and the reader use.
 */
final class Pcapng {
  static final int SECTION_HEADER = 0x0A0D0D0A;
  static final int INTERFACE_DESCRIPTION = 1;
  static final int OBSOLETE_PACKET = 2;
  static final int SIMPLE_PACKET = 3;
  static final int NAME_RESOLUTION = 4;
  static final int INTERFACE_STATISTICS = 5;
  static final int ENHANCED_PACKET = 6;

  static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;

  static final int OPTION_END = 0;
  static final int OPTION_COMMENT = 1;
  static final int SECTION_APPLICATION = 4;
  static final int INTERFACE_NAME = 2;
  static final int INTERFACE_DETAIL = 3;
  static final int INTERFACE_RESOLUTION = 9;
  static final int INTERFACE_TIME_OFFSET = 14;
  static final int PACKET_FLAGS = 2;
  static final int STATISTICS_START = 2;
  static final int STATISTICS_END = 3;
  static final int STATISTICS_RECEIVED = 4;
  static final int STATISTICS_DROPPED = 5;
  static final int STATISTICS_ACCEPTED = 6;

  static final int NAMES_END = 0;
  static final int NAMES_IPV4 = 1;
  static final int NAMES_IPV6 = 2;

  /** The two low bits of a packet's flags: 0 if its direction is not known. */
  static final int DIRECTION_MASK = 3;

  static final int INBOUND = 1;
  static final int OUTBOUND = 2;

  /** The power of ten of the times that we write: nanoseconds. */
  static final int NANOSECONDS = 9;

  /** "If this option is not present, a resolution of 10^-6 is assumed". */
  static final int DEFAULT_RESOLUTION = 6;

  private Pcapng() {}

  /** Rounds up to 32 bits, to which blocks and options are padded. */
  static int padded(int length) {
    return length + 3 & ~3;
  }
}
