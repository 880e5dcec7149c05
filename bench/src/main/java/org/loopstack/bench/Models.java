// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.util.Map;
import java.util.Optional;

/**
 * What other stacks in user space have shown at the same work, and the limit that was seen: texts,
 * since each was measured by a program of its own, on another machine of the same kind and not in
 * the same run.
 *
 * @param gvisor gVisor's netstack
 * @param lwip lwIP: with its core locked, and raw
 * @param smoltcp smoltcp, on one thread
 * @param netty Netty's LocalChannel
 * @param limit what is possible at all
 */
record Models(String gvisor, String lwip, String smoltcp, String netty, String limit) {
  private static final Models NONE = new Models("-", "-", "-", "-", "-");

  private static final Map<String, Models> BY_ROW =
      Map.ofEntries(
          Map.entry(
              "1-byte round trip, platform threads",
              new Models("-", "78 us", "-", "-", "66 us is the wake-up itself; 0.65 us spinning")),
          Map.entry(
              "1-byte round trip, virtual threads",
              new Models(
                  "15 us",
                  "78 / 0.29 us",
                  "0.60 us",
                  "0.20 us, 32 us between two loops",
                  "1.5 us park and unpark through a ring; 0.65 us spinning")),
          Map.entry(
              "1-byte round trip, virtual threads, pinned to one CPU",
              new Models("13 us", "22 us", "0.60 us", "2.6 us between two loops", "0.44 us")),
          Map.entry(
              "bulk, 64 KiB writes, platform threads",
              new Models(
                  "4.3 GB/s",
                  "2.8 / 12 to 16 GB/s",
                  "7.7 to 10.7 GB/s",
                  "7.3 GB/s",
                  "17 GB/s: two copies through a ring of 1 MiB")),
          Map.entry(
              "connect, accept and close, one thread",
              new Models("18,000/s", "13,000 / 62,000/s", "890,000/s", "79,000/s", "-")),
          Map.entry(
              "UDP, 64 bytes, send and receive, one thread",
              new Models("2,800 ns", "71,000 / 61 ns", "130 ns", "-", "-")),
          Map.entry(
              "memory of an idle connection, both ends",
              new Models("10.5 KB", "3.8 KB", "0.8 KB and buffers", "3.1 KB", "-")));

  /** Those of a row; dashes where nobody was measured. */
  static Models of(Row row) {
    return Optional.ofNullable(BY_ROW.get(row.name())).orElse(NONE);
  }

  /** The names of the rows of which there are any. */
  static Iterable<String> rows() {
    return BY_ROW.keySet();
  }
}
