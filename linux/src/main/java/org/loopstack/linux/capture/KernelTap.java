// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.capture;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkTaps;
import org.loopstack.link.Tapped;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.Link;
import org.loopstack.wire.IpAddress;

/**
 * An interface of the kernel's whose datagrams can be looked at: a packet socket, {@code
 * AF_PACKET}, in the network namespace of the thread that opened it. On the loopback each datagram
 * is seen once, as it is on a loopback of ours.
 *
 * <p>The kernel computes no transport checksum for what does not leave the machine, and tells so:
 * such a datagram is marked ({@link Packet#isChecksumPending}), so that captures hold a right one,
 * and counted. One that was handed over in one piece to be cut later is seen in one piece.
 *
 * <p>Nothing is taken from the kernel before there is a tap. Safe for use by many threads.
 */
public final class KernelTap implements Tapped, Closeable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_DGRAM = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_AUXDATA = 8;
  private static final int CHECKSUM_NOT_READY = 1 << 3;
  private static final int PACKET_OUTGOING = 4;
  private static final int MSG_DONTWAIT = 0x40;

  private static final int ETH_P_ALL = 0x0003;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86dd;

  private static final int ROOM = 1 << 25;
  private static final int BUFFER = 1 << 17;
  private static final int CONTROL = 128;
  private static final int SOCKADDR_LL = 20;
  private static final int MSGHDR = 56;

  private final String name;
  private final boolean loopback;
  private final Map<String, List<IpAddress>> hostNames;
  private final Clock clock = Engine.system().clock();
  private final LinkTaps taps = new LinkTaps();
  private final LongAdder withoutChecksum = new LongAdder();
  private final int fd;
  private final int event;
  private @Nullable Thread reader;
  private boolean closed;
  private volatile @Nullable IOException failure;

  private KernelTap(Link link, Map<String, List<IpAddress>> hostNames, int fd, int event) {
    this.name = link.name();
    this.loopback = link.isLoopback();
    this.hostNames = hostNames;
    this.fd = fd;
    this.event = event;
  }

  /**
   * Opens one.
   *
   * @param hostNames for people who read the capture
   * @throws LinuxException EPERM without CAP_NET_RAW
   */
  public static KernelTap open(Link link, Map<String, List<IpAddress>> hostNames)
      throws IOException {
    // Protocol 0: nothing comes before it is bound to the one interface.
    int fd =
        LinuxException.check(
            Libc.socket(AF_PACKET, SOCK_DGRAM, 0), "open a packet socket on " + link.name());
    int event = Libc.eventfd();
    KernelTap tap = new KernelTap(link, Map.copyOf(hostNames), fd, event);
    try (Arena arena = Arena.ofConfined()) {
      LinuxException.check(event, "eventfd");
      if (Libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, ROOM) < 0) {
        int _ = Libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, ROOM);
      }
      LinuxException.check(
          Libc.setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, 1), "ask for checksums' states");
      // struct sockaddr_ll: family 2, protocol 2 in network order, interface 4, and the rest.
      MemorySegment address = arena.allocate(SOCKADDR_LL, 4);
      address.set(JAVA_SHORT, 0, (short) AF_PACKET);
      address.set(JAVA_BYTE, 3, (byte) ETH_P_ALL);
      address.set(JAVA_INT, 4, link.index());
      LinuxException.check(Libc.bind(fd, address), "look at " + link.name());
      return tap;
    } catch (IOException e) {
      tap.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String stackName() {
    return "the machine";
  }

  @Override
  public Map<String, List<IpAddress>> hostNames() {
    return hostNames;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public void addTap(LinkTap tap) {
    taps.add(tap);
    synchronized (this) {
      if (reader == null && !closed) {
        Thread made =
            Thread.ofPlatform().daemon().name("loopstack-tap-" + name).unstarted(this::read);
        reader = made;
        made.start();
      }
    }
  }

  @Override
  public boolean removeTap(LinkTap tap) {
    return taps.remove(tap);
  }

  /** How many of them came without a transport checksum. */
  public long withoutChecksum() {
    return withoutChecksum.sum();
  }

  /** How many the kernel has thrown away since it was last asked, because nobody took them. */
  public long dropped() {
    try (Arena arena = Arena.ofConfined()) {
      // struct tpacket_stats: packets, drops.
      MemorySegment statistics = arena.allocate(8, 4);
      MemorySegment length = arena.allocateFrom(JAVA_INT, 8);
      synchronized (this) {
        boolean told =
            !closed && Libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics, length) == 0;
        return told ? Integer.toUnsignedLong(statistics.get(JAVA_INT, 4)) : 0;
      }
    }
  }

  /** Why it ended by itself, or null. */
  public @Nullable IOException failure() {
    return failure;
  }

  /** Reads until it is closed. */
  private void read() {
    try (Arena arena = Arena.ofConfined()) {
      Receiver receiver = new Receiver(arena);
      MemorySegment polls = arena.allocate(16, 8);
      while (true) {
        while (receiver.take()) {
          // As long as there is something.
        }
        Libc.setPoll(polls, 0, fd, Libc.POLLIN);
        Libc.setPoll(polls, 1, event, Libc.POLLIN);
        int ready = Libc.poll(polls, 2, -1);
        if (Libc.polled(polls, 1) != 0) {
          return;
        }
        if (!Errno.EINTR.is(ready)) {
          LinuxException.check(ready, "poll");
        }
      }
    } catch (IOException e) {
      failure = e;
    } finally {
      taps.end();
    }
  }

  /** The memory that one datagram after the other comes to. */
  private final class Receiver {
    private final MemorySegment buffer;
    private final MemorySegment control;
    private final MemorySegment address;
    private final MemorySegment vector;
    private final MemorySegment message;

    Receiver(Arena arena) {
      buffer = arena.allocate(BUFFER, 8);
      control = arena.allocate(CONTROL, 8);
      address = arena.allocate(SOCKADDR_LL, 8);
      vector = arena.allocate(16, 8);
      message = arena.allocate(MSGHDR, 8);
      vector.set(JAVA_LONG, 0, buffer.address());
      vector.set(JAVA_LONG, 8, BUFFER);
    }

    /** Takes one; whether there was one. */
    boolean take() throws IOException {
      message.fill((byte) 0);
      message.set(JAVA_LONG, 0, address.address());
      message.set(JAVA_INT, 8, SOCKADDR_LL);
      message.set(JAVA_LONG, 16, vector.address());
      message.set(JAVA_LONG, 24, 1);
      message.set(JAVA_LONG, 32, control.address());
      message.set(JAVA_LONG, 40, CONTROL);
      long n = Libc.recvmsg(fd, message, MSG_DONTWAIT);
      if (Errno.EAGAIN.is(n) || Errno.EINTR.is(n)) {
        return false;
      }
      LinuxException.check(n, "look at " + name);
      int protocol =
          Byte.toUnsignedInt(address.get(JAVA_BYTE, 2)) << 8
              | Byte.toUnsignedInt(address.get(JAVA_BYTE, 3));
      boolean outgoing = address.get(JAVA_BYTE, 10) == PACKET_OUTGOING;
      // What leaves by the loopback comes back by it.
      if ((protocol == IPV4 || protocol == IPV6) && !(loopback && outgoing)) {
        pass(outgoing || loopback ? LinkTap.Direction.OUT : LinkTap.Direction.IN, (int) n);
      }
      return true;
    }

    private void pass(LinkTap.Direction direction, int length) {
      byte[] datagram = buffer.asSlice(0, Math.min(length, BUFFER)).toArray(JAVA_BYTE);
      Packet packet = Packet.wrap(datagram, 0, datagram.length);
      if (isChecksumPending()) {
        packet.setChecksumPending(true);
        withoutChecksum.increment();
      }
      taps.pass(direction, packet);
    }

    /** struct tpacket_auxdata begins with a status. */
    private boolean isChecksumPending() {
      boolean told =
          message.get(JAVA_LONG, 40) >= 20
              && control.get(JAVA_INT, 8) == SOL_PACKET
              && control.get(JAVA_INT, 12) == PACKET_AUXDATA;
      return told && (control.get(JAVA_INT, 16) & CHECKSUM_NOT_READY) != 0;
    }
  }

  /** Ends it; taps are told. */
  @Override
  public void close() throws IOException {
    Thread running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = reader;
    }
    try (Arena arena = Arena.ofConfined()) {
      long _ = Libc.write(event, arena.allocateFrom(JAVA_LONG, 1), Long.BYTES);
    }
    try {
      if (running != null && running != Thread.currentThread()) {
        running.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      int _ = Libc.close(fd);
      if (event >= 0) {
        int _ = Libc.close(event);
      }
    }
  }
}
