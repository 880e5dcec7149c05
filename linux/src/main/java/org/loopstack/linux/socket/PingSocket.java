// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;

/**
 * A socket of the kernel for echo requests and their answers (icmp(7)), which needs no privilege
 * where {@code net.ipv4.ping_group_range} has the user's group. The kernel chooses the identifier
 * and hands in the answers to this socket's requests alone.
 *
 * <p>Safe for use by many threads.
 */
public final class PingSocket implements Closeable {
  /**
   * An answer.
   *
   * @param source who answers
   * @param sequence of the request, 0 to 65535
   * @param timeToLive with which it has arrived
   * @param data what the request carried
   */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares what was received.
  public record Reply(IpAddress source, int sequence, int timeToLive, byte[] data) {}

  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;
  private static final int MAX_DATA = 65_507;

  private final NativeSocket socket;

  private PingSocket(NativeSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens one, in the network namespace of the calling thread.
   *
   * @throws LinuxException EACCES where this group may not; the message says what to set
   */
  public static PingSocket open(boolean ipv6) throws LinuxException {
    try {
      return new PingSocket(
          NativeSocket.open(
              ipv6,
              NativeSocket.SOCK_DGRAM,
              ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
              "a socket for ICMP echo"));
    } catch (LinuxException e) {
      if (e.errno() != Errno.EACCES.number()) {
        throw e;
      }
      throw new LinuxException(
          "open a socket for ICMP echo (sysctl net.ipv4.ping_group_range=\"0 2147483647\" allows"
              + " it to everybody)",
          e.errno());
    }
  }

  /** Sets the time to live, or hop limit, of what is sent: 1 to 255. */
  public void setTimeToLive(int value) throws IOException {
    socket.setTimeToLive(value);
  }

  /**
   * Sends an echo request.
   *
   * @param sequence 0 to 65535
   * @param data at most 65,507 bytes
   * @throws LinuxException ENETUNREACH without a route, and what else the kernel says
   */
  public void send(IpAddress target, int sequence, byte[] data) throws IOException {
    if (data.length > MAX_DATA) {
      throw new IllegalArgumentException("An echo request carries at most 65507 bytes");
    }
    byte[] message = new byte[IcmpHeader.LENGTH + data.length];
    System.arraycopy(data, 0, message, IcmpHeader.LENGTH, data.length);
    // The kernel puts its own identifier and the checksum in.
    int type = socket.isIpv6() ? Icmpv6Header.ECHO_REQUEST : IcmpHeader.ECHO_REQUEST;
    IcmpHeader.encode(message, 0, type, 0, IcmpHeader.restOfEcho(0, sequence));
    socket.send(target, message);
  }

  /**
   * Waits for an answer.
   *
   * @return null if none has come in time
   * @throws java.nio.channels.ClosedChannelException once the socket is closed, also meanwhile
   */
  public @Nullable Reply receive(Duration timeout) throws IOException {
    NativeSocket.Received got = socket.receive(timeout);
    if (got == null || got.data().length < IcmpHeader.LENGTH) {
      return null;
    }
    byte[] b = got.data();
    return new Reply(
        got.source(),
        Bytes.u16(b, 6),
        got.timeToLive(),
        Arrays.copyOfRange(b, IcmpHeader.LENGTH, b.length));
  }

  @Override
  public void close() {
    socket.close();
  }
}
