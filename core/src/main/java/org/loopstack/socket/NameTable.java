// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.loopstack.wire.IpAddress;

/**
 * The names that a stack knows besides {@code localhost}, and what it does about those that it does
 * not know. Immutable; a change makes another table.
 *
 * <pre>{@code
 * NameTable.standard().with("db.test", "127.0.0.2", "fd00::2").order(NameTable.Order.IPV6_FIRST)
 * }</pre>
 *
 * <p>Names are compared without regard to case and to a dot at the end (RFC 4343, RFC 1034 section
 * 3.1).
 */
public final class NameTable {
  /** In which order the addresses of one name are given to those who want both families. */
  public enum Order {
    /** IPv4 before IPv6, which is what Java does unless told otherwise. */
    IPV4_FIRST,
    /** IPv6 before IPv4. */
    IPV6_FIRST,
    /** As they were listed. */
    AS_LISTED
  }

  /** What becomes of a name that the table has not. */
  public enum Others {
    /** Nobody else is asked: it is unknown. */
    REFUSED,
    /** The machine is asked, as {@link java.net.InetAddress} would. */
    MACHINE
  }

  private static final NameTable STANDARD =
      new NameTable(Map.of(), Order.IPV4_FIRST, Others.REFUSED);

  private final Map<String, List<IpAddress>> names;
  private final Order order;
  private final Others others;

  private NameTable(Map<String, List<IpAddress>> names, Order order, Others others) {
    this.names = names;
    this.order = order;
    this.others = others;
  }

  /** No name but localhost, IPv4 before IPv6, and nobody else is asked. */
  public static NameTable standard() {
    return STANDARD;
  }

  /**
   * This table with more addresses for a name.
   *
   * @param addresses literals without a zone
   * @throws IllegalArgumentException if the name is empty, has a blank, or looks like an address;
   *     if an address is none; or if the name is {@code localhost} or ends with {@code .localhost}
   *     and an address is no loopback address (RFC 6761 section 6.3)
   */
  public NameTable with(String name, String... addresses) {
    String key = key(name);
    if (key.isEmpty() || key.chars().anyMatch(c -> c <= ' ' || c == ':' || c == '%')) {
      throw new IllegalArgumentException("Not a host name: '" + name + "'");
    }
    Map<String, List<IpAddress>> more = new LinkedHashMap<>(names);
    List<IpAddress> all = new ArrayList<>(more.getOrDefault(key, List.of()));
    for (String each : addresses) {
      IpAddress address = IpAddress.parse(each);
      if (isLocalhost(key) && !address.isLoopback()) {
        throw new IllegalArgumentException(name + " is always a loopback address: " + each);
      }
      if (!all.contains(address)) {
        all.add(address);
      }
    }
    more.put(key, List.copyOf(all));
    return new NameTable(Collections.unmodifiableMap(more), order, others);
  }

  /**
   * This table with the names of a hosts file: in each line an address and its names, and {@code #}
   * before what does not count.
   *
   * @throws IllegalArgumentException if a line will not do, see {@link #with}
   */
  public NameTable withHosts(String text) {
    NameTable table = this;
    for (String line : text.lines().toList()) {
      String[] words = line.replaceFirst("#.*", "").strip().split("\\s+", -1);
      for (int i = 1; i < words.length; i++) {
        table = table.with(words[i], words[0]);
      }
    }
    return table;
  }

  /** This table with another order of addresses. The default is IPv4 first, as in Java. */
  public NameTable order(Order value) {
    return new NameTable(names, value, others);
  }

  /**
   * This table with another answer to unknown names. The default is to refuse them, as a stack has
   * nothing to do with the machine that it runs on.
   */
  public NameTable others(Others value) {
    return new NameTable(names, order, value);
  }

  /** The order of addresses. */
  public Order order() {
    return order;
  }

  /** The answer to unknown names. */
  public Others others() {
    return others;
  }

  /** The names in lower case and without a dot at the end, each with its addresses as listed. */
  public Map<String, List<IpAddress>> names() {
    return names;
  }

  /** The name as it is compared. */
  static String key(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  /**
   * RFC 6761 section 6.3: "The domain "localhost." and any names falling within ".localhost." are
   * special".
   */
  static boolean isLocalhost(String key) {
    return key.equals("localhost") || key.endsWith(".localhost");
  }
}
