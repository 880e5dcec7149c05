// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.event.ConnectionClosedEvent;
import org.loopstack.event.ConnectionEstablishedEvent;
import org.loopstack.event.ConnectionOpenedEvent;
import org.loopstack.event.FlightRecording;
import org.loopstack.event.RetransmissionEvent;
import org.loopstack.internet.Errno;

/** Tells the Flight Recorder of a connection's life. Called with the endpoint's lock held. */
final class ConnectionEvents {
  /** Why a segment is sent again. */
  enum Kind {
    /** It is lost, by what acknowledgments say. */
    FAST(TcpCounter.FAST_RETRANS),
    /** A timeout has given it up with others; its turn has come. */
    SLOW_START(TcpCounter.SLOW_START_RETRANS),
    /** It is the first of what has timed out. */
    TIMEOUT(null),
    /** To make the end of a flight be acknowledged (RFC 8985 section 7). */
    LOSS_PROBE(null),
    /** A SYN or SYN-ACK that was not answered. */
    SYN(null);

    private final @Nullable TcpCounter counter;

    Kind(@Nullable TcpCounter counter) {
      this.counter = counter;
    }

    void count(TcpStatistics statistics) {
      if (counter != null) {
        statistics.increment(counter);
      }
    }
  }

  private ConnectionEvents() {}

  static void opened(TcpConnection c, boolean passive) {
    if (FlightRecording.ofOpenings()) {
      FourTuple ends = c.out.ends();
      new ConnectionOpenedEvent(local(ends), remote(ends), passive).commit();
    }
  }

  static void established(TcpConnection c, long now) {
    if (FlightRecording.ofHandshakes()) {
      FourTuple ends = c.out.ends();
      boolean passive = c.handshake.isPassive();
      long handshake = now - c.counters.begunAt();
      new ConnectionEstablishedEvent(local(ends), remote(ends), passive, handshake).commit();
    }
  }

  static void closed(
      FourTuple ends,
      TcpState last,
      @Nullable Errno reason,
      long lifetime,
      long bytesSent,
      long bytesReceived,
      int sentAgain) {
    if (FlightRecording.ofClosings()) {
      new ConnectionClosedEvent(
              local(ends),
              remote(ends),
              last.name().replace('_', '-'),
              reason == null ? "" : reason.name(),
              lifetime,
              bytesSent,
              bytesReceived,
              sentAgain)
          .commit();
    }
  }

  static void sentAgain(TcpConnection c, Kind kind, int sequence, int length) {
    if (FlightRecording.ofRetransmissions()) {
      FourTuple ends = c.out.ends();
      new RetransmissionEvent(
              local(ends), remote(ends), kind.name(), Integer.toUnsignedLong(sequence), length)
          .commit();
    }
  }

  private static String local(FourTuple ends) {
    return text(ends.local().isIpv6(), ends.local().toString(), ends.localPort());
  }

  private static String remote(FourTuple ends) {
    return text(ends.remote().isIpv6(), ends.remote().toString(), ends.remotePort());
  }

  private static String text(boolean ipv6, String address, int port) {
    return ipv6 ? "[" + address + "]:" + port : address + ":" + port;
  }
}
