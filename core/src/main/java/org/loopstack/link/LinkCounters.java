// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.DropReason;

/**
 * What an interface has carried and thrown away since it was made. Safe for use by many threads.
 */
public final class LinkCounters {
  private final LongAdder receivedPackets;
  private final LongAdder receivedBytes;
  private final LongAdder transmittedPackets = new LongAdder();
  private final LongAdder transmittedBytes = new LongAdder();
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
    receivedPackets = loopback ? transmittedPackets : new LongAdder();
    receivedBytes = loopback ? transmittedBytes : new LongAdder();
  }

  /** Counts a datagram that came in; not called on the loopback. */
  public void received(Packet packet) {
    receivedPackets.increment();
    receivedBytes.add(packet.length());
  }

  /** Counts a datagram that went out; on the loopback it has come in, too. */
  public void transmitted(Packet packet) {
    transmitted(packet.length());
  }

  /** Counts a datagram of so many bytes that went out; on the loopback it has come in, too. */
  public void transmitted(int bytes) {
    transmittedPackets.increment();
    transmittedBytes.add(bytes);
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
    return receivedPackets.sum();
  }

  /** Bytes that came in, IP headers included. */
  public long receivedBytes() {
    return receivedBytes.sum();
  }

  /** Datagrams that went out. */
  public long transmittedPackets() {
    return transmittedPackets.sum();
  }

  /** Bytes that went out, IP headers included. */
  public long transmittedBytes() {
    return transmittedBytes.sum();
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
