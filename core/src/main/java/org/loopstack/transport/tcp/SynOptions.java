// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.wire.SynLayout;
import org.loopstack.wire.TcpOptionWriter;

/** The options of a SYN or SYN-ACK of ours. Immutable; the cookie is its owner's. */
final class SynOptions {
  private static final int USER_TIMEOUT_LENGTH = 4;

  private final int mss;
  private final boolean sack;
  private final boolean timestamps;
  private final int timestampValue;
  private final int timestampEcho;
  private final int shift;
  private final int userTimeout;
  private final @Nullable FastOpenOption fastOpen;

  /**
   * All there may be.
   *
   * @param mss what we take
   * @param sack whether SACK is permitted
   * @param timestamps whether there are timestamps
   * @param timestampValue TSval
   * @param timestampEcho TSecr
   * @param shift our window scale, or -1 for none
   * @param userTimeout ADV_UTO in seconds, or 0 for none (RFC 5482)
   * @param fastOpen null for none (RFC 7413)
   */
  SynOptions(
      int mss,
      boolean sack,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      int shift,
      int userTimeout,
      @Nullable FastOpenOption fastOpen) {
    this.mss = mss;
    this.sack = sack;
    this.timestamps = timestamps;
    this.timestampValue = timestampValue;
    this.timestampEcho = timestampEcho;
    this.shift = shift;
    this.userTimeout = userTimeout;
    this.fastOpen = fastOpen;
  }

  /** How many bytes {@link #write} writes: a multiple of 4. */
  int length(SynLayout layout) {
    // Padded to end at a multiple of four.
    return cookieAt(layout) + (fastOpen == null ? 0 : fastOpen.length() + 3 & ~3);
  }

  private int cookieAt(SynLayout layout) {
    return layout.length(sack, timestamps, shift) + (userTimeout > 0 ? USER_TIMEOUT_LENGTH : 0);
  }

  /** Writes the options, those that every SYN may have in the profile's order. */
  void write(SynLayout layout, byte[] b, int at) {
    boolean last = userTimeout == 0 && fastOpen == null;
    int p = layout.write(b, at, mss, sack, timestamps, timestampValue, timestampEcho, shift, last);
    if (userTimeout > 0) {
      p = TcpOptionWriter.userTimeout(b, p, userTimeout);
    }
    if (fastOpen != null) {
      int from = at + cookieAt(layout);
      int end = fastOpen.write(b, from);
      var _ = TcpOptionWriter.pad(b, from, end);
    }
  }
}
