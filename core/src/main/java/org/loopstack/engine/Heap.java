// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

/** How much memory the machine gives. */
public final class Heap {
  private Heap() {}

  /** The most bytes that this JVM will ever use for objects. */
  public static long limit() {
    return Runtime.getRuntime().maxMemory();
  }
}
