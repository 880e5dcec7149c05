// SPDX-License-Identifier: Apache-2.0
package org.loopstack.junit;

import java.io.IOException;
import java.time.Duration;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackInterface;
import org.loopstack.socket.NameTable;
import org.loopstack.wire.IpAddress;

/**
 * A kind of host that code meets: which addresses its loopback has, what its hosts file says, and
 * the defaults of its stack. Calls, exceptions and their texts are those that Java has on Linux in
 * every world.
 */
public enum World {
  /** Linux: 127.0.0.0/8 and ::1 on lo, localhost is both, IPv4 first. */
  LINUX("linux"),

  /**
   * macOS, as far as its documentation goes: of 127/8 only 127.0.0.1 is there; ::1 and fe80::1 are
   * on the loopback, whose MTU is 16384; ephemeral ports from 49152 to 65535; a backlog of up to
   * 128; TIME-WAIT lasts 30 s (net.inet.tcp.msl is 15000); the rest is FreeBSD's TCP, which it
   * descends from. Not imitated: the name lo0; the timers of Apple's TCP; that 127.0.0.2 cannot
   * even be bound; and that a datagram to it leaves by the default route: here there is none, so
   * that the network is unreachable.
   */
  MACOS("macos"),

  /**
   * Windows, as far as its documentation goes: ephemeral ports from 49152 to 65535; the strong host
   * model; TIME-WAIT lasts 120 s; buffers of 64 KiB. Not imitated: that connecting to a closed port
   * of the loopback is tried three times in some two seconds, that a full backlog refuses, that an
   * unanswered connect gives up after 21 s, and what is different in the calls.
   */
  WINDOWS("windows"),

  /**
   * Linux without IPv6 (net.ipv6.conf.all.disable_ipv6 is 1): lo has no ::1, and localhost is
   * 127.0.0.1 alone. Sockets of both families can still be opened.
   */
  IPV4_ONLY("ipv4-only"),

  /**
   * A Linux host on which IPv4 was taken away: lo has ::1 alone, and localhost is ::1. 127.0.0.1
   * can still be bound, as on Linux, but not be reached.
   */
  IPV6_ONLY("ipv6-only"),

  /**
   * A container of Docker without IPv6: its hosts file says that localhost is 127.0.0.1 and ::1,
   * and lo has only the first. Who tries ::1 gets "Cannot assign requested address".
   */
  DOCKER_NO_IPV6("docker-no-ipv6"),

  /**
   * Linux where localhost is ::1 first, as with java.net.preferIPv6Addresses or where the system's
   * order counts: a client comes by IPv6 to a server that may listen on 127.0.0.1 only.
   */
  LOCALHOST_V6_FIRST("localhost-v6-first");

  private final String text;

  World(String text) {
    this.text = text;
  }

  private static StackConfiguration macos() {
    return StackConfiguration.freebsd().toBuilder()
        .ephemeralPorts(49_152, 65_535)
        .maximumBacklog(128)
        .timeWait(Duration.ofSeconds(30))
        .maximumReceiveBuffer(8 << 20)
        .maximumSendBuffer(8 << 20)
        .streamReceiveBuffer(131_072)
        .streamSendBuffer(131_072)
        .build();
  }

  private static StackConfiguration windows() {
    return StackConfiguration.linux().toBuilder()
        .ephemeralPorts(49_152, 65_535)
        .hostModel(StackConfiguration.HostModel.STRONG)
        .timeWait(Duration.ofMinutes(2))
        .streamReceiveBuffer(65_536)
        .streamSendBuffer(65_536)
        .datagramReceiveBuffer(65_536)
        .datagramSendBuffer(65_536)
        .build();
  }

  private static StackConfiguration named(NameTable names) {
    return StackConfiguration.linux().toBuilder().names(names).build();
  }

  /** The settings of its stack. */
  public StackConfiguration configuration() {
    NameTable names = NameTable.standard();
    return switch (this) {
      case LINUX -> StackConfiguration.linux();
      case MACOS -> macos();
      case WINDOWS -> windows();
      case IPV4_ONLY -> named(names.with("localhost", "127.0.0.1"));
      case IPV6_ONLY -> named(names.with("localhost", "::1"));
      case DOCKER_NO_IPV6 ->
          named(names.withHosts("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback"));
      case LOCALHOST_V6_FIRST -> named(names.order(NameTable.Order.IPV6_FIRST));
    };
  }

  /**
   * Gives a stack that was made with {@link #configuration} the addresses of this world.
   *
   * @throws IOException if an address is refused
   */
  public void prepare(Stack stack) throws IOException {
    StackInterface lo = stack.loopback();
    switch (this) {
      case LINUX, WINDOWS, LOCALHOST_V6_FIRST -> {}
      case IPV4_ONLY, DOCKER_NO_IPV6 -> lo.removeAddress(IpAddress.parse("::1"));
      case IPV6_ONLY -> lo.removeAddress(IpAddress.parse("127.0.0.1"));
      case MACOS -> {
        lo.setMtu(16_384);
        lo.removeAddress(IpAddress.parse("127.0.0.1"));
        lo.addAddress("127.0.0.1/32");
        lo.addAddress("fe80::1/64");
      }
    }
  }

  /** As in {@code docker-no-ipv6}. */
  @Override
  public String toString() {
    return text;
  }
}
