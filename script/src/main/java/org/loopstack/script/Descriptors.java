// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A script's file descriptors. It knows their numbers before: they are the results it expects. */
final class Descriptors {
  private final Map<Long, Descriptor> open = new LinkedHashMap<>();

  /** Opens something under the number that the call is expected to return. */
  Outcome open(Descriptor what, CallSpec call, Position at) {
    long number = Symbols.number(call.result(), at);
    if (number < 0) {
      return Outcome.ZERO;
    }
    put(number, what, at);
    return Outcome.of(number);
  }

  void put(long number, Descriptor what, Position at) {
    if (open.putIfAbsent(number, what) != null) {
      throw ScriptException.failed(at, number + " is open already");
    }
  }

  @Nullable Descriptor remove(long number) {
    return open.remove(number);
  }

  Descriptor get(long number, Position at) {
    Descriptor found = open.get(number);
    if (found == null) {
      throw ScriptException.failed(at, "nothing is open as " + number);
    }
    return found;
  }

  ScriptSocket socket(long number, Position at) {
    if (get(number, at) instanceof ScriptSocket socket) {
      return socket;
    }
    throw ScriptException.failed(at, number + " is no socket");
  }

  Collection<Descriptor> all() {
    return open.values();
  }
}
