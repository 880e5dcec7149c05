// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * An IPv4 datagram or fragment as a value.
 *
 * @param trafficClass DSCP and ECN, 8 bits
 * @param identification 16 bits
 * @param dontFragment the DF flag
 * @param moreFragments the MF flag
 * @param fragmentOffset in bytes, a multiple of 8 up to 65,528
 * @param ttl time to live, 8 bits
 * @param source an IPv4 address
 * @param destination an IPv4 address
 * @param options as they stand, a multiple of 4 bytes, at most 40
 * @param payload {@link OpaquePayload} for a fragment
 */
public record Ipv4Datagram(
    int trafficClass,
    int identification,
    boolean dontFragment,
    boolean moreFragments,
    int fragmentOffset,
    int ttl,
    IpAddress source,
    IpAddress destination,
    Octets options,
    IpPayload payload)
    implements IpDatagram {
  /**
   * @throws IllegalArgumentException if a field does not fit
   */
  public Ipv4Datagram {
    Limits.checkBits("trafficClass", trafficClass, 8);
    Limits.checkBits("identification", identification, 16);
    Limits.checkBits("fragmentOffset", fragmentOffset, 16);
    Limits.checkBits("ttl", ttl, 8);
    Limits.checkVersions(true, source, destination);
    Limits.checkOptions(options);
    Limits.checkLength(
        "datagram",
        Ipv4Header.MIN_LENGTH + options.length() + payload.length(),
        Ipv4Header.MAX_TOTAL_LENGTH);
    if (fragmentOffset % 8 != 0) {
      throw new IllegalArgumentException("fragmentOffset is no multiple of 8: " + fragmentOffset);
    }
    if ((moreFragments || fragmentOffset != 0) && !(payload instanceof OpaquePayload)) {
      throw new IllegalArgumentException("the payload of a fragment must be opaque");
    }
  }

  /** A whole datagram without options, DF set, time to live 64. */
  public static Ipv4Datagram of(IpAddress source, IpAddress destination, IpPayload payload) {
    return new Ipv4Datagram(0, 0, true, false, 0, 64, source, destination, Octets.EMPTY, payload);
  }

  /**
   * Reads a datagram; bytes after its total length are left out. Options are taken as they stand.
   *
   * @throws WireFormatException if the bytes are no well-formed datagram, or its payload is no
   *     well-formed packet of its protocol
   */
  public static Ipv4Datagram parse(byte[] b, int offset, int length) {
    WireFormatException.throwIf(Ipv4Header.validate(b, offset, offset + length));
    int at = Ipv4Header.payloadAt(b, offset);
    int payloadLength = Ipv4Header.payloadLength(b, offset);
    int protocol = Ipv4Header.protocol(b, offset);
    IpPayload payload =
        Ipv4Header.isFragment(b, offset)
            ? OpaquePayload.parse(protocol, b, at, payloadLength)
            : IpPayload.parse(true, protocol, b, at, payloadLength);
    int optionsAt = offset + Ipv4Header.MIN_LENGTH;
    return new Ipv4Datagram(
        Ipv4Header.trafficClass(b, offset),
        Ipv4Header.identification(b, offset),
        Ipv4Header.dontFragment(b, offset),
        Ipv4Header.moreFragments(b, offset),
        Ipv4Header.fragmentOffset(b, offset),
        Ipv4Header.ttl(b, offset),
        Ipv4Header.source(b, offset),
        Ipv4Header.destination(b, offset),
        Octets.copyOf(b, optionsAt, at - optionsAt),
        payload);
  }

  @Override
  public byte[] encode() {
    int headerLength = Ipv4Header.MIN_LENGTH + options.length();
    byte[] b = new byte[headerLength + payload.length()];
    options.copyTo(b, Ipv4Header.MIN_LENGTH);
    int flags =
        (dontFragment ? Ipv4Header.DONT_FRAGMENT : 0)
            | (moreFragments ? Ipv4Header.MORE_FRAGMENTS : 0);
    Ipv4Header.encode(
        b,
        0,
        headerLength,
        trafficClass,
        b.length,
        identification,
        flags,
        fragmentOffset,
        ttl,
        payload.protocol(),
        source,
        destination);
    payload.encode(b, headerLength, source, destination);
    return b;
  }

  /** One line as tcpdump prints it. */
  @Override
  public String toString() {
    return PacketPrinter.print(encode());
  }
}
