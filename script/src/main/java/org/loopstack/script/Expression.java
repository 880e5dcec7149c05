// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An argument or a result of a system call. */
sealed interface Expression {
  record Number(long value) implements Expression {}

  record Name(String name) implements Expression {}

  record Text(String text) implements Expression {}

  /** The three dots: whatever it is. */
  record Anything() implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  /** What stands in square brackets. */
  record Array(List<Expression> elements) implements Expression {}

  /** One part of a {@link Struct}, without a name where it has none. */
  record Field(@Nullable String name, Expression value) {}

  /** What stands in braces. */
  record Struct(List<Field> fields) implements Expression {
    /** The field of that name, or null. */
    @Nullable Expression field(String name) {
      for (Field each : fields) {
        if (name.equals(each.name())) {
          return each.value();
        }
      }
      return null;
    }
  }

  /** As {@code htons(80)}. */
  record Call(String function, List<Expression> arguments) implements Expression {}
}
