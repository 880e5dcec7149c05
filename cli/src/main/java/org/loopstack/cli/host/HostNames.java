// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import org.loopstack.wire.IpAddress;

/**
 * Names on a stack. RFC 6761 section 6.3: "Name resolution APIs and libraries SHOULD recognize
 * localhost names as special and SHOULD always return the IP loopback address for address queries".
 * There are no others: no server is ever asked.
 */
public final class HostNames {
  /** Which of the two kinds of address will do. */
  public enum Family {
    /** Either. */
    ANY,
    /** IPv4 only. */
    INET,
    /** IPv6 only. */
    INET6;

    /** Whether an address is of that kind. */
    public boolean allows(InetAddress address) {
      return this == ANY || (this == INET) == (address instanceof Inet4Address);
    }
  }

  // RFC 6724 section 2.1: by the default policy table ::1 sorts before 127.0.0.1.
  private static final List<InetAddress> LOCALHOST =
      List.of(InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("127.0.0.1"));

  private HostNames() {}

  /**
   * The addresses of a host, at least one.
   *
   * @param host an address, with or without brackets, or a name
   * @throws UserException if there is none of that family
   */
  public static List<InetAddress> resolve(String host, Family family) {
    List<InetAddress> found =
        isLocalhost(host) ? LOCALHOST : List.of(InetAddress.ofLiteral(literal(host)));
    List<InetAddress> fitting = found.stream().filter(family::allows).toList();
    if (fitting.isEmpty()) {
      throw new UserException(
          ExitStatus.NO_HOST, host + ": Address family for hostname not supported");
    }
    return fitting;
  }

  /** Whether it is an address rather than a name. */
  public static boolean isLiteral(String host) {
    try {
      InetAddress.ofLiteral(unbracket(host));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Whether the name means this host itself. */
  public static boolean isLocalhost(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return name.equals("localhost") || name.endsWith(".localhost");
  }

  /** An address as it is usually written: {@code ::1}, not {@code 0:0:0:0:0:0:0:1}. */
  public static String text(InetAddress address) {
    return IpAddress.of(address).toString();
  }

  private static String literal(String host) {
    if (!isLiteral(host)) {
      throw new UserException(ExitStatus.NO_HOST, host + ": Name or service not known");
    }
    return unbracket(host);
  }

  private static String unbracket(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
