// SPDX-License-Identifier: Apache-2.0
package org.loopstack.event;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A fault rule was applied. */
@Name("loopstack.FaultApplied")
@Label("Fault Applied")
@Description("A fault rule has changed the fate of a datagram")
@Category("Loopstack")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // The Flight Recorder reads the fields.
public final class FaultAppliedEvent extends Event {
  /** To ask whether anybody records it, without making one. */
  static final FaultAppliedEvent PROBE = new FaultAppliedEvent("", "", false, 0);

  @Label("Rule")
  @Description("The name of the rule")
  private final String rule;

  @Label("Fault")
  @Description("What the rule says")
  private final String fault;

  @Label("Passed")
  @Description("Whether the datagram went on, changed")
  private final boolean passed;

  @Label("Length")
  @Description("Bytes of the datagram, IP header included")
  @DataAmount
  private final int length;

  /**
   * One that is to be committed.
   *
   * @param rule the name of the rule
   * @param fault what the rule says
   * @param passed whether the datagram went on, changed
   * @param length bytes of the datagram, IP header included
   */
  public FaultAppliedEvent(String rule, String fault, boolean passed, int length) {
    this.rule = rule;
    this.fault = fault;
    this.passed = passed;
    this.length = length;
  }
}
