// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Names to addresses and back, for one stack: literals, {@code localhost} and {@code *.localhost}
 * (RFC 6761), the names of its {@link NameTable}, and what becomes of the others. It is what an
 * {@link java.net.spi.InetAddressResolverProvider} returns, too. Immutable, and it keeps nothing:
 * every call looks anew.
 */
public final class StackResolver implements InetAddressResolver {
  private static final List<IpAddress> LOOPBACK =
      List.of(IpAddress.IPV4_LOOPBACK, IpAddress.IPV6_LOOPBACK);

  private final NameTable table;
  private final ToIntFunction<String> interfaces;
  private final InetAddressResolver others;

  /**
   * A resolver.
   *
   * @param table the names that it knows
   * @param interfaces the index of the stack's interface with a name, 0 if there is none
   */
  public StackResolver(NameTable table, ToIntFunction<String> interfaces) {
    this(
        table,
        interfaces,
        switch (table.others()) {
          case REFUSED -> new Refused();
          case MACHINE -> new Machine();
        });
  }

  private StackResolver(
      NameTable table, ToIntFunction<String> interfaces, InetAddressResolver others) {
    this.table = table;
    this.interfaces = interfaces;
    this.others = others;
  }

  /**
   * The same, but for what is not known here: somebody else is asked for that. Whoever is Java's
   * own resolver passes it the built-in one, as {@link InetAddress} would lead back to itself.
   */
  public StackResolver orElse(InetAddressResolver other) {
    return new StackResolver(table, interfaces, other);
  }

  // ---------------------------------------------------------------- names

  /**
   * The addresses of a name, or the address of a literal: {@code 10.0.0.1}, {@code ::1}, {@code
   * [::1]}, {@code fe80::1%eth0} with one of the stack's interfaces, {@code fe80::1%2} with its
   * index.
   *
   * @param host null or empty for the loopback
   * @return at least one, in the table's order
   * @throws UnknownHostException if there is none
   */
  public List<InetAddress> resolve(@Nullable String host) throws UnknownHostException {
    if (host == null || host.isEmpty()) {
      return named("localhost", LOOPBACK, policy());
    }
    InetAddress literal = literal(host);
    return literal == null ? lookupByName(host, policy()).toList() : List.of(literal);
  }

  /** The first of the addresses that {@link #resolve} finds. */
  public InetAddress resolveOne(@Nullable String host) throws UnknownHostException {
    return resolve(host).getFirst();
  }

  private LookupPolicy policy() {
    int both = LookupPolicy.IPV4 | LookupPolicy.IPV6;
    return LookupPolicy.of(
        switch (table.order()) {
          case IPV4_FIRST -> both | LookupPolicy.IPV4_FIRST;
          case IPV6_FIRST -> both | LookupPolicy.IPV6_FIRST;
          case AS_LISTED -> both;
        });
  }

  /**
   * As the interface says. A policy without an order takes the table's.
   *
   * @throws UnknownHostException if the name is unknown, or has no address of those families
   */
  @Override
  public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
      throws UnknownHostException {
    String key = NameTable.key(host);
    List<IpAddress> known = table.names().get(key);
    if (known == null) {
      // "Name resolution APIs and libraries SHOULD recognize localhost names as special and SHOULD
      // always return the IP loopback address for address queries": RFC 6761 section 6.3.
      if (!NameTable.isLocalhost(key)) {
        return others.lookupByName(host, policy);
      }
      known = LOOPBACK;
    }
    return named(host, known, policy).stream();
  }

  private List<InetAddress> named(String host, List<IpAddress> known, LookupPolicy policy)
      throws UnknownHostException {
    int wanted = policy.characteristics();
    List<InetAddress> ipv4 = new ArrayList<>();
    List<InetAddress> ipv6 = new ArrayList<>();
    List<InetAddress> all = new ArrayList<>();
    for (IpAddress each : known) {
      boolean isWanted = (wanted & (each.isIpv4() ? LookupPolicy.IPV4 : LookupPolicy.IPV6)) != 0;
      if (isWanted) {
        InetAddress address = InetAddress.getByAddress(host, each.toInetAddress().getAddress());
        (each.isIpv4() ? ipv4 : ipv6).add(address);
        all.add(address);
      }
    }
    if (all.isEmpty()) {
      throw new UnknownHostException(host);
    }
    if (isFirst(wanted, LookupPolicy.IPV4_FIRST, NameTable.Order.IPV4_FIRST)) {
      ipv4.addAll(ipv6);
      return Collections.unmodifiableList(ipv4);
    }
    if (isFirst(wanted, LookupPolicy.IPV6_FIRST, NameTable.Order.IPV6_FIRST)) {
      ipv6.addAll(ipv4);
      return Collections.unmodifiableList(ipv6);
    }
    return Collections.unmodifiableList(all);
  }

  private boolean isFirst(int wanted, int bit, NameTable.Order order) {
    boolean saysNothing = (wanted & (LookupPolicy.IPV4_FIRST | LookupPolicy.IPV6_FIRST)) == 0;
    return (wanted & bit) != 0 || saysNothing && table.order() == order;
  }

  // ---------------------------------------------------------------- literals

  private @Nullable InetAddress literal(String text) throws UnknownHostException {
    boolean isBracketed = text.startsWith("[") && text.endsWith("]");
    String bare = isBracketed ? text.substring(1, text.length() - 1) : text;
    int zone = bare.indexOf('%');
    IpAddress address;
    try {
      address = IpAddress.parse(zone < 0 ? bare : bare.substring(0, zone));
    } catch (IllegalArgumentException e) {
      if (isBracketed || bare.indexOf(':') >= 0) {
        throw new UnknownHostException(text + ": invalid IPv6 address");
      }
      return null;
    }
    if (address.isIpv4() && (isBracketed || zone >= 0)) {
      throw new UnknownHostException(text + ": invalid IPv6 address");
    }
    return zone < 0 ? address.toInetAddress() : scoped(text, address, bare.substring(zone + 1));
  }

  private InetAddress scoped(String text, IpAddress address, String zone)
      throws UnknownHostException {
    boolean isNumber = !zone.isEmpty() && zone.chars().allMatch(c -> c >= '0' && c <= '9');
    int index = isNumber && zone.length() < 10 ? Integer.parseInt(zone) : 0;
    if (!isNumber) {
      index = interfaces.applyAsInt(zone);
      if (index == 0) {
        throw new UnknownHostException(text + ": no such interface");
      }
    }
    return Inet6Address.getByAddress(null, address.toInetAddress().getAddress(), index);
  }

  // ---------------------------------------------------------------- addresses

  /**
   * The first name in the table with that address; {@code localhost} for 127.0.0.1 and ::1.
   *
   * @param bytes 4 or 16
   * @throws IllegalArgumentException if it is another number of bytes
   */
  @Override
  public String lookupByAddress(byte[] bytes) throws UnknownHostException {
    IpAddress address;
    try {
      address = IpAddress.of(InetAddress.getByAddress(bytes));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("Not an address: " + bytes.length + " bytes", e);
    }
    for (Map.Entry<String, List<IpAddress>> each : table.names().entrySet()) {
      if (each.getValue().contains(address)) {
        return each.getKey();
      }
    }
    return LOOPBACK.contains(address) ? "localhost" : others.lookupByAddress(bytes);
  }

  // ---------------------------------------------------------------- what is not known here

  private static final class Refused implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      throw new UnknownHostException(host + ": Name or service not known");
    }

    @Override
    public String lookupByAddress(byte[] bytes) throws UnknownHostException {
      throw new UnknownHostException();
    }
  }

  private static final class Machine implements InetAddressResolver {
    @Override
    public Stream<InetAddress> lookupByName(String host, LookupPolicy policy)
        throws UnknownHostException {
      int wanted = policy.characteristics();
      List<InetAddress> found = new ArrayList<>();
      for (InetAddress each : InetAddress.getAllByName(host)) {
        int family = each instanceof Inet4Address ? LookupPolicy.IPV4 : LookupPolicy.IPV6;
        if ((wanted & family) != 0) {
          found.add(each);
        }
      }
      if (found.isEmpty()) {
        throw new UnknownHostException(host);
      }
      if ((wanted & LookupPolicy.IPV4_FIRST) != 0) {
        found.sort((a, b) -> Boolean.compare(b instanceof Inet4Address, a instanceof Inet4Address));
      } else if ((wanted & LookupPolicy.IPV6_FIRST) != 0) {
        found.sort((a, b) -> Boolean.compare(a instanceof Inet4Address, b instanceof Inet4Address));
      }
      return found.stream();
    }

    @Override
    public String lookupByAddress(byte[] bytes) throws UnknownHostException {
      InetAddress address = InetAddress.getByAddress(bytes);
      String name = address.getCanonicalHostName();
      if (name.equals(address.getHostAddress())) {
        throw new UnknownHostException();
      }
      return name;
    }
  }
}
