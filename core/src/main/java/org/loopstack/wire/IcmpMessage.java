// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/** An ICMP message for IPv4 as a value. Fields that must be zero are left out. */
public sealed interface IcmpMessage extends IpPayload {
  /** The type. */
  int type();

  /** The code. */
  int code();

  /** The 32 bits after the checksum. */
  int rest();

  /** All after the first 8 bytes. */
  Octets body();

  /**
   * Echo or echo reply.
   *
   * @param reply is it the reply?
   * @param identifier 16 bits
   * @param sequence 16 bits
   * @param body what the reply returns
   */
  record Echo(boolean reply, int identifier, int sequence, Octets body) implements IcmpMessage {
    /**
     * @throws IllegalArgumentException if a field does not fit
     */
    public Echo {
      Limits.checkBits("identifier", identifier, 16);
      Limits.checkBits("sequence", sequence, 16);
    }

    @Override
    public int type() {
      return reply ? IcmpHeader.ECHO_REPLY : IcmpHeader.ECHO_REQUEST;
    }

    @Override
    public int code() {
      return 0;
    }

    @Override
    public int rest() {
      return IcmpHeader.restOfEcho(identifier, sequence);
    }
  }

  /**
   * A timestamp or its reply; times are milliseconds since midnight UT.
   *
   * @param reply is it the reply?
   * @param identifier 16 bits
   * @param sequence 16 bits
   * @param originate when the request was sent
   * @param receive when it was received
   * @param transmit when the reply was sent
   */
  record Timestamp(
      boolean reply, int identifier, int sequence, int originate, int receive, int transmit)
      implements IcmpMessage {
    /**
     * @throws IllegalArgumentException if a field does not fit
     */
    public Timestamp {
      Limits.checkBits("identifier", identifier, 16);
      Limits.checkBits("sequence", sequence, 16);
    }

    @Override
    public int type() {
      return reply ? IcmpHeader.TIMESTAMP_REPLY : IcmpHeader.TIMESTAMP_REQUEST;
    }

    @Override
    public int code() {
      return 0;
    }

    @Override
    public int rest() {
      return IcmpHeader.restOfEcho(identifier, sequence);
    }

    @Override
    public Octets body() {
      byte[] b = new byte[12];
      Bytes.put32(b, 0, originate);
      Bytes.put32(b, 4, receive);
      Bytes.put32(b, 8, transmit);
      return Octets.copyOf(b);
    }
  }

  /**
   * A message that reports an error about a datagram.
   *
   * @param type {@link IcmpHeader#UNREACHABLE} or another of the error types
   * @param code the type's code
   * @param rest the next hop's MTU (low 16 bits), the pointer (high 8 bits), the gateway, or 0
   * @param body the IPv4 header in error and 8 bytes or more of its payload
   */
  record Error(int type, int code, int rest, Octets body) implements IcmpMessage {
    /**
     * @throws IllegalArgumentException if this is no error, or {@code body} no datagram's beginning
     */
    public Error {
      Limits.checkBits("code", code, 8);
      if (!IcmpHeader.isError(type)) {
        throw new IllegalArgumentException("not the type of an error: " + type);
      }
      checkWellFormed(type, code, rest, body);
    }

    /** The MTU of the next hop, for "fragmentation needed". */
    public int nextHopMtu() {
      return rest & 0xffff;
    }

    /** The byte in error, for a parameter problem. */
    public int pointer() {
      return rest >>> 24;
    }

    /** The better router, for a redirect. */
    public IpAddress gateway() {
      return IpAddress.ofIpv4(rest);
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
  record Other(int type, int code, int rest, Octets body) implements IcmpMessage {
    /**
     * @throws IllegalArgumentException if a field does not fit, or the message has a record of its
     *     own
     */
    public Other {
      Limits.checkBits("type", type, 8);
      Limits.checkBits("code", code, 8);
      if (IcmpHeader.isError(type) || code == 0 && hasRecord(type)) {
        throw new IllegalArgumentException("has a record of its own: type " + type);
      }
      checkWellFormed(type, code, rest, body);
    }
  }

  /**
   * Reads a message that takes all {@code length} bytes.
   *
   * @throws WireFormatException if the bytes are no well-formed message
   */
  static IcmpMessage parse(byte[] b, int offset, int length) {
    WireFormatException.throwIf(IcmpHeader.validate(b, offset, offset + length));
    int type = IcmpHeader.type(b, offset);
    int code = IcmpHeader.code(b, offset);
    int rest = IcmpHeader.rest(b, offset);
    Octets body = Octets.copyOf(b, IcmpHeader.payloadAt(offset), length - IcmpHeader.LENGTH);
    if (IcmpHeader.isError(type)) {
      return new Error(type, code, rest, body);
    }
    if (code != 0 || !hasRecord(type)) {
      return new Other(type, code, rest, body);
    }
    int identifier = IcmpHeader.identifier(b, offset);
    int sequence = IcmpHeader.sequence(b, offset);
    return switch (type) {
      case IcmpHeader.ECHO_REQUEST, IcmpHeader.ECHO_REPLY ->
          new Echo(type == IcmpHeader.ECHO_REPLY, identifier, sequence, body);
      default ->
          new Timestamp(
              type == IcmpHeader.TIMESTAMP_REPLY,
              identifier,
              sequence,
              IcmpHeader.originateTimestamp(b, offset),
              IcmpHeader.receiveTimestamp(b, offset),
              IcmpHeader.transmitTimestamp(b, offset));
    };
  }

  private static boolean hasRecord(int type) {
    return switch (type) {
      case IcmpHeader.ECHO_REQUEST,
          IcmpHeader.ECHO_REPLY,
          IcmpHeader.TIMESTAMP_REQUEST,
          IcmpHeader.TIMESTAMP_REPLY ->
          true;
      default -> false;
    };
  }

  private static void checkWellFormed(int type, int code, int rest, Octets body) {
    byte[] b = new byte[IcmpHeader.LENGTH + body.length()];
    IcmpHeader.encode(b, 0, type, code, rest);
    body.copyTo(b, IcmpHeader.LENGTH);
    DropReason reason = IcmpHeader.validate(b, 0, b.length);
    if (reason != null) {
      throw new IllegalArgumentException(reason.description() + ": type " + type + ", " + body);
    }
  }

  @Override
  default int protocol() {
    return IpProtocol.ICMP;
  }

  @Override
  default int length() {
    return IcmpHeader.LENGTH + body().length();
  }

  @Override
  default void encode(byte[] b, int at, IpAddress source, IpAddress destination) {
    IcmpHeader.encode(b, at, type(), code(), rest());
    int limit = body().copyTo(b, IcmpHeader.payloadAt(at));
    IcmpHeader.updateChecksum(b, at, limit);
  }
}
