// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.loopstack.EchoSocket;
import org.loopstack.Stack;
import org.loopstack.wire.IpAddress;

/** Asks a stack with an echo request whether an address answers. */
final class Reachability {
  private static final byte[] DATA = new byte[32];

  private Reachability() {}

  /**
   * Whether a reply comes within a time.
   *
   * @param hops the largest number of hops, 0 for as many as usual
   */
  static boolean ask(Stack stack, InetAddress address, int hops, int millis) throws IOException {
    try (EchoSocket socket = stack.openEchoSocket(address instanceof Inet6Address)) {
      if (hops > 0) {
        socket.setTimeToLive(Math.min(hops, 255));
      }
      long sent;
      try {
        sent = socket.send(IpAddress.of(address), 1, DATA);
      } catch (IOException e) {
        // No way there is an answer, too.
        return false;
      }
      long end = sent + TimeUnit.MILLISECONDS.toNanos(millis);
      for (long left = end - sent; left >= 0; left = end - stack.engine().now()) {
        EchoSocket.Event event = socket.receive(Duration.ofNanos(left));
        if (event != null) {
          return event instanceof EchoSocket.Reply;
        }
        if (Thread.currentThread().isInterrupted()) {
          return false;
        }
      }
      return false;
    }
  }
}
