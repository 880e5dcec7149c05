// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.SequenceNumber;

/**
 * The search for the largest datagram that the path carries (RFC 4821 section 7): a range that
 * probes halve. Sizes are those of IP datagrams, in bytes; the names are the RFC's.
 */
final class MtuSearch {
  private final MtuProbing mode;
  private final int threshold;
  private final long interval;

  private boolean enabled;

  /** "search_low": "The network is expected to be able to deliver packets of" this size. */
  private int low;

  /** "search_high": "the greatest useful probe size". */
  private int high;

  /** The size of the probe that is under way, or 0. */
  private int probeSize;

  private int probeStart;
  private int probeEnd;

  /** When the range was last opened. */
  private long begunAt;

  MtuSearch(TcpConfiguration configuration) {
    mode = configuration.mtuProbing();
    threshold = Math.max(1, configuration.mtuProbeThreshold());
    interval = configuration.mtuProbeInterval();
  }

  /**
   * The connection opens.
   *
   * @param base what surely works
   * @param largest what the peer takes
   */
  void start(int base, int largest, long now) {
    enabled = mode == MtuProbing.ALWAYS;
    low = base;
    high = largest;
    probeSize = 0;
    begunAt = now;
  }

  boolean isEnabled() {
    return enabled;
  }

  boolean isProbing() {
    return probeSize > 0;
  }

  /** What may be sent, of so much that the link and ICMP allow. */
  int bound(int mtu) {
    high = Math.min(high, mtu);
    return enabled ? Math.min(low, mtu) : mtu;
  }

  /** The size that the next probe should have, or 0 if the range is narrow enough. */
  int candidate() {
    int middle = (low + high) >>> 1;
    return high - low < threshold || middle > high ? 0 : middle;
  }

  /**
   * RFC 8899 section 5.1.1, PMTU_RAISE_TIMER: after ten minutes a larger size may work. The search
   * begins anew from what is in use.
   */
  void reopen(int inUse, int largest, long now) {
    if (now - begunAt >= interval) {
      low = inUse;
      high = largest;
      begunAt = now;
    }
  }

  /** A probe leaves, in the place of data that needs sending anyway. */
  void sent(int size, int start, int end) {
    probeSize = size;
    probeStart = start;
    probeEnd = end;
  }

  /**
   * Section 7.6.1: "When the probe is delivered, it is an indication that the Path MTU is at least
   * as large as the probe size. Set search_low to the probe size."
   *
   * @return whether that is what the acknowledgment says
   */
  boolean acknowledged(int sndUna) {
    if (probeSize == 0 || SequenceNumber.lt(sndUna, probeEnd)) {
      return false;
    }
    low = probeSize;
    probeSize = 0;
    return true;
  }

  /**
   * Section 7.6.2: "When only the probe is lost, it is treated as an indication that the Path MTU
   * is smaller than the probe size. In this case alone, the loss SHOULD NOT be interpreted as
   * congestion signal."
   *
   * @return whether a loss is that of the probe
   */
  boolean lost(int sndUna) {
    if (probeSize == 0 || sndUna != probeStart) {
      return false;
    }
    high = probeSize - 1;
    probeSize = 0;
    return true;
  }

  /** Section 7.6.4: other losses make a probe inconclusive; it says nothing. */
  void abandon() {
    probeSize = 0;
  }

  /**
   * Section 7.7: "If eff_pmtu is larger than search_low, set eff_pmtu to search_low. ... Upon
   * additional successive timeouts, search_low and eff_pmtu SHOULD be halved".
   *
   * @param smaller what to go down to if the search was on already
   */
  void blackHole(int smaller, long now) {
    if (enabled) {
      low = smaller;
    } else {
      enabled = true;
      begunAt = now;
    }
  }

  int low() {
    return low;
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    enabled = c.carry(enabled);
    low = c.carry(low);
    high = c.carry(high);
    probeSize = c.carry(probeSize);
    probeStart = c.carry(probeStart);
    probeEnd = c.carry(probeEnd);
    begunAt = c.carry(begunAt);
  }
}
