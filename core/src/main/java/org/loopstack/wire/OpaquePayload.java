// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * A payload that is only bytes: a fragment, or a protocol that is not read here.
 *
 * @param protocol its number, 0 to 255
 * @param data all of it
 */
public record OpaquePayload(int protocol, Octets data) implements IpPayload {
  /**
   * @throws IllegalArgumentException if {@code protocol} does not fit 8 bits
   */
  public OpaquePayload {
    Limits.checkBits("protocol", protocol, 8);
  }

  static OpaquePayload parse(int protocol, byte[] b, int offset, int length) {
    return new OpaquePayload(protocol, Octets.copyOf(b, offset, length));
  }

  @Override
  public int length() {
    return data.length();
  }

  @Override
  public void encode(byte[] b, int at, IpAddress source, IpAddress destination) {
    data.copyTo(b, at);
  }
}
