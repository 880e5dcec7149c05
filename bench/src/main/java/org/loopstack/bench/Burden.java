// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.fault.Fault;

/**
 * What lies on the lo of a stack, so that it can be measured what that costs.
 *
 * @param rules fault rules
 * @param ring how many of the last packets are kept, 0 for none
 */
record Burden(List<Fault> rules, int ring) {
  static final Burden NONE = new Burden(List.of(), 0);

  Burden {
    rules = List.copyOf(rules);
  }

  /** Whether a row says something of it: memory and the first stack are not about packets. */
  boolean isShownBy(Row row) {
    return row.bar() instanceof Bar.AtLeast;
  }

  /** What there is, as part of a sentence. */
  @Override
  public String toString() {
    List<String> what = new ArrayList<>();
    rules.forEach(rule -> what.add("the rule \"" + rule + '"'));
    if (ring > 0) {
      what.add("a ring of the last " + ring + " packets");
    }
    return String.join(" and ", what);
  }
}
