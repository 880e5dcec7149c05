// SPDX-License-Identifier: Apache-2.0
package org.loopstack.relay;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of the machine's own loopback that leads to a port of a stack.
 *
 * @param protocol which of the two
 * @param hostPort on the machine, 1 to 65535
 * @param port on the stack, 1 to 65535
 */
public record PortMapping(Protocol protocol, int hostPort, int port) {
  private static final Pattern SYNTAX = Pattern.compile("(\\d{1,5}):(\\d{1,5})(?:/(tcp|udp))?");

  /** TCP or UDP. */
  public enum Protocol {
    /** Connections. */
    TCP,
    /** Datagrams. */
    UDP;

    /** In small letters. */
    public String text() {
      return this == TCP ? "tcp" : "udp";
    }
  }

  /**
   * Reads {@code HOSTPORT:PORT} or {@code HOSTPORT:PORT/udp}.
   *
   * @throws IllegalArgumentException with a sentence for the user
   */
  public static PortMapping parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not HOSTPORT:PORT or HOSTPORT:PORT/udp");
    }
    Protocol protocol = "udp".equals(matcher.group(3)) ? Protocol.UDP : Protocol.TCP;
    return new PortMapping(protocol, port(text, matcher.group(1)), port(text, matcher.group(2)));
  }

  private static int port(String text, String digits) {
    int port = Integer.parseInt(digits);
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException(
          "\"" + text + "\": ports are from 1 to 65535, and " + port + " is not");
    }
    return port;
  }
}
