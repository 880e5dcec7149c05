// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NetworkChannel;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.SocketEndpoint;

/**
 * The options of one channel: those of its endpoint, and SO_LINGER, which is about how long {@code
 * close} waits and so belongs to the channel.
 */
final class Options {
  /** What SO_LINGER cannot exceed, in seconds. */
  private static final int MAX_LINGER = 65_535;

  private final SocketEndpoint endpoint;
  private final boolean stream;
  private volatile int linger = -1;

  Options(SocketEndpoint endpoint, boolean stream) {
    this.endpoint = endpoint;
    this.stream = stream;
  }

  /** Seconds that a close waits, 0 to reset the connection, -1 for a close in the background. */
  int linger() {
    return linger;
  }

  /** Makes a lingering close one in the background. */
  void doNotLinger() {
    if (linger > 0) {
      linger = -1;
    }
  }

  Set<SocketOption<?>> supported() {
    Set<SocketOption<?>> own = endpoint.supportedOptions();
    if (!stream) {
      return Set.copyOf(own);
    }
    Set<SocketOption<?>> all = new HashSet<>(own);
    all.add(StandardSocketOptions.SO_LINGER);
    return Set.copyOf(all);
  }

  private boolean isLinger(SocketOption<?> name) {
    return stream && name == StandardSocketOptions.SO_LINGER;
  }

  /**
   * Refuses an option that the channel does not have.
   *
   * @throws UnsupportedOperationException with the option's name
   */
  void check(SocketOption<?> name) {
    Objects.requireNonNull(name);
    if (!isLinger(name) && !endpoint.supportedOptions().contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  /**
   * Refuses an option that the channel does not have, or a value that the option cannot have.
   *
   * @throws UnsupportedOperationException with the option's name
   * @throws IllegalArgumentException about the value
   */
  <T> void check(SocketOption<T> name, @Nullable T value) {
    check(name);
    if (value == null) {
      throw new IllegalArgumentException("Invalid value 'null'");
    }
    if (!name.type().isInstance(value)) {
      throw new IllegalArgumentException("Invalid value '" + value + "' of '" + name + "'");
    }
    if (value instanceof Integer number) {
      checkRange(name, number);
    }
  }

  private static void checkRange(SocketOption<?> name, int value) {
    boolean isByte = value >= 0 && value <= 255;
    if (value < 0
        && (name == StandardSocketOptions.SO_RCVBUF || name == StandardSocketOptions.SO_SNDBUF)) {
      throw new IllegalArgumentException("Invalid send/receive buffer size");
    }
    if (!isByte && name == StandardSocketOptions.IP_TOS) {
      throw new IllegalArgumentException("Invalid IP_TOS value");
    }
    if (!isByte && name == StandardSocketOptions.IP_MULTICAST_TTL) {
      throw new IllegalArgumentException("Invalid TTL/hop value");
    }
  }

  /**
   * Sets an option of an open channel, as {@code setOption} says.
   *
   * @throws ClosedChannelException if it is closed
   */
  <T> void change(NetworkChannel channel, SocketOption<T> name, @Nullable T value)
      throws IOException {
    check(name, value);
    ensureOpen(channel);
    set(name, value);
  }

  /**
   * The value of an option of an open channel, as {@code getOption} says.
   *
   * @throws ClosedChannelException if it is closed
   */
  <T> @Nullable T value(NetworkChannel channel, SocketOption<T> name) throws IOException {
    check(name);
    ensureOpen(channel);
    return get(name);
  }

  private static void ensureOpen(NetworkChannel channel) throws ClosedChannelException {
    if (!channel.isOpen()) {
      throw new ClosedChannelException();
    }
  }

  /** Sets an option that was {@linkplain #check checked}. */
  <T> void set(SocketOption<T> name, @Nullable T value) throws IOException {
    if (isLinger(name) && value instanceof Integer seconds) {
      linger = seconds < 0 ? -1 : Math.min(seconds, MAX_LINGER);
      return;
    }
    try {
      endpoint.setOption(name, value);
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  /** The value of an option that was {@linkplain #check checked}. */
  <T> @Nullable T get(SocketOption<T> name) throws IOException {
    if (isLinger(name)) {
      return name.type().cast(linger);
    }
    try {
      return endpoint.option(name);
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }
}
