// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;

/**
 * Who is told of packets soon after they have passed, in their order, by one thread at a time that
 * is none of the stack's: it may block, and what passes meanwhile waits in the capture's queue.
 */
@FunctionalInterface
public interface CaptureListener {
  /**
   * A packet has passed.
   *
   * @throws IOException to end the capture, as a full disk does
   */
  void passed(CapturedPacket packet) throws IOException;

  /**
   * All that has passed has been told: a moment to flush.
   *
   * @throws IOException to end the capture
   */
  default void caughtUp() throws IOException {}
}
