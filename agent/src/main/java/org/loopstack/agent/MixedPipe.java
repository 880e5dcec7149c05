// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;

/**
 * A pipe of the stack's, whose ends can be selected on by a {@link MixedSelector}: as with the
 * other channels, what their user cancels is not what is registered inside.
 */
final class MixedPipe extends Pipe {
  private final Source source;
  private final Sink sink;

  MixedPipe(SelectorProvider provider, Pipe pipe) {
    source = new Source(provider, pipe.source());
    sink = new Sink(provider, pipe.sink());
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
  static final class Source extends SourceChannel implements Mixed {
    private final SourceChannel end;
    private final Registrations registrations = new Registrations();

    Source(SelectorProvider provider, SourceChannel end) {
      super(provider);
      this.end = end;
      registrations.serve(end);
    }

    @Override
    public Registrations registrations() {
      return registrations;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      try {
        return end.read(target);
      } catch (ClosedChannelException e) {
        close();
        throw e;
      }
    }

    @Override
    public long read(ByteBuffer[] targets) throws IOException {
      return read(targets, 0, targets.length);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      try {
        return end.read(targets, offset, length);
      } catch (ClosedChannelException e) {
        close();
        throw e;
      }
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      registrations.forgetCancelled();
      end.configureBlocking(block);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      end.close();
    }
  }

  /** The end that is written. */
  static final class Sink extends SinkChannel implements Mixed {
    private final SinkChannel end;
    private final Registrations registrations = new Registrations();

    Sink(SelectorProvider provider, SinkChannel end) {
      super(provider);
      this.end = end;
      registrations.serve(end);
    }

    @Override
    public Registrations registrations() {
      return registrations;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      try {
        return end.write(source);
      } catch (ClosedChannelException e) {
        close();
        throw e;
      }
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
      return write(sources, 0, sources.length);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      try {
        return end.write(sources, offset, length);
      } catch (ClosedChannelException e) {
        close();
        throw e;
      }
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
      registrations.forgetCancelled();
      end.configureBlocking(block);
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
      end.close();
    }
  }
}
