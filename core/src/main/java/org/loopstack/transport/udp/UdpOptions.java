// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import java.net.NetworkInterface;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.GroupMembership;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.TransportOptions;

/**
 * The options of one datagram socket, with Linux's defaults and limits. Written with the endpoint's
 * lock held, read by anybody.
 */
final class UdpOptions {
  private static final int MINIMUM_RECEIVE_BUFFER = 1152;
  private static final int MINIMUM_SEND_BUFFER = 2304;

  /** IP_DONTFRAGMENT, or null in a runtime image without the module jdk.net. */
  private static final @Nullable SocketOption<Boolean> DONT_FRAGMENT = findDontFragment();

  private static final Set<SocketOption<?>> SUPPORTED = supported();

  private static final Set<SocketOption<?>> SUPPORTED_IPV4 = supportedIpv4();

  private final UdpConfiguration configuration;
  private final GroupMembership interfaces;

  private int sendBuffer;
  private volatile int receiveBuffer;
  private boolean reuseAddress;
  private volatile boolean reusePort;
  private volatile boolean broadcast;
  private volatile boolean v6Only;
  private volatile boolean dontFragment;
  private volatile int trafficClass;
  // RFC 1112 section 6.1: "If the upper-layer protocol chooses not to specify a time-to-live, it
  // should default to 1 for all multicast IP datagrams".
  private volatile int multicastTtl = 1;

  /** IP_TTL and IPV6_UNICAST_HOPS, or -1 for what the configuration says. */
  private volatile int ttl = -1;

  private volatile int hops = -1;
  private volatile boolean multicastLoop = true;
  private volatile boolean multicastAll = true;
  private @Nullable NetworkInterface multicastInterface;
  private volatile int multicastIndex;

  UdpOptions(UdpConfiguration configuration, GroupMembership interfaces) {
    this.configuration = configuration;
    this.interfaces = interfaces;
    sendBuffer = configuration.sendBuffer();
    receiveBuffer = configuration.receiveBuffer();
  }

  private static @Nullable SocketOption<Boolean> findDontFragment() {
    try {
      return ExtendedSocketOptions.IP_DONTFRAGMENT;
    } catch (NoClassDefFoundError withoutModule) {
      return null;
    }
  }

  private static Set<SocketOption<?>> supported() {
    Set<SocketOption<?>> all = new HashSet<>();
    all.add(StandardSocketOptions.SO_SNDBUF);
    all.add(StandardSocketOptions.SO_RCVBUF);
    all.add(StandardSocketOptions.SO_REUSEADDR);
    all.add(StandardSocketOptions.SO_REUSEPORT);
    all.add(StandardSocketOptions.SO_BROADCAST);
    all.add(StandardSocketOptions.IP_TOS);
    all.add(StandardSocketOptions.IP_MULTICAST_IF);
    all.add(StandardSocketOptions.IP_MULTICAST_TTL);
    all.add(StandardSocketOptions.IP_MULTICAST_LOOP);
    all.add(TransportOptions.IP_MULTICAST_ALL);
    all.add(TransportOptions.IPV6_V6ONLY);
    all.add(TransportOptions.IP_TTL);
    all.add(TransportOptions.IPV6_UNICAST_HOPS);
    if (DONT_FRAGMENT != null) {
      all.add(DONT_FRAGMENT);
    }
    return Set.copyOf(all);
  }

  private static Set<SocketOption<?>> supportedIpv4() {
    Set<SocketOption<?>> some = new HashSet<>(SUPPORTED);
    some.remove(TransportOptions.IPV6_V6ONLY);
    some.remove(TransportOptions.IPV6_UNICAST_HOPS);
    return Set.copyOf(some);
  }

  static Set<SocketOption<?>> supported(AddressFamily family) {
    return family == AddressFamily.INET ? SUPPORTED_IPV4 : SUPPORTED;
  }

  void set(SocketOption<?> option, @Nullable Object value) throws ErrnoException {
    if (!SUPPORTED.contains(option)) {
      throw new UnsupportedOperationException("'" + option + "' not supported");
    }
    if (value instanceof Integer number) {
      setNumber(option, number);
    } else if (value instanceof Boolean flag) {
      setFlag(option, flag);
    } else if (option == StandardSocketOptions.IP_MULTICAST_IF) {
      setMulticastInterface(value instanceof NetworkInterface n ? n : null);
    } else {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  private void setNumber(SocketOption<?> option, int value) throws ErrnoException {
    if (option == StandardSocketOptions.SO_SNDBUF && value >= 0) {
      sendBuffer = cut(value, MINIMUM_SEND_BUFFER, configuration.maximumSendBuffer());
    } else if (option == StandardSocketOptions.SO_RCVBUF && value >= 0) {
      receiveBuffer = cut(value, MINIMUM_RECEIVE_BUFFER, configuration.maximumReceiveBuffer());
    } else if (option == StandardSocketOptions.IP_TOS && isOctet(value)) {
      trafficClass = value;
    } else if (option == StandardSocketOptions.IP_MULTICAST_TTL && isOctet(value)) {
      multicastTtl = value;
    } else if (option.equals(TransportOptions.IP_TTL) && value != 0 && isHops(value)) {
      ttl = value;
    } else if (option.equals(TransportOptions.IPV6_UNICAST_HOPS) && isHops(value)) {
      hops = value;
    } else {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  private static boolean isHops(int value) {
    return value == -1 || isOctet(value);
  }

  private static int cut(int value, int least, int most) {
    return Math.max(least, Math.min(value, most));
  }

  private static boolean isOctet(int value) {
    return value >= 0 && value <= 255;
  }

  private void setFlag(SocketOption<?> option, boolean value) throws ErrnoException {
    if (option == StandardSocketOptions.SO_REUSEADDR) {
      reuseAddress = value;
    } else if (option == StandardSocketOptions.SO_REUSEPORT) {
      reusePort = value;
    } else if (option.equals(TransportOptions.IPV6_V6ONLY)) {
      v6Only = value;
    } else if (option == StandardSocketOptions.SO_BROADCAST) {
      broadcast = value;
    } else if (option == StandardSocketOptions.IP_MULTICAST_LOOP) {
      multicastLoop = value;
    } else if (option.equals(TransportOptions.IP_MULTICAST_ALL)) {
      multicastAll = value;
    } else if (option == DONT_FRAGMENT) {
      dontFragment = value;
    } else {
      throw new ErrnoException(Errno.EINVAL);
    }
  }

  /** A {@link NetworkInterface} is the machine's; ours is the one of the same name. */
  private void setMulticastInterface(@Nullable NetworkInterface value) throws ErrnoException {
    int index = value == null ? 0 : interfaces.interfaceNamed(value.getName());
    if (value != null && index == 0) {
      throw new ErrnoException(Errno.EADDRNOTAVAIL);
    }
    multicastInterface = value;
    multicastIndex = index;
  }

  @Nullable Object get(SocketOption<?> option) {
    if (option == StandardSocketOptions.SO_SNDBUF) {
      return sendBuffer;
    } else if (option == StandardSocketOptions.SO_RCVBUF) {
      return receiveBuffer;
    } else if (option == StandardSocketOptions.SO_REUSEADDR) {
      return reuseAddress;
    } else if (option == StandardSocketOptions.SO_REUSEPORT) {
      return reusePort;
    } else if (option.equals(TransportOptions.IPV6_V6ONLY)) {
      return v6Only;
    } else if (option == StandardSocketOptions.SO_BROADCAST) {
      return broadcast;
    } else if (option == StandardSocketOptions.IP_TOS) {
      return trafficClass;
    } else if (option == StandardSocketOptions.IP_MULTICAST_IF) {
      return multicastInterface;
    } else if (option == StandardSocketOptions.IP_MULTICAST_TTL) {
      return multicastTtl;
    } else if (option.equals(TransportOptions.IP_TTL)) {
      return ttl(false, true);
    } else if (option.equals(TransportOptions.IPV6_UNICAST_HOPS)) {
      return ttl(false, false);
    } else if (option == StandardSocketOptions.IP_MULTICAST_LOOP) {
      return multicastLoop;
    } else if (option.equals(TransportOptions.IP_MULTICAST_ALL)) {
      return multicastAll;
    } else if (option == DONT_FRAGMENT) {
      return dontFragment;
    }
    throw new UnsupportedOperationException("'" + option + "' not supported");
  }

  /** What the datagrams that wait may cost in all: as on Linux, twice what the user sees. */
  int receiveLimit() {
    return 2 * receiveBuffer;
  }

  int sendBuffer() {
    return sendBuffer;
  }

  /** Those that say something, for the inspector. */
  Map<String, String> notable() {
    Map<String, String> all = new LinkedHashMap<>();
    flag(all, "SO_REUSEADDR", reuseAddress);
    flag(all, "SO_REUSEPORT", reusePort);
    flag(all, "SO_BROADCAST", broadcast);
    flag(all, "IPV6_V6ONLY", v6Only);
    flag(all, "IP_DONTFRAGMENT", dontFragment);
    if (trafficClass != 0) {
      all.put("IP_TOS", "" + trafficClass);
    }
    return all;
  }

  private static void flag(Map<String, String> all, String name, boolean on) {
    if (on) {
      all.put(name, "on");
    }
  }

  boolean reuseAddress() {
    return reuseAddress;
  }

  boolean reusePort() {
    return reusePort;
  }

  /** IPV6_V6ONLY: no IPv4, neither way. */
  boolean v6Only() {
    return v6Only;
  }

  boolean broadcast() {
    return broadcast;
  }

  boolean dontFragment() {
    return dontFragment;
  }

  int trafficClass() {
    return trafficClass;
  }

  /** RFC 1122 section 4.1.4: "An application-layer program MUST be able to set the TTL". */
  int ttl(boolean multicast, boolean ipv4) {
    int chosen = multicast ? multicastTtl : ipv4 ? ttl : hops;
    return chosen < 0 ? configuration.defaultTtl() : chosen;
  }

  /** Whether the groups count that others have joined. */
  boolean multicastAll() {
    return multicastAll;
  }

  boolean multicastLoop() {
    return multicastLoop;
  }

  int multicastIndex() {
    return multicastIndex;
  }
}
