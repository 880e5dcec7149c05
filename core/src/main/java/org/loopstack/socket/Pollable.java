// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

/** A channel, as a {@link StackSelector} sees it. */
sealed interface Pollable
    permits StackSocketChannel,
        StackServerSocketChannel,
        StackDatagramChannel,
        StackPipe.Source,
        StackPipe.Sink {
  /**
   * What is possible now, as {@code OP_} bits of {@link java.nio.channels.SelectionKey}. Called on
   * the selecting thread; must not block.
   */
  int readyOps();

  /** Who is told when that changes. */
  Signals signals();
}
