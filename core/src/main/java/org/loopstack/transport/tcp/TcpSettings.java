// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashSet;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.info.TcpReport;

/**
 * What a user has set on one TCP socket. A connection that is accepted inherits its listener's.
 * Several sockets share one as long as their users change nothing: only one's own copy is changed,
 * under the endpoint's lock.
 */
final class TcpSettings {
  private static final long SECOND = 1_000_000_000L;

  /** The least buffer, below which a socket could not work: SOCK_MIN_SNDBUF of Linux, about. */
  private static final int MIN_BUFFER = 2304;

  /** TCP_MIN_MSS and MAX_TCP_WINDOW of Linux: what TCP_MAXSEG can be. */
  private static final int MIN_SEGMENT = 88;

  private static final int MAX_SEGMENT = 32_767;

  /** What TCP_MAXSEG tells before there is a connection: "a default send MSS of 536". */
  private static final int DEFAULT_SEGMENT = 536;

  /** The longest time that a User Timeout Option can tell: 32,767 minutes (RFC 5482 section 3). */
  private static final int MAX_USER_TIMEOUT_OPTION = 32_767 * 60;

  /** The options of a connection. */
  private static final Set<SocketOption<?>> STREAM_OPTIONS = streamOptions();

  private static final Set<SocketOption<?>> IPV4_STREAM_OPTIONS = ofIpv4(STREAM_OPTIONS);

  /** The options of a listener. */
  private static final Set<SocketOption<?>> LISTENER_OPTIONS = listenerOptions();

  private static final Set<SocketOption<?>> IPV4_LISTENER_OPTIONS = ofIpv4(LISTENER_OPTIONS);

  private final TcpConfiguration configuration;

  int sendBuffer;
  int receiveBuffer;

  /** Whether the user has chosen the buffer's size: then it stays so. */
  boolean receiveBufferChosen;

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

  /** IP_TTL and IPV6_UNICAST_HOPS, or -1 for what the configuration says. */
  private int ttl = -1;

  private int hops = -1;

  /** IP_OPTIONS: what {@link IpOptions#check} has passed. */
  byte[] ipOptions = {};

  /** TCP_REPORTS. */
  TcpReport.Listener reports = TcpReport.Listener.NOBODY;

  /** IPV6_V6ONLY. */
  boolean v6Only;

  /** SO_RCVLOWAT. */
  int lowWater = 1;

  /** What TCP_QUICKACK was set to; while a connection is open it goes its own ways. */
  boolean quickAck = true;

  /** TCP_MAXSEG, or 0. */
  int maxSegment;

  /** TCP_USER_TIMEOUT in milliseconds, or 0. */
  int userTimeout;

  /** TCP_SYNCNT, or 0. */
  private int synCount;

  /** TCP_USER_TIMEOUT_OPTION in seconds, or 0. */
  int userTimeoutOption;

  /** TCP_DEFER_ACCEPT, in timeouts of the SYN-ACK. */
  int deferAccept;

  /** TCP_FASTOPEN: how many connections may wait that began with data. */
  int fastOpen;

  /** TCP_FASTOPEN_CONNECT. */
  boolean fastOpenConnect;

  private static Set<SocketOption<?>> common() {
    Set<SocketOption<?>> all = new HashSet<>();
    all.add(StandardSocketOptions.SO_RCVBUF);
    all.add(StandardSocketOptions.SO_REUSEADDR);
    all.add(StandardSocketOptions.SO_REUSEPORT);
    all.add(TransportOptions.SO_RCVLOWAT);
    all.add(TransportOptions.SO_ERROR);
    all.add(TransportOptions.IP_TTL);
    all.add(TransportOptions.IP_OPTIONS);
    all.add(TransportOptions.IPV6_UNICAST_HOPS);
    all.add(TransportOptions.IPV6_V6ONLY);
    all.add(TransportOptions.TCP_MAXSEG);
    all.add(TransportOptions.TCP_USER_TIMEOUT);
    all.add(TransportOptions.TCP_USER_TIMEOUT_OPTION);
    all.add(TransportOptions.TCP_SYNCNT);
    all.add(TransportOptions.TCP_CONGESTION);
    all.add(TransportOptions.TCP_DEFER_ACCEPT);
    all.add(TransportOptions.TCP_INFO);
    all.add(TransportOptions.TCP_REPORTS);
    try {
      all.add(ExtendedSocketOptions.TCP_KEEPIDLE);
      all.add(ExtendedSocketOptions.TCP_KEEPINTERVAL);
      all.add(ExtendedSocketOptions.TCP_KEEPCOUNT);
    } catch (NoClassDefFoundError withoutModule) {
      // A runtime image without jdk.net has nobody who could name them.
    }
    return all;
  }

  private static Set<SocketOption<?>> streamOptions() {
    Set<SocketOption<?>> all = common();
    all.add(StandardSocketOptions.SO_SNDBUF);
    all.add(StandardSocketOptions.SO_KEEPALIVE);
    all.add(StandardSocketOptions.SO_LINGER);
    all.add(StandardSocketOptions.IP_TOS);
    all.add(StandardSocketOptions.TCP_NODELAY);
    all.add(TransportOptions.SO_OOBINLINE);
    all.add(TransportOptions.TCP_URGENT_BYTE);
    all.add(TransportOptions.TCP_AT_MARK);
    all.add(TransportOptions.TCP_CORK);
    all.add(TransportOptions.TCP_FASTOPEN_CONNECT);
    try {
      all.add(ExtendedSocketOptions.TCP_QUICKACK);
    } catch (NoClassDefFoundError withoutModule) {
      // As above.
    }
    return Set.copyOf(all);
  }

  /** Without those that {@link AddressFamily#check} refuses. */
  private static Set<SocketOption<?>> ofIpv4(Set<SocketOption<?>> all) {
    Set<SocketOption<?>> some = new HashSet<>(all);
    some.remove(TransportOptions.IPV6_UNICAST_HOPS);
    some.remove(TransportOptions.IPV6_V6ONLY);
    return Set.copyOf(some);
  }

  static Set<SocketOption<?>> streamOptions(AddressFamily family) {
    return family == AddressFamily.INET ? IPV4_STREAM_OPTIONS : STREAM_OPTIONS;
  }

  static Set<SocketOption<?>> listenerOptions(AddressFamily family) {
    return family == AddressFamily.INET ? IPV4_LISTENER_OPTIONS : LISTENER_OPTIONS;
  }

  private static Set<SocketOption<?>> listenerOptions() {
    Set<SocketOption<?>> all = common();
    all.add(TransportOptions.TCP_FASTOPEN);
    return Set.copyOf(all);
  }

  TcpSettings(TcpConfiguration configuration) {
    this.configuration = configuration;
    sendBuffer = configuration.sendBuffer();
    receiveBuffer = configuration.receiveBuffer();
    keepAliveIdle = configuration.keepAliveIdle();
    keepAliveInterval = configuration.keepAliveInterval();
    keepAliveProbes = configuration.keepAliveProbes();
    congestion = configuration.congestion();
  }

  TcpSettings(TcpSettings from) {
    configuration = from.configuration;
    sendBuffer = from.sendBuffer;
    receiveBuffer = from.receiveBuffer;
    receiveBufferChosen = from.receiveBufferChosen;
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
    hops = from.hops;
    ipOptions = from.ipOptions;
    reports = from.reports;
    v6Only = from.v6Only;
    lowWater = from.lowWater;
    quickAck = from.quickAck;
    maxSegment = from.maxSegment;
    userTimeout = from.userTimeout;
    userTimeoutOption = from.userTimeoutOption;
    synCount = from.synCount;
    deferAccept = from.deferAccept;
    fastOpen = from.fastOpen;
    fastOpenConnect = from.fastOpenConnect;
    cork = from.cork;
    congestion = from.congestion;
  }

  /** Sets an option that is supported. */
  <T> void set(SocketOption<T> option, @Nullable T value) throws ErrnoException {
    if (value == null) {
      throw new ErrnoException(Errno.EINVAL);
    }
    switch (option.name()) {
      case "SO_SNDBUF" -> sendBuffer = cut(value, configuration.maxSendBuffer());
      case "SO_RCVBUF" -> {
        receiveBuffer = cut(value, configuration.maxReceiveBuffer());
        receiveBufferChosen = true;
      }
      // As Linux: at most half the buffer, for more will perhaps never be there at once.
      case "SO_RCVLOWAT" -> lowWater = lowWater(integer(value));
      case "SO_REUSEADDR" -> reuseAddress = (Boolean) value;
      case "SO_REUSEPORT" -> reusePort = (Boolean) value;
      case "SO_KEEPALIVE" -> keepAlive = (Boolean) value;
      case "SO_LINGER" -> linger = Math.clamp(integer(value), -1, 65_535);
      // The two low bits are for ECN and not the user's.
      case "IP_TOS" -> trafficClass = integer(value) & 0xfc;
      case "TCP_NODELAY" -> noDelay = (Boolean) value;
      case "SO_OOBINLINE" -> urgentInline = (Boolean) value;
      // Ranges as Linux: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT.
      case "TCP_KEEPIDLE" -> keepAliveIdle = within(value, 1, 32_767) * SECOND;
      case "TCP_KEEPINTERVAL" -> keepAliveInterval = within(value, 1, 32_767) * SECOND;
      case "TCP_KEEPCOUNT" -> keepAliveProbes = within(value, 1, 127);
      case "IP_TTL" -> ttl = integer(value) == -1 ? -1 : within(value, 1, 255);
      case "IPV6_UNICAST_HOPS" -> hops = within(value, -1, 255);
      case "IPV6_V6ONLY" -> v6Only = (Boolean) value;
      default -> setOwn(option.name(), value);
    }
  }

  /** The options of TCP for which the JDK has no constant, and TCP_QUICKACK. */
  private void setOwn(String name, Object value) throws ErrnoException {
    switch (name) {
      case "TCP_CORK" -> cork = (Boolean) value;
      case "TCP_QUICKACK" -> quickAck = (Boolean) value;
      case "TCP_MAXSEG" ->
          maxSegment = integer(value) == 0 ? 0 : within(value, MIN_SEGMENT, MAX_SEGMENT);
      case "TCP_USER_TIMEOUT" -> userTimeout = within(value, 0, Integer.MAX_VALUE);
      // MAX_TCP_SYNCNT.
      case "TCP_SYNCNT" -> synCount = within(value, 1, 127);
      case "TCP_USER_TIMEOUT_OPTION" ->
          userTimeoutOption = within(value, 0, MAX_USER_TIMEOUT_OPTION);
      case "TCP_CONGESTION" -> {
        if (!CongestionControls.isKnown((String) value)) {
          throw new ErrnoException(Errno.ENOENT);
        }
        congestion = (String) value;
      }
      case "TCP_DEFER_ACCEPT" -> deferAccept = timeouts(integer(value));
      case "TCP_FASTOPEN" -> fastOpen = within(value, 0, Integer.MAX_VALUE);
      case "TCP_FASTOPEN_CONNECT" -> {
        if (!FastOpen.isClientAllowed(configuration)) {
          throw new ErrnoException(Errno.EOPNOTSUPP);
        }
        fastOpenConnect = (Boolean) value;
      }
      case "TCP_REPORTS" -> reports = (TcpReport.Listener) value;
      case "IP_OPTIONS" -> ipOptions = IpOptions.check((byte[]) value);
      case "TCP_INFO", "SO_ERROR", "TCP_URGENT_BYTE", "TCP_AT_MARK" ->
          throw new ErrnoException(Errno.ENOPROTOOPT);
      default -> throw new UnsupportedOperationException("'" + name + "' not supported");
    }
  }

  private static int cut(Object value, int most) {
    return Math.max(MIN_BUFFER, Math.min(integer(value), most));
  }

  private int lowWater(int value) {
    int wanted = value < 0 ? Integer.MAX_VALUE : value;
    boolean tuned = !receiveBufferChosen && configuration.receiveAutoTuning();
    int most = tuned ? configuration.maxTunedReceiveBuffer() : receiveBuffer / 2;
    return Math.max(1, Math.min(wanted, most));
  }

  /** How many timeouts of a SYN-ACK it takes until so many seconds have passed, as Linux counts. */
  private int timeouts(int seconds) {
    int count = 0;
    for (long left = seconds * SECOND; left > 0 && count < 255; count++) {
      left -= timeout(count);
    }
    return count;
  }

  /** The seconds that so many timeouts of a SYN-ACK take. */
  private int seconds(int timeouts) {
    long sum = 0;
    for (int i = 0; i < timeouts; i++) {
      sum += timeout(i);
    }
    return (int) (sum / SECOND);
  }

  private long timeout(int doublings) {
    return Math.min(configuration.initialRto() << Math.min(doublings, 20), configuration.maxRto());
  }

  /** The time to live of a datagram of the connection. */
  int ttl(boolean ipv4) {
    int chosen = ipv4 ? ttl : hops;
    return chosen < 0 ? configuration.ttl() : chosen;
  }

  private static int integer(Object value) {
    return (Integer) value;
  }

  private static int within(Object value, int min, int max) throws ErrnoException {
    int n = integer(value);
    if (n < min || n > max) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return n;
  }

  /** How often a SYN is sent again, those times not counted that follow at a steady pace. */
  int synRetries() {
    return synCount == 0 ? configuration.synRetries() : synCount;
  }

  /** How often a SYN-ACK is. */
  int synAckRetries() {
    return synCount == 0 ? configuration.synAckRetries() : synCount;
  }

  /** The value of an option as it was set. */
  Object get(String name) {
    return switch (name) {
      case "SO_SNDBUF" -> sendBuffer;
      case "SO_RCVBUF" -> receiveBuffer;
      case "SO_RCVLOWAT" -> lowWater;
      case "SO_REUSEADDR" -> reuseAddress;
      case "SO_REUSEPORT" -> reusePort;
      case "SO_KEEPALIVE" -> keepAlive;
      case "SO_LINGER" -> linger;
      case "SO_ERROR" -> 0;
      case "SO_OOBINLINE" -> urgentInline;
      case "TCP_URGENT_BYTE" -> UrgentMark.NONE;
      case "TCP_AT_MARK" -> false;
      case "IP_TOS" -> trafficClass;
      case "IP_TTL" -> ttl(true);
      case "IPV6_UNICAST_HOPS" -> ttl(false);
      case "IPV6_V6ONLY" -> v6Only;
      case "TCP_NODELAY" -> noDelay;
      case "TCP_CORK" -> cork;
      case "TCP_REPORTS" -> reports;
      case "IP_OPTIONS" -> ipOptions.clone();
      case "TCP_QUICKACK" -> quickAck;
      case "TCP_KEEPIDLE" -> (int) (keepAliveIdle / SECOND);
      case "TCP_KEEPINTERVAL" -> (int) (keepAliveInterval / SECOND);
      case "TCP_KEEPCOUNT" -> keepAliveProbes;
      case "TCP_MAXSEG" -> maxSegment == 0 ? DEFAULT_SEGMENT : maxSegment;
      case "TCP_USER_TIMEOUT" -> userTimeout;
      case "TCP_USER_TIMEOUT_OPTION" -> userTimeoutOption;
      case "TCP_SYNCNT" -> synRetries();
      case "TCP_CONGESTION" -> congestion;
      case "TCP_DEFER_ACCEPT" -> seconds(deferAccept);
      case "TCP_FASTOPEN" -> fastOpen;
      case "TCP_FASTOPEN_CONNECT" -> fastOpenConnect;
      default -> throw new UnsupportedOperationException("'" + name + "' not supported");
    };
  }
}
