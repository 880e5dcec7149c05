// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;

/**
 * A socket of the kernel for echo requests to one host (icmp(7)), which the group of the process
 * must be allowed to open ({@code net.ipv4.ping_group_range}), or where it is not, a raw socket,
 * which CAP_NET_RAW may open. Beside replies it tells of ICMP errors.
 *
 * <p>Safe for use by many threads.
 */
public final class PingSocket implements Closeable {
  /** What came back. */
  public sealed interface Event {
    /**
     * A reply.
     *
     * @param from who sent it
     * @param sequence of the request
     * @param hopLimit what was left of it, 0 if the kernel did not say
     * @param data of the request
     */
    // Handed over, not kept; nobody compares replies.
    @SuppressWarnings("ArrayRecordComponent")
    record Reply(IpAddress from, int sequence, int hopLimit, byte[] data) implements Event {}

    /**
     * An ICMP error about a request.
     *
     * @param from who sent it
     * @param sequence of the request
     * @param type as ICMP numbers it
     * @param code as ICMP numbers it
     * @param mtu of a packet that was too big
     */
    record Failure(IpAddress from, int sequence, int type, int code, int mtu) implements Event {}
  }

  private static final int IPPROTO_ICMP = 1;
  private static final int IPPROTO_ICMPV6 = 58;

  /** Raw sockets of one process, and of others, see each other's replies. */
  private static final AtomicInteger NEXT = new AtomicInteger((int) ProcessHandle.current().pid());

  private final NativeSocket socket;
  private final IpAddress target;
  private final boolean raw;
  private final int identifier = NEXT.getAndIncrement() & 0xffff;

  private PingSocket(NativeSocket socket, IpAddress target, boolean raw) {
    this.socket = socket;
    this.target = target;
    this.raw = raw;
  }

  /** Whether a socket may be opened: not by every group, nor without CAP_NET_RAW. */
  public static boolean isAllowed(boolean ipv6) {
    try (NativeSocket _ = open(ipv6, NativeSocket.SOCK_DGRAM)) {
      return true;
    } catch (LinuxException e) {
      try (NativeSocket _ = open(ipv6, NativeSocket.SOCK_RAW)) {
        return true;
      } catch (LinuxException neither) {
        return false;
      }
    }
  }

  /**
   * Opens one, in the network namespace of the calling thread, and connects it.
   *
   * @param target who is asked
   * @param hopLimit time to live or hop limit of what is sent, 1 to 255
   * @throws LinuxException EACCES if neither socket may be opened, and if the kernel prohibits this
   *     target, as it does a broadcast: {@link #isAllowed} tells which; ENETUNREACH if there is no
   *     way
   */
  public static PingSocket open(IpAddress target, int hopLimit) throws IOException {
    boolean raw = false;
    NativeSocket socket;
    try {
      socket = open(target.isIpv6(), NativeSocket.SOCK_DGRAM);
    } catch (LinuxException e) {
      raw = true;
      socket = openRaw(target.isIpv6(), e);
    }
    try {
      socket.setTimeToLive(hopLimit);
      socket.tellErrors();
      socket.connect(target);
      return new PingSocket(socket, target, raw);
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  private static NativeSocket open(boolean ipv6, int type) throws LinuxException {
    return NativeSocket.open(
        ipv6, type, ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, "a socket for ICMP echo");
  }

  private static NativeSocket openRaw(boolean ipv6, LinuxException why) throws LinuxException {
    int errno = why.errno();
    if (errno != Errno.EACCES.number()
        && errno != Errno.EPERM.number()
        && errno != Errno.EPROTONOSUPPORT.number()) {
      throw why;
    }
    try {
      return open(ipv6, NativeSocket.SOCK_RAW);
    } catch (LinuxException e) {
      if (e.errno() != Errno.EPERM.number()) {
        throw e;
      }
      throw new LinuxException(
          "open a socket for ICMP echo (sysctl net.ipv4.ping_group_range=\"0 2147483647\" allows"
              + " it to everybody)",
          Errno.EACCES.number());
    }
  }

  /** Whether it took a privilege to open it. */
  public boolean isRaw() {
    return raw;
  }

  /**
   * Sends an echo request.
   *
   * @param sequence 0 to 65,535
   * @throws LinuxException ENETUNREACH, EMSGSIZE, EPERM of a firewall, and so on
   */
  public void send(int sequence, byte[] data) throws IOException {
    byte[] message = new byte[IcmpHeader.LENGTH + data.length];
    System.arraycopy(data, 0, message, IcmpHeader.LENGTH, data.length);
    int type = target.isIpv6() ? Icmpv6Header.ECHO_REQUEST : IcmpHeader.ECHO_REQUEST;
    // The kernel puts an identifier of its own and the checksum in, but for raw IPv4.
    IcmpHeader.encode(message, 0, type, 0, IcmpHeader.restOfEcho(identifier, sequence));
    if (raw && target.isIpv4()) {
      IcmpHeader.updateChecksum(message, 0, message.length);
    }
    socket.send(null, message);
  }

  /**
   * Waits for something to come back.
   *
   * @return null if nothing did in that time, or after {@link #wakeup}
   * @throws java.nio.channels.ClosedChannelException once the socket is closed, also meanwhile
   */
  public @Nullable Event receive(Duration timeout) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      NativeSocket.Arrival came = socket.receive(Duration.ofNanos(end - System.nanoTime()));
      Event event =
          switch (came) {
            case null -> null;
            case NativeSocket.Received received -> reply(received);
            case NativeSocket.Failed failed -> failure(failed);
          };
      if (came == null || event != null) {
        return event;
      }
    }
  }

  /** Null for what is no reply to this socket: a raw one sees all ICMP, its own requests, too. */
  private @Nullable Event reply(NativeSocket.Received received) {
    byte[] b = received.data();
    int at = raw && target.isIpv4() ? Ipv4Header.headerLength(b, 0) : 0;
    if (b.length < at + IcmpHeader.LENGTH) {
      return null;
    }
    int type = target.isIpv6() ? Icmpv6Header.ECHO_REPLY : IcmpHeader.ECHO_REPLY;
    boolean foreign = raw && IcmpHeader.identifier(b, at) != identifier;
    if (IcmpHeader.type(b, at) != type || foreign) {
      return null;
    }
    return new Event.Reply(
        received.source(),
        IcmpHeader.sequence(b, at),
        Math.max(0, received.timeToLive()),
        Arrays.copyOfRange(b, at + IcmpHeader.LENGTH, b.length));
  }

  private @Nullable Event failure(NativeSocket.Failed failed) {
    byte[] sent = failed.sent();
    IpAddress from = failed.source();
    return sent.length < IcmpHeader.LENGTH
        ? null
        : new Event.Failure(
            from == null ? target : from,
            IcmpHeader.sequence(sent, 0),
            failed.type(),
            failed.code(),
            failed.info());
  }

  /** Makes a {@link #receive} that waits, or the next one, return at once. */
  public void wakeup() {
    socket.wakeup();
  }

  @Override
  public void close() {
    socket.close();
  }
}
