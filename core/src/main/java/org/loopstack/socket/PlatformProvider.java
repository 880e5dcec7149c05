// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's own provider, for what a stack has not: Unix domain channels. Where another provider is
 * the default one of the JVM, no public method returns the JDK's; it can be reached only if {@code
 * java.base} exports it to this library.
 */
final class PlatformProvider {
  private PlatformProvider() {}

  private static final class Hidden {
    static final @Nullable SelectorProvider PROVIDER = find();

    private static @Nullable SelectorProvider find() {
      try {
        Class<?> holder = Class.forName("sun.nio.ch.DefaultSelectorProvider");
        return (SelectorProvider) holder.getMethod("get").invoke(null);
      } catch (ReflectiveOperationException e) {
        return null;
      }
    }
  }

  /**
   * The JDK's own provider.
   *
   * @throws UnsupportedOperationException if it cannot be reached
   */
  static SelectorProvider get() {
    SelectorProvider installed = SelectorProvider.provider();
    if (installed.getClass().getModule() == Object.class.getModule()) {
      return installed;
    }
    SelectorProvider hidden = Hidden.PROVIDER;
    if (hidden == null) {
      throw new UnsupportedOperationException(
          "Protocol family not supported: Unix domain channels are the JDK's, which can be reached"
              + " with --add-exports java.base/sun.nio.ch=org.loopstack (or ALL-UNNAMED)");
    }
    return hidden;
  }
}
