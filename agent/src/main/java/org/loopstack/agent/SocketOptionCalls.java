// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sets and reads options of sockets where they are values: by {@link SocketOption}, or by the
 * number of {@link SocketOptions} for those two that have no such name.
 */
final class SocketOptionCalls {
  private static volatile @Nullable Set<SocketOption<?>> clientOptions;
  private static volatile @Nullable Set<SocketOption<?>> serverOptions;

  private SocketOptionCalls() {}

  /** The option of a number, by name if it has one. */
  static Object named(int id) throws SocketException {
    return switch (id) {
      case SocketOptions.TCP_NODELAY -> StandardSocketOptions.TCP_NODELAY;
      case SocketOptions.SO_REUSEADDR -> StandardSocketOptions.SO_REUSEADDR;
      case SocketOptions.SO_REUSEPORT -> StandardSocketOptions.SO_REUSEPORT;
      case SocketOptions.SO_SNDBUF -> StandardSocketOptions.SO_SNDBUF;
      case SocketOptions.SO_RCVBUF -> StandardSocketOptions.SO_RCVBUF;
      case SocketOptions.SO_KEEPALIVE -> StandardSocketOptions.SO_KEEPALIVE;
      case SocketOptions.SO_LINGER -> StandardSocketOptions.SO_LINGER;
      case SocketOptions.IP_TOS -> StandardSocketOptions.IP_TOS;
      case SocketOptions.SO_TIMEOUT, SocketOptions.SO_OOBINLINE -> id;
      default -> throw new SocketException("Unknown option " + id);
    };
  }

  /** What is set where a number is: "false" for lingering means none. */
  static Object value(int id, @Nullable Object value) throws SocketException {
    if (id == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value)) {
      return -1;
    }
    if (value == null) {
      throw new SocketException("Bad value for option " + id);
    }
    return value;
  }

  static void set(Socket socket, Object option, @Nullable Object value) throws IOException {
    if (option instanceof SocketOption<?> name) {
      setNamed(socket, name, value);
    } else if (option.equals(SocketOptions.SO_TIMEOUT) && value instanceof Integer millis) {
      socket.setSoTimeout(millis);
    } else if (option.equals(SocketOptions.SO_OOBINLINE) && value instanceof Boolean on) {
      socket.setOOBInline(on);
    } else {
      throw new SocketException("Bad value for option " + option);
    }
  }

  private static <T> void setNamed(Socket socket, SocketOption<T> name, @Nullable Object value)
      throws IOException {
    Socket _ = socket.setOption(name, typed(name, value));
  }

  private static <T> T typed(SocketOption<T> name, @Nullable Object value) {
    if (value == null) {
      throw new IllegalArgumentException("Invalid value 'null'");
    }
    return name.type().cast(value);
  }

  /** What a listening socket has no use for is not an error. */
  static void set(ServerSocket socket, Object option, @Nullable Object value) throws IOException {
    if (option instanceof SocketOption<?> name && socket.supportedOptions().contains(name)) {
      setNamed(socket, name, value);
    }
  }

  private static <T> void setNamed(
      ServerSocket socket, SocketOption<T> name, @Nullable Object value) throws IOException {
    ServerSocket _ = socket.setOption(name, typed(name, value));
  }

  static Object get(Socket socket, Object option) throws IOException {
    if (option instanceof SocketOption<?> name) {
      return socket.getOption(name);
    }
    return option.equals(SocketOptions.SO_TIMEOUT) ? socket.getSoTimeout() : socket.getOOBInline();
  }

  static Object get(ServerSocket socket, Object option) throws IOException {
    if (option instanceof SocketOption<?> name) {
      return socket.getOption(name);
    }
    return option.equals(SocketOptions.SO_TIMEOUT) ? (Object) 0 : (Object) false;
  }

  /** What an option is before it is set. */
  static Object initial(Worlds worlds, boolean server, Object option) throws IOException {
    if (server) {
      try (ServerSocket socket = RawSockets.listening(worlds.stack())) {
        return get(socket, option);
      }
    }
    try (Socket socket = RawSockets.of(worlds.stack())) {
      return get(socket, option);
    }
  }

  /** Finds out whether a value would be refused, before there is a socket to refuse it. */
  static void tryOut(Worlds worlds, boolean server, Object option, @Nullable Object value)
      throws IOException {
    if (!server) {
      try (Socket socket = RawSockets.of(worlds.stack())) {
        set(socket, option, value);
      }
    } else if (option instanceof SocketOption<?>) {
      try (ServerSocket socket = RawSockets.listening(worlds.stack())) {
        set(socket, option, value);
      }
    }
  }

  /** The options that sockets have in both worlds. */
  static Set<SocketOption<?>> supported(Worlds worlds, boolean server) {
    Set<SocketOption<?>> options = server ? serverOptions : clientOptions;
    if (options == null) {
      try {
        options = server ? serverOptions(worlds) : clientOptions(worlds);
      } catch (IOException e) {
        return Set.of();
      }
      if (server) {
        serverOptions = options;
      } else {
        clientOptions = options;
      }
    }
    return options;
  }

  private static Set<SocketOption<?>> clientOptions(Worlds worlds) throws IOException {
    try (Socket inside = RawSockets.of(worlds.stack())) {
      Set<SocketOption<?>> options = new HashSet<>(inside.supportedOptions());
      if (worlds.machine() != null) {
        try (Socket outside = RawSockets.ofMachine()) {
          options.retainAll(outside.supportedOptions());
        }
      }
      return Set.copyOf(options);
    }
  }

  private static Set<SocketOption<?>> serverOptions(Worlds worlds) throws IOException {
    try (ServerSocket inside = RawSockets.listening(worlds.stack())) {
      Set<SocketOption<?>> options = new HashSet<>(inside.supportedOptions());
      if (worlds.machine() != null) {
        try (ServerSocket outside = RawSockets.listeningOnMachine()) {
          options.retainAll(outside.supportedOptions());
        }
      }
      return Set.copyOf(options);
    }
  }
}
