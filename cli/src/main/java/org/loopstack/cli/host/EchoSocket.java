// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends echo requests to one host and receives what comes back (RFC 792, RFC 4443 section 4). */
public interface EchoSocket extends Closeable {
  /**
   * Sends an echo request.
   *
   * @param sequence the sequence number, 0 to 65,535
   * @param data what the reply must bring back
   * @return when it was sent, in nanoseconds of some clock
   */
  long send(int sequence, byte[] data) throws IOException;

  /**
   * Waits for something to come back; returns early with null after {@link #wakeup}.
   *
   * @return what came, or null if nothing did in that time
   */
  @Nullable Event receive(Duration timeout) throws IOException;

  /** Makes a {@link #receive} that waits, or the next one, return at once. For any thread. */
  void wakeup();

  /** What can come back. */
  sealed interface Event {
    /** Who sent it. */
    InetAddress from();

    /** The sequence number of the request it is about. */
    int sequence();

    /**
     * An echo reply.
     *
     * @param from who sent it
     * @param sequence the request's sequence number
     * @param hopLimit what was left of the time to live
     * @param data what came back
     * @param nanos when it came, on the same clock as {@link #send}
     */
    // The data are handed over, not kept; nobody compares replies.
    @SuppressWarnings("ArrayRecordComponent")
    record Reply(InetAddress from, int sequence, int hopLimit, byte[] data, long nanos)
        implements Event {}

    /**
     * An ICMP error about a request.
     *
     * @param from who sent it
     * @param sequence the request's sequence number
     * @param description what ping prints, as "Destination Net Unreachable"
     */
    record Failure(InetAddress from, int sequence, String description) implements Event {}
  }
}
