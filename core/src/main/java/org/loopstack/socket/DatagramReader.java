// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.TransportAddress;

/** The receiving half of a datagram channel. */
final class DatagramReader {
  /** More than any datagram holds. */
  private static final int MAX_DATAGRAM = 65_535;

  private final StackDatagramChannel channel;
  private final DatagramEndpoint endpoint;
  private final Waiter waiter;
  private final ReentrantLock lock;

  // Guarded by the lock. Most datagrams come from where the one before came from.
  private @Nullable TransportAddress lastFrom;
  private @Nullable InetSocketAddress lastSender;

  /** The room that packets had before a received datagram shortened them. Guarded by the lock. */
  private final Map<DatagramPacket, Room> rooms = new WeakHashMap<>(2);

  /** How many bytes a packet can take, and how many came. */
  private record Room(int room, int length) {}

  DatagramReader(
      StackDatagramChannel channel, DatagramEndpoint endpoint, Waiter waiter, ReentrantLock lock) {
    this.channel = channel;
    this.endpoint = endpoint;
    this.waiter = waiter;
    this.lock = lock;
  }

  @Nullable InetSocketAddress receive(ByteBuffer target) throws IOException {
    Buffers.ensureWritable(target);
    lock.lock();
    try {
      boolean blocking = begin();
      TransportAddress from = receive(target, blocking, Clock.NEVER, false);
      return from == null ? null : sender(from);
    } finally {
      lock.unlock();
    }
  }

  int read(ByteBuffer target) throws IOException {
    Objects.requireNonNull(target);
    lock.lock();
    try {
      channel.ensureConnected();
      boolean blocking = begin();
      Buffers.ensureWritable(target);
      if (!target.hasRemaining()) {
        return 0;
      }
      int before = target.position();
      TransportAddress from = receive(target, blocking, Clock.NEVER, true);
      return from == null ? 0 : orEmpty(target.position() - before);
    } finally {
      lock.unlock();
    }
  }

  long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    lock.lock();
    try {
      channel.ensureConnected();
      boolean blocking = begin();
      Buffers.ensureWritable(targets, offset, length);
      long room = Math.min(Buffers.remaining(targets, offset, length), MAX_DATAGRAM);
      if (room == 0) {
        return 0;
      }
      ByteBuffer whole = ByteBuffer.allocate((int) room);
      TransportAddress from = receive(whole, blocking, Clock.NEVER, true);
      return from == null ? 0 : orEmpty(Buffers.scatter(whole.flip(), targets, offset, length));
    } finally {
      lock.unlock();
    }
  }

  /** A datagram without data reads as -1 on the JDK, which tells it from none; 0 asks for none. */
  private static long orEmpty(long count) {
    return count == 0 ? -1 : count;
  }

  private static int orEmpty(int count) {
    return count == 0 ? -1 : count;
  }

  /**
   * Receives for a socket over this channel, which must be blocking.
   *
   * @param timeout nanoseconds, 0 for none
   */
  void receive(DatagramPacket packet, long timeout) throws IOException {
    lock.lock();
    try {
      if (!begin()) {
        throw new IllegalBlockingModeException();
      }
      int room = room(packet);
      ByteBuffer target = ByteBuffer.wrap(packet.getData(), packet.getOffset(), room);
      TransportAddress from = receive(target, true, channel.deadline(timeout), false);
      int length = target.position() - packet.getOffset();
      if (from != null) {
        packet.setSocketAddress(sender(from));
        packet.setLength(length);
        if (length < room) {
          rooms.put(packet, new Room(room, length));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many bytes a packet can take. The length of a packet that was received with says how long
   * the datagram was; it is not meant to limit the next one, and only {@code java.net} itself can
   * change the one without the other. So what it was before is remembered here, for as long as
   * nobody has set another length or another array.
   */
  private int room(DatagramPacket packet) {
    Room before = rooms.get(packet);
    int length = packet.getLength();
    if (before == null || length != before.length) {
      return length;
    }
    boolean fits = packet.getOffset() + before.room <= packet.getData().length;
    return fits ? before.room : length;
  }

  private boolean begin() throws IOException {
    channel.ensureOpen();
    channel.bindIfUnbound();
    boolean blocking = channel.isBlocking();
    if (blocking) {
      channel.closeIfInterrupted();
    }
    return blocking;
  }

  private @Nullable TransportAddress receive(
      ByteBuffer target, boolean blocking, long deadline, boolean isRead) throws IOException {
    try {
      TransportAddress from = tryReceive(target);
      return from == null && blocking ? await(target, deadline) : from;
    } catch (ErrnoException e) {
      throw isRead ? SocketErrors.write(e) : SocketErrors.datagram(e);
    }
  }

  private @Nullable TransportAddress tryReceive(ByteBuffer target) throws IOException {
    try {
      TransportAddress from = endpoint.receive(target);
      if (from != null || channel.isOpen()) {
        return from;
      }
    } catch (ErrnoException e) {
      if (channel.isOpen()) {
        throw e;
      }
    }
    throw new AsynchronousCloseException();
  }

  private @Nullable TransportAddress await(ByteBuffer target, long deadline) throws IOException {
    TransportAddress from = null;
    channel.beginWait();
    waiter.prepare();
    try {
      while (channel.isOpen() && (from = tryReceive(target)) == null) {
        channel.park(waiter, deadline);
      }
    } finally {
      waiter.done();
      channel.endWait(from != null);
    }
    return from;
  }

  private InetSocketAddress sender(TransportAddress from) {
    InetSocketAddress sender = lastSender;
    if (sender == null || !from.equals(lastFrom)) {
      sender = Addresses.toKnown(from, channel.family());
      lastFrom = from;
      lastSender = sender;
    }
    return sender;
  }
}
