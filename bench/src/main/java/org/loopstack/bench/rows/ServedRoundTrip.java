// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench.rows;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.loopstack.bench.Side;

/** The least that shows that a side works: a byte to a new server and back, on one thread. */
public final class ServedRoundTrip {
  private ServedRoundTrip() {}

  /** Opens a listener, connects to it, sends a byte, has it sent back, and closes everything. */
  public static void run(Side side) throws IOException {
    try (TcpPair pair = TcpPair.open(side)) {
      ByteBuffer buffer = ByteBuffer.allocate(1).put(0, (byte) 42);
      pair.client().write(buffer);
      pair.server().read(buffer.clear());
      pair.server().write(buffer.flip());
      pair.client().read(buffer.clear());
      if (buffer.position() != 1 || buffer.get(0) != 42) {
        throw new IOException("another byte came back than was sent");
      }
    }
  }
}
