// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.buffer.Packet;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.Route;
import org.loopstack.wire.DropReason;

/**
 * Answers a SYN and forgets it: the SYN-ACK is made by a connection that nobody keeps, so that it
 * offers just what any other would.
 */
final class StatelessAnswer implements TcpConnection.Owner {
  private static final StatelessAnswer NOBODY = new StatelessAnswer();

  private StatelessAnswer() {}

  /** Sends a SYN-ACK whose numbers are a cookie. */
  static void send(
      TcpProtocol protocol, TcpSettings settings, FourTuple ends, Packet syn, long now) {
    Route route;
    try {
      route = protocol.internet().route(ends.remote(), ends.local(), 0);
    } catch (ErrnoException noWayBack) {
      return;
    }
    TcpConnection passing =
        new TcpConnection(
            protocol.configuration(), settings, protocol.internet(), ends, route, NOBODY);
    passing.answerByCookie(
        new Segment(syn), protocol.cookies(), protocol.isn().timestampOffset(ends), ends, now);
  }

  // What is forgotten has nothing to tell.

  @Override
  public void raise(int bits) {}

  @Override
  public boolean offerAccepted(long now) {
    return false;
  }

  @Override
  public boolean isOrphan() {
    return false;
  }

  @Override
  public void timeWait(long now) {}

  @Override
  public void finished() {}

  @Override
  public void refuse(Packet packet) {}

  @Override
  public void drop(Packet packet, DropReason reason) {}

  @Override
  public void reopen(Packet syn, int firstFreeNumber) {}
}
