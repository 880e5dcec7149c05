// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An epoll instance: which descriptors it watches, and which of them it has not yet told of. */
final class EventPoll implements Descriptor {
  /** One descriptor that is watched. */
  static final class Watch {
    final long descriptor;
    private long events;

    /** What the one who added it wants to get back: its field of the union, and the value. */
    String dataName = "fd";

    long data;

    /** How often the socket had been woken when this was last told, or -1 to tell in any case. */
    private long seen = -1;

    private boolean disarmed;

    Watch(long descriptor) {
      this.descriptor = descriptor;
    }

    void set(long newEvents) {
      events = newEvents;
      seen = -1;
      disarmed = false;
    }

    /**
     * What there is to tell, 0 for nothing. "The close and error events are always reported"
     * (epoll_ctl(2)).
     *
     * @param ready the socket's state
     * @param socket whose wakes count where only edges do
     */
    long report(long ready, ScriptSocket socket) {
      long always = Symbols.value("EPOLLERR") | Symbols.value("EPOLLHUP");
      long found = disarmed ? 0 : ready & (events | always);
      boolean edge = (events & Symbols.value("EPOLLET")) != 0;
      return found == 0 || edge && seen == socket.wakes(events) ? 0 : found;
    }

    /** It has been told. */
    void told(ScriptSocket socket) {
      seen = socket.wakes(events);
      disarmed = (events & Symbols.value("EPOLLONESHOT")) != 0;
    }
  }

  private final Map<Long, Watch> watches = new LinkedHashMap<>();

  @Nullable Watch find(long descriptor) {
    return watches.get(descriptor);
  }

  Watch add(long descriptor) {
    return watches.computeIfAbsent(descriptor, Watch::new);
  }

  void remove(long descriptor) {
    watches.remove(descriptor);
  }

  Iterable<Watch> all() {
    return watches.values();
  }
}
