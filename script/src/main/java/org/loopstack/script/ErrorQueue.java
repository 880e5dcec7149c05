// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The error queue of a socket (MSG_ERRQUEUE): what has become of bytes that were sent with
 * MSG_ZEROCOPY, and when those left and were acknowledged whose times SO_TIMESTAMPING asks for.
 * Java has neither; it is made here of what the stack tells of its send queue, so that scripts that
 * use it can show what they are about.
 */
final class ErrorQueue {
  /** What the fields of an entry are called, and what they are. */
  record Entry(boolean hasPayload, List<ControlMessage> messages) {}

  private record Sent(int id, long end) {}

  private record Stamp(String kind, long id, long end) {}

  private static final long ORIGIN_TIMESTAMPING = 4;
  private static final long ORIGIN_ZEROCOPY = 5;

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Deque<Sent> zeroCopies = new ArrayDeque<>();
  private final List<Stamp> stamps = new ArrayList<>();
  private final boolean ipv6;
  private int nextZeroCopy;
  private int lastZeroCopy = -1;
  private int firstZeroCopy;

  /** How many entries there have been: a change wakes whoever polls. */
  private int arrivals;

  ErrorQueue(boolean ipv6) {
    this.ipv6 = ipv6;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  int arrivals() {
    return arrivals;
  }

  /** Bytes up to that place of the stream were sent with MSG_ZEROCOPY. */
  void zeroCopy(long end) {
    zeroCopies.add(new Sent(nextZeroCopy++, end));
  }

  /** When the byte before that place leaves, and is acknowledged, is to be told. */
  void stamp(long flags, long id, long end) {
    if ((flags & Symbols.value("SOF_TIMESTAMPING_TX_SCHED")) != 0) {
      stamps.add(new Stamp("SCM_TSTAMP_SCHED", id, end));
    }
    if ((flags & Symbols.value("SOF_TIMESTAMPING_TX_SOFTWARE")) != 0) {
      stamps.add(new Stamp("SCM_TSTAMP_SND", id, end));
    }
    if ((flags & Symbols.value("SOF_TIMESTAMPING_TX_ACK")) != 0) {
      stamps.add(new Stamp("SCM_TSTAMP_ACK", id, end));
    }
  }

  /**
   * Tells how far the stream has come.
   *
   * @param transmitted how many bytes have left
   * @param acknowledged how many have arrived
   * @param time since the script began, nanoseconds
   * @param payload whether the bytes come back with their time (not with
   *     SOF_TIMESTAMPING_OPT_TSONLY)
   */
  void settle(long transmitted, long acknowledged, long time, boolean payload) {
    for (Sent first; (first = zeroCopies.peek()) != null && first.end <= acknowledged; ) {
      zeroCopies.remove();
      copied(first.id);
    }
    stamps.removeIf(
        each -> {
          boolean acked = each.kind.equals("SCM_TSTAMP_ACK");
          boolean due = each.end <= (acked ? acknowledged : transmitted);
          if (due) {
            add(
                new Entry(
                    payload,
                    List.of(
                        new ControlMessage(
                            "SOL_SOCKET",
                            "SCM_TIMESTAMPING",
                            Map.of(
                                "scm_sec",
                                time / 1_000_000_000L,
                                "scm_nsec",
                                time % 1_000_000_000L)),
                        error(
                            Symbols.value("ENOMSG"),
                            ORIGIN_TIMESTAMPING,
                            0,
                            Symbols.value(each.kind),
                            each.id))));
          }
          return due;
        });
  }

  /** Consecutive ones are one entry with a range, as long as nobody has fetched it. */
  private void copied(int id) {
    boolean extends_ = lastZeroCopy >= 0 && lastZeroCopy + 1 == id;
    if (extends_) {
      entries.removeLast();
    } else {
      firstZeroCopy = id;
    }
    lastZeroCopy = id;
    int arrivalsBefore = arrivals;
    add(
        new Entry(
            false,
            List.of(
                error(
                    0,
                    ORIGIN_ZEROCOPY,
                    Symbols.value("SO_EE_CODE_ZEROCOPY_COPIED"),
                    firstZeroCopy,
                    id))));
    lastZeroCopy = id;
    arrivals = arrivalsBefore + 1;
  }

  private void add(Entry entry) {
    lastZeroCopy = -1;
    entries.add(entry);
    arrivals++;
  }

  private ControlMessage error(long errno, long origin, long code, long info, long data) {
    return new ControlMessage(
        ipv6 ? "SOL_IPV6" : "SOL_IP",
        ipv6 ? "IPV6_RECVERR" : "IP_RECVERR",
        Map.of(
            "ee_errno", errno,
            "ee_origin", origin,
            "ee_type", 0L,
            "ee_code", code,
            "ee_info", info,
            "ee_data", data));
  }

  /** The oldest entry, which is taken, or null. */
  @Nullable Entry poll() {
    Entry first = entries.poll();
    if (entries.isEmpty()) {
      lastZeroCopy = -1;
    }
    return first;
  }
}
