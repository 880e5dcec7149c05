// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport;

import java.net.SocketOption;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.transport.info.TcpReport;

/** Options that the JDK has no public constant for, by the names and with the values of Linux. */
public final class TransportOptions {
  /**
   * Whether the urgent byte stays in the stream (RFC 9293 section 3.8.5, RFC 6093); else reads
   * leave it out, and {@link #TCP_URGENT_BYTE} tells it. The JDK knows it as {@link
   * java.net.Socket#setOOBInline} only.
   */
  public static final SocketOption<Boolean> SO_OOBINLINE = option("SO_OOBINLINE", Boolean.class);

  /**
   * The urgent byte that is not in the stream, as Linux's {@code recv} with MSG_OOB returns it: 0
   * to 255, once; -1 if there is none, -2 if it has been announced and not arrived. Can only be
   * read.
   */
  public static final SocketOption<Integer> TCP_URGENT_BYTE =
      option("TCP_URGENT_BYTE", Integer.class);

  /**
   * Whether the next byte to be read is the urgent one, where a read stops and the next one goes
   * on: POSIX's {@code sockatmark}. Can only be read.
   */
  public static final SocketOption<Boolean> TCP_AT_MARK = option("TCP_AT_MARK", Boolean.class);

  /** How many bytes must have arrived before a connection counts as readable; 1 at first. */
  public static final SocketOption<Integer> SO_RCVLOWAT = option("SO_RCVLOWAT", Integer.class);

  /** The pending error by the number that Linux has for it, 0 for none. To read takes it away. */
  public static final SocketOption<Integer> SO_ERROR = option("SO_ERROR", Integer.class);

  /** The time to live of what is sent over IPv4: 1 to 255, or -1 for the stack's default. */
  public static final SocketOption<Integer> IP_TTL = option("IP_TTL", Integer.class);

  /**
   * The options in the IPv4 header of what a TCP connection sends, as they stand there (RFC 791
   * section 3.1), at most 40 bytes; none at first. A source route is given with all its stops,
   * without the peer's address, and takes precedence over one by which a peer's SYN has come (RFC
   * 9293 section 3.9.2.1).
   */
  public static final SocketOption<byte[]> IP_OPTIONS = option("IP_OPTIONS", byte[].class);

  /** The hop limit of what is sent over IPv6: 0 to 255, or -1 for the stack's default. */
  public static final SocketOption<Integer> IPV6_UNICAST_HOPS =
      option("IPV6_UNICAST_HOPS", Integer.class);

  /**
   * Whether an IPv6 socket leaves IPv4 alone (RFC 3493 section 5.3). Settable until it is bound.
   */
  public static final SocketOption<Boolean> IPV6_V6ONLY = option("IPV6_V6ONLY", Boolean.class);

  /**
   * Whether a socket that has not joined a group, of IPv4 or IPv6, hears what others on this host
   * have joined; true at first. The JDK switches it off for all of its channels and sockets.
   */
  public static final SocketOption<Boolean> IP_MULTICAST_ALL =
      option("IP_MULTICAST_ALL", Boolean.class);

  /** Whether only full segments go; at most 200 ms long, and until it is switched off. */
  public static final SocketOption<Boolean> TCP_CORK = option("TCP_CORK", Boolean.class);

  /**
   * The largest segment, both ways: 88 to 32,767, or 0 for what the path carries. Counts if it is
   * set before the connection is opened; of an open one it tells the size in use.
   */
  public static final SocketOption<Integer> TCP_MAXSEG = option("TCP_MAXSEG", Integer.class);

  /**
   * How long data may stay unacknowledged before the connection is given up, in milliseconds; 0 for
   * as long as retransmission tries (RFC 9293 section 3.8.3, "USER TIMEOUT").
   */
  public static final SocketOption<Integer> TCP_USER_TIMEOUT =
      option("TCP_USER_TIMEOUT", Integer.class);

  /**
   * How often a SYN, or a listener's SYN-ACK, is sent again before the attempt is given up: 1 to
   * 127. Unless it is set, and so it reads, a SYN is sent again as often as the stack's
   * configuration says, a SYN-ACK not so often.
   */
  public static final SocketOption<Integer> TCP_SYNCNT = option("TCP_SYNCNT", Integer.class);

  /**
   * The timeout to advertise to the peer in a User Timeout Option (RFC 5482), in seconds: 1 to
   * 1,966,020, or 0 for none. It switches the option on for both directions: unless
   * TCP_USER_TIMEOUT is set, the peer's value then counts by section 3.1.
   */
  public static final SocketOption<Integer> TCP_USER_TIMEOUT_OPTION =
      option("TCP_USER_TIMEOUT_OPTION", Integer.class);

  /**
   * The congestion control algorithm: {@code cubic} or {@code reno}. Can be changed at any time.
   */
  public static final SocketOption<String> TCP_CONGESTION = option("TCP_CONGESTION", String.class);

  /**
   * For how many seconds a connection without data is not given to {@code accept}; 0 for not at
   * all. Rounded up to the times at which a SYN-ACK is sent again.
   */
  public static final SocketOption<Integer> TCP_DEFER_ACCEPT =
      option("TCP_DEFER_ACCEPT", Integer.class);

  /** How many connections may wait at a listener that began with data (RFC 7413); 0 for none. */
  public static final SocketOption<Integer> TCP_FASTOPEN = option("TCP_FASTOPEN", Integer.class);

  /** Whether {@code connect} waits for the first data, to send it with the SYN (RFC 7413). */
  public static final SocketOption<Boolean> TCP_FASTOPEN_CONNECT =
      option("TCP_FASTOPEN_CONNECT", Boolean.class);

  /**
   * Who is told of trouble that does not end a connection (RFC 9293 section 3.9.1.8, {@code
   * ERROR_REPORT}); nobody at first. A connection that is accepted inherits its listener's.
   */
  public static final SocketOption<TcpReport.Listener> TCP_REPORTS =
      option("TCP_REPORTS", TcpReport.Listener.class);

  /** The connection's inner state. Can only be read. */
  public static final SocketOption<TcpInfo> TCP_INFO = option("TCP_INFO", TcpInfo.class);

  private TransportOptions() {}

  private record Named<T>(String name, Class<T> type) implements SocketOption<T> {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Named<?> named && name.equals(named.name) && type == named.type;
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static <T> SocketOption<T> option(String name, Class<T> type) {
    return new Named<>(name, type);
  }
}
