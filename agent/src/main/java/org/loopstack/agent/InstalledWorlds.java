// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import org.jspecify.annotations.Nullable;

/**
 * The worlds of this JVM, if it was started with the agent. Apart from {@link Hooks}, which cannot
 * be loaded where the JDK's internals have not been opened: a JVM that has the jar on its class
 * path and nothing else asks here.
 */
final class InstalledWorlds {
  private static volatile @Nullable Worlds worlds;

  private InstalledWorlds() {}

  static void install(Worlds installed) {
    worlds = installed;
  }

  /** Null if this JVM is not under the agent. */
  static @Nullable Worlds find() {
    return worlds;
  }
}
