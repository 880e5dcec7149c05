// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Clock;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.Timer;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.Icmpv6Header;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6ExtensionHeaders;
import org.loopstack.wire.Ipv6FragmentHeader;
import org.loopstack.wire.Ipv6Header;

/**
 * Puts fragments together again (RFC 791 section 3.2, RFC 815, RFC 8200 section 4.5), within bounds
 * of memory and time. Safe for use by many threads: each incomplete datagram is touched by one
 * thread at a time, inside its map's {@code compute}.
 */
final class Reassembler {
  /** What an incomplete datagram is taken to cost beside its fragments' bytes. */
  static final int DATAGRAM_OVERHEAD = 256;

  /** What a fragment is taken to cost beside the array that holds it. */
  static final int FRAGMENT_OVERHEAD = 128;

  /** The timer fires at most this often, however the deadlines lie. */
  private static final long GRANULARITY = 10_000_000L;

  /**
   * RFC 791 3.2: "identification, source, destination, and protocol"; for IPv6 the protocol is 0,
   * and a link-local source counts on its own link only.
   */
  record Key(IpAddress source, IpAddress destination, int identification, int protocol, int zone) {}

  private final InternetLayer layer;
  private final IcmpOutput icmp;
  private final long memoryLimit;
  private final long timeoutIpv4;
  private final long timeoutIpv6;
  private final AtomicLong memory = new AtomicLong();
  private final ConcurrentHashMap<Key, PartialDatagram> partials = new ConcurrentHashMap<>();
  private final Timer timer;

  Reassembler(InternetLayer layer, IcmpOutput icmp) {
    this.layer = layer;
    this.icmp = icmp;
    InternetConfiguration c = layer.configuration();
    this.memoryLimit = c.reassemblyMemory();
    this.timeoutIpv4 = c.reassemblyTimeoutIpv4().toNanos();
    this.timeoutIpv6 = c.reassemblyTimeoutIpv6().toNanos();
    this.timer = new Timer(layer.engine().scheduler(), this::onTimer);
  }

  /** How many bytes all incomplete datagrams are taken to cost. */
  long memory() {
    return memory.get();
  }

  /** How many datagrams are incomplete. */
  int size() {
    return partials.size();
  }

  /**
   * Adds a fragment.
   *
   * @param packet valid, begins with its IPv4 header
   * @return the whole datagram if it was the last fragment missing, else null
   */
  @Nullable Packet addIpv4(Packet packet, IpAddress source, IpAddress destination) {
    packet.makeContiguous();
    byte[] b = packet.head();
    int at = packet.offset();
    int offset = Ipv4Header.fragmentOffset(b, at);
    int length = Ipv4Header.payloadLength(b, at);
    boolean more = Ipv4Header.moreFragments(b, at);
    layer.counters().reassemblyRequested(false);
    // RFC 791: "The fragment offset is measured in units of 8 octets": all but the last are such.
    boolean broken = length == 0 || more && (length & 7) != 0;
    if (broken || Ipv4Header.headerLength(b, at) + offset + length > Ipv4Header.MAX_TOTAL_LENGTH) {
      layer.drop(packet, DropReason.FRAGMENT_TOO_BIG);
      return null;
    }
    int protocol = Ipv4Header.protocol(b, at);
    Key key = new Key(source, destination, Ipv4Header.identification(b, at), protocol, 0);
    int data = Ipv4Header.payloadAt(b, at);
    return add(key, new Fragment(packet, data, offset, offset + length, more, at, 0), timeoutIpv4);
  }

  /**
   * Adds a fragment.
   *
   * @param packet valid, begins with its IPv6 header
   * @param headers what was found in it, a Fragment header that is not atomic among it
   * @return the whole datagram if it was the last fragment missing, else null
   */
  @Nullable Packet addIpv6(
      Packet packet, Ipv6ExtensionHeaders headers, IpAddress source, IpAddress destination) {
    byte[] b = packet.head();
    int at = packet.offset();
    int header = headers.fragmentAt();
    int data = Ipv6FragmentHeader.payloadAt(header);
    int offset = Ipv6FragmentHeader.fragmentOffset(b, header);
    int length = Ipv6Header.end(b, at) - data;
    boolean more = Ipv6FragmentHeader.moreFragments(b, header);
    layer.counters().reassemblyRequested(true);
    if (more && (length & 7) != 0) {
      // RFC 8200 4.5: "that fragment must be discarded and an ICMP Parameter Problem, Code 0,
      // message
      // should be sent to the source of the fragment, pointing to the Payload Length field".
      return refuseIpv6(packet, 4);
    }
    if (header - at - Ipv6Header.LENGTH + offset + length > Ipv6Header.MAX_PAYLOAD_LENGTH) {
      // RFC 8200 4.5: "pointing to the Fragment Offset field of the fragment packet".
      return refuseIpv6(packet, header + 2 - at);
    }
    if (length == 0) {
      layer.drop(packet, DropReason.FRAGMENT_TOO_BIG);
      return null;
    }
    int zone = source.isLinkLocal() ? packet.interfaceIndex() : 0;
    Key key = new Key(source, destination, Ipv6FragmentHeader.identification(b, header), 0, zone);
    int field = headers.fragmentNextHeaderFieldAt();
    return add(
        key, new Fragment(packet, data, offset, offset + length, more, header, field), timeoutIpv6);
  }

  private @Nullable Packet refuseIpv6(Packet packet, int pointer) {
    icmp.parameterProblemIpv6(packet, Icmpv6Header.ERRONEOUS_HEADER, pointer);
    layer.drop(packet, DropReason.FRAGMENT_TOO_BIG);
    return null;
  }

  private @Nullable Packet add(Key key, Fragment fragment, long timeout) {
    int cost = fragment.packet().head().length + FRAGMENT_OVERHEAD;
    if (!reserve(cost)) {
      layer.drop(fragment.packet(), DropReason.REASSEMBLY_MEMORY);
      return null;
    }
    long deadline = Clock.after(layer.engine().now(), timeout);
    Addition addition = new Addition(fragment, cost, deadline);
    partials.compute(key, addition);
    if (addition.opened) {
      timer.armNoLaterThan(deadline);
    }
    if (addition.reason != null) {
      layer.drop(fragment.packet(), addition.reason);
    }
    if (addition.whole != null) {
      layer.counters().reassembled(key.source.isIpv6());
    }
    return addition.whole;
  }

  private boolean reserve(int bytes) {
    if (memory.addAndGet(bytes) > memoryLimit) {
      memory.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  /** One fragment on its way into its datagram, and what came of it. */
  private final class Addition implements BiFunction<Key, PartialDatagram, PartialDatagram> {
    private final Fragment fragment;
    private final int cost;
    private final long deadline;
    private boolean opened;
    private @Nullable DropReason reason;
    private @Nullable Packet whole;

    Addition(Fragment fragment, int cost, long deadline) {
      this.fragment = fragment;
      this.cost = cost;
      this.deadline = deadline;
    }

    @Override
    public @Nullable PartialDatagram apply(Key key, @Nullable PartialDatagram before) {
      PartialDatagram partial = before;
      if (partial == null) {
        if (!reserve(DATAGRAM_OVERHEAD)) {
          memory.addAndGet(-cost);
          reason = DropReason.REASSEMBLY_MEMORY;
          return null;
        }
        partial = new PartialDatagram(key.source.isIpv6(), deadline, DATAGRAM_OVERHEAD);
        opened = true;
      }
      return switch (partial.add(fragment, cost)) {
        case KEPT -> finish(partial);
        case DUPLICATE -> {
          memory.addAndGet(-cost);
          yield partial;
        }
        case OVERLAP -> {
          memory.addAndGet(-cost);
          reason = DropReason.FRAGMENT_OVERLAP;
          yield giveUp(key, partial);
        }
      };
    }

    private @Nullable PartialDatagram finish(PartialDatagram partial) {
      if (!partial.isComplete()) {
        return partial;
      }
      memory.addAndGet(-partial.cost());
      whole = partial.build();
      if (whole == null) {
        reason = DropReason.FRAGMENT_TOO_BIG;
      }
      return null;
    }

    /**
     * RFC 5722 4: "the entire datagram (and any constituent fragments, including those not yet
     * received) MUST be silently discarded": for IPv6 the empty datagram stays to catch them. An
     * IPv4 identification is used again too soon for that.
     */
    private @Nullable PartialDatagram giveUp(Key key, PartialDatagram partial) {
      int freed = partial.discard();
      boolean remember = key.source.isIpv6();
      memory.addAndGet(remember ? -freed : -freed - DATAGRAM_OVERHEAD);
      return remember ? partial : null;
    }
  }

  private void onTimer() {
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      long now = layer.engine().now();
      long next = Clock.NEVER;
      for (var entry : partials.entrySet()) {
        PartialDatagram partial = entry.getValue();
        if (partial.deadline() > now) {
          next = Math.min(next, partial.deadline());
        } else {
          expire(entry.getKey(), now);
        }
      }
      if (next != Clock.NEVER) {
        timer.armNoLaterThan(Math.max(next, now + GRANULARITY));
      }
    } finally {
      queue.exit();
    }
  }

  private void expire(Key key, long now) {
    PartialDatagram[] gone = new PartialDatagram[1];
    partials.computeIfPresent(
        key,
        (k, partial) -> {
          if (partial.deadline() > now) {
            return partial;
          }
          gone[0] = partial;
          return null;
        });
    PartialDatagram partial = gone[0];
    if (partial == null) {
      return;
    }
    memory.addAndGet(-partial.cost());
    Packet first = partial.firstPacket();
    Packet any = first == null ? partial.anyPacket() : first;
    if (any != null) {
      layer.drop(any, DropReason.REASSEMBLY_TIMEOUT);
    }
    if (first != null) {
      // RFC 1122 3.3.2: "an ICMP Time Exceeded message sent to the source host (if fragment zero
      // has been received)"; RFC 8200 4.5 says the same.
      icmp.reassemblyTimeExceeded(first);
    }
  }

  void close() {
    timer.disarm();
    partials.clear();
    memory.set(0);
  }

  /**
   * A fragment: {@code offset..end-1} of the datagram's payload.
   *
   * @param data where its bytes begin in the packet's head
   * @param headerAt IPv4: where the IPv4 header begins; IPv6: where the Fragment header begins
   * @param nextHeaderFieldAt IPv6: where the byte is that announces the Fragment header
   */
  record Fragment(
      Packet packet,
      int data,
      int offset,
      int end,
      boolean more,
      int headerAt,
      int nextHeaderFieldAt) {
    int length() {
      return end - offset;
    }
  }
}
