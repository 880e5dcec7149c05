// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.loopstack.StackSnapshot;
import org.loopstack.engine.VirtualClock;

/** What a test leaves open: sockets that nobody closed, and threads that wait in them. */
final class LeakCheck {
  /** The states in which a connection belongs to nobody any more, or is on its way to that. */
  private static final Set<String> CLOSED =
      Set.of("TIME-WAIT", "FIN-WAIT-1", "FIN-WAIT-2", "LAST-ACK", "CLOSING", "SYN-RECV");

  /** A line for each. */
  List<String> look(TestStack test) {
    List<String> left = new ArrayList<>();
    for (StackSnapshot.Socket socket : test.stack().snapshot().sockets()) {
      if (!CLOSED.contains(socket.state().toUpperCase(Locale.ROOT))) {
        left.add("socket " + SocketTable.line(socket));
      }
    }
    VirtualClock clock = test.clock();
    if (clock != null) {
      for (Thread thread : clock.waiting()) {
        left.add("thread " + thread.getName() + " waits in " + call(thread));
      }
    }
    return left;
  }

  /** The call that the application has made. */
  private static String call(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    int last = -1;
    for (int i = 0; i < stack.length; i++) {
      if (stack[i].getClassName().startsWith("org.loopstack.")) {
        last = i;
      }
    }
    if (last < 0) {
      return "a call that has just returned";
    }
    String inner =
        stack[last].getClassName().replaceFirst(".*\\.", "") + "." + stack[last].getMethodName();
    return last + 1 < stack.length ? inner + ", called by " + stack[last + 1] : inner;
  }
}
