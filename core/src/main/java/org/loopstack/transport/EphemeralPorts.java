// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.IpAddress;

/**
 * In which order ephemeral ports are tried: RFC 6056 section 3.3.4, the double-hash algorithm. The
 * ports towards one peer follow on one another, so that none comes back soon; nobody who lacks the
 * key can tell from them which ones another peer sees. Not thread-safe.
 */
final class EphemeralPorts {
  /** The number of counters in the RFC's table; the RFC's own example has 10. */
  private static final int COUNTERS = 256;

  private final int first;
  private final int size;
  private final Randomness randomness;
  private final SipHash key;
  private final int[] table = new int[COUNTERS];

  EphemeralPorts(PortRange range, Randomness randomness) {
    this.first = range.firstEphemeral();
    this.size = range.size();
    this.randomness = randomness;
    this.key = new SipHash(randomness);
  }

  /** How many ports have the parity, 0 (even) or 1 (odd). */
  int count(int parity) {
    return (size + ((first & 1) == parity ? 1 : 0)) / 2;
  }

  /**
   * One of the ports with the parity.
   *
   * @param place counted from 0, and round again
   */
  int at(int parity, int place) {
    int lowest = first + ((first & 1) == parity ? 0 : 1);
    return lowest + 2 * Math.floorMod(place, count(parity));
  }

  /**
   * Both hashes of the algorithm, since each takes bits of its own of one pseudorandom number: what
   * {@link #start} and {@link #used} want.
   */
  long hash(IpAddress source, TransportAddress peer) {
    IpAddress a = peer.address();
    return key.hash(source.high(), source.low(), a.high(), a.low(), peer.port());
  }

  /** "offset + table[index]": the place to begin at. */
  int start(long hash) {
    return (int) (hash >>> 33) + table[index(hash)];
  }

  /**
   * The search ended so many steps behind its start. The next one begins behind that, and a little
   * further by chance, so that an observer cannot count the connections to others.
   */
  void used(long hash, int steps) {
    table[index(hash)] += steps + 1 + randomness.nextInt(4);
  }

  private static int index(long hash) {
    return (int) hash & (COUNTERS - 1);
  }
}
