// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackInterface;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Worker;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;

/**
 * What passes one or several interfaces, written in pcapng: complete datagrams with right
 * checksums, also where the loopback skipped computing them, in the order in which they passed,
 * with the times of the stack's clock in nanoseconds.
 *
 * <pre>{@code
 * try (Stack stack = Stack.create();
 *     Capture capture = stack.loopback().captureTo(Path.of("handshake.pcapng"))) {
 *   ...
 *   capture.flush();                    // all that has passed can be read in the file now
 * }                                     // or when it is closed, or its stack
 * }</pre>
 *
 * <p>Capturing never holds up a packet: it is copied to a queue in memory, from which a thread of
 * the capture's own writes within some 20 milliseconds. What the queue has no room for is missing
 * in the capture and {@linkplain #lost counted}; the count is in the file's end, too, where {@code
 * capinfos} and Wireshark show it.
 *
 * <p>If writing fails (a full disk), the capture ends: what passes from then on is counted as lost,
 * and {@link #flush} and {@link #close} tell; so does {@code close} after the stack ended it.
 *
 * <p>Safe for use by many threads.
 *
 * @see CaptureRing to keep the last packets only, in memory
 * @see CaptureReader to read the file back
 */
public final class Capture implements Closeable {
  /** How many bytes of datagrams wait to be written unless something else is asked for: 32 MiB. */
  public static final long DEFAULT_QUEUE_BYTES = 32L << 20;

  private final List<InterfaceTap> taps;
  private final List<Long> starts = new ArrayList<>();
  private final List<CapturedInterface> described = new ArrayList<>();
  private final List<LongAdder> lost = new ArrayList<>();
  private final List<LongAdder> captured = new ArrayList<>();
  private final PassedQueue queue;
  private final PcapngWriter writer;
  private final Worker worker;
  private final AtomicInteger tapped;
  private final AtomicBoolean closing = new AtomicBoolean();

  private volatile @Nullable IOException failure;

  /** Only under the worker's lock. */
  private boolean finished;

  private Capture(OutputStream out, long queueBytes, StackInterface first, StackInterface... others)
      throws IOException {
    queue = new PassedQueue(queueBytes);
    writer = new PcapngWriter(out);
    taps = InterfaceTap.of(first, others, new Taps());
    tapped = new AtomicInteger(taps.size());
    for (InterfaceTap tap : taps) {
      described.add(writer.addInterface(tap.described().name()));
      starts.add(tap.epochNanos());
      lost.add(new LongAdder());
      captured.add(new LongAdder());
    }
    writer.flush();
    worker = new Worker("loopstack-capture", this::drain);
  }

  /**
   * Captures to a file what passes these interfaces from now on.
   *
   * @param file is made, or emptied if it is there
   * @param others of the same stack or of others
   * @throws IOException if the file cannot be made, as {@link Files#newOutputStream} says it
   */
  public static Capture to(Path file, StackInterface first, StackInterface... others)
      throws IOException {
    return to(Files.newOutputStream(file), DEFAULT_QUEUE_BYTES, first, others);
  }

  /**
   * Captures to a stream, for example to a socket on which {@code wireshark -k -i TCP@...} listens,
   * what passes these interfaces from now on.
   *
   * @param out may block, but lead over no stack that is captured, whose closing waits for it;
   *     flushed whenever there is nothing left to write; closed with the capture and if this throws
   * @param queueBytes how much memory the datagrams that wait to be written may take, at least
   *     65,536 bytes
   * @throws IllegalArgumentException if that is less
   * @throws IOException if the stream does
   */
  public static Capture to(
      OutputStream out, long queueBytes, StackInterface first, StackInterface... others)
      throws IOException {
    if (queueBytes < 1 << 16) {
      throw new IllegalArgumentException(
          "The queue of a capture takes 65536 bytes at least: " + queueBytes);
    }
    Capture capture;
    try {
      capture = new Capture(new BufferedOutputStream(out, 1 << 16), queueBytes, first, others);
    } catch (IOException e) {
      out.close();
      throw e;
    }
    capture.taps.forEach(InterfaceTap::begin);
    return capture;
  }

  /**
   * Keeps the last packets that pass these interfaces from now on, in memory.
   *
   * @param packets how many, 1 to 16,777,216
   * @throws IllegalArgumentException if that is out of range
   */
  public static CaptureRing ring(int packets, StackInterface first, StackInterface... others) {
    return CaptureRing.begin(packets, first, others);
  }

  private final class Taps implements InterfaceTap.Listener {
    @Override
    public void passed(InterfaceTap tap, LinkTap.Direction direction, Packet lent) {
      int id = tap.described().id();
      if (failure != null || !queue.offer(tap, direction, lent)) {
        lost.get(id).increment();
        return;
      }
      captured.get(id).increment();
      if (queue.isHalfFull()) {
        worker.urge();
      } else {
        worker.tell();
      }
    }

    @Override
    public void ended(InterfaceTap tap) {
      if (tapped.decrementAndGet() == 0) {
        finish();
      }
    }
  }

  /** Writes what is there; run by one thread at a time. */
  private void drain() {
    if (finished) {
      return;
    }
    // Before the queue is looked at: what passed before the end was asked for is written.
    boolean last = closing.get();
    if (failure == null) {
      try {
        writeQueue();
        if (last) {
          writeStatistics();
        }
        writer.flush();
      } catch (IOException e) {
        fail(e);
      }
    }
    if (failure != null) {
      discardQueue();
    }
    if (last) {
      finished = true;
      try {
        writer.close();
      } catch (IOException e) {
        fail(e);
      }
    }
  }

  private void writeQueue() throws IOException {
    for (Passed next; (next = queue.poll()) != null; ) {
      byte[] bytes = Datagrams.bytes(next.copy());
      writer.write(
          described.get(next.tap().described().id()),
          next.epochNanos(),
          next.direction(),
          bytes,
          0,
          bytes.length,
          null);
    }
  }

  private void discardQueue() {
    for (Passed next; (next = queue.poll()) != null; ) {
      int id = next.tap().described().id();
      captured.get(id).decrement();
      lost.get(id).increment();
    }
  }

  private void writeStatistics() throws IOException {
    for (InterfaceTap tap : taps) {
      int id = tap.described().id();
      long missing = lost.get(id).sum();
      writer.writeStatistics(
          described.get(id),
          starts.get(id),
          tap.epochNanos(),
          captured.get(id).sum() + missing,
          missing);
    }
  }

  private void fail(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** How many datagrams have passed and were or will be written. */
  public long captured() {
    return sum(captured);
  }

  /** How many datagrams have passed that are missing, because there was no room to keep them. */
  public long lost() {
    return sum(lost);
  }

  private static long sum(List<LongAdder> counters) {
    long all = 0;
    for (LongAdder each : counters) {
      all += each.sum();
    }
    return all;
  }

  /** Whether it goes on: it was not closed and what it captures was not. */
  public boolean isOpen() {
    return !closing.get();
  }

  /**
   * Writes what has passed before this call, on the calling thread.
   *
   * @throws IOException if that or an earlier write failed
   */
  public void flush() throws IOException {
    worker.run();
    tellFailure();
  }

  /**
   * Writes what has passed, and how many were lost, and ends. Does nothing the second time, but
   * tells again what failed.
   *
   * @throws IOException if that or an earlier write failed
   */
  @Override
  public void close() throws IOException {
    finish();
    tellFailure();
  }

  private void finish() {
    for (InterfaceTap tap : taps) {
      boolean _ = tap.end();
    }
    closing.set(true);
    worker.close();
  }

  private void tellFailure() throws IOException {
    IOException why = failure;
    if (why != null) {
      // A new one each time: flush and close may both tell, and no exception suppresses itself.
      throw new IOException("The capture ended early: " + why.getMessage(), why);
    }
  }
}
