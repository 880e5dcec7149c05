// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/** Checks that the fields of a record fit the wire. */
final class Limits {
  private Limits() {}

  static void checkBits(String field, long value, int bits) {
    if (value < 0 || value >>> bits != 0) {
      throw new IllegalArgumentException(field + " does not fit " + bits + " bits: " + value);
    }
  }

  static void checkOptions(Octets options) {
    if (options.length() > 40 || options.length() % 4 != 0) {
      throw new IllegalArgumentException(
          "options must be a multiple of 4 bytes, at most 40: " + options.length());
    }
  }

  static void checkLength(String what, int length, int max) {
    if (length > max) {
      throw new IllegalArgumentException(what + " is longer than " + max + " bytes: " + length);
    }
  }

  static void checkVersions(boolean ipv4, IpAddress source, IpAddress destination) {
    if (source.isIpv4() != ipv4 || destination.isIpv4() != ipv4) {
      throw new IllegalArgumentException(
          "not both " + (ipv4 ? "IPv4" : "IPv6") + ": " + source + ", " + destination);
    }
  }
}
