// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;

/** {@code poll} and {@code epoll}. */
final class PollCalls {
  private final SystemCalls.Target target;
  private final Descriptors descriptors;

  PollCalls(SystemCalls.Target target, Descriptors descriptors) {
    this.target = target;
    this.descriptors = descriptors;
  }

  private PreparedCall waiting(long timeout, PreparedCall.Attempt attempt) {
    long now = target.host().clock.nanos();
    long deadline = timeout < 0 ? Clock.NEVER : now + timeout * 1_000_000L;
    return new PreparedCall(attempt, timeout != 0, Outcome.ZERO, deadline);
  }

  PreparedCall poll(CallSpec call, Position at) {
    if (!(SystemCalls.argument(call, 0, at)
        instanceof Expression.Array(List<Expression> entries))) {
      throw ScriptException.failed(at, "poll wants [{fd=..., events=..., revents=...}]");
    }
    // Nothing is ready when the time is up, which is what the script has to expect of revents, too.
    return waiting(
        Symbols.number(SystemCalls.argument(call, 2, at), at), () -> polled(entries, at));
  }

  /** What poll returns, or null if nothing is ready. */
  private @Nullable Outcome polled(List<Expression> entries, Position at) {
    int ready = 0;
    String difference = null;
    for (Expression each : entries) {
      if (!(each instanceof Expression.Struct entry)) {
        throw ScriptException.failed(at, "poll wants {fd=..., events=..., revents=...}");
      }
      long descriptor = Symbols.number(Expressions.field(entry, "fd", at), at);
      long asked = Symbols.number(Expressions.field(entry, "events", at), at);
      Expression revents = entry.field("revents");
      long wanted = revents == null ? 0 : Symbols.number(revents, at);
      long always = Symbols.value("POLLERR") | Symbols.value("POLLHUP");
      long seen = PollEvents.of(descriptors.socket(descriptor, at), target) & (asked | always);
      ready += seen == 0 ? 0 : 1;
      if (seen != wanted) {
        difference = "revents of " + descriptor + " are " + PollEvents.text(seen);
      }
    }
    return ready == 0 ? null : new Outcome(ready, null, difference);
  }

  // ---- epoll ----

  Outcome create(CallSpec call, Position at) {
    return descriptors.open(new EventPoll(), call, at);
  }

  private EventPoll epoll(CallSpec call, Position at) {
    long number = Symbols.number(SystemCalls.argument(call, 0, at), at);
    if (descriptors.get(number, at) instanceof EventPoll found) {
      return found;
    }
    throw ScriptException.failed(at, number + " is no epoll instance");
  }

  Outcome control(CallSpec call, Position at) {
    EventPoll epoll = epoll(call, at);
    Expression operation = SystemCalls.argument(call, 1, at);
    long descriptor = Symbols.number(SystemCalls.argument(call, 2, at), at);
    boolean known = epoll.find(descriptor) != null;
    if (Expressions.isName(operation, "EPOLL_CTL_DEL")) {
      epoll.remove(descriptor);
      return known ? Outcome.ZERO : Outcome.error("ENOENT");
    }
    boolean adds = Expressions.isName(operation, "EPOLL_CTL_ADD");
    if (adds == known) {
      return Outcome.error(adds ? "EEXIST" : "ENOENT");
    }
    if (!(SystemCalls.argument(call, 3, at) instanceof Expression.Struct event)) {
      throw ScriptException.failed(at, "an event is {events=..., fd=...}");
    }
    descriptors.socket(descriptor, at).watchWakes();
    EventPoll.Watch watch = epoll.add(descriptor);
    watch.set(Symbols.number(Expressions.field(event, "events", at), at));
    for (Expression.Field each : event.fields()) {
      if (each.name() != null && !each.name().equals("events")) {
        watch.dataName = each.name();
        watch.data = Symbols.number(each.value(), at);
      }
    }
    return Outcome.ZERO;
  }

  PreparedCall await(CallSpec call, Position at) {
    EventPoll epoll = epoll(call, at);
    Expression expected = SystemCalls.argument(call, 1, at);
    long most = Symbols.number(SystemCalls.argument(call, 2, at), at);
    long timeout = Symbols.number(SystemCalls.argument(call, 3, at), at);
    return waiting(timeout, () -> awaited(epoll, expected, most, at));
  }

  private @Nullable Outcome awaited(EventPoll epoll, Expression expected, long most, Position at) {
    List<Expression> wanted = new ArrayList<>();
    if (expected instanceof Expression.Array(List<Expression> several)) {
      wanted.addAll(several);
    } else {
      wanted.add(expected);
    }
    int told = 0;
    String difference = null;
    for (EventPoll.Watch each : epoll.all()) {
      ScriptSocket socket = descriptors.socket(each.descriptor, at);
      long events = each.report(PollEvents.of(socket, target), socket);
      if (events == 0 || told == most) {
        continue;
      }
      each.told(socket);
      Expression one = told < wanted.size() ? wanted.get(told) : new Expression.Anything();
      told++;
      if (one instanceof Expression.Struct event) {
        Expression data = event.field(each.dataName);
        boolean same =
            Symbols.number(Expressions.field(event, "events", at), at) == events
                && (data == null || Symbols.number(data, at) == each.data);
        difference =
            same ? difference : "events of " + each.descriptor + " are " + PollEvents.text(events);
      }
    }
    return told == 0 ? null : new Outcome(told, null, difference);
  }
}
