// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TimerHeapTest {
  private static final int TIMERS = 40;

  private final TimerHeap heap = new TimerHeap();

  private static Timer timer() {
    return new Timer(new VirtualClock(), () -> {});
  }

  private List<Timer> pollAll() {
    List<Timer> all = new ArrayList<>();
    for (Timer due; (due = heap.pollDue(Long.MAX_VALUE)) != null; ) {
      all.add(due);
    }
    return all;
  }

  @Test
  void timersOfOneDeadlineComeInTheOrderInWhichTheyWereArmed() {
    List<Timer> timers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Timer timer = timer();
      timers.add(timer);
      heap.arm(timer, 7);
    }
    assertThat(pollAll()).containsExactlyElementsOf(timers);
  }

  /** What the heap should hold, in no order: the number says when it was armed. */
  private record Armed(int timer, long deadline, int order) {}

  /** Each number is an operation: which timer, and its deadline or that it is removed. */
  @Property
  void timersComeByTheirDeadlinesWhateverWasMovedAndRemoved(@ForAll List<Integer> operations) {
    List<Timer> timers = new ArrayList<>();
    for (int i = 0; i < TIMERS; i++) {
      timers.add(timer());
    }
    List<Armed> model = new ArrayList<>();
    for (int i = 0; i < operations.size(); i++) {
      int operation = operations.get(i) & Integer.MAX_VALUE;
      int which = operation % TIMERS;
      long deadline = operation / TIMERS % 8;
      Armed before = model.stream().filter(each -> each.timer() == which).findAny().orElse(null);
      if (deadline == 0) {
        heap.remove(timers.get(which));
        model.remove(before);
      } else {
        heap.arm(timers.get(which), deadline);
        if (before == null || deadline < before.deadline()) {
          model.remove(before);
          model.add(new Armed(which, deadline, i));
        }
      }
    }
    model.sort(Comparator.comparingLong(Armed::deadline).thenComparingInt(Armed::order));
    assertThat(pollAll())
        .containsExactlyElementsOf(model.stream().map(each -> timers.get(each.timer())).toList());
  }
}
