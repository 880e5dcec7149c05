// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.List;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/** What arguments of system calls mean. */
final class Expressions {
  private Expressions() {}

  /** The one element of an array; anything else as it is. */
  static Expression single(Expression e) {
    return e instanceof Expression.Array(List<Expression> all) && all.size() == 1
        ? all.getFirst()
        : e;
  }

  static Expression field(Expression.Struct struct, String name, Position position) {
    Expression value = struct.field(name);
    if (value == null) {
      throw ScriptException.failed(position, "there is no " + name + " in the structure");
    }
    return value;
  }

  static String text(Expression e) {
    return switch (single(e)) {
      case Expression.Text(String text) -> text;
      case Expression.Name(String name) -> name;
      default -> "";
    };
  }

  /** Whether it is the constant of that name. */
  static boolean isName(Expression e, String name) {
    return e instanceof Expression.Name(String n) && n.equals(name);
  }

  /** Whether it is the constant of that name, or has it among its flags. */
  static boolean has(Expression e, String name) {
    return e instanceof Expression.Or(Expression left, Expression right)
        ? has(left, name) || has(right, name)
        : isName(e, name);
  }

  /**
   * An address.
   *
   * @param preset what three dots stand for
   */
  static TransportAddress address(Expression e, TransportAddress preset, Position position) {
    Expression one = single(e);
    if (one instanceof Expression.Anything) {
      return preset;
    }
    if (!(one instanceof Expression.Struct struct)) {
      throw ScriptException.failed(position, "an address is {sa_family = ..., ...} or ...");
    }
    IpAddress ip = preset.address();
    int port = preset.port();
    for (Expression.Field each : struct.fields()) {
      if (each.value() instanceof Expression.Call(String function, List<Expression> arguments)) {
        if (function.equals("htons")) {
          port = (int) Symbols.number(arguments.getFirst(), position);
        } else if (function.startsWith("inet")) {
          ip = IpAddress.parse(text(arguments.getLast()));
        } else {
          throw ScriptException.failed(position, "an address has no " + function);
        }
      }
    }
    return new TransportAddress(ip, port);
  }

  /** The sizes of the buffers of an iovec array: {@code [{..., 100}, {..., 200}]}. */
  static int[] sizes(Expression e, Position position) {
    if (!(e instanceof Expression.Array(List<Expression> elements))) {
      throw ScriptException.failed(position, "buffers are [{..., SIZE}, ...]");
    }
    int[] sizes = new int[elements.size()];
    for (int i = 0; i < sizes.length; i++) {
      if (!(elements.get(i) instanceof Expression.Struct struct) || struct.fields().size() != 2) {
        throw ScriptException.failed(position, "a buffer is {..., SIZE}");
      }
      sizes[i] = (int) Symbols.number(struct.fields().get(1).value(), position);
    }
    return sizes;
  }
}
