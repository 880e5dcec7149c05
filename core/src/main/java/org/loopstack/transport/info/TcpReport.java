// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.info;

import java.net.InetSocketAddress;

/**
 * What TCP tells a user who wants to know of trouble that does not end the connection (RFC 9293
 * section 3.9.1.8): {@code ERROR_REPORT(local connection name, reason, subreason)}.
 *
 * @param local our end of the connection
 * @param remote the peer's
 * @param reason what has happened
 * @param subreason as the reason says
 */
public record TcpReport(
    InetSocketAddress local, InetSocketAddress remote, Reason reason, int subreason) {
  /** Why a report is made. */
  public enum Reason {
    /**
     * An ICMP error has arrived; the subreason is the number that Linux gives the error, as 113 for
     * "no route to host".
     */
    ICMP_ERROR,

    /**
     * Data was sent again so often that something must be wrong (R1, RFC 9293 section 3.8.3); the
     * subreason is how often.
     */
    EXCESSIVE_RETRANSMISSIONS,

    /**
     * The peer's urgent pointer has come or gone ahead (RFC 9293 section 3.8.5); the subreason is
     * how many bytes are still to be read up to where it points.
     */
    URGENT
  }

  /**
   * Who is told. Called without any lock of the stack's, on a thread that happens to work for it
   * and that has other work to do: it must not block. What it throws goes to the thread's
   * uncaught-exception handler.
   */
  @FunctionalInterface
  public interface Listener {
    /** Wants to know nothing: as it is at first. */
    Listener NOBODY = report -> {};

    /** Something has happened. */
    void report(TcpReport report);
  }
}
