// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/**
 * The policy table of RFC 6724 section 2.1: "a longest-matching-prefix lookup table, much like a
 * routing table. Given an address A, a lookup in the policy table produces two values: a precedence
 * value denoted Precedence(A) and a classification or label denoted Label(A)." IPv4 addresses are
 * looked up in their mapped form, {@code ::ffff:0:0/96}. Immutable.
 */
public final class PolicyTable {
  /**
   * One line.
   *
   * @param high the first 64 bits of the prefix
   * @param low the last 64 bits
   * @param length how many bits count, 0 to 128
   * @param precedence the higher, the earlier a destination is tried
   * @param label source and destination of the same label go together
   */
  public record Policy(long high, long low, int length, int precedence, int label) {
    boolean matches(IpAddress a) {
      long highMask = length >= 64 ? -1 : length == 0 ? 0 : -1L << (64 - length);
      long lowMask = length <= 64 ? 0 : -1L << (128 - length);
      return ((a.high() ^ high) & highMask) == 0 && ((a.low() ^ low) & lowMask) == 0;
    }
  }

  /** The default table of RFC 6724 section 2.1. */
  public static final PolicyTable RFC_6724 =
      new PolicyTable(
          List.of(
              policy("::1/128", 50, 0),
              policy("::/0", 40, 1),
              new Policy(0, 0xffff_0000_0000L, 96, 35, 4),
              policy("2002::/16", 30, 2),
              policy("2001::/32", 5, 5),
              policy("fc00::/7", 3, 13),
              policy("::/96", 1, 3),
              policy("fec0::/10", 1, 11),
              policy("3ffe::/16", 1, 12)));

  private final List<Policy> policies;

  /**
   * A table with these lines, in any order; what none of them matches has precedence 0, label 0.
   */
  public PolicyTable(List<Policy> policies) {
    List<Policy> longestFirst = new ArrayList<>(policies.size());
    for (Policy policy : policies) {
      int at = 0;
      while (at < longestFirst.size() && longestFirst.get(at).length() >= policy.length()) {
        at++;
      }
      longestFirst.add(at, policy);
    }
    this.policies = List.copyOf(longestFirst);
  }

  /**
   * A line.
   *
   * @param prefix an IPv6 prefix
   * @throws IllegalArgumentException if it is not one
   */
  public static Policy policy(String prefix, int precedence, int label) {
    IpPrefix p = IpPrefix.parse(prefix);
    int length = p.network().isIpv4() ? p.length() + 96 : p.length();
    return new Policy(p.network().high(), p.network().low(), length, precedence, label);
  }

  /** The lines, the longest prefixes first. */
  public List<Policy> policies() {
    return policies;
  }

  /** Precedence(A). */
  public int precedence(IpAddress address) {
    Policy policy = find(address);
    return policy == null ? 0 : policy.precedence;
  }

  /** Label(A). */
  public int label(IpAddress address) {
    Policy policy = find(address);
    return policy == null ? 0 : policy.label;
  }

  private @Nullable Policy find(IpAddress address) {
    for (Policy policy : policies) {
      if (policy.matches(address)) {
        return policy;
      }
    }
    return null;
  }
}
