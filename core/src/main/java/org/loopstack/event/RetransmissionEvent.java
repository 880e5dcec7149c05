// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Unsigned;

/** A segment was sent again. */
@Name("loopstack.Retransmission")
@Label("TCP Retransmission")
@Description("A segment of a TCP connection was sent again")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class RetransmissionEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final RetransmissionEvent PROBE = new RetransmissionEvent("", "", "", 0, 0);

  @Label("Local")
  @Description("Our end, as address:port")
  private final String local;

  @Label("Remote")
  @Description("The peer's end, as address:port")
  private final String remote;

  @Label("Kind")
  @Description("FAST, SLOW_START (after a timeout), TIMEOUT, LOSS_PROBE or SYN")
  private final String kind;

  @Label("Sequence Number")
  @Description("The first number of the segment, 32 bits")
  @Unsigned
  private final long sequence;

  @Label("Length")
  @Description("Bytes of data in the segment")
  @DataAmount
  private final int length;

  /**
   * One that is to be committed.
   *
   * @param local our end, as address:port
   * @param remote the peer's end, as address:port
   * @param kind fAST, SLOW_START (after a timeout), TIMEOUT, LOSS_PROBE or SYN
   * @param sequence the first number of the segment, 32 bits
   * @param length bytes of data in the segment
   */
  public RetransmissionEvent(String local, String remote, String kind, long sequence, int length) {
    this.local = local;
    this.remote = remote;
    this.kind = kind;
    this.sequence = sequence;
    this.length = length;
  }
}
