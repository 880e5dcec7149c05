// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.net.NetworkInterface;
import java.net.SocketOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.SocketEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportOptions;

/** {@code setsockopt} and {@code getsockopt}: the options of the endpoints, found by name. */
final class SocketOptions {
  /** Names that Java has for what C calls otherwise. */
  private static final Map<String, String> ALIASES =
      Map.of(
          "TCP_KEEPINTVL", "TCP_KEEPINTERVAL",
          "TCP_KEEPCNT", "TCP_KEEPCOUNT",
          "TCP_KEEPALIVE", "TCP_KEEPIDLE",
          "IPV6_TCLASS", "IP_TOS",
          "IPV6_UNICAST_HOPS", "IP_TTL");

  /** What they govern does not exist here: routing marks, queues, names of addresses to be. */
  private static final Set<String> MEANINGLESS =
      Set.of(
          "SO_MARK",
          "SO_PRIORITY",
          "IP_FREEBIND",
          "IP_MTU_DISCOVER",
          "IPV6_MTU_DISCOVER",
          "SO_BUSY_POLL");

  private SocketOptions() {}

  private static @Nullable SocketOption<?> find(SocketEndpoint endpoint, String name) {
    String other = ALIASES.getOrDefault(name, name);
    for (SocketOption<?> each : endpoint.supportedOptions()) {
      if (each.name().equals(name) || each.name().equals(other)) {
        return each;
      }
    }
    return null;
  }

  /** What an option has as its value, or null if the socket has no such option. */
  static @Nullable Object value(ScriptSocket socket, String name, Position position) {
    SocketOption<?> option = find(socket.endpoint(), name);
    try {
      return option == null ? null : socket.endpoint().option(option);
    } catch (ErrnoException e) {
      throw ScriptException.failed(position, name + " cannot be had: " + e.getMessage());
    }
  }

  private static SocketOption<?> require(SocketEndpoint endpoint, String name, Position position) {
    SocketOption<?> option = find(endpoint, name);
    if (option == null) {
      throw ScriptException.unsupported(position, "option " + name + " is not supported");
    }
    return option;
  }

  static Outcome set(ScriptSocket socket, String name, Expression value, Position position)
      throws ErrnoException {
    if (keep(socket, name, value, position)) {
      return Outcome.ZERO;
    }
    Set<SocketOption<?>> streams = Set.of();
    SocketEndpoint endpoint = socket.endpoint();
    SocketOption<?> option = find(endpoint, name);
    if (option == null && socket.listener != null) {
      // What only connections have a listener hands on to those that it accepts.
      StreamEndpoint model = socket.stream;
      streams = model == null ? streams : model.supportedOptions();
      option = model == null ? null : find(model, name);
    }
    if (option == null && socket.stream != null && name.equals("TCP_FASTOPEN")) {
      // What only listeners have waits until the socket is one.
      option = TransportOptions.TCP_FASTOPEN;
      streams = Set.of(option);
    }
    if (option == null) {
      throw ScriptException.unsupported(position, "option " + name + " is not supported");
    }
    Object converted = convert(option, value, position);
    if (!streams.contains(option)) {
      ScriptSocket.set(endpoint, option, converted);
    }
    socket.settings.add(new ScriptSocket.Setting(option, converted));
    if (name.equals("SO_LINGER")) {
      socket.lingerSeconds = (Integer) converted;
    }
    if (name.equals("SO_SNDBUF") || name.equals("SO_RCVBUF")) {
      socket.buffers.put(name, (Integer) converted);
    }
    return Outcome.ZERO;
  }

  /** Options that are the runner's own, and those that change nothing on a wire like ours. */
  private static boolean keep(ScriptSocket socket, String name, Expression value, Position at) {
    if (MEANINGLESS.contains(name)) {
      return true;
    }
    switch (name) {
      case "SO_ZEROCOPY" -> socket.zeroCopy = number(value, at) != 0;
      case "TCP_INQ" -> socket.tellsQueue = number(value, at) != 0;
      case "SO_TIMESTAMPING" -> {
        socket.timestamping = number(value, at);
        socket.timestampBase = socket.sent;
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private static long number(Expression value, Position at) {
    return Symbols.number(Expressions.single(value), at);
  }

  private static Object convert(SocketOption<?> option, Expression value, Position position) {
    Expression one =
        value instanceof Expression.Array(List<Expression> e) && e.size() == 1
            ? e.getFirst()
            : value;
    Class<?> type = option.type();
    if (one instanceof Expression.Struct linger) {
      long on = Symbols.number(Expressions.field(linger, "onoff", position), position);
      long seconds = Symbols.number(Expressions.field(linger, "linger", position), position);
      return on == 0 ? -1 : (int) seconds;
    }
    if (one instanceof Expression.Text(String text)) {
      return named(type, text, option, position);
    }
    long number = Symbols.number(one, position);
    if (type == Boolean.class) {
      return number != 0;
    }
    if (type == Integer.class) {
      return (int) number;
    }
    if (type == Long.class) {
      return number;
    }
    if (type == Duration.class) {
      return Duration.ofMillis(number);
    }
    if (type == NetworkInterface.class) {
      throw ScriptException.unsupported(position, "no interfaces for " + option.name());
    }
    throw ScriptException.failed(position, option.name() + " is no number");
  }

  private static Object named(
      Class<?> type, String text, SocketOption<?> option, Position position) {
    if (type == String.class) {
      return text;
    }
    if (type.isEnum()) {
      for (Object each : type.getEnumConstants()) {
        if (each.toString().equalsIgnoreCase(text)) {
          return each;
        }
      }
    }
    throw ScriptException.failed(position, option.name() + " will not be \"" + text + '"');
  }

  static Outcome get(ScriptSocket socket, String name, Expression expected, Position position)
      throws ErrnoException {
    if (name.equals("SO_ERROR") && socket.peekError() != null) {
      return compare(name, expected, Symbols.value(String.valueOf(socket.takeError())), position);
    }
    if (name.equals("SO_ERROR") && find(socket.endpoint(), name) == null) {
      return compare(name, expected, pendingError(socket), position);
    }
    SocketOption<?> option = require(socket.endpoint(), name, position);
    Object value = socket.endpoint().option(option);
    if (expected instanceof Expression.Anything || !name.equals("SO_LINGER") && value == null) {
      return Outcome.ZERO;
    }
    if (value instanceof Integer size && socket.buffers.containsKey(name)) {
      // "The kernel doubles this value" (socket(7)), and tells the double.
      return compare(name, expected, 2L * size, position);
    }
    return switch (value) {
      case null -> Outcome.ZERO;
      case Boolean b -> compare(name, expected, b ? 1 : 0, position);
      case Duration d -> compare(name, expected, d.toMillis(), position);
      case Integer n when name.equals("SO_LINGER") -> linger(expected, n, position);
      case java.lang.Number n -> compare(name, expected, n.longValue(), position);
      default ->
          Expressions.text(expected).equalsIgnoreCase(value.toString())
              ? Outcome.ZERO
              : Outcome.different(name + " is " + value);
    };
  }

  private static Outcome linger(Expression expected, int seconds, Position position) {
    if (!(Expressions.single(expected) instanceof Expression.Struct struct)) {
      return Outcome.different("SO_LINGER is a structure");
    }
    long on = Symbols.number(Expressions.field(struct, "onoff", position), position);
    long wanted = Symbols.number(Expressions.field(struct, "linger", position), position);
    boolean same = on == 0 ? seconds < 0 : seconds == wanted;
    return same ? Outcome.ZERO : Outcome.different("SO_LINGER is " + seconds);
  }

  private static long pendingError(ScriptSocket socket) {
    StreamEndpoint stream = socket.stream;
    if (stream == null || stream.remoteAddress() == null) {
      return 0;
    }
    try {
      stream.finishConnect();
      return 0;
    } catch (ErrnoException e) {
      return Symbols.value(e.errno().name());
    }
  }

  private static Outcome compare(String name, Expression expected, long actual, Position position) {
    Expression one = Expressions.single(expected);
    if (one instanceof Expression.Anything || Symbols.number(one, position) == actual) {
      return Outcome.ZERO;
    }
    return Outcome.different(name + " is " + actual);
  }
}
