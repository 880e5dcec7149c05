// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.wire.IpAddress;

/**
 * A raw socket of the kernel (raw(7), ipv6(7)): sends and receives the datagrams of one protocol,
 * copies of those that other sockets get among them. Needs CAP_NET_RAW.
 *
 * <p>Safe for use by many threads.
 */
public final class RawSocket implements Closeable {
  /**
   * A datagram.
   *
   * @param source who sent it
   * @param timeToLive with which it has arrived
   * @param data over IPv4 with the IP header, over IPv6 without it
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares what was received.
  public record Datagram(IpAddress source, int timeToLive, byte[] data) {}

  private static final int IPPROTO_IP = 0;
  private static final int IP_HDRINCL = 3;

  private final NativeSocket socket;

  private RawSocket(NativeSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens one, in the network namespace of the calling thread.
   *
   * @param protocol as IP numbers it, 1 to 255; 255 receives nothing
   * @throws LinuxException EPERM without CAP_NET_RAW
   */
  public static RawSocket open(boolean ipv6, int protocol) throws LinuxException {
    if (protocol < 1 || protocol > 255) {
      throw new IllegalArgumentException("A protocol is 1 to 255: " + protocol);
    }
    return new RawSocket(
        NativeSocket.open(ipv6, NativeSocket.SOCK_RAW, protocol, "a raw socket (CAP_NET_RAW)"));
  }

  /**
   * From now on what is sent begins with its IPv4 header. The kernel fills in the total length and
   * the header checksum, and what is zero of identification and source.
   *
   * @throws IllegalStateException over IPv6, which has no such thing
   */
  public void includeHeader() throws IOException {
    if (socket.isIpv6()) {
      throw new IllegalStateException("Headers are written by hand over IPv4 only");
    }
    socket.setOption(IPPROTO_IP, IP_HDRINCL, 1, "include the header");
  }

  /** Sets the time to live, or hop limit, of what is sent: 1 to 255. */
  public void setTimeToLive(int value) throws IOException {
    socket.setTimeToLive(value);
  }

  /** Sends what follows the IP header, or with it after {@link #includeHeader}. */
  public void send(IpAddress target, byte[] data) throws IOException {
    socket.send(target, data);
  }

  /**
   * Waits for a datagram.
   *
   * @return null if none has come in time
   * @throws java.nio.channels.ClosedChannelException once the socket is closed, also meanwhile
   */
  public @Nullable Datagram receive(Duration timeout) throws IOException {
    // Without asking for them no ICMP errors come.
    return socket.receive(timeout) instanceof NativeSocket.Received got
        ? new Datagram(got.source(), got.timeToLive(), got.data())
        : null;
  }

  @Override
  public void close() {
    socket.close();
  }
}
