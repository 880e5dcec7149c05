// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

/**
 * The byte that IPv4 once called Type of Service and IPv6 calls Traffic Class: six bits of DSCP
 * (RFC 2474 section 3) and two of ECN (RFC 3168 section 5).
 */
public final class TrafficClass {
  /** ECN: the transport is not capable of it. */
  public static final int NOT_ECT = 0;

  /** ECN-capable transport, codepoint 1 (L4S, RFC 9331). */
  public static final int ECT_1 = 1;

  /** ECN-capable transport, codepoint 0. */
  public static final int ECT_0 = 2;

  /** Congestion experienced. */
  public static final int CE = 3;

  private TrafficClass() {}

  /** The differentiated services codepoint, 0 to 63. */
  public static int dscp(int trafficClass) {
    return trafficClass >>> 2 & 0x3f;
  }

  /** The ECN field: {@link #NOT_ECT}, {@link #ECT_0}, {@link #ECT_1} or {@link #CE}. */
  public static int ecn(int trafficClass) {
    return trafficClass & 3;
  }

  /** The byte made of both. */
  public static int of(int dscp, int ecn) {
    return dscp << 2 | ecn;
  }

  /** The byte with another ECN field. */
  public static int withEcn(int trafficClass, int ecn) {
    return trafficClass & 0xfc | ecn;
  }
}
