// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import org.loopstack.engine.Clock;
import org.loopstack.engine.Waiter;
import org.loopstack.transport.Readiness;

/**
 * A pipe in memory. It needs no address and no link, so that it works whatever the state of the
 * stack's interfaces; its ends can be selected together with the stack's channels.
 */
final class StackPipe extends Pipe {
  private final Source source;
  private final Sink sink;

  StackPipe(StackSelectorProvider provider) {
    PipeBuffer buffer = new PipeBuffer();
    Signals sourceSignals = new Signals(provider.engine());
    Signals sinkSignals = new Signals(provider.engine());
    source = new Source(provider, buffer, sourceSignals, sinkSignals);
    sink = new Sink(provider, buffer, sinkSignals, sourceSignals);
  }

  @Override
  public SourceChannel source() {
    return source;
  }

  @Override
  public SinkChannel sink() {
    return sink;
  }

  /** The end that is read. */
  static final class Source extends SourceChannel implements Pollable {
    private final StackSelectorProvider provider;
    private final PipeBuffer buffer;
    private final Signals signals;
    private final Signals sink;
    private final ReentrantLock lock = new ReentrantLock();

    Source(StackSelectorProvider provider, PipeBuffer buffer, Signals signals, Signals sink) {
      super(provider);
      this.provider = provider;
      this.buffer = buffer;
      this.signals = signals;
      this.sink = sink;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      Objects.requireNonNull(target);
      return (int) read(new ByteBuffer[] {target}, 0, 1);
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
      return read(targets, 0, targets.length);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, targets.length);
      lock.lock();
      try {
        if (!isOpen()) {
          throw new ClosedChannelException();
        }
        boolean blocking = isBlocking();
        if (blocking && Thread.currentThread().isInterrupted()) {
          begin();
          end(false);
        }
        Buffers.ensureWritable(targets, offset, length);
        long n = buffer.read(targets, offset, length);
        if (n == 0 && blocking && Buffers.hasRemaining(targets, offset, length)) {
          n = await(targets, offset, length);
        }
        if (n > 0) {
          sink.ready(Readiness.WRITE);
        }
        return n;
      } finally {
        lock.unlock();
      }
    }

    private long await(ByteBuffer[] targets, int offset, int length) throws IOException {
      long n = 0;
      Waiter waiter = signals.reader();
      begin();
      waiter.prepare();
      try {
        while (isOpen() && (n = buffer.read(targets, offset, length)) == 0) {
          waiter.park(Clock.NEVER);
        }
      } finally {
        waiter.done();
        end(n > 0);
      }
      return n;
    }

    @Override
    public int readyOps() {
      return buffer.isReadable() ? SelectionKey.OP_READ : 0;
    }

    @Override
    public Signals signals() {
      return signals;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      lock.lock();
      try {
        // Nobody is in a blocking call now, and isBlocking is the base class's.
      } finally {
        lock.unlock();
      }
    }

    @Override
    protected void implCloseSelectableChannel() {
      provider.closed(this);
      signals.closed();
      // Where all is closed, the other end sees its own close and no more.
      if (!provider.isDown()) {
        buffer.closeSource();
        sink.ready(Readiness.WRITE);
      }
    }
  }

  /** The end that is written. */
  static final class Sink extends SinkChannel implements Pollable {
    private final StackSelectorProvider provider;
    private final PipeBuffer buffer;
    private final Signals signals;
    private final Signals source;
    private final ReentrantLock lock = new ReentrantLock();

    Sink(StackSelectorProvider provider, PipeBuffer buffer, Signals signals, Signals source) {
      super(provider);
      this.provider = provider;
      this.buffer = buffer;
      this.signals = signals;
      this.source = source;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      Objects.requireNonNull(bytes);
      return (int) write(new ByteBuffer[] {bytes}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
      return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      Objects.checkFromIndexSize(offset, length, sources.length);
      lock.lock();
      try {
        if (!isOpen()) {
          throw new ClosedChannelException();
        }
        boolean blocking = isBlocking();
        if (blocking && Thread.currentThread().isInterrupted()) {
          begin();
          end(false);
        }
        long n = tryWrite(sources, offset, length);
        return blocking && Buffers.hasRemaining(sources, offset, length)
            ? n + await(sources, offset, length)
            : n;
      } finally {
        lock.unlock();
      }
    }

    private long tryWrite(ByteBuffer[] sources, int offset, int length) throws IOException {
      long n = buffer.write(sources, offset, length);
      if (n > 0) {
        source.ready(Readiness.READ);
      }
      return n;
    }

    private long await(ByteBuffer[] sources, int offset, int length) throws IOException {
      long n = 0;
      Waiter waiter = signals.writer();
      begin();
      waiter.prepare();
      try {
        while (isOpen()) {
          n += tryWrite(sources, offset, length);
          if (!Buffers.hasRemaining(sources, offset, length)) {
            break;
          }
          waiter.park(Clock.NEVER);
        }
      } finally {
        waiter.done();
        end(n > 0);
      }
      return n;
    }

    @Override
    public int readyOps() {
      return buffer.isWritable() ? SelectionKey.OP_WRITE : 0;
    }

    @Override
    public Signals signals() {
      return signals;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
      lock.lock();
      try {
        // Nobody is in a blocking call now, and isBlocking is the base class's.
      } finally {
        lock.unlock();
      }
    }

    @Override
    protected void implCloseSelectableChannel() {
      provider.closed(this);
      signals.closed();
      // Where all is closed, the other end sees its own close and no more.
      if (!provider.isDown()) {
        buffer.closeSink();
        source.ready(Readiness.READ);
      }
    }
  }
}
