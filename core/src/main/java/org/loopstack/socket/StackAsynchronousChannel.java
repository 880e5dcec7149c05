// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

/** An asynchronous channel, as its operations see it. */
sealed interface StackAsynchronousChannel
    permits StackAsynchronousSocketChannel, StackAsynchronousServerSocketChannel {
  /** On whose threads its handlers run. */
  StackChannelGroup group();

  /** One of its operations was cancelled. */
  void cancelled();

  /** Closes; a stack's channels do so without a failure. */
  void closeQuietly();
}
