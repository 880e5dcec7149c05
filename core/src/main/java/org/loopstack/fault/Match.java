// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap.Direction;
import org.loopstack.wire.IpPrefix;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.TcpHeader;

/**
 * Which datagrams a rule is about: those for which all that is said here holds. Immutable; each
 * method returns a match that says one thing more.
 *
 * <pre>{@code
 * Match.tcp().dstPort(8080).syn()                  // what begins a connection to port 8080
 * Match.udp().between("127.0.0.1", "127.0.0.2")
 * Match.any().payload("ROLLBACK")
 * }</pre>
 *
 * <p>What says something of ports, flags or payload holds for no later fragment of a datagram,
 * which has none of them.
 */
public final class Match {
  private static final Match ANY = new Match(List.of());

  private final List<Condition> conditions;
  private final Condition[] inOrder;

  private Match(List<Condition> conditions) {
    this.conditions = conditions;
    // What must look at the payload comes last.
    this.inOrder =
        conditions.stream()
            .sorted((a, b) -> Boolean.compare(isDear(a), isDear(b)))
            .toArray(Condition[]::new);
  }

  private static boolean isDear(Condition condition) {
    return condition instanceof Condition.Payload;
  }

  private Match and(Condition condition) {
    List<Condition> all = new ArrayList<>(conditions);
    all.add(condition);
    return new Match(List.copyOf(all));
  }

  boolean holds(Transit datagram) {
    for (Condition condition : inOrder) {
      if (!condition.holds(datagram)) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is about TCP alone. */
  boolean isTcp() {
    return conditions.stream()
        .anyMatch(
            c ->
                c instanceof Condition.Flags
                    || c instanceof Condition.Protocol(int number) && number == IpProtocol.TCP);
  }

  /** Whether it is about no TCP at all. */
  boolean excludesTcp() {
    return conditions.stream()
        .anyMatch(c -> c instanceof Condition.Protocol(int number) && number != IpProtocol.TCP);
  }

  /** Every datagram. */
  public static Match any() {
    return ANY;
  }

  /** TCP segments. */
  public static Match tcp() {
    return ANY.protocol(IpProtocol.TCP);
  }

  /** UDP datagrams. */
  public static Match udp() {
    return ANY.protocol(IpProtocol.UDP);
  }

  /** ICMP messages. */
  public static Match icmp() {
    return ANY.protocol(IpProtocol.ICMP);
  }

  /** ICMPv6 messages. */
  public static Match icmpv6() {
    return ANY.protocol(IpProtocol.ICMPV6);
  }

  /**
   * The protocol in the datagram, by its number (IANA).
   *
   * @throws IllegalArgumentException if it is not 0 to 255, or another one was named before
   */
  public Match protocol(int number) {
    Limits.check("protocol", number, 0, 255);
    for (Condition c : conditions) {
      if (c instanceof Condition.Protocol && !c.equals(new Condition.Protocol(number))) {
        throw new IllegalArgumentException(
            "A datagram carries one protocol: " + c + " and " + new Condition.Protocol(number));
      }
    }
    return and(new Condition.Protocol(number));
  }

  /** IPv4. */
  public Match ipv4() {
    return version(4);
  }

  /** IPv6. */
  public Match ipv6() {
    return version(6);
  }

  private Match version(int version) {
    if (conditions.contains(new Condition.Version(10 - version))) {
      throw new IllegalArgumentException("A datagram is IPv4 or IPv6: ip4 and ip6");
    }
    return and(new Condition.Version(version));
  }

  /** What the stack receives. Nothing does so on the loopback, where all is seen going out. */
  public Match incoming() {
    return and(new Condition.Way(Direction.IN));
  }

  /** What the stack sends; on the loopback everything. */
  public Match outgoing() {
    return and(new Condition.Way(Direction.OUT));
  }

  /**
   * An address at either end.
   *
   * @param addressOrPrefix as {@code 127.0.0.1}, {@code 10.0.0.0/8} or {@code fd00::/8}
   * @throws IllegalArgumentException if it is neither
   */
  public Match host(String addressOrPrefix) {
    return address(Condition.End.EITHER, Texts.parsePrefix(addressOrPrefix));
  }

  /**
   * The source address.
   *
   * @param addressOrPrefix as {@code 127.0.0.1}, {@code 10.0.0.0/8} or {@code fd00::/8}
   * @throws IllegalArgumentException if it is neither
   */
  public Match src(String addressOrPrefix) {
    return address(Condition.End.SOURCE, Texts.parsePrefix(addressOrPrefix));
  }

  /**
   * The destination address.
   *
   * @param addressOrPrefix as {@code 127.0.0.1}, {@code 10.0.0.0/8} or {@code fd00::/8}
   * @throws IllegalArgumentException if it is neither
   */
  public Match dst(String addressOrPrefix) {
    return address(Condition.End.DESTINATION, Texts.parsePrefix(addressOrPrefix));
  }

  Match address(Condition.End end, IpPrefix prefix) {
    return and(new Condition.Address(end, prefix));
  }

  /**
   * From one address or prefix to another, either way.
   *
   * @throws IllegalArgumentException if one of them is neither, or one is IPv4 and the other IPv6
   */
  public Match between(String one, String other) {
    IpPrefix first = Texts.parsePrefix(one);
    IpPrefix second = Texts.parsePrefix(other);
    if (first.network().isIpv4() != second.network().isIpv4()) {
      throw new IllegalArgumentException(
          "No datagram passes between IPv4 and IPv6: " + one + " and " + other);
    }
    return and(new Condition.Between(first, second));
  }

  /**
   * A port at either end.
   *
   * @throws IllegalArgumentException if it is not 0 to 65535
   */
  public Match port(int port) {
    return port(Condition.End.EITHER, port, port);
  }

  /**
   * A range of ports at either end.
   *
   * @throws IllegalArgumentException if they are not 0 to 65535, the lower one first
   */
  public Match port(int first, int last) {
    return port(Condition.End.EITHER, first, last);
  }

  /**
   * The source port.
   *
   * @throws IllegalArgumentException if it is not 0 to 65535
   */
  public Match srcPort(int port) {
    return port(Condition.End.SOURCE, port, port);
  }

  /**
   * A range of source ports.
   *
   * @throws IllegalArgumentException if they are not 0 to 65535, the lower one first
   */
  public Match srcPort(int first, int last) {
    return port(Condition.End.SOURCE, first, last);
  }

  /**
   * The destination port.
   *
   * @throws IllegalArgumentException if it is not 0 to 65535
   */
  public Match dstPort(int port) {
    return port(Condition.End.DESTINATION, port, port);
  }

  /**
   * A range of destination ports.
   *
   * @throws IllegalArgumentException if they are not 0 to 65535, the lower one first
   */
  public Match dstPort(int first, int last) {
    return port(Condition.End.DESTINATION, first, last);
  }

  Match port(Condition.End end, int first, int last) {
    Limits.check("port", first, 0, 65_535);
    Limits.check("port", last, 0, 65_535);
    if (last < first) {
      throw new IllegalArgumentException(
          "A range of ports begins with the lower one: " + first + "-" + last);
    }
    return and(new Condition.Port(end, first, last));
  }

  /** TCP segments that ask for a connection: SYN without ACK. */
  public Match syn() {
    return and(new Condition.Flags(TcpHeader.SYN, TcpHeader.ACK));
  }

  /** TCP segments that grant a connection: SYN and ACK. */
  public Match synAck() {
    return and(new Condition.Flags(TcpHeader.SYN | TcpHeader.ACK, 0));
  }

  /**
   * TCP segments with these flags.
   *
   * @param flags letters of those that are set: {@code F}IN, {@code S}YN, {@code R}ST, {@code P}SH,
   *     {@code A}CK (or {@code .}), {@code U}RG, {@code E}CE, C{@code W}R; behind an exclamation
   *     mark those that are not set, as in {@code S!A}; others may be either
   * @throws IllegalArgumentException if there are other letters, none, or one twice
   */
  public Match flags(String flags) {
    return and(Texts.parseFlags(flags));
  }

  /** TCP segments and UDP datagrams with a payload that is not empty. */
  public Match data() {
    return and(new Condition.Data());
  }

  /**
   * Datagrams of a size, IP header included, in bytes.
   *
   * @throws IllegalArgumentException if they are not 0 to 65575, the smaller one first
   */
  public Match size(int least, int most) {
    Limits.check("size", least, 0, 65_575);
    if (most != Integer.MAX_VALUE) {
      Limits.check("size", most, 0, 65_575);
    }
    if (most < least) {
      throw new IllegalArgumentException(
          "A range of sizes begins with the smaller one: " + least + ".." + most);
    }
    return and(new Condition.Size(least, most));
  }

  /**
   * Payloads that hold a text anywhere, in UTF-8. Each datagram is looked at for itself: a text
   * that lies across two segments is not found.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Match payload(String text) {
    return payload(Transit.NONE, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Payloads that hold these bytes anywhere; each datagram is looked at for itself.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Match payload(byte[] bytes) {
    return payload(Transit.NONE, bytes.clone());
  }

  /**
   * Payloads that hold these bytes at a place.
   *
   * @param offset how many bytes of the payload stand in front of them
   * @throws IllegalArgumentException if there are none, or the offset is not 0 to 65575
   */
  public Match payloadAt(int offset, byte[] bytes) {
    Limits.check("payload offset", offset, 0, 65_575);
    return payload(offset, bytes.clone());
  }

  private Match payload(int offset, byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("The bytes of a payload to look for are at least one");
    }
    return and(new Condition.Payload(offset, bytes));
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Match other && other.conditions.equals(conditions);
  }

  @Override
  public int hashCode() {
    return conditions.hashCode();
  }

  /** As it is written in the text of a rule: {@code tcp dst port 8080 flags S!A}; "" for any. */
  @Override
  public String toString() {
    return conditions.stream().map(Condition::toString).collect(Collectors.joining(" "));
  }
}
