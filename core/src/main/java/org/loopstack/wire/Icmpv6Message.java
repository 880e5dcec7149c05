// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/** An ICMPv6 message as a value. */
public sealed interface Icmpv6Message extends IpPayload {
  /** The type. */
  int type();

  /** The code. */
  int code();

  /** The 32 bits after the checksum. */
  int rest();

  /** All after the first 8 bytes. */
  Octets body();

  /**
   * Echo request or reply.
   *
   * @param reply is it the reply?
   * @param identifier 16 bits
   * @param sequence 16 bits
   * @param body what the reply returns
   */
  record Echo(boolean reply, int identifier, int sequence, Octets body) implements Icmpv6Message {
    /**
     * @throws IllegalArgumentException if a field does not fit
     */
    public Echo {
      Limits.checkBits("identifier", identifier, 16);
      Limits.checkBits("sequence", sequence, 16);
    }

    @Override
    public int type() {
      return reply ? Icmpv6Header.ECHO_REPLY : Icmpv6Header.ECHO_REQUEST;
    }

    @Override
    public int code() {
      return 0;
    }

    @Override
    public int rest() {
      return Icmpv6Header.restOfEcho(identifier, sequence);
    }
  }

  /**
   * A message that reports an error about a datagram.
   *
   * @param type {@link Icmpv6Header#UNREACHABLE} or another of the four error types
   * @param code the type's code
   * @param rest the MTU, the pointer, or 0
   * @param body as much of the datagram in error as had room, its IPv6 header at least
   */
  record Error(int type, int code, int rest, Octets body) implements Icmpv6Message {
    /**
     * @throws IllegalArgumentException if this is no error, or {@code body} no datagram's beginning
     */
    public Error {
      Limits.checkBits("code", code, 8);
      if (!isKnownError(type)) {
        throw new IllegalArgumentException("not the type of an error: " + type);
      }
      if (body.length() < Ipv6Header.LENGTH || body.at(0) >>> 4 != 6) {
        throw new IllegalArgumentException("no IPv6 datagram in error: " + body);
      }
    }

    /** The MTU of the next hop's link, for "packet too big". */
    public long mtu() {
      return rest & 0xffff_ffffL;
    }

    /** The byte in error, for a parameter problem. */
    public long pointer() {
      return rest & 0xffff_ffffL;
    }
  }

  /**
   * A message that has no record of its own.
   *
   * @param type 8 bits
   * @param code 8 bits
   * @param rest the 32 bits after the checksum
   * @param body all after the first 8 bytes
   */
  record Other(int type, int code, int rest, Octets body) implements Icmpv6Message {
    /**
     * @throws IllegalArgumentException if a field does not fit, or the message has a record of its
     *     own
     */
    public Other {
      Limits.checkBits("type", type, 8);
      Limits.checkBits("code", code, 8);
      if (isKnownError(type) || code == 0 && isEcho(type)) {
        throw new IllegalArgumentException("has a record of its own: type " + type);
      }
    }
  }

  /**
   * Reads a message that takes all {@code length} bytes.
   *
   * @throws WireFormatException if the bytes are no well-formed message
   */
  static Icmpv6Message parse(byte[] b, int offset, int length) {
    WireFormatException.throwIf(Icmpv6Header.validate(b, offset, offset + length));
    int type = Icmpv6Header.type(b, offset);
    int code = Icmpv6Header.code(b, offset);
    int rest = Icmpv6Header.rest(b, offset);
    Octets body = Octets.copyOf(b, Icmpv6Header.payloadAt(offset), length - Icmpv6Header.LENGTH);
    if (isKnownError(type)) {
      return new Error(type, code, rest, body);
    }
    if (code == 0 && isEcho(type)) {
      return new Echo(
          type == Icmpv6Header.ECHO_REPLY,
          Icmpv6Header.identifier(b, offset),
          Icmpv6Header.sequence(b, offset),
          body);
    }
    return new Other(type, code, rest, body);
  }

  private static boolean isKnownError(int type) {
    return type >= Icmpv6Header.UNREACHABLE && type <= Icmpv6Header.PARAMETER_PROBLEM;
  }

  private static boolean isEcho(int type) {
    return type == Icmpv6Header.ECHO_REQUEST || type == Icmpv6Header.ECHO_REPLY;
  }

  @Override
  default int protocol() {
    return IpProtocol.ICMPV6;
  }

  @Override
  default int length() {
    return Icmpv6Header.LENGTH + body().length();
  }

  @Override
  default void encode(byte[] b, int at, IpAddress source, IpAddress destination) {
    Icmpv6Header.encode(b, at, type(), code(), rest());
    int limit = body().copyTo(b, Icmpv6Header.payloadAt(at));
    int pseudoHeader =
        InternetChecksum.pseudoHeader(source, destination, IpProtocol.ICMPV6, limit - at);
    Icmpv6Header.updateChecksum(b, at, limit, pseudoHeader);
  }
}
