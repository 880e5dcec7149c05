// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * An IPv6 datagram or fragment as a value.
 *
 * @param trafficClass DSCP and ECN, 8 bits
 * @param flowLabel 20 bits
 * @param hopLimit 8 bits
 * @param source an IPv6 address
 * @param destination an IPv6 address
 * @param extensions the extension headers, in order
 * @param payload {@link OpaquePayload} for a fragment
 */
public record Ipv6Datagram(
    int trafficClass,
    int flowLabel,
    int hopLimit,
    IpAddress source,
    IpAddress destination,
    List<Ipv6Extension> extensions,
    IpPayload payload)
    implements IpDatagram {
  /**
   * @throws IllegalArgumentException if a field does not fit
   */
  public Ipv6Datagram {
    Limits.checkBits("trafficClass", trafficClass, 8);
    Limits.checkBits("flowLabel", flowLabel, 20);
    Limits.checkBits("hopLimit", hopLimit, 8);
    Limits.checkVersions(false, source, destination);
    extensions = List.copyOf(extensions);
    Limits.checkLength(
        "payload with extension headers",
        lengthOf(extensions) + payload.length(),
        Ipv6Header.MAX_PAYLOAD_LENGTH);
  }

  /** A whole datagram without extension headers, hop limit 64. */
  public static Ipv6Datagram of(IpAddress source, IpAddress destination, IpPayload payload) {
    return new Ipv6Datagram(0, 0, 64, source, destination, List.of(), payload);
  }

  /**
   * Reads a datagram; bytes after its payload length are left out.
   *
   * @throws WireFormatException if the bytes are no well-formed datagram, {@link
   *     Ipv6ExtensionHeaders#walk} refuses it, or its payload is no well-formed packet of its
   *     protocol
   */
  public static Ipv6Datagram parse(byte[] b, int offset, int length) {
    WireFormatException.throwIf(Ipv6Header.validate(b, offset, offset + length));
    var walker = new Ipv6ExtensionHeaders();
    WireFormatException.throwIf(walker.walk(b, offset));
    int fragmentAt = walker.fragmentAt();
    boolean fragment = fragmentAt >= 0 && !Ipv6FragmentHeader.isAtomic(b, fragmentAt);
    int end = Ipv6Header.end(b, offset);
    int payloadAt = fragment ? Ipv6FragmentHeader.payloadAt(fragmentAt) : walker.upperAt();
    List<Ipv6Extension> extensions = new ArrayList<>();
    int protocol = Ipv6Header.nextHeader(b, offset);
    for (int at = offset + Ipv6Header.LENGTH; at < payloadAt; ) {
      int extensionLength = Ipv6ExtensionHeaders.lengthOf(b, protocol, at, payloadAt);
      extensions.add(new Ipv6Extension(protocol, Octets.copyOf(b, at + 1, extensionLength - 1)));
      protocol = Bytes.u8(b, at);
      at += extensionLength;
    }
    IpPayload payload =
        fragment
            ? OpaquePayload.parse(protocol, b, payloadAt, end - payloadAt)
            : IpPayload.parse(false, protocol, b, payloadAt, end - payloadAt);
    return new Ipv6Datagram(
        Ipv6Header.trafficClass(b, offset),
        Ipv6Header.flowLabel(b, offset),
        Ipv6Header.hopLimit(b, offset),
        Ipv6Header.source(b, offset),
        Ipv6Header.destination(b, offset),
        extensions,
        payload);
  }

  @Override
  public byte[] encode() {
    int payloadLength = lengthOf(extensions) + payload.length();
    byte[] b = new byte[Ipv6Header.LENGTH + payloadLength];
    Ipv6Header.encode(
        b, 0, trafficClass, flowLabel, payloadLength, 0, hopLimit, source, destination);
    int nextHeaderAt = Ipv6Header.NEXT_HEADER;
    int at = Ipv6Header.LENGTH;
    for (Ipv6Extension extension : extensions) {
      Bytes.put8(b, nextHeaderAt, extension.protocol());
      nextHeaderAt = at;
      at = extension.rest().copyTo(b, at + 1);
    }
    Bytes.put8(b, nextHeaderAt, payload.protocol());
    payload.encode(b, at, source, destination);
    return b;
  }

  private static int lengthOf(List<Ipv6Extension> extensions) {
    int length = 0;
    for (Ipv6Extension extension : extensions) {
      length += extension.length();
    }
    return length;
  }

  /** One line as tcpdump prints it. */
  @Override
  public String toString() {
    return PacketPrinter.print(encode());
  }
}
