// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a user has set on a channel before it was known in which world it will be. */
final class OptionLog {
  private final Set<SocketOption<?>> supported;
  private final Map<SocketOption<?>, Object> set = new LinkedHashMap<>();

  OptionLog(Set<SocketOption<?>> supported) {
    this.supported = supported;
  }

  Set<SocketOption<?>> supported() {
    return supported;
  }

  /**
   * Refuses an option that not every side knows.
   *
   * @throws UnsupportedOperationException as {@link NetworkChannel#setOption} specifies
   */
  void check(@Nullable SocketOption<?> name) {
    if (name == null) {
      throw new NullPointerException();
    }
    if (!supported.contains(name)) {
      throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  /** Remembers what was set. */
  synchronized void record(SocketOption<?> name, Object value) {
    set.remove(name);
    set.put(name, value);
  }

  /** Sets on another side what was set so far, in the same order. */
  synchronized void applyTo(NetworkChannel channel) throws IOException {
    for (Map.Entry<SocketOption<?>, Object> each : set.entrySet()) {
      apply(channel, each.getKey(), each.getValue());
    }
  }

  private static <T> void apply(NetworkChannel channel, SocketOption<T> name, Object value)
      throws IOException {
    if (channel.supportedOptions().contains(name)) {
      NetworkChannel _ = channel.setOption(name, name.type().cast(value));
    }
  }
}
