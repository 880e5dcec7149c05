// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.SequenceNumber;

/**
 * SYN cookies (RFC 4987 section 3.6): what must be known of a connection is put into the sequence
 * number of the SYN-ACK, so that nothing is kept until the peer has shown that it gets what is sent
 * to its address. Immutable, so safe for use by many threads.
 *
 * <pre>
 *   ISS   =  F1(ends) + IRS + (minute shifted left by 24) + ((F2(ends, minute) + code) mod 2^24)
 *   TSval =  the clock, its low six bits replaced: window scale 0-3 (15: none), SACK 4, ECN 5
 * </pre>
 *
 * A minute has 64 seconds. The window scale of our own is always the same, so it needs no place.
 */
final class SynCookies {
  private static final long MINUTE = 64_000_000_000L;

  /** An acknowledgment may come in the minute of its cookie and in the next one. */
  private static final int LIFETIME = 2;

  /** How long after a cookie was sent an acknowledgment of it can come. */
  static final long VALID = LIFETIME * MINUTE;

  private static final int LOW_BITS = 0xff_ffff;

  /**
   * The MSS that a cookie can remember, ascending: the default, IPv6's least, what tunnels and
   * PPPoE leave, Ethernet for either family, jumbo frames, and a loopback's.
   */
  private static final int[] MSS = {536, 1220, 1360, 1440, 1460, 4312, 8940, 65_475};

  /** What the codes of two sizes differ by: a number that is off by a few must not be one. */
  private static final int APART = 0x1f3d5b;

  private static final int NO_SHIFT = 0xf;
  private static final int SACK = 1 << 4;
  private static final int ECN = 1 << 5;
  private static final int STATE = 0x3f;

  private final SipHash ofEnds;
  private final SipHash ofMinute;

  SynCookies(Randomness randomness) {
    ofEnds = new SipHash(randomness);
    ofMinute = new SipHash(randomness);
  }

  /**
   * The initial sequence number that answers a SYN.
   *
   * @param irs the SYN's number
   * @param mss the MSS in it
   */
  int number(FourTuple ends, int irs, int mss, long now) {
    int index = MSS.length - 1;
    while (index > 0 && MSS[index] > mss) {
      index--;
    }
    int minute = minute(now);
    return base(ends, irs) + (minute << 24) + (secret(ends, minute) + index * APART & LOW_BITS);
  }

  /** Puts what an answer agrees on into its numbers; what has no room there is not agreed on. */
  void encode(HalfOpen.Answer answer, FourTuple ends, long now) {
    answer.iss = number(ends, answer.irs, answer.peerMss, now);
    if (answer.timestamps) {
      int clock = (int) (now / 1_000_000);
      answer.tsOffset += timestamp(clock, answer.sndShift, answer.sack, answer.ecn) - clock;
    } else {
      // Nothing would tell us later that these were agreed on.
      answer.sack = false;
      answer.sndShift = -1;
      answer.rcvShift = 0;
      answer.ecn = false;
    }
  }

  /**
   * The MSS that a number of ours remembers, or 0 if it is none.
   *
   * @param irs the number of the SYN that it must have answered
   */
  int mss(FourTuple ends, int irs, int number, long now) {
    int rest = number - base(ends, irs);
    int age = minute(now) - (rest >>> 24) & 0xff;
    if (age >= LIFETIME) {
      return 0;
    }
    int code = rest - secret(ends, minute(now) - age) & LOW_BITS;
    for (int index = 0; index < MSS.length; index++) {
      if (code == (index * APART & LOW_BITS)) {
        return MSS[index];
      }
    }
    return 0;
  }

  /**
   * What an acknowledgment shows, or null if it acknowledges no cookie.
   *
   * @param timestampOffset the offset of our timestamps between these ends
   */
  @Nullable SynCookie read(FourTuple ends, Segment ack, int timestampOffset, long now) {
    int irs = SequenceNumber.add(ack.seq, -1);
    int mss = mss(ends, irs, SequenceNumber.add(ack.ack, -1), now);
    if (mss == 0) {
      return null;
    }
    if (!ack.hasTimestamps) {
      return new SynCookie(mss, false, -1, false, false);
    }
    int state = ack.timestampEcho - timestampOffset & STATE;
    int shift = state & NO_SHIFT;
    return new SynCookie(
        mss, true, shift == NO_SHIFT ? -1 : shift, (state & SACK) != 0, (state & ECN) != 0);
  }

  /**
   * The time with the options in its low bits, never later than it is. A plain cookie has no room
   * for options (RFC 4987 section 3.6); the peer echoes this, so they are not lost.
   *
   * @param shift the peer's window scale, or -1 for none
   */
  static int timestamp(int clock, int shift, boolean sack, boolean ecn) {
    int state = (shift < 0 ? NO_SHIFT : shift) | (sack ? SACK : 0) | (ecn ? ECN : 0);
    int value = clock & ~STATE | state;
    return SequenceNumber.gt(value, clock) ? value - (STATE + 1) : value;
  }

  private static int minute(long now) {
    return (int) (now / MINUTE);
  }

  private int base(FourTuple ends, int irs) {
    return (int) hash(ofEnds, ends, 0) + irs;
  }

  private int secret(FourTuple ends, int minute) {
    return (int) hash(ofMinute, ends, minute & 0xffff_ffffL) & LOW_BITS;
  }

  private static long hash(SipHash key, FourTuple c, long minute) {
    return key.hash(
        c.local().high(),
        c.local().low(),
        c.remote().high(),
        c.remote().low(),
        (long) c.localPort() << 16 | c.remotePort(),
        minute);
  }
}
