// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A TCP connection has begun. */
@Name("loopstack.ConnectionOpened")
@Label("Connection Opened")
@Description("A TCP connection was begun by a SYN of ours, or a peer's SYN has become one")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class ConnectionOpenedEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final ConnectionOpenedEvent PROBE = new ConnectionOpenedEvent("", "", false);

  @Label("Local")
  @Description("Our end, as address:port")
  private final String local;

  @Label("Remote")
  @Description("The peer's end, as address:port")
  private final String remote;

  @Label("Passive")
  @Description("Whether the peer has asked for it")
  private final boolean passive;

  /**
   * One that is to be committed.
   *
   * @param local our end, as address:port
   * @param remote the peer's end, as address:port
   * @param passive whether the peer has asked for it
   */
  public ConnectionOpenedEvent(String local, String remote, boolean passive) {
    this.local = local;
    this.remote = remote;
    this.passive = passive;
  }
}
