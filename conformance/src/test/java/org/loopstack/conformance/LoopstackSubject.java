// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance;

import java.nio.channels.spi.SelectorProvider;

/** A fresh Loopstack stack. */
final class LoopstackSubject implements Subject {
  static final String NAME = "loopstack";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public SelectorProvider provider() {
    throw new org.opentest4j.TestAbortedException("Loopstack has no sockets yet");
  }

  @Override
  public void close() {}
}
