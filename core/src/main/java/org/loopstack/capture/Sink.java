// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Where a capture goes. Used by one thread at a time. */
sealed interface Sink extends Closeable {
  void write(Passed passed) throws IOException;

  /** Nothing more is there at the moment. */
  void caughtUp() throws IOException;

  /** Tells what was counted, in the end. */
  void end(List<CountingTap> counts) throws IOException;

  /** To a file or a stream, in pcapng. */
  final class ToStream implements Sink {
    private final PcapngWriter writer;

    ToStream(PcapngWriter writer, List<InterfaceTap> taps) throws IOException {
      this.writer = writer;
      for (InterfaceTap tap : taps) {
        CapturedInterface _ =
            writer.addInterface(
                tap.described().name(), CapturedInterface.RAW, tap.tapped().stackName());
      }
      writer.writeNames(HostNames.of(taps));
      writer.flush();
    }

    @Override
    public void write(Passed passed) throws IOException {
      byte[] bytes = passed.bytes();
      writer.write(
          passed.tap().described(),
          passed.epochNanos(),
          passed.direction(),
          bytes,
          0,
          bytes.length,
          passed.comment());
    }

    @Override
    public void caughtUp() throws IOException {
      writer.flush();
    }

    @Override
    public void end(List<CountingTap> counts) throws IOException {
      for (CountingTap each : counts) {
        writer.writeStatistics(each.statistics(), each.startNanos(), each.tap().epochNanos());
      }
    }

    @Override
    public void close() throws IOException {
      writer.close();
    }
  }

  /** To somebody who wants packets one by one. */
  record ToListener(CaptureListener listener) implements Sink {
    @Override
    public void write(Passed passed) throws IOException {
      listener.passed(passed.toPacket());
    }

    @Override
    public void caughtUp() throws IOException {
      listener.caughtUp();
    }

    @Override
    public void end(List<CountingTap> counts) {
      // The capture can be asked.
    }

    @Override
    public void close() {
      // There is nothing to close.
    }
  }
}
