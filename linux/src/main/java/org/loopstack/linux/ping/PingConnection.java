// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ping;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.ffi.SocketAddresses;
import org.loopstack.wire.IpAddress;

/**
 * A ping socket of the kernel's, connected to one host: {@code SOCK_DGRAM} of ICMP, which the group
 * of the process must be allowed to open ({@code net.ipv4.ping_group_range}), or where it is not, a
 * raw socket, which CAP_NET_RAW may open. Beside replies it tells of ICMP errors. In the network
 * namespace of the thread that opened it.
 *
 * <p>For one thread, but for {@link #wakeup}.
 */
public final class PingConnection implements Closeable {
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

  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_RAW = 3;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_ERRQUEUE = 0x2000;
  private static final int HEADER = 8;
  private static final int BUFFER = 1 << 17;
  private static final int CONTROL = 512;
  private static final int MSGHDR = 56;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER, 8);
  private final MemorySegment control = arena.allocate(CONTROL, 8);
  private final MemorySegment name = arena.allocate(SocketAddresses.MAX_LENGTH, 8);
  private final MemorySegment vector = arena.allocate(16, 8);
  private final MemorySegment message = arena.allocate(MSGHDR, 8);
  private final MemorySegment polls = arena.allocate(16, 8);
  private final IpAddress target;
  private final int fd;
  private final int event;
  private final boolean raw;
  private final int identifier;

  private PingConnection(IpAddress target, int fd, int event, boolean raw) {
    this.target = target;
    this.fd = fd;
    this.event = event;
    this.raw = raw;
    this.identifier = (int) ProcessHandle.current().pid() & 0xffff;
  }

  /**
   * Opens one.
   *
   * @param target who is asked
   * @param hopLimit time to live or hop limit of what is sent, 1 to 255
   * @throws LinuxException EACCES if neither socket may be opened; ENETUNREACH if there is no way
   */
  public static PingConnection open(IpAddress target, int hopLimit) throws IOException {
    int protocol = target.isIpv4() ? ICMP : ICMPV6;
    int family = SocketAddresses.family(target);
    int fd = Libc.socket(family, SOCK_DGRAM, protocol);
    boolean raw = Errno.EACCES.is(fd) || Errno.EPERM.is(fd) || Errno.EPROTONOSUPPORT.is(fd);
    if (raw) {
      int privileged = Libc.socket(family, SOCK_RAW, protocol);
      fd = Errno.EPERM.is(privileged) ? -Errno.EACCES.number() : privileged;
    }
    LinuxException.check(fd, "open a ping socket");
    int event = Libc.eventfd();
    PingConnection socket = new PingConnection(target, fd, event, raw);
    try (Arena local = Arena.ofConfined()) {
      LinuxException.check(event, "eventfd");
      socket.configure(hopLimit);
      LinuxException.check(
          Libc.connect(fd, SocketAddresses.write(local, target, 0, 0)), "connect to " + target);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** IP_TTL, IP_RECVTTL, IP_RECVERR, and their sisters of IPv6. */
  private void configure(int hopLimit) throws IOException {
    boolean ipv4 = target.isIpv4();
    int level = ipv4 ? SOL_IP : SOL_IPV6;
    LinuxException.check(
        Libc.setsockopt(fd, level, ipv4 ? 2 : 16, hopLimit), "set the time to live");
    int _ = Libc.setsockopt(fd, level, ipv4 ? 12 : 51, 1);
    int _ = Libc.setsockopt(fd, level, ipv4 ? 11 : 25, 1);
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
    // RFC 792, RFC 4443 section 4.1: type, code, checksum, identifier, sequence number, data.
    byte[] packet = new byte[HEADER + data.length];
    packet[0] = (byte) (target.isIpv4() ? 8 : 128);
    put(packet, 4, identifier);
    put(packet, 6, sequence);
    System.arraycopy(data, 0, packet, HEADER, data.length);
    if (raw && target.isIpv4()) {
      put(packet, 2, checksum(packet));
    }
    MemorySegment.copy(packet, 0, buffer, JAVA_BYTE, 0, packet.length);
    long sent = Libc.sendto(fd, buffer, packet.length, 0, MemorySegment.NULL);
    LinuxException.check(sent, "send to " + target);
  }

  private static void put(byte[] b, int at, int value) {
    b[at] = (byte) (value >>> 8);
    b[at + 1] = (byte) value;
  }

  /** RFC 1071. */
  private static int checksum(byte[] b) {
    int sum = 0;
    for (int i = 0; i < b.length; i++) {
      sum += (i & 1) == 0 ? Byte.toUnsignedInt(b[i]) << 8 : Byte.toUnsignedInt(b[i]);
    }
    sum = (sum >>> 16) + (sum & 0xffff);
    sum += sum >>> 16;
    return ~sum & 0xffff;
  }

  /**
   * Waits for something to come back.
   *
   * @return null if nothing did in that time, or after {@link #wakeup}
   */
  public @Nullable Event receive(Duration timeout) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    while (true) {
      Event came = take();
      if (came != null) {
        return came;
      }
      long left = end - System.nanoTime();
      if (left <= 0 || !await(left)) {
        return null;
      }
    }
  }

  /** Whether there is something to take before the time is over. */
  private boolean await(long nanos) throws IOException {
    Libc.setPoll(polls, 0, fd, Libc.POLLIN);
    Libc.setPoll(polls, 1, event, Libc.POLLIN);
    int millis = (int) Math.min(Integer.MAX_VALUE, (nanos + 999_999) / 1_000_000);
    int ready = Libc.poll(polls, 2, millis);
    if (Errno.EINTR.is(ready)) {
      return true;
    }
    LinuxException.check(ready, "poll");
    if (Libc.polled(polls, 1) != 0) {
      long _ = Libc.read(event, buffer, Long.BYTES);
      return false;
    }
    return ready > 0;
  }

  private @Nullable Event take() throws IOException {
    while (true) {
      long n = receiveMessage(MSG_DONTWAIT);
      if (Errno.EAGAIN.is(n)) {
        return null;
      }
      if (n < 0) {
        // What an ICMP error has left on the socket; more about it is on its queue.
        Event failure = takeError();
        if (failure != null) {
          return failure;
        }
        if (Errno.EINTR.is(n)) {
          continue;
        }
        throw new LinuxException("receive from " + target, (int) -n);
      }
      Event reply = reply((int) n);
      if (reply != null) {
        return reply;
      }
    }
  }

  private long receiveMessage(int flags) {
    vector.set(JAVA_LONG, 0, buffer.address());
    vector.set(JAVA_LONG, 8, BUFFER);
    message.fill((byte) 0);
    message.set(JAVA_LONG, 0, name.address());
    message.set(JAVA_INT, 8, (int) name.byteSize());
    message.set(JAVA_LONG, 16, vector.address());
    message.set(JAVA_LONG, 24, 1);
    message.set(JAVA_LONG, 32, control.address());
    message.set(JAVA_LONG, 40, CONTROL);
    return Libc.recvmsg(fd, message, flags);
  }

  /** Null for what is no reply to this socket: a raw one sees all ICMP, its own requests, too. */
  private @Nullable Event reply(int length) {
    int at = raw && target.isIpv4() ? (buffer.get(JAVA_BYTE, 0) & 0xf) * 4 : 0;
    boolean echo =
        length >= at + HEADER && u8(at) == (target.isIpv4() ? 0 : 129) && u8(at + 1) == 0;
    if (!echo || raw && u16(at + 4) != identifier) {
      return null;
    }
    byte[] data = buffer.asSlice(at + HEADER, length - at - HEADER).toArray(JAVA_BYTE);
    return new Event.Reply(SocketAddresses.address(name), u16(at + 6), hopLimit(), data);
  }

  private int u8(long at) {
    return Byte.toUnsignedInt(buffer.get(JAVA_BYTE, at));
  }

  private int u16(long at) {
    return u8(at) << 8 | u8(at + 1);
  }

  /** What the kernel says beside a packet: struct cmsghdr, 16 bytes, and its data. */
  private interface Remark<T> {
    @Nullable T read(int level, int type, MemorySegment data);
  }

  private <T> @Nullable T remark(Remark<T> wanted) {
    long length = Math.min(CONTROL, message.get(JAVA_LONG, 40));
    long at = 0;
    while (length - at >= 16) {
      long size = control.get(JAVA_LONG, at);
      if (size < 16 || size > length - at) {
        return null;
      }
      T found =
          wanted.read(
              control.get(JAVA_INT, at + 8),
              control.get(JAVA_INT, at + 12),
              control.asSlice(at + 16, size - 16));
      if (found != null) {
        return found;
      }
      at += size + 7 & ~7L;
    }
    return null;
  }

  /** IP_TTL or IPV6_HOPLIMIT. */
  private int hopLimit() {
    Integer found =
        remark(
            (level, type, data) ->
                level == SOL_IP && type == 2 || level == SOL_IPV6 && type == 52
                    ? Integer.valueOf(data.get(JAVA_INT, 0))
                    : null);
    return found == null ? 0 : found;
  }

  /** The error queue: the request comes back as it was sent, with a struct sock_extended_err. */
  private @Nullable Event takeError() {
    long n = receiveMessage(MSG_ERRQUEUE | MSG_DONTWAIT);
    if (n < HEADER) {
      return null;
    }
    int sequence = u16(6);
    return remark(
        (level, type, data) -> {
          boolean error = level == SOL_IP && type == 11 || level == SOL_IPV6 && type == 25;
          if (!error || data.byteSize() < 16 + 8) {
            return null;
          }
          // errno 4, origin 1, type 1, code 1, 1, info 4, data 4; then who has said it.
          MemorySegment offender = data.asSlice(16);
          boolean known = offender.get(JAVA_SHORT, 0) != 0;
          return new Event.Failure(
              known ? SocketAddresses.address(offender) : target,
              sequence,
              Byte.toUnsignedInt(data.get(JAVA_BYTE, 5)),
              Byte.toUnsignedInt(data.get(JAVA_BYTE, 6)),
              data.get(JAVA_INT, 8));
        });
  }

  /** Makes a {@link #receive} that waits, or the next one, return at once. For any thread. */
  public void wakeup() {
    try (Arena local = Arena.ofConfined()) {
      long _ = Libc.write(event, local.allocateFrom(JAVA_LONG, 1), Long.BYTES);
    }
  }

  @Override
  public void close() {
    int _ = Libc.close(fd);
    if (event >= 0) {
      int _ = Libc.close(event);
    }
    arena.close();
  }
}
