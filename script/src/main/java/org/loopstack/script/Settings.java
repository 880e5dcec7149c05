// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap;
import org.loopstack.transport.AddressFamily;
import org.loopstack.wire.IpAddress;

/** What a script's options and the caller's add up to. */
final class Settings {
  static final long MICROSECOND = 1_000L;

  String profile;
  final long seed;
  IpVersion ipVersion;
  IpAddress localIp = IpAddress.IPV4_ANY;
  IpAddress remoteIp = IpAddress.IPV4_ANY;
  int mtu;
  int bindPort = 8080;
  int connectPort = 8080;

  /** How much an event may be early or late, in nanoseconds; packetdrill's 4 ms. */
  long tolerance = 4_000 * MICROSECOND;

  /** The same in percent of the time since the event before. */
  double tolerancePercent;

  /** How long a tick of the timestamps is, in nanoseconds; 0 for no check of their values. */
  long timestampTick;

  /** Whether an echo that was never sent is interpolated. */
  boolean scaledEcho;

  /** Whether a packet of the script has to be one packet on the wire. */
  boolean strictSegments;

  boolean strict;
  @Nullable Long localIsn;
  long remoteIsn;
  final Map<String, String> defines;
  final @Nullable LinkTap tap;

  /** Where the script lies, or null. */
  @Nullable Path directory;

  private Settings(ScriptOptions options, Map<String, String> defines) {
    profile = options.profile();
    seed = options.seed();
    ipVersion = options.ipVersion();
    strict = options.strict();
    localIsn = options.localIsn();
    remoteIsn = options.remoteIsn();
    this.defines = defines;
    tap = options.tap();
  }

  static Settings of(Script script, ScriptOptions options, Map<String, String> defines) {
    Settings s = new Settings(options, defines);
    boolean own = false;
    for (Token each : script.options()) {
      if (each.text().equals("ip_version")) {
        s.ipVersion = s.version(each);
        own = true;
      }
    }
    s.addresses(own);
    for (Token each : script.options()) {
      try {
        s.apply(each.text(), each);
      } catch (IllegalArgumentException e) {
        throw ScriptException.failed(
            each.position(), "--" + each.text() + " will not do: " + each.value());
      }
    }
    return s;
  }

  private IpVersion version(Token option) {
    try {
      return IpVersion.of(option.value());
    } catch (IllegalArgumentException e) {
      throw ScriptException.failed(option.position(), String.valueOf(e.getMessage()));
    }
  }

  /**
   * The addresses that packetdrill uses: TEST-NET-1 and the documentation prefix are the peer's.
   */
  private void addresses(boolean chosenByScript) {
    boolean ipv6 = ipVersion == IpVersion.IPV6;
    localIp = localIp(ipv6);
    remoteIp = remoteIp(ipv6);
    // With the larger header and the larger MTU the segments of a script that does not care are the
    // same for both; one that does has packetdrill's own MTU.
    mtu = ipv6 && !chosenByScript ? 1520 : 1500;
  }

  static IpAddress localIp(boolean ipv6) {
    return IpAddress.parse(ipv6 ? "fd3d:fa7b:d17d::1" : "192.168.0.1");
  }

  static IpAddress remoteIp(boolean ipv6) {
    return IpAddress.parse(ipv6 ? "2001:db8::1" : "192.0.2.1");
  }

  private void apply(String name, Token option) {
    String value = option.value();
    switch (name) {
      case "profile" -> profile = value;
      case "local_ip" -> localIp = address(value);
      case "remote_ip" -> remoteIp = address(value);
      case "mtu" -> mtu = within(value, 68, 65_535);
      case "bind_port" -> bindPort = within(value, 1, 65_535);
      case "connect_port" -> connectPort = within(value, 1, 65_535);
      case "tolerance_usecs" -> tolerance = Long.parseLong(value) * MICROSECOND;
      case "tolerance_percent" -> tolerancePercent = new BigDecimal(value).doubleValue();
      case "tcp_ts_tick_usecs" -> timestampTick = Long.parseLong(value) * MICROSECOND;
      case "tcp_ts_ecr_scaled" -> scaledEcho = true;
      case "strict_segments" -> strictSegments = true;
      case "strict" -> strict = true;
      case "local_isn" -> localIsn = Long.decode(value) & 0xffff_ffffL;
      case "remote_isn" -> remoteIsn = Long.decode(value) & 0xffff_ffffL;
      // Read before, of no meaning on a wire that exists in memory only, or for people.
      case "ip_version", "define", "D", "gateway_ip", "netmask_ip", "speed", "mss", "verbose" -> {}
      case "v", "debug", "send_omit_free", "code_command", "code_format", "non_fatal" -> {}
      case "code_sockopt" -> {
        if (!value.replace("\"", "").equals("TCP_INFO")) {
          throw ScriptException.unsupported(
              option.position(), "there is no " + value + " for code");
        }
      }
      default -> throw ScriptException.unsupported(option.position(), "unknown option --" + name);
    }
  }

  private static IpAddress address(String value) {
    int slash = value.indexOf('/');
    return IpAddress.parse(slash < 0 ? value : value.substring(0, slash));
  }

  private static int within(String value, int least, int most) {
    int n = Integer.parseInt(value);
    if (n < least || n > most) {
      throw new IllegalArgumentException(value);
    }
    return n;
  }

  /** What a socket gets whose script does not say. */
  AddressFamily family() {
    return ipVersion == IpVersion.IPV4 ? AddressFamily.INET : AddressFamily.INET6;
  }

  boolean isIpv6OnTheWire() {
    return ipVersion == IpVersion.IPV6;
  }
}
