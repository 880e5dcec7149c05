// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.IcmpError;
import org.loopstack.internet.Route;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.TransportAddress;

/**
 * All that is kept of a connection in TIME-WAIT whose user has gone: its numbers and its place in
 * the tables, as Linux keeps a small socket in its stead. What arrives for one makes it a
 * connection again, which answers as the first would have, and leaves another record. Who changes
 * the protocol's table has the record: all else is done by that one thread.
 */
final class TimeWait implements Occupant {
  private final TcpProtocol protocol;
  private final FourTuple ends;
  private final PortTable.Claim claim;
  private final TcpSettings settings;

  private final TransmissionControlBlock tcb;
  private final Ecn ecn;
  private final Route route;
  private final @Nullable IpOptions ipOptions;
  private final int capacity;
  private final int threshold;
  private final long lastChallenge;

  // For who is told of closed connections.
  private final long begunAt;
  private final long bytesSent;
  private final long bytesReceived;
  private final int sentAgain;

  /** When a new connection may take the place, or never. */
  private final long reusableFrom;

  /** When TIME-WAIT is over. */
  final long deadline;

  /** Which one it is among those that wait. Guarded by the lock of {@link TimeWaits}. */
  int number;

  /** A record of a connection that nobody uses again. */
  TimeWait(
      TcpProtocol protocol,
      TcpConnection c,
      FourTuple ends,
      PortTable.Claim claim,
      long reusableFrom) {
    this.protocol = protocol;
    this.ends = ends;
    this.claim = claim;
    this.reusableFrom = reusableFrom;
    settings = c.settings;
    tcb = c.tcb;
    ecn = c.ecn;
    route = c.out.route();
    ipOptions = c.out.ipOptions();
    capacity = c.receiver.capacity();
    threshold = c.receiver.window().threshold();
    lastChallenge = c.lastChallenge();
    begunAt = c.counters.begunAt();
    bytesSent = c.counters.bytesSent;
    bytesReceived = c.counters.bytesReceived;
    sentAgain = c.counters.sentAgain;
    deadline = c.timers.deadline(TcpTimers.Kind.LINGER);
  }

  FourTuple ends() {
    return ends;
  }

  PortTable.Claim claim() {
    return claim;
  }

  TcpSettings settings() {
    return settings;
  }

  long reusableFrom() {
    return reusableFrom;
  }

  /** The connection, at work again. */
  TcpConnection wake(TcpConnection.Owner owner) {
    TcpConnection c =
        new TcpConnection(
            protocol.configuration(), settings, protocol.internet(), ends, route, owner, tcb, ecn);
    c.out.answerBy(ipOptions);
    c.receiver.window().resume(capacity, threshold);
    c.counters.resume(begunAt, bytesSent, bytesReceived, sentAgain);
    c.resumeTimeWait(deadline, lastChallenge);
    return c;
  }

  @Override
  public boolean offer(Packet packet) {
    TcpEndpoint revived = new TcpEndpoint(protocol, this);
    if (protocol.connections().replace(ends, this, revived)) {
      protocol.timeWaits().remove(this);
      return revived.offer(packet);
    }
    // Another thread was faster: whoever has the place now gets it.
    if (packet.attachment() instanceof IcmpError) {
      Occupant other = protocol.connections().get(ends);
      return other != null && other.offer(packet);
    }
    protocol.dispatch(packet);
    return true;
  }

  /** Ends TIME-WAIT. */
  void end(long now) {
    if (protocol.connections().remove(ends, this)) {
      release(now);
    }
  }

  private void release(long now) {
    protocol.timeWaits().remove(this);
    protocol.releaseTimeWait();
    claim.release();
    ConnectionEvents.closed(
        ends, TcpState.TIME_WAIT, null, now - begunAt, bytesSent, bytesReceived, sentAgain);
  }

  @Override
  public boolean isReusable(long now) {
    return now >= reusableFrom;
  }

  @Override
  public void replaced() {
    release(protocol.internet().engine().now());
  }

  @Override
  public TcpStatus status() {
    return new TcpStatus(
        TcpState.TIME_WAIT,
        new TransportAddress(ends.local(), ends.localPort()),
        new TransportAddress(ends.remote(), ends.remotePort()),
        0,
        0,
        0,
        0,
        tcb.sndMss,
        0,
        0,
        0,
        sentAgain,
        SocketDetailsReader.ofTimeWait(deadline, protocol.internet().engine().now()));
  }

  @Override
  public void addCounts(TcpStatistics.Sums sums) {
    // They were told when the record was made.
  }

  @Override
  public String toString() {
    return "time-wait tcp " + ends;
  }
}
