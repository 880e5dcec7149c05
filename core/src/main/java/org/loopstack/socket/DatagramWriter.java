// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.TransportAddress;

/** The sending half of a datagram channel. */
final class DatagramWriter {
  /** More than any datagram holds: what is longer is too long, and need not be copied to see it. */
  private static final int TOO_LONG = 65_536;

  private final StackDatagramChannel channel;
  private final DatagramEndpoint endpoint;
  private final Waiter waiter;
  private final ReentrantLock lock;

  // Guarded by the lock. Most datagrams go where the one before went.
  private @Nullable InetSocketAddress lastTarget;
  private @Nullable TransportAddress lastTo;

  DatagramWriter(
      StackDatagramChannel channel, DatagramEndpoint endpoint, Waiter waiter, ReentrantLock lock) {
    this.channel = channel;
    this.endpoint = endpoint;
    this.waiter = waiter;
    this.lock = lock;
  }

  /** Sends to a checked address. */
  int send(ByteBuffer source, InetSocketAddress target) throws IOException {
    Objects.requireNonNull(source);
    lock.lock();
    try {
      boolean blocking = begin();
      return transfer(source, to(target), blocking);
    } catch (ErrnoException e) {
      throw SocketErrors.datagram(e);
    } finally {
      lock.unlock();
    }
  }

  /** Sends for a socket over this channel, which must be blocking; null is the connected peer. */
  void sendBlocking(ByteBuffer source, @Nullable InetSocketAddress target) throws IOException {
    lock.lock();
    try {
      if (!begin()) {
        throw new IllegalBlockingModeException();
      }
      int _ = transfer(source, target == null ? null : to(target), true);
    } catch (ErrnoException e) {
      throw SocketErrors.datagram(e);
    } finally {
      lock.unlock();
    }
  }

  int write(ByteBuffer source) throws IOException {
    Objects.requireNonNull(source);
    lock.lock();
    try {
      channel.ensureConnected();
      boolean blocking = begin();
      // As on the JDK: only a send makes a datagram without data.
      return source.hasRemaining() ? transfer(source, null, blocking) : 0;
    } catch (ErrnoException e) {
      throw SocketErrors.write(e);
    } finally {
      lock.unlock();
    }
  }

  long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    lock.lock();
    try {
      channel.ensureConnected();
      boolean blocking = begin();
      long left = Buffers.remaining(sources, offset, length);
      if (left == 0) {
        return 0;
      }
      ByteBuffer whole =
          left < TOO_LONG ? Buffers.gather(sources, offset, length) : ByteBuffer.allocate(TOO_LONG);
      int n = transfer(whole, null, blocking);
      if (!whole.hasRemaining()) {
        Buffers.consume(sources, offset, length);
      }
      return n;
    } catch (ErrnoException e) {
      throw SocketErrors.write(e);
    } finally {
      lock.unlock();
    }
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

  /** Where to send, or null for the peer of a connected channel. */
  private @Nullable TransportAddress to(InetSocketAddress target) throws IOException {
    InetSocketAddress remote = channel.remote();
    if (remote != null) {
      if (!target.equals(remote)) {
        throw new AlreadyConnectedException();
      }
      return null;
    }
    if (target.getPort() == 0) {
      throw new SocketException("Can't send to port 0");
    }
    TransportAddress to = lastTo;
    if (to == null || !target.equals(lastTarget)) {
      to = Addresses.of(Addresses.checkRemote(target, channel.family()));
      lastTarget = target;
      lastTo = to;
    }
    return to;
  }

  private int transfer(ByteBuffer source, @Nullable TransportAddress to, boolean blocking)
      throws IOException {
    int length = source.remaining();
    boolean sent = trySend(source, to);
    if (!sent && blocking) {
      sent = await(source, to);
    }
    if (!sent) {
      return 0;
    }
    source.position(source.limit());
    return length;
  }

  private boolean trySend(ByteBuffer source, @Nullable TransportAddress to) throws IOException {
    try {
      if (endpoint.send(source, to)) {
        return true;
      }
      if (channel.isOpen()) {
        return false;
      }
    } catch (ErrnoException e) {
      if (channel.isOpen()) {
        throw e;
      }
    }
    throw new AsynchronousCloseException();
  }

  private boolean await(ByteBuffer source, @Nullable TransportAddress to) throws IOException {
    boolean sent = false;
    channel.beginWait();
    waiter.prepare();
    try {
      while (channel.isOpen()) {
        sent = trySend(source, to);
        if (sent) {
          break;
        }
        channel.park(waiter, Clock.NEVER);
      }
    } finally {
      waiter.done();
      channel.endWait(sent);
    }
    return sent;
  }
}
