// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A control message (cmsg(3)) that a call has given.
 *
 * @param data the fields of its structure, or one without a name
 */
record ControlMessage(String level, String type, Map<String, Long> data) {
  /** A message that holds one number. */
  static ControlMessage of(String level, String type, long value) {
    return new ControlMessage(level, type, Map.of("", value));
  }

  /**
   * What the messages differ in from what a script expects, or null.
   *
   * @param tolerance how far times may be off, nanoseconds
   */
  static @Nullable String difference(
      Expression expected, List<ControlMessage> actual, long tolerance, Position at) {
    if (!(expected instanceof Expression.Array(List<Expression> wanted))) {
      throw ScriptException.failed(at, "msg_control is [{cmsg_level=..., ...}, ...]");
    }
    if (wanted.size() != actual.size()) {
      return "expected " + wanted.size() + " control messages, actual " + actual;
    }
    for (int i = 0; i < wanted.size(); i++) {
      if (!(wanted.get(i) instanceof Expression.Struct one)) {
        throw ScriptException.failed(at, "a control message is {cmsg_level=..., ...}");
      }
      if (!actual.get(i).matches(one, tolerance, at)) {
        return "control message " + i + " is " + actual.get(i);
      }
    }
    return null;
  }

  private boolean matches(Expression.Struct wanted, long tolerance, Position at) {
    Expression value = Expressions.field(wanted, "cmsg_data", at);
    boolean same =
        Symbols.number(Expressions.field(wanted, "cmsg_level", at), at) == Symbols.value(level)
            && Symbols.number(Expressions.field(wanted, "cmsg_type", at), at)
                == Symbols.value(type);
    if (!(value instanceof Expression.Struct fields)) {
      return same && Long.valueOf(Symbols.number(value, at)).equals(data.get(""));
    }
    if (type.equals("SCM_TIMESTAMPING")) {
      long time = time(fields, at);
      long actual =
          data.getOrDefault("scm_sec", 0L) * 1_000_000_000L + data.getOrDefault("scm_nsec", 0L);
      return same && Math.abs(time - actual) <= tolerance;
    }
    for (Expression.Field each : fields.fields()) {
      same &= Long.valueOf(Symbols.number(each.value(), at)).equals(data.get(each.name()));
    }
    return same;
  }

  private static long time(Expression.Struct fields, Position at) {
    return Symbols.number(Expressions.field(fields, "scm_sec", at), at) * 1_000_000_000L
        + Symbols.number(Expressions.field(fields, "scm_nsec", at), at);
  }
}
