// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.transport.info.TcpInfo;
import org.loopstack.wire.IpAddress;

/**
 * A socket of the machine's as the kernel tells it.
 *
 * @param protocol which
 * @param state TCP's, numbered as {@link TcpInfo#state}; of the others 1 connected, 7 not
 * @param ipv6 whether it is a socket of IPv6, which may take IPv4, too
 * @param ipv6Only whether it takes no IPv4
 * @param local where it is bound
 * @param localPort 0 if it is not; of raw sockets the protocol's number
 * @param remote the other end; the unspecified address if there is none
 * @param remotePort 0 if there is none
 * @param linkIndex the interface that it is bound to, 0 for none
 * @param receiveQueue bytes to be read; of a listener connections to be accepted
 * @param sendQueue bytes not acknowledged or sent; of a listener how many may wait
 * @param user the number of the user who has made it
 * @param inode its number among files; 0 if no process has it any more
 * @param cookie what tells it from all others since the machine was started
 * @param timer what runs: 0 none, 1 retransmission, 2 keep-alive, 3 TIME-WAIT, 4 window probe
 * @param timerCount how often it has expired
 * @param timerMillis when it expires
 * @param memory what its buffers hold, or null
 * @param tcp what TCP knows, or null
 * @param congestion the congestion control's name, or null
 * @param cgroup the number of its control group, 0 if not known
 * @param options what else is set: names as {@code tos}
 */
public record KernelSocket(
    Protocol protocol,
    int state,
    boolean ipv6,
    boolean ipv6Only,
    IpAddress local,
    int localPort,
    IpAddress remote,
    int remotePort,
    int linkIndex,
    long receiveQueue,
    long sendQueue,
    int user,
    long inode,
    long cookie,
    int timer,
    int timerCount,
    long timerMillis,
    @Nullable Memory memory,
    @Nullable TcpInfo tcp,
    @Nullable String congestion,
    long cgroup,
    Map<String, Integer> options) {
  /** Copies the map. */
  public KernelSocket {
    options = Map.copyOf(options);
  }

  /** ESTABLISHED. */
  public static final int ESTABLISHED = 1;

  /** TIME-WAIT. */
  public static final int TIME_WAIT = 6;

  /** CLOSED; also of a datagram socket that is not connected. */
  public static final int CLOSED = 7;

  /** LISTEN. */
  public static final int LISTEN = 10;

  /** A protocol of sockets. */
  public enum Protocol {
    /** TCP. */
    TCP(6),
    /** UDP. */
    UDP(17),
    /** A socket for one protocol of IP's, with its headers. */
    RAW(255),
    /** A ping socket: {@code SOCK_DGRAM} of ICMP. */
    PING(1);

    private final int number;

    Protocol(int number) {
      this.number = number;
    }

    /** As IP numbers it. */
    public int number() {
      return number;
    }
  }

  /**
   * What a socket's buffers hold, in bytes.
   *
   * @param received allocated for what has arrived
   * @param receiveBuffer how much that may be
   * @param sent allocated for what is in the hands of a link
   * @param sendBuffer how much may be to be sent
   * @param forwarded reserved
   * @param queued allocated for what is to be sent
   * @param options allocated for options
   * @param backlog arrived while the socket was in use
   * @param drops datagrams thrown away
   */
  public record Memory(
      long received,
      long receiveBuffer,
      long sent,
      long sendBuffer,
      long forwarded,
      long queued,
      long options,
      long backlog,
      long drops) {}

  /** Whether it waits for connections, or for datagrams from anybody. */
  public boolean isListening() {
    return protocol == Protocol.TCP ? state == LISTEN : state == CLOSED;
  }
}
