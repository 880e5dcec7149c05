// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.TransportOptions;

/** The options of a socket by the numbers of {@link SocketOptions}. */
final class SocketImplOptions {
  private SocketImplOptions() {}

  private static @Nullable SocketOption<Boolean> flag(int option) {
    return switch (option) {
      case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
      case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
      case SocketOptions.SO_OOBINLINE -> TransportOptions.SO_OOBINLINE;
      case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
      case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
      default -> null;
    };
  }

  private static @Nullable SocketOption<Integer> number(int option) {
    return switch (option) {
      case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
      case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
      case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
      case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
      default -> null;
    };
  }

  static void set(Options options, int option, @Nullable Object value) throws SocketException {
    SocketOption<Boolean> flag = flag(option);
    if (flag != null) {
      if (!(value instanceof Boolean on)) {
        throw new SocketException("Bad value for " + flag);
      }
      apply(options, flag, on);
      return;
    }
    SocketOption<Integer> number = number(option);
    if (number == null) {
      throw new SocketException("Unknown option " + option);
    }
    // "Disables SO_LINGER": a number switches it on, false switches it off.
    if (option == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value)) {
      apply(options, number, -1);
      return;
    }
    int n = integer(value, number.name());
    boolean isSize = option == SocketOptions.SO_SNDBUF || option == SocketOptions.SO_RCVBUF;
    if (isSize && n <= 0) {
      throw new SocketException(number + " <= 0");
    }
    apply(options, number, n);
  }

  static int integer(@Nullable Object value, String name) throws SocketException {
    if (!(value instanceof Integer n)) {
      throw new SocketException("Bad value for " + name);
    }
    return n;
  }

  private static <T> void apply(Options options, SocketOption<T> name, T value)
      throws SocketException {
    try {
      options.check(name, value);
      options.set(name, value);
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      throw failed(e);
    }
  }

  static Object get(Options options, int option) throws SocketException {
    SocketOption<?> name = flag(option);
    name = name == null ? number(option) : name;
    if (name == null) {
      throw new SocketException("Unknown option " + option);
    }
    Object value;
    try {
      options.check(name);
      value = options.get(name);
    } catch (IOException | UnsupportedOperationException e) {
      throw failed(e);
    }
    boolean isOff = option == SocketOptions.SO_LINGER && Integer.valueOf(-1).equals(value);
    return isOff || value == null ? false : value;
  }

  private static SocketException failed(Exception e) {
    return e instanceof SocketException known ? known : new SocketException(e.getMessage());
  }
}
