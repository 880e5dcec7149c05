// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import org.loopstack.capture.filter.CaptureFilter;

/**
 * What is captured and how much. Immutable: a change makes another one.
 *
 * <pre>{@code
 * CaptureOptions.standard().filter("tcp port 8080").limit(100)
 * }</pre>
 *
 * @param filter which packets. The default is all.
 * @param limit how many packets, at least 1; with the last the capture {@linkplain Capture#awaitEnd
 *     ends}. The default is any number.
 * @param queueBytes how much memory the datagrams that wait to be written may take, at least 65,536
 *     bytes. The default is 32 MiB, some 10 milliseconds of the fastest loopback.
 */
public record CaptureOptions(CaptureFilter filter, long limit, long queueBytes) {
  private static final int MIN_QUEUE_BYTES = 1 << 16;

  private static final CaptureOptions STANDARD =
      new CaptureOptions(CaptureFilter.ALL, Long.MAX_VALUE, 32L << 20);

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public CaptureOptions {
    if (limit < 1) {
      throw new IllegalArgumentException("A capture is of one packet at least: " + limit);
    }
    if (queueBytes < MIN_QUEUE_BYTES) {
      throw new IllegalArgumentException(
          "The queue of a capture takes " + MIN_QUEUE_BYTES + " bytes at least: " + queueBytes);
    }
  }

  /** The defaults. */
  public static CaptureOptions standard() {
    return STANDARD;
  }

  /**
   * These, with another filter.
   *
   * @param text as for tcpdump, see {@link CaptureFilter}
   * @throws org.loopstack.capture.filter.FilterException if it cannot be understood
   */
  public CaptureOptions filter(String text) {
    return filter(CaptureFilter.parse(text));
  }

  /** These, with another filter. */
  public CaptureOptions filter(CaptureFilter value) {
    return new CaptureOptions(value, limit, queueBytes);
  }

  /** These, with another limit. */
  public CaptureOptions limit(long packets) {
    return new CaptureOptions(filter, packets, queueBytes);
  }

  /** These, with another bound for what waits. */
  public CaptureOptions queueBytes(long value) {
    return new CaptureOptions(filter, limit, value);
  }
}
