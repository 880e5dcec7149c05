// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Engine;
import org.loopstack.engine.Waiter;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/** Where {@code java.net} accepts connections: one thread at a time, holding the accept lock. */
final class BlockingListener implements BlockingSocket {
  private final StackSelectorProvider provider;
  private final Engine engine;
  private final AddressFamily family;
  private final ListenerEndpoint endpoint;
  private final Signals signals;
  private final Options options;
  private final ReentrantLock acceptLock = new ReentrantLock();
  private volatile boolean closed;

  /** A socket with SO_REUSEADDR set, as on the JDK. */
  BlockingListener(StackSelectorProvider provider, AddressFamily family, ListenerEndpoint endpoint)
      throws ErrnoException {
    this.provider = provider;
    this.engine = provider.engine();
    this.family = family;
    this.endpoint = endpoint;
    this.signals = new Signals(engine);
    this.options = new Options(endpoint, false);
    endpoint.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    endpoint.setReadinessListener(signals);
  }

  @Override
  public Options options() {
    return options;
  }

  @Override
  public void bind(InetAddress host, int port) throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    try {
      endpoint.bind(Addresses.local(Addresses.check(address, family), family));
    } catch (ErrnoException | UnsupportedAddressTypeException e) {
      throw Blocking.failed(e);
    }
  }

  @Override
  public @Nullable InetSocketAddress local() {
    return Addresses.toJava(endpoint.localAddress(), family);
  }

  void listen(int backlog) throws IOException {
    try {
      endpoint.listen(backlog < 1 ? StackServerSocketChannel.DEFAULT_BACKLOG : backlog);
    } catch (ErrnoException e) {
      throw SocketErrors.control(e);
    }
  }

  private boolean isGone() {
    return closed || provider.isDown();
  }

  /** The next connection that comes within that time; 0 is any. */
  BlockingStream accept(int millis) throws IOException {
    long begun = engine.now();
    Blocking.lock(engine, acceptLock, millis, "Accept timed out");
    try {
      long deadline =
          millis == 0 ? Clock.NEVER : Clock.after(begun, TimeUnit.MILLISECONDS.toNanos(millis));
      return BlockingStream.accepted(provider, family, await(deadline));
    } finally {
      acceptLock.unlock();
    }
  }

  private StreamEndpoint await(long deadline) throws IOException {
    Waiter waiter = signals.reader();
    waiter.prepare();
    try {
      while (!isGone()) {
        StreamEndpoint accepted = endpoint.accept();
        if (accepted != null) {
          return accepted;
        }
        Blocking.park(engine, waiter, deadline, "Accept timed out");
      }
    } catch (ErrnoException e) {
      if (!isGone()) {
        throw SocketErrors.control(e);
      }
    } finally {
      waiter.done();
    }
    throw new SocketException("Socket closed");
  }

  @Override
  public void close() {
    closed = true;
    provider.closed(this);
    endpoint.close();
    signals.closed();
    endpoint.setReadinessListener(null);
  }
}
