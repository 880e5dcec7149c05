// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A datagram was thrown away. */
@Name("loopstack.DatagramDropped")
@Label("Datagram Dropped")
@Description("A datagram was thrown away")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class DatagramDroppedEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final DatagramDroppedEvent PROBE = new DatagramDroppedEvent("", "", "", 0);

  @Label("Reason")
  @Description("Why, by the name of the drop reason")
  private final String reason;

  @Label("Meaning")
  @Description("What the reason means")
  private final String description;

  @Label("Interface")
  @Description("By which interface it came or was to leave, or an empty text")
  private final String interfaceName;

  @Label("Length")
  @Description("Bytes of the datagram, of one that was to leave without its IP header")
  @DataAmount
  private final int length;

  /**
   * One that is to be committed.
   *
   * @param reason why, by the name of the drop reason
   * @param description what the reason means
   * @param interfaceName by which interface it came or was to leave, or an empty text
   * @param length bytes of the datagram, of one that was to leave without its IP header
   */
  public DatagramDroppedEvent(String reason, String description, String interfaceName, int length) {
    this.reason = reason;
    this.description = description;
    this.interfaceName = interfaceName;
    this.length = length;
  }
}
