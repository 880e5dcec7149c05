// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.netlink.NftExpression;
import org.loopstack.linux.netlink.NftExpression.Verdict;
import org.loopstack.linux.netlink.Nftables;
import org.loopstack.linux.netlink.Nftables.Chain;
import org.loopstack.linux.netlink.Nftables.Rule;

/** The way of a packet on the loopback through all chains: out, and in again. */
public final class PacketWalk {
  private static final int FORWARD = 2;
  private static final int MAX_DEPTH = 16;
  private static final int DROP_POLICY = 0;

  /** What happens to it. */
  public enum Fate {
    /** It is thrown away. */
    DROPPED,
    /** It is refused with an error. */
    REJECTED,
    /** It is led elsewhere. */
    DIVERTED
  }

  /**
   * Something that keeps it from its way.
   *
   * @param fate what happens
   * @param sure whether that is certain
   * @param chain in which chain
   * @param rule by which rule; null if no rule decides and the chain's policy does
   */
  public record Obstacle(Fate fate, boolean sure, Chain chain, @Nullable Rule rule) {}

  private final Nftables.RuleSet rules;
  private final int loopbackIndex;
  private final SamplePacket packet;
  private final List<Obstacle> obstacles = new ArrayList<>();

  /** Whether an uncertain rule may have accepted it, in the chain that is being gone through. */
  private boolean perhapsAccepted;

  private PacketWalk(Nftables.RuleSet rules, int loopbackIndex, SamplePacket packet) {
    this.rules = rules;
    this.loopbackIndex = loopbackIndex;
    this.packet = packet;
  }

  /** Goes through, and tells what is in the way. */
  public static List<Obstacle> of(Nftables.RuleSet rules, int loopbackIndex, SamplePacket packet) {
    PacketWalk walk = new PacketWalk(rules, loopbackIndex, packet);
    rules.chains().stream()
        .filter(c -> c.hook() >= 0 && c.hook() <= 4 && c.hook() != FORWARD)
        .filter(walk::isOfFamily)
        .sorted(Comparator.comparingInt(Chain::priority))
        .forEach(walk::base);
    return walk.obstacles;
  }

  private boolean isOfFamily(Chain chain) {
    return chain.family() == Nftables.INET
        || chain.family() == (packet.isIpv6() ? Nftables.IPV6 : Nftables.IPV4);
  }

  private void base(Chain chain) {
    perhapsAccepted = false;
    Decision decision = walk(chain, chain.hook(), true, 0);
    if (decision == Decision.NONE && chain.policy() == DROP_POLICY && !perhapsAccepted) {
      obstacles.add(new Obstacle(Fate.DROPPED, true, chain, null));
    }
  }

  private enum Decision {
    NONE,
    RETURN,
    ACCEPTED,
    STOPPED
  }

  private Decision walk(Chain chain, int hook, boolean sure, int depth) {
    if (depth > MAX_DEPTH) {
      return Decision.NONE;
    }
    for (Rule rule : rules.rules()) {
      if (isIn(rule, chain)) {
        Decision decision = rule(chain, rule, hook, sure, depth);
        if (decision != Decision.NONE) {
          return decision == Decision.RETURN ? Decision.NONE : decision;
        }
      }
    }
    return Decision.NONE;
  }

  private static boolean isIn(Rule rule, Chain chain) {
    return rule.family() == chain.family()
        && rule.table().equals(chain.table())
        && rule.chain().equals(chain.name());
  }

  /** What a rule decides, or NONE to go on behind it. */
  private Decision rule(Chain chain, Rule rule, int hook, boolean sureBefore, int depth) {
    RuleMatch match = RuleMatch.of(rule, packet, hook, loopbackIndex);
    NftExpression action = match.action();
    if (!match.matches() || action == null) {
      return Decision.NONE;
    }
    boolean sure = sureBefore && match.isSure();
    return switch (action) {
      case NftExpression.Reject _ -> stop(Fate.REJECTED, sure, match, chain, rule);
      case NftExpression.Diversion _ -> stop(Fate.DIVERTED, sure, match, chain, rule);
      case Verdict verdict -> verdict(chain, rule, hook, match, verdict, sure, depth);
      default -> Decision.NONE;
    };
  }

  private Decision verdict(
      Chain chain, Rule rule, int hook, RuleMatch match, Verdict verdict, boolean sure, int depth) {
    return switch (verdict.code()) {
      case Verdict.DROP -> stop(Fate.DROPPED, sure, match, chain, rule);
      case Verdict.ACCEPT -> {
        perhapsAccepted |= !sure;
        yield sure ? Decision.ACCEPTED : Decision.NONE;
      }
      case Verdict.RETURN -> match.isSure() ? Decision.RETURN : Decision.NONE;
      case Verdict.JUMP, Verdict.GO_TO -> {
        Chain target = find(chain, verdict.chain());
        Decision inside = target == null ? Decision.NONE : walk(target, hook, sure, depth + 1);
        boolean leaves = verdict.code() == Verdict.GO_TO && match.isSure();
        yield inside == Decision.NONE && leaves ? Decision.RETURN : inside;
      }
      default -> Decision.NONE;
    };
  }

  private @Nullable Chain find(Chain from, @Nullable String name) {
    for (Chain each : rules.chains()) {
      if (each.family() == from.family()
          && each.table().equals(from.table())
          && each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /** An uncertain rule counts only if it means the loopback, and others are asked behind it. */
  private Decision stop(Fate fate, boolean sure, RuleMatch match, Chain chain, Rule rule) {
    if (sure || match.namesLoopback()) {
      obstacles.add(new Obstacle(fate, sure, chain, rule));
    }
    return sure ? Decision.STOPPED : Decision.NONE;
  }
}
