// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.StackConfiguration;
import org.loopstack.relay.PortMapping;
import org.loopstack.socket.NameTable;

/**
 * What stands behind the agent's jar, separated by commas:
 *
 * <ul>
 *   <li>{@code profile=linux} or {@code profile=freebsd}: how the stack behaves; the default is
 *       linux
 *   <li>{@code publish=8080}, {@code publish=9000:8080} or {@code publish=5353:53/udp}: a port of
 *       the machine's loopback that leads to a port of the stack; may be there more than once
 *   <li>{@code reach=5432}, {@code reach=5432:15432} or {@code reach=53/udp}: a port of the stack's
 *       loopback that leads to a port of the machine's; may be there more than once
 *   <li>{@code host=NAME@ADDRESS}: a name for an address, such as {@code host=db.test@127.0.0.2};
 *       may be there more than once
 *   <li>{@code localhost=ipv4-first}, {@code ipv6-first}: the order of the addresses of a name; the
 *       default is that of Java
 *   <li>{@code capture=FILE}: write what passes the stack's loopback to a file, in pcapng
 *   <li>{@code isolated}: no machine's network at all, but for what is published and reached; what
 *       is not loopback is unreachable
 * </ul>
 *
 * @param configuration the stack's
 * @param published ports of the machine's loopback that lead to the stack's
 * @param reached ports of the stack's loopback that lead to the machine's
 * @param capture where to write what passes, or null
 * @param isolated whether there is no machine's network
 */
record AgentOptions(
    StackConfiguration configuration,
    List<PortMapping> published,
    List<Reached> reached,
    @Nullable Path capture,
    boolean isolated) {

  /**
   * A port of the stack's loopback that leads to one of the machine's.
   *
   * @param protocol which of the two
   * @param port on the stack, 1 to 65535
   * @param hostPort on the machine, 1 to 65535
   */
  record Reached(PortMapping.Protocol protocol, int port, int hostPort) {}

  private static final String KNOWN =
      "profile=linux|freebsd, publish=[HOSTPORT:]PORT[/udp], reach=PORT[:HOSTPORT][/udp],"
          + " host=NAME@ADDRESS, localhost=ipv4-first|ipv6-first, capture=FILE, isolated";

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException with a line for the user
   */
  static AgentOptions parse(@Nullable String text) {
    StackConfiguration configuration = StackConfiguration.linux();
    List<PortMapping> published = new ArrayList<>();
    List<Reached> reached = new ArrayList<>();
    NameTable names = NameTable.standard();
    Path capture = null;
    boolean isolated = false;
    for (String each : text == null || text.isBlank() ? new String[0] : text.split(",", -1)) {
      String[] pair = each.strip().split("=", 2);
      String value = pair.length == 2 ? pair[1] : null;
      switch (pair[0]) {
        case "profile" -> configuration = profile(value);
        case "publish" -> published.add(mapping(value));
        case "reach" -> reached.add(reached(value));
        case "host" -> names = host(names, value);
        case "localhost" -> names = names.order(order(value));
        case "capture" -> capture = file(value);
        case "isolated" -> isolated = flag(pair[0], value);
        default ->
            throw new IllegalArgumentException(
                "\"" + each.strip() + "\" is not an option; these are: " + KNOWN);
      }
    }
    return new AgentOptions(
        configuration.toBuilder().name("jvm-" + ProcessHandle.current().pid()).names(names).build(),
        List.copyOf(published),
        List.copyOf(reached),
        capture,
        isolated);
  }

  private static StackConfiguration profile(@Nullable String value) {
    if ("linux".equals(value)) {
      return StackConfiguration.linux();
    }
    if ("freebsd".equals(value)) {
      return StackConfiguration.freebsd();
    }
    throw new IllegalArgumentException("\"profile=" + value + "\" is neither linux nor freebsd");
  }

  private static Reached reached(@Nullable String value) {
    String syntax = "reach=PORT[:HOSTPORT][/udp]";
    if (value == null) {
      throw new IllegalArgumentException("reach wants a port: " + syntax);
    }
    try {
      // The same syntax with the sides exchanged: first the port that is listened at.
      PortMapping mapping = mapping(value);
      return new Reached(mapping.protocol(), mapping.hostPort(), mapping.port());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"reach=" + value + "\" is not " + syntax + " with ports from 1 to 65535", e);
    }
  }

  private static PortMapping mapping(@Nullable String value) {
    if (value == null) {
      throw new IllegalArgumentException("publish wants a port: publish=[HOSTPORT:]PORT[/udp]");
    }
    int slash = value.indexOf('/');
    String ports = slash < 0 ? value : value.substring(0, slash);
    String protocol = slash < 0 ? "" : value.substring(slash);
    return PortMapping.parse((ports.contains(":") ? ports : ports + ":" + ports) + protocol);
  }

  private static NameTable host(NameTable names, @Nullable String value) {
    int at = value == null ? -1 : value.indexOf('@');
    if (value == null || at < 0) {
      throw new IllegalArgumentException("host wants a name and an address: host=NAME@ADDRESS");
    }
    return names.with(value.substring(0, at), value.substring(at + 1));
  }

  private static NameTable.Order order(@Nullable String value) {
    return switch (value) {
      case "ipv4-first" -> NameTable.Order.IPV4_FIRST;
      case "ipv6-first" -> NameTable.Order.IPV6_FIRST;
      case null, default ->
          throw new IllegalArgumentException(
              "\"localhost=" + value + "\" is neither ipv4-first nor ipv6-first");
    };
  }

  private static Path file(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      throw new IllegalArgumentException("capture wants a file: capture=FILE");
    }
    // An InvalidPathException is an IllegalArgumentException with a line.
    return Path.of(value);
  }

  private static boolean flag(String name, @Nullable String value) {
    return switch (value) {
      case null -> true;
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException("\"" + name + "=" + value + "\": true or false");
    };
  }
}
