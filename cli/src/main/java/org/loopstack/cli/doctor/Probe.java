// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.listen.BindTrial;
import org.loopstack.wire.IpAddress;

/** What can only be known by trying: on the loopback, with sockets of this process. */
public interface Probe {
  /** Whether an address can be bound to, at any port. */
  BindTrial bind(IpAddress address);

  /**
   * One byte there and back over a TCP connection, again and again.
   *
   * @param limit after which none begins any more
   * @throws IOException if there is no connection
   */
  RoundTrips tcp(IpAddress address, int count, Duration limit) throws IOException;

  /**
   * The same with datagrams; one that does not come back in time is lost.
   *
   * @param limit after which none begins any more
   */
  RoundTrips udp(IpAddress address, int count, Duration limit) throws IOException;

  /**
   * How much a TCP connection carries, in bytes per second.
   *
   * @param limit how long to carry
   */
  double throughput(IpAddress address, Duration limit) throws IOException;

  /**
   * Sends a datagram to a group on the loopback, and waits for it.
   *
   * @param group of IPv4 or IPv6
   * @return whether it came
   */
  boolean multicast(IpAddress group, Duration limit) throws IOException;

  /** Opens a selector, wakes it up, and closes it. */
  void selector() throws IOException;

  /**
   * Connects to a port and closes.
   *
   * @return why not, or null
   */
  @Nullable String connect(IpAddress address, int port, Duration limit);

  /**
   * Asks an HTTP server.
   *
   * @param host what the client calls it
   * @return the first line of what it says
   * @throws IOException if it says nothing in time
   */
  String http(IpAddress address, int port, String host, String path, Duration limit)
      throws IOException;
}
