// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.transport.info.SocketDetails;
import org.loopstack.transport.info.SocketMemory;
import org.loopstack.transport.info.SocketTimer;

/** Takes the snapshot that the inspector shows. Called with the endpoint's lock held. */
final class SocketDetailsReader {
  private static final long SECOND = 1_000_000_000L;

  private SocketDetailsReader() {}

  static SocketDetails of(TcpConnection c, long now) {
    TcpSettings s = c.settings;
    return new SocketDetails(
        timer(c, now),
        new SocketMemory(
            c.receiver.buffer.held() + c.receiver.queue.held(),
            c.receiver.capacity(),
            c.sender.buffer.held(),
            s.sendBuffer,
            0),
        options(s),
        c.sender.congestion().name(),
        TcpInfoReader.of(c, now));
  }

  static SocketDetails ofListener(TcpSettings s, int waiting, int backlog) {
    return new SocketDetails(
        null,
        new SocketMemory(0, s.receiveBuffer, 0, s.sendBuffer, 0),
        options(s),
        s.congestion,
        TcpInfoReader.without(TcpState.LISTEN, waiting, backlog));
  }

  static SocketDetails ofHalfOpen(TcpSettings s, long deadline, int retries, long now) {
    return new SocketDetails(
        timer(SocketTimer.Kind.ON, deadline, retries, now),
        new SocketMemory(0, s.receiveBuffer, 0, s.sendBuffer, 0),
        Map.of(),
        null,
        null);
  }

  static SocketDetails ofTimeWait(long deadline, long now) {
    return new SocketDetails(
        timer(SocketTimer.Kind.TIMEWAIT, deadline, 0, now),
        new SocketMemory(0, 0, 0, 0, 0),
        Map.of(),
        null,
        null);
  }

  /** The one that Linux shows: what is sent again goes before the probes, these before the rest. */
  private static @Nullable SocketTimer timer(TcpConnection c, long now) {
    TcpTimers t = c.timers;
    long again =
        Math.min(
            t.deadline(TcpTimers.Kind.RETRANSMISSION),
            Math.min(t.deadline(TcpTimers.Kind.LOSS_PROBE), t.deadline(TcpTimers.Kind.REORDERING)));
    if (again != Clock.NEVER) {
      int count = Math.max(c.sender.patience.timeouts(), c.handshake.retries());
      return timer(SocketTimer.Kind.ON, again, count, now);
    }
    if (t.isSet(TcpTimers.Kind.PERSIST)) {
      return timer(
          SocketTimer.Kind.PERSIST,
          t.deadline(TcpTimers.Kind.PERSIST),
          c.sender.patience.probes(),
          now);
    }
    if (t.isSet(TcpTimers.Kind.LINGER)) {
      return timer(SocketTimer.Kind.TIMEWAIT, t.deadline(TcpTimers.Kind.LINGER), 0, now);
    }
    return t.isSet(TcpTimers.Kind.KEEP_ALIVE)
        ? timer(
            SocketTimer.Kind.KEEPALIVE,
            t.deadline(TcpTimers.Kind.KEEP_ALIVE),
            c.keepAliveProbes(),
            now)
        : null;
  }

  private static SocketTimer timer(SocketTimer.Kind kind, long deadline, int count, long now) {
    return new SocketTimer(kind, Math.max(0, deadline - now), count);
  }

  private static Map<String, String> options(TcpSettings s) {
    Map<String, String> all = new LinkedHashMap<>();
    flag(all, "SO_REUSEADDR", s.reuseAddress);
    flag(all, "SO_REUSEPORT", s.reusePort);
    flag(all, "SO_OOBINLINE", s.urgentInline);
    flag(all, "IPV6_V6ONLY", s.v6Only);
    flag(all, "TCP_NODELAY", s.noDelay);
    flag(all, "TCP_CORK", s.cork);
    flag(all, "SO_KEEPALIVE", s.keepAlive);
    if (s.keepAlive) {
      all.put("TCP_KEEPIDLE", "" + s.keepAliveIdle / SECOND);
      all.put("TCP_KEEPINTERVAL", "" + s.keepAliveInterval / SECOND);
      all.put("TCP_KEEPCOUNT", "" + s.keepAliveProbes);
    }
    number(all, "SO_LINGER", s.linger, -1);
    number(all, "SO_RCVLOWAT", s.lowWater, 1);
    number(all, "IP_TOS", s.trafficClass, 0);
    number(all, "TCP_MAXSEG", s.maxSegment, 0);
    number(all, "TCP_USER_TIMEOUT", s.userTimeout, 0);
    number(all, "TCP_FASTOPEN", s.fastOpen, 0);
    number(all, "TCP_DEFER_ACCEPT", s.deferAccept == 0 ? 0 : (int) s.get("TCP_DEFER_ACCEPT"), 0);
    return all;
  }

  private static void flag(Map<String, String> all, String name, boolean on) {
    if (on) {
      all.put(name, "on");
    }
  }

  private static void number(Map<String, String> all, String name, int value, int usual) {
    if (value != usual) {
      all.put(name, "" + value);
    }
  }
}
