// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A TCP connection is gone. */
@Name("loopstack.ConnectionClosed")
@Label("Connection Closed")
@Description("A TCP connection is gone: after TIME-WAIT, or by a reset, a timeout or an error")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class ConnectionClosedEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final ConnectionClosedEvent PROBE = new ConnectionClosedEvent("", "", "", "", 0, 0, 0, 0);

  @Label("Local")
  @Description("Our end, as address:port")
  private final String local;

  @Label("Remote")
  @Description("The peer's end, as address:port")
  private final String remote;

  @Label("Last State")
  @Description("The state that it was in, as RFC 9293 names it")
  private final String state;

  @Label("Reason")
  @Description("The error that ended it, as errno names it, or an empty text")
  private final String reason;

  @Label("Lifetime")
  @Description("How long it was there, on the clock of the stack")
  @Timespan(Timespan.NANOSECONDS)
  private final long lifetime;

  @Label("Bytes Sent")
  @Description("Bytes of data sent, those sent again among them")
  @DataAmount
  private final long bytesSent;

  @Label("Bytes Received")
  @Description("Sequence numbers taken in")
  @DataAmount
  private final long bytesReceived;

  @Label("Retransmissions")
  @Description("Segments sent again")
  private final long retransmissions;

  /**
   * One that is to be committed.
   *
   * @param local our end, as address:port
   * @param remote the peer's end, as address:port
   * @param state the state that it was in, as RFC 9293 names it
   * @param reason the error that ended it, as errno names it, or an empty text
   * @param lifetime how long it was there, on the clock of the stack
   * @param bytesSent bytes of data sent, those sent again among them
   * @param bytesReceived sequence numbers taken in
   * @param retransmissions segments sent again
   */
  public ConnectionClosedEvent(
      String local,
      String remote,
      String state,
      String reason,
      long lifetime,
      long bytesSent,
      long bytesReceived,
      long retransmissions) {
    this.local = local;
    this.remote = remote;
    this.state = state;
    this.reason = reason;
    this.lifetime = lifetime;
    this.bytesSent = bytesSent;
    this.bytesReceived = bytesReceived;
    this.retransmissions = retransmissions;
  }
}
