// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;

/**
 * Default address selection (RFC 6724): which source to send from (section 5) and in which order to
 * try the addresses of a name (section 6). Left out, because nothing here knows of them: home
 * addresses, temporary addresses, encapsulating transports.
 */
public final class AddressSelection {
  private static final int LINK_LOCAL = 2;
  private static final int SITE_LOCAL = 5;
  private static final int GLOBAL = 14;

  private AddressSelection() {}

  /** The source for a destination that leaves by an interface, or null if there is none. */
  static @Nullable IpAddress source(
      HostTable table, PolicyTable policies, IpAddress destination, InterfaceState out) {
    // Section 4: "For all multicast and link-local destination addresses, the set of candidate
    // source addresses MUST only include addresses assigned to interfaces belonging to the same
    // link as the outgoing interface."
    boolean sameLink = destination.isMulticast() || destination.isLinkLocal();
    InterfaceAddress best = null;
    boolean bestIsOut = false;
    for (InterfaceState s : table.states()) {
      if (s == null || !s.up() || sameLink && s.index() != out.index()) {
        continue;
      }
      boolean isOut = s.index() == out.index();
      for (InterfaceAddress a : s.addresses()) {
        if (a.address().isIpv4() || a.address().isLoopback() && !out.identity().isLoopback()) {
          continue;
        }
        if (best == null || isBetter(policies, destination, a, isOut, best, bestIsOut)) {
          best = a;
          bestIsOut = isOut;
        }
      }
    }
    return best == null ? null : best.address();
  }

  /** Section 5: whether SA is to be preferred over SB. */
  private static boolean isBetter(
      PolicyTable policies,
      IpAddress destination,
      InterfaceAddress a,
      boolean aIsOut,
      InterfaceAddress b,
      boolean bIsOut) {
    IpAddress sa = a.address();
    IpAddress sb = b.address();
    // Rule 1: Prefer same address.
    if (sa.equals(destination) || sb.equals(destination)) {
      return sa.equals(destination);
    }
    // Rule 2: Prefer appropriate scope.
    int scopeA = scope(sa);
    int scopeB = scope(sb);
    if (scopeA != scopeB) {
      int scope = scope(destination);
      return scopeA < scopeB ? scopeA >= scope : scopeB < scope;
    }
    // Rule 3: Avoid deprecated addresses.
    if (a.deprecated() != b.deprecated()) {
      return b.deprecated();
    }
    // Rule 5: Prefer outgoing interface.
    if (aIsOut != bIsOut) {
      return aIsOut;
    }
    // Rule 6: Prefer matching label.
    int label = policies.label(destination);
    boolean labelA = policies.label(sa) == label;
    boolean labelB = policies.label(sb) == label;
    if (labelA != labelB) {
      return labelA;
    }
    // Rule 8: Use longest matching prefix.
    return Math.min(commonPrefix(sa, destination), a.prefixLength())
        > Math.min(commonPrefix(sb, destination), b.prefixLength());
  }

  /**
   * Sorts destinations, the first to try first (section 6). The order is stable: "Rule 10:
   * Otherwise, leave the order unchanged."
   *
   * @param layer the stack whose routes and addresses count
   * @param destinations addresses of either version
   * @return a new list
   */
  public static List<IpAddress> sort(InternetLayer layer, List<IpAddress> destinations) {
    PolicyTable policies = layer.configuration().policyTable();
    List<Candidate> candidates = new ArrayList<>(destinations.size());
    for (IpAddress destination : destinations) {
      candidates.add(new Candidate(destination, sourceFor(layer, destination)));
    }
    candidates.sort(order(policies));
    return candidates.stream().map(Candidate::destination).toList();
  }

  private static @Nullable IpAddress sourceFor(InternetLayer layer, IpAddress destination) {
    try {
      IpAddress any = destination.isIpv4() ? IpAddress.IPV4_ANY : IpAddress.IPV6_ANY;
      return layer.route(destination, any, 0).source();
    } catch (ErrnoException e) {
      return null;
    }
  }

  private record Candidate(IpAddress destination, @Nullable IpAddress source) {
    /** Rule 1: Avoid unusable destinations. */
    boolean unusable() {
      return source == null;
    }

    /** Rule 2: Prefer matching scope. */
    boolean otherScope() {
      return source == null || scope(destination) != scope(source);
    }

    /** Rule 5: Prefer matching label. */
    boolean otherLabel(PolicyTable policies) {
      return source == null || policies.label(destination) != policies.label(source);
    }

    /** Rule 9, for IPv6 only: two IPv4 destinations are left in the order of the name server. */
    int matchingBits() {
      return source == null || destination.isIpv4() ? 0 : commonPrefix(destination, source);
    }
  }

  private static Comparator<Candidate> order(PolicyTable policies) {
    return Comparator.comparing(Candidate::unusable)
        .thenComparing(Candidate::otherScope)
        .thenComparing((Candidate c) -> c.otherLabel(policies))
        // Rule 6: Prefer higher precedence.
        .thenComparingInt((Candidate c) -> -policies.precedence(c.destination))
        // Rule 8: Prefer smaller scope.
        .thenComparingInt((Candidate c) -> scope(c.destination))
        .thenComparing(
            (a, b) ->
                a.destination.isIpv4() == b.destination.isIpv4()
                    ? Integer.compare(b.matchingBits(), a.matchingBits())
                    : 0);
  }

  /** Sections 3.1 and 3.2: the scope of an address, on the scale of multicast scopes. */
  static int scope(IpAddress address) {
    if (address.isMulticast()) {
      return address.multicastScope();
    }
    if (address.isLoopback() || address.isLinkLocal()) {
      return LINK_LOCAL;
    }
    boolean siteLocal = address.isIpv6() && address.high() >>> 54 == 0xfec0 >>> 6;
    return siteLocal ? SITE_LOCAL : GLOBAL;
  }

  /** CommonPrefixLen(A, B), section 2.2: at most the 64 bits of the prefix. */
  private static int commonPrefix(IpAddress a, IpAddress b) {
    return Long.numberOfLeadingZeros(a.high() ^ b.high());
  }
}
