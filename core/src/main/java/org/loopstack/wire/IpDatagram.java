// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * An IP datagram as a value. {@code parse(encode())} gives an equal one; {@code encode()} computes
 * all checksums, and {@code parse} does not look at them.
 */
public sealed interface IpDatagram permits Ipv4Datagram, Ipv6Datagram {
  /** The source address. */
  IpAddress source();

  /** The destination address. */
  IpAddress destination();

  /** What is in it; {@link OpaquePayload} if it is a fragment. */
  IpPayload payload();

  /** The datagram as bytes, with right checksums. */
  byte[] encode();

  /**
   * Reads a datagram of either version; bytes after its end are left out.
   *
   * @throws WireFormatException if the bytes are no well-formed datagram, or its payload is no
   *     well-formed packet of its protocol
   */
  static IpDatagram parse(byte[] b, int offset, int length) {
    if (length == 0) {
      throw new WireFormatException(DropReason.IP_HEADER_TRUNCATED);
    }
    return Ipv4Header.version(b, offset) == 6
        ? Ipv6Datagram.parse(b, offset, length)
        : Ipv4Datagram.parse(b, offset, length);
  }
}
