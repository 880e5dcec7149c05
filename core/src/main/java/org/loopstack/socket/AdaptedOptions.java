// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The options of a channel as the getters and setters of {@code java.net} sockets want them. */
final class AdaptedOptions {
  private AdaptedOptions() {}

  static void ensureOpen(NetworkChannel channel) throws SocketException {
    if (!channel.isOpen()) {
      throw new SocketException("Socket is closed");
    }
  }

  static <T> void set(NetworkChannel channel, SocketOption<T> name, T value)
      throws SocketException {
    try {
      NetworkChannel _ = channel.setOption(name, value);
    } catch (IOException e) {
      throw SocketErrors.adapted(e);
    }
  }

  /** The value of an option that always has one. */
  static <T> T get(NetworkChannel channel, SocketOption<T> name) throws SocketException {
    return Objects.requireNonNull(find(channel, name), name::name);
  }

  /** The value of an option. */
  static <T> @Nullable T find(NetworkChannel channel, SocketOption<T> name) throws SocketException {
    try {
      return channel.getOption(name);
    } catch (IOException e) {
      throw SocketErrors.adapted(e);
    }
  }

  static int checkTimeout(int millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("timeout < 0");
    }
    return millis;
  }

  static int checkSize(int size, String kind) {
    if (size <= 0) {
      throw new IllegalArgumentException("Invalid " + kind + " size");
    }
    return size;
  }

  /** SO_OOBINLINE, which has a getter and a setter but no public constant. */
  @SuppressWarnings("unchecked") // Its type is checked.
  static SocketOption<Boolean> oobInline(NetworkChannel channel) {
    for (SocketOption<?> option : channel.supportedOptions()) {
      if (option.name().equals("SO_OOBINLINE") && option.type() == Boolean.class) {
        return (SocketOption<Boolean>) option;
      }
    }
    throw new UnsupportedOperationException("'SO_OOBINLINE' not supported");
  }
}
