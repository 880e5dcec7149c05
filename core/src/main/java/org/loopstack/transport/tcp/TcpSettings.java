// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.TransportOptions;

/**
 * What a user has set on one TCP socket. A connection that is accepted inherits a copy of its
 * listener's. Guarded by the endpoint's lock.
 */
final class TcpSettings {
  private static final long SECOND = 1_000_000_000L;

  /** The least buffer, below which a socket could not work: SOCK_MIN_SNDBUF of Linux, about. */
  private static final int MIN_BUFFER = 2304;

  private static final int MAX_BUFFER = 1 << 28;

  /** The options of a connection. */
  static final Set<SocketOption<?>> STREAM_OPTIONS =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.IP_TOS,
          StandardSocketOptions.TCP_NODELAY,
          ExtendedSocketOptions.TCP_KEEPIDLE,
          ExtendedSocketOptions.TCP_KEEPINTERVAL,
          ExtendedSocketOptions.TCP_KEEPCOUNT,
          TransportOptions.SO_OOBINLINE);

  /** The options of a listener. */
  static final Set<SocketOption<?>> LISTENER_OPTIONS =
      Set.of(
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          ExtendedSocketOptions.TCP_KEEPIDLE,
          ExtendedSocketOptions.TCP_KEEPINTERVAL,
          ExtendedSocketOptions.TCP_KEEPCOUNT);

  int sendBuffer;
  int receiveBuffer;
  boolean reuseAddress;
  boolean reusePort;
  boolean keepAlive;
  long keepAliveIdle;
  long keepAliveInterval;
  int keepAliveProbes;
  boolean noDelay;

  /** TCP_CORK: only full segments go. */
  boolean cork;

  /** The congestion control algorithm, by name. */
  String congestion;

  boolean urgentInline;

  /** Seconds, or -1 for no lingering. */
  int linger = -1;

  int trafficClass;
  final int ttl;

  TcpSettings(TcpConfiguration configuration) {
    sendBuffer = configuration.sendBuffer();
    receiveBuffer = configuration.receiveBuffer();
    keepAliveIdle = configuration.keepAliveIdle();
    keepAliveInterval = configuration.keepAliveInterval();
    keepAliveProbes = configuration.keepAliveProbes();
    ttl = configuration.ttl();
    congestion = configuration.congestion();
  }

  TcpSettings(TcpSettings from) {
    sendBuffer = from.sendBuffer;
    receiveBuffer = from.receiveBuffer;
    reuseAddress = from.reuseAddress;
    reusePort = from.reusePort;
    keepAlive = from.keepAlive;
    keepAliveIdle = from.keepAliveIdle;
    keepAliveInterval = from.keepAliveInterval;
    keepAliveProbes = from.keepAliveProbes;
    noDelay = from.noDelay;
    urgentInline = from.urgentInline;
    linger = from.linger;
    trafficClass = from.trafficClass;
    ttl = from.ttl;
    cork = from.cork;
    congestion = from.congestion;
  }

  /** Sets an option that is supported. */
  <T> void set(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    if (value == null) {
      throw new ErrnoException(Errno.EINVAL);
    }
    switch (option.name()) {
      case "SO_SNDBUF" -> sendBuffer = Math.clamp(integer(value), MIN_BUFFER, MAX_BUFFER);
      case "SO_RCVBUF" -> receiveBuffer = Math.clamp(integer(value), MIN_BUFFER, MAX_BUFFER);
      case "SO_REUSEADDR" -> reuseAddress = (Boolean) value;
      case "SO_REUSEPORT" -> reusePort = (Boolean) value;
      case "SO_KEEPALIVE" -> keepAlive = (Boolean) value;
      case "SO_LINGER" -> linger = Math.clamp(integer(value), -1, 65_535);
      // The two low bits are for ECN and not the user's.
      case "IP_TOS" -> trafficClass = integer(value) & 0xfc;
      case "TCP_NODELAY" -> noDelay = (Boolean) value;
      case "SO_OOBINLINE" -> urgentInline = (Boolean) value;
      // Ranges as Linux: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT.
      case "TCP_KEEPIDLE" -> keepAliveIdle = within(value, 32_767) * SECOND;
      case "TCP_KEEPINTERVAL" -> keepAliveInterval = within(value, 32_767) * SECOND;
      case "TCP_KEEPCOUNT" -> keepAliveProbes = within(value, 127);
      default -> throw new UnsupportedOperationException("'" + option + "' not supported");
    }
  }

  private static int integer(Object value) {
    return (Integer) value;
  }

  private static int within(Object value, int max) throws ErrnoException {
    int n = integer(value);
    if (n < 1 || n > max) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return n;
  }

  /** The value of an option that is supported. */
  <T> T get(SocketOption<T> option) {
    Object value =
        switch (option.name()) {
          case "SO_SNDBUF" -> sendBuffer;
          case "SO_RCVBUF" -> receiveBuffer;
          case "SO_REUSEADDR" -> reuseAddress;
          case "SO_REUSEPORT" -> reusePort;
          case "SO_KEEPALIVE" -> keepAlive;
          case "SO_LINGER" -> linger;
          case "IP_TOS" -> trafficClass;
          case "TCP_NODELAY" -> noDelay;
          case "SO_OOBINLINE" -> urgentInline;
          case "TCP_KEEPIDLE" -> (int) (keepAliveIdle / SECOND);
          case "TCP_KEEPINTERVAL" -> (int) (keepAliveInterval / SECOND);
          case "TCP_KEEPCOUNT" -> keepAliveProbes;
          default -> throw new UnsupportedOperationException("'" + option + "' not supported");
        };
    return option.type().cast(value);
  }
}
