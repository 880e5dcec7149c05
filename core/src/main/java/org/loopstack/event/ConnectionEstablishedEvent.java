// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The handshake of a TCP connection is done. */
@Name("loopstack.ConnectionEstablished")
@Label("Connection Established")
@Description("The handshake of a TCP connection is done")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class ConnectionEstablishedEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final ConnectionEstablishedEvent PROBE = new ConnectionEstablishedEvent("", "", false, 0);

  @Label("Local")
  @Description("Our end, as address:port")
  private final String local;

  @Label("Remote")
  @Description("The peer's end, as address:port")
  private final String remote;

  @Label("Passive")
  @Description("Whether the peer has asked for it")
  private final boolean passive;

  @Label("Handshake")
  @Description("How long the handshake took, on the clock of the stack")
  @Timespan(Timespan.NANOSECONDS)
  private final long handshake;

  /**
   * One that is to be committed.
   *
   * @param local our end, as address:port
   * @param remote the peer's end, as address:port
   * @param passive whether the peer has asked for it
   * @param handshake how long the handshake took, on the clock of the stack
   */
  public ConnectionEstablishedEvent(String local, String remote, boolean passive, long handshake) {
    this.local = local;
    this.remote = remote;
    this.passive = passive;
    this.handshake = handshake;
  }
}
