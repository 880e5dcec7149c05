// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Tallies;
import org.loopstack.wire.DropReason;

/**
 * What an interface has carried and thrown away since it was made. Safe for use by many threads.
 */
public final class LinkCounters {
  private static final int OUT_PACKETS = 0;
  private static final int OUT_BYTES = 1;
  private static final int IN_PACKETS = 2;
  private static final int IN_BYTES = 3;

  private final Tallies carried = new Tallies(4);
  private final boolean loopback;
  private final LongAdder receiveErrors = new LongAdder();
  private final LongAdder transmitErrors = new LongAdder();
  private final DropCounters drops = new DropCounters();

  /**
   * All zero.
   *
   * @param loopback whether all that is transmitted is received too, so that counting it once is
   *     enough
   */
  public LinkCounters(boolean loopback) {
    this.loopback = loopback;
  }

  /** Counts a datagram that came in; not called on the loopback. */
  public void received(Packet packet) {
    int place = Tallies.place();
    carried.add(place, IN_PACKETS, 1);
    carried.add(place, IN_BYTES, packet.length());
  }

  /** Counts a datagram that went out; on the loopback it has come in, too. */
  public void transmitted(Packet packet) {
    transmitted(packet.length());
  }

  /** Counts a datagram of so many bytes that went out; on the loopback it has come in, too. */
  public void transmitted(int bytes) {
    int place = Tallies.place();
    carried.add(place, OUT_PACKETS, 1);
    carried.add(place, OUT_BYTES, bytes);
  }

  /** Counts a datagram that was thrown away. */
  public void dropped(DropReason reason) {
    drops.increment(reason);
  }

  /** Counts a failure of the link while it was handing a datagram in. */
  public void receiveError() {
    receiveErrors.increment();
  }

  /** Counts a failure of the link while it was handed a datagram. */
  public void transmitError() {
    transmitErrors.increment();
  }

  /** Datagrams that came in. */
  public long receivedPackets() {
    return carried.sum(loopback ? OUT_PACKETS : IN_PACKETS);
  }

  /** Bytes that came in, IP headers included. */
  public long receivedBytes() {
    return carried.sum(loopback ? OUT_BYTES : IN_BYTES);
  }

  /** Datagrams that went out. */
  public long transmittedPackets() {
    return carried.sum(OUT_PACKETS);
  }

  /** Bytes that went out, IP headers included. */
  public long transmittedBytes() {
    return carried.sum(OUT_BYTES);
  }

  /** Failures of the link while it was handing datagrams in. */
  public long receiveErrors() {
    return receiveErrors.sum();
  }

  /** Failures of the link while it was handed datagrams. */
  public long transmitErrors() {
    return transmitErrors.sum();
  }

  /** Datagrams thrown away for this reason. */
  public long drops(DropReason reason) {
    return drops.get(reason);
  }

  /** How many datagrams were thrown away, by reason; reasons that never occurred are left out. */
  public Map<DropReason, Long> drops() {
    return drops.all();
  }

  /** How many datagrams were thrown away, whatever the reason. */
  public long droppedTotal() {
    return drops.total();
  }
}
