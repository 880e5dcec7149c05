// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.nio.charset.StandardCharsets;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpSegment;

/** A segment of the peer's in the making. */
final class PeerSegment {
  private final TcpFixture fixture;
  private final int flags;
  private int seq;
  private int ack;
  private int window;
  private int urgentPointer;
  private Octets options = Octets.EMPTY;
  private Octets data = Octets.EMPTY;

  PeerSegment(TcpFixture fixture, int flags, int seq, int ack, int window) {
    this.fixture = fixture;
    this.flags = flags;
    this.seq = seq;
    this.ack = ack;
    this.window = window;
  }

  PeerSegment seq(int number) {
    seq = number;
    return this;
  }

  PeerSegment ack(int number) {
    ack = number;
    return this;
  }

  PeerSegment window(int field) {
    window = field;
    return this;
  }

  PeerSegment urgent(int pointer) {
    urgentPointer = pointer;
    return this;
  }

  PeerSegment data(String text) {
    data = Octets.copyOf(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  PeerSegment data(int length) {
    data = Octets.copyOf(new byte[length]);
    return this;
  }

  PeerSegment options(int... octets) {
    options = Octets.of(octets);
    return this;
  }

  TcpSegment segment() {
    return new TcpSegment(
        TcpFixture.PEER_PORT,
        TcpFixture.PORT,
        seq,
        ack,
        flags,
        window,
        urgentPointer,
        options,
        data);
  }

  void send() {
    fixture.inject(segment());
  }

  // ---- options ----

  static int[] mss(int mss) {
    return new int[] {2, 4, mss >> 8, mss};
  }

  /** Timestamps with the two NOPs in front that everybody sends. */
  static int[] timestamps(int value, int echo) {
    return new int[] {
      1,
      1,
      8,
      10,
      value >> 24,
      value >> 16,
      value >> 8,
      value,
      echo >> 24,
      echo >> 16,
      echo >> 8,
      echo
    };
  }

  static int[] join(int[]... parts) {
    return java.util.Arrays.stream(parts).flatMapToInt(java.util.Arrays::stream).toArray();
  }
}
