// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Randomness;
import org.loopstack.engine.SipHash;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv6Header;

/**
 * The way down: puts the IP header in front, fragments where it must, hands the datagram to the
 * interface, and copies to this host what it sends to many. Safe for use by many threads.
 */
final class IpOutput {
  private static final int BUCKETS = 256;

  private final InternetLayer layer;
  private final AtomicIntegerArray identifications = new AtomicIntegerArray(BUCKETS);
  private final SipHash identificationKey;
  private final long secret;

  IpOutput(InternetLayer layer) {
    this.layer = layer;
    Randomness randomness = layer.engine().randomness();
    identificationKey = new SipHash(randomness);
    secret = randomness.nextLong();
  }

  /**
   * Sends a datagram.
   *
   * @param discoverPathMtu whether DF is set on what goes whole
   * @param copyBack whether this host gets what it sends to a group that it listens to
   * @param options IPv4 options, padded to a multiple of 4 bytes, or null
   */
  @Nullable Errno send(
      InternetRoute route,
      Packet packet,
      int protocol,
      int ttl,
      int trafficClass,
      boolean dontFragment,
      boolean discoverPathMtu,
      boolean copyBack,
      byte @Nullable [] options) {
    boolean ipv4 = route.destination().isIpv4();
    Interface out = route.out();
    int headerLength = ipv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH;
    if (options != null) {
      headerLength += options.length;
      System.arraycopy(options, 0, packet.head(), packet.prepend(options.length), options.length);
    }
    Errno refusal = check(route, packet, ipv4, ttl);
    if (refusal != null) {
      return refusal;
    }
    layer.counters().outRequests(ipv4);
    int length = packet.length() + (ipv4 ? Ipv4Header.MIN_LENGTH : Ipv6Header.LENGTH);
    int mtu = route.mtu();
    boolean whole = length <= mtu;
    if (!whole && dontFragment && !route.isPathMtuLocked()) {
      count(route, packet, DropReason.MTU_EXCEEDED);
      return Errno.EMSGSIZE;
    }
    if (ipv4) {
      boolean df = whole && discoverPathMtu && !route.isPathMtuLocked();
      encodeIpv4(route, packet, headerLength, protocol, ttl, trafficClass, df);
    } else {
      encodeIpv6(route, packet, protocol, ttl, trafficClass);
    }
    if (!out.isLoopback() && (route.isMulticast() || route.isBroadcast())) {
      copyBack(route, packet, copyBack);
      if (staysHere(route, ttl)) {
        return null;
      }
    }
    if (whole) {
      out.transmit(packet);
    } else {
      fragment(route, packet, protocol, ipv4, mtu);
    }
    return null;
  }

  private @Nullable Errno check(InternetRoute route, Packet packet, boolean ipv4, int ttl) {
    int most =
        ipv4 ? Ipv4Header.MAX_TOTAL_LENGTH - Ipv4Header.MIN_LENGTH : Ipv6Header.MAX_PAYLOAD_LENGTH;
    if (packet.length() > most) {
      return Errno.EMSGSIZE;
    }
    // RFC 1122 3.2.1.7: "A host MUST NOT send a datagram with a Time-to-Live (TTL) value of zero."
    // To a group it means: not beyond this host.
    if (ttl > 255 || ttl < (route.isMulticast() ? 0 : 1)) {
      return Errno.EINVAL;
    }
    if (layer.isClosed()) {
      count(route, packet, DropReason.STACK_CLOSED);
      return Errno.ENETDOWN;
    }
    if (!layer.table().isUp(route.interfaceIndex())) {
      count(route, packet, DropReason.LINK_DOWN);
      return Errno.ENETDOWN;
    }
    return null;
  }

  private void count(InternetRoute route, Packet packet, DropReason reason) {
    route.out().counters().dropped(reason);
    layer.counters().dropped(!route.destination().isIpv4(), reason);
    InternetLayer.record(route.out(), packet, reason);
  }

  private void encodeIpv4(
      InternetRoute route,
      Packet packet,
      int headerLength,
      int protocol,
      int ttl,
      int trafficClass,
      boolean dontFragment) {
    // RFC 6864 4.1: "Originating sources MAY set the IPv4 ID field of atomic datagrams to any
    // value."
    int identification = dontFragment ? 0 : nextIdentification(route, protocol) & 0xffff;
    // Options, if any, stand in front of the transport header already.
    int at = packet.prepend(Ipv4Header.MIN_LENGTH);
    Ipv4Header.encode(
        packet.head(),
        at,
        headerLength,
        trafficClass,
        packet.length(),
        identification,
        dontFragment ? Ipv4Header.DONT_FRAGMENT : 0,
        0,
        ttl,
        protocol,
        route.source(),
        route.destination());
  }

  private void encodeIpv6(
      InternetRoute route, Packet packet, int protocol, int ttl, int trafficClass) {
    int payloadLength = packet.length();
    int flowLabel = flowLabel(route, packet, protocol);
    int at = packet.prepend(Ipv6Header.LENGTH);
    Ipv6Header.encode(
        packet.head(),
        at,
        trafficClass,
        flowLabel,
        payloadLength,
        protocol,
        ttl,
        route.source(),
        route.destination());
  }

  /** RFC 6437 2: "an approximation to a discrete uniform distribution", one for all of a flow. */
  private int flowLabel(InternetRoute route, Packet packet, int protocol) {
    boolean ports =
        (protocol == IpProtocol.TCP || protocol == IpProtocol.UDP)
            && packet.headEnd() - packet.offset() >= 4;
    if (!ports || !layer.configuration().autoFlowLabels()) {
      return 0;
    }
    long flow = (long) Bytes.i32(packet.head(), packet.offset()) << 8 | protocol;
    return (int) (hash(route.source(), route.destination(), flow) >>> 44);
  }

  /**
   * RFC 6864 4.3 and RFC 7739 5.3: unique while a fragment may live, and not to be guessed from
   * another destination's. The counters begin at 0: only who has the key can tell where they are.
   */
  private int nextIdentification(InternetRoute route, int protocol) {
    IpAddress from = route.source();
    IpAddress to = route.destination();
    long hash = identificationKey.hash(from.high(), from.low(), to.high(), to.low(), protocol);
    return identifications.getAndIncrement((int) (hash >>> 56)) + (int) hash;
  }

  private long hash(IpAddress a, IpAddress b, long more) {
    long h = mix(secret ^ a.high());
    h = mix(h ^ a.low());
    h = mix(h ^ b.high());
    h = mix(h ^ b.low());
    return mix(h ^ more);
  }

  /** The finishing step of Steele and Vigna's SplitMix64: every bit of z changes half of them. */
  private static long mix(long value) {
    long z = value;
    z = (z ^ z >>> 30) * 0xbf58_476d_1ce4_e5b9L;
    z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
    return z ^ z >>> 31;
  }

  /**
   * RFC 1112 6.1, of own groups: "by default, a copy of the datagram is looped back"; a broadcast
   * always is, as this host is among all.
   */
  private void copyBack(InternetRoute route, Packet packet, boolean wanted) {
    IpAddress destination = route.destination();
    boolean mine =
        route.isBroadcast()
            || wanted && layer.memberships().isMember(route.interfaceIndex(), destination);
    if (mine) {
      route.out().receiveCopy(packet.copy());
    }
  }

  /** RFC 4291 2.7: an interface-local group never leaves; nor does what has no time to live. */
  private static boolean staysHere(InternetRoute route, int ttl) {
    return ttl == 0 || route.destination().isIpv6() && route.destination().multicastScope() == 1;
  }

  private void fragment(InternetRoute route, Packet packet, int protocol, boolean ipv4, int mtu) {
    Interface out = route.out();
    int least = ipv4 ? 68 : Ipv6Header.MIN_MTU;
    if (mtu < least) {
      count(route, packet, DropReason.MTU_EXCEEDED);
      return;
    }
    Packet first =
        ipv4
            ? Fragments.ofIpv4(packet, mtu, out.link().headroom())
            : Fragments.ofIpv6(
                packet, mtu, out.link().headroom(), nextIdentification(route, protocol));
    int made = 0;
    for (Packet fragment = first; fragment != null; made++) {
      Packet next = fragment.next();
      fragment.setNext(null);
      out.transmit(fragment);
      fragment = next;
    }
    layer.counters().fragmented(ipv4, made);
  }
}
