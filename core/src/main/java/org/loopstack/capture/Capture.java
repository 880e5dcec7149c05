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
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Worker;
import org.loopstack.link.LinkTap;
import org.loopstack.link.LinkVerdict;
import org.loopstack.link.Tapped;

/**
 * What passes one or several interfaces, written in pcapng or told to a listener: complete
 * datagrams with right checksums, also where the loopback skipped computing them, in the order in
 * which they passed, with the times of the stack's clock in nanoseconds. What the stack threw away,
 * and what a {@linkplain org.loopstack.fault fault rule} did something to, has a comment that says
 * so, as long as that was known when it was written; the names of the stack's hosts are there for
 * Wireshark.
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
 * capinfos} and Wireshark show it. Packets that the filter refuses are not even copied.
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
  private final CaptureOptions options;
  private final List<InterfaceTap> taps;
  private final List<CountingTap> counts = new ArrayList<>();
  private final PassedQueue queue;
  private final Sink sink;
  private final Worker worker;
  private final AtomicInteger tapped;
  private final AtomicLong taken = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Nothing more is taken. */
  private volatile boolean stopped;

  private volatile @Nullable IOException failure;

  /** How many callers wait until all that has passed is written. */
  private final AtomicInteger flushing = new AtomicInteger();

  /** Only under the worker's lock. */
  private boolean finished;

  /** Only under the worker's lock. */
  private long written;

  private interface SinkMaker {
    Sink make(List<InterfaceTap> taps) throws IOException;
  }

  private Capture(SinkMaker maker, CaptureOptions options, Tapped first, Tapped... others)
      throws IOException {
    this.options = options;
    queue = new PassedQueue(options.queueBytes());
    taps = InterfaceTap.of(first, others, RecentPackets.MAX_SIZE, new Taps());
    tapped = new AtomicInteger(taps.size());
    for (InterfaceTap tap : taps) {
      counts.add(new CountingTap(tap));
    }
    sink = maker.make(taps);
    worker = new Worker("loopstack-capture", this::drain);
  }

  /**
   * Captures to a file all that passes these interfaces from now on.
   *
   * @param file is made, or emptied if it is there
   * @param others of the same stack or of others
   * @throws IOException if the file cannot be made, as {@link Files#newOutputStream} says it
   */
  public static Capture to(Path file, Tapped first, Tapped... others) throws IOException {
    return to(file, CaptureOptions.standard(), first, others);
  }

  /** As {@link #to(Path, Tapped, Tapped...)}, with options. */
  public static Capture to(Path file, CaptureOptions options, Tapped first, Tapped... others)
      throws IOException {
    return to(Files.newOutputStream(file), options, first, others);
  }

  /**
   * Captures to a stream, in pcapng, what passes these interfaces from now on.
   *
   * @param out may block, but lead over no stack that is captured, whose closing waits for it;
   *     flushed whenever there is nothing left to write; closed with the capture and if this throws
   * @throws IOException if the stream does
   */
  public static Capture to(OutputStream out, CaptureOptions options, Tapped first, Tapped... others)
      throws IOException {
    Capture capture;
    try {
      PcapngWriter writer = new PcapngWriter(new BufferedOutputStream(out, 1 << 16));
      capture = new Capture(taps -> new Sink.ToStream(writer, taps), options, first, others);
    } catch (IOException e) {
      out.close();
      throw e;
    }
    capture.begin();
    return capture;
  }

  /** Tells a listener, instead of writing, what passes these interfaces from now on. */
  public static Capture to(
      CaptureListener listener, CaptureOptions options, Tapped first, Tapped... others) {
    Capture capture;
    try {
      capture = new Capture(_ -> new Sink.ToListener(listener), options, first, others);
    } catch (IOException e) {
      throw new IllegalStateException("Nothing is written here", e);
    }
    capture.begin();
    return capture;
  }

  /**
   * Keeps the last packets that pass these interfaces from now on, in memory.
   *
   * @param packets how many, 1 to 16,777,216
   * @throws IllegalArgumentException if that is out of range
   */
  public static CaptureRing ring(int packets, Tapped first, Tapped... others) {
    return CaptureRing.begin(packets, first, others);
  }

  private void begin() {
    taps.forEach(InterfaceTap::begin);
  }

  private final class Taps implements InterfaceTap.Listener {
    @Override
    public void passed(
        InterfaceTap tap, LinkTap.Direction direction, Packet lent, @Nullable LinkVerdict verdict) {
      if (stopped) {
        return;
      }
      CountingTap count = counts.get(tap.described().id());
      count.see();
      if (options.filter().matches(lent, direction)) {
        take(tap, direction, lent, verdict, count);
      }
    }

    @Override
    public void ended(InterfaceTap tap) {
      if (tapped.decrementAndGet() == 0) {
        finish();
      }
    }
  }

  private void take(
      InterfaceTap tap,
      LinkTap.Direction direction,
      Packet lent,
      @Nullable LinkVerdict verdict,
      CountingTap count) {
    long place = taken.incrementAndGet();
    if (place > options.limit()) {
      taken.decrementAndGet();
      return;
    }
    if (failure != null || !queue.offer(tap, direction, lent, verdict)) {
      taken.decrementAndGet();
      count.lose();
      return;
    }
    count.capture();
    if (place == options.limit()) {
      stopped = true;
    }
    if (queue.isHalfFull()) {
      worker.urge();
    } else {
      worker.tell();
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
        writeQueue(last || flushing.get() > 0 || queue.isHalfFull());
        if (last) {
          sink.end(counts);
        }
        sink.caughtUp();
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
        sink.close();
      } catch (IOException e) {
        fail(e);
      }
    }
    if (failure != null || written >= options.limit()) {
      worker.signalEnd();
    }
  }

  private void writeQueue(boolean all) throws IOException {
    for (Passed next; (next = all ? queue.poll() : queue.pollSettled()) != null; ) {
      sink.write(next);
      written++;
    }
    if (!queue.isEmpty()) {
      worker.tell();
    }
  }

  private void discardQueue() {
    for (Passed next; (next = queue.poll()) != null; ) {
      counts.get(next.tap().described().id()).loseCaptured();
    }
  }

  private void fail(IOException e) {
    if (failure == null) {
      failure = e;
    }
  }

  /** What was counted so far, by interface. */
  public List<CapturedStatistics> statistics() {
    List<CapturedStatistics> all = new ArrayList<>();
    for (CountingTap each : counts) {
      all.add(each.statistics());
    }
    return List.copyOf(all);
  }

  /** How many datagrams have passed that were wanted and were or will be written. */
  public long captured() {
    long all = 0;
    for (CountingTap each : counts) {
      CapturedStatistics statistics = each.statistics();
      all += statistics.accepted() - statistics.lost();
    }
    return all;
  }

  /** How many datagrams were wanted and are missing, because there was no room to keep them. */
  public long lost() {
    long all = 0;
    for (CountingTap each : counts) {
      all += each.statistics().lost();
    }
    return all;
  }

  /** Whether it goes on: it was not closed and what it captures was not. */
  public boolean isOpen() {
    return !closing.get();
  }

  /**
   * Takes nothing more. Never blocks; what has passed is written as always, and {@link #awaitEnd}
   * returns.
   */
  public void stop() {
    stopped = true;
    worker.signalEnd();
  }

  /**
   * Waits until the last packet that is {@linkplain CaptureOptions#limit wanted} is written, until
   * somebody {@linkplain #stop stops} or closes it, its stack closes, or writing fails.
   */
  public void awaitEnd() throws InterruptedException {
    worker.awaitEnd();
  }

  /**
   * Writes what has passed before this call, on the calling thread.
   *
   * @throws IOException if that or an earlier write failed
   */
  public void flush() throws IOException {
    flushing.incrementAndGet();
    try {
      worker.run();
    } finally {
      flushing.decrementAndGet();
    }
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
