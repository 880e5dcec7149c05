// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;

/**
 * Asks the kernel for the rules of nftables, among them those that {@code iptables-nft} has made.
 * In the network namespace of the thread that opened it. Only CAP_NET_ADMIN may ask.
 *
 * <p>For one thread at a time.
 */
public final class Nftables implements Closeable {
  /** Rules for both IP versions. */
  public static final int INET = 1;

  /** Rules for IPv4. */
  public static final int IPV4 = 2;

  /** Rules for IPv6. */
  public static final int IPV6 = 10;

  /** The length of {@code struct nfgenmsg}. */
  static final int NFGENMSG = 4;

  /** NFNL_SUBSYS_NFTABLES, in the upper half of a message's type. */
  static final int SUBSYSTEM = 10 << 8;

  private static final int BATCH_BEGIN = 16;
  private static final int BATCH_END = 17;
  private static final int CREATE = 0x400;
  private static final int NEW_RULE = 6;
  private static final int GET_CHAIN = SUBSYSTEM | 4;
  private static final int GET_RULE = SUBSYSTEM | 7;

  /**
   * All of it.
   *
   * @param chains those that are asked for every packet, and those that these jump to
   * @param rules in the order in which they are asked, chain by chain
   */
  public record RuleSet(List<Chain> chains, List<Rule> rules) {
    /** Copies the lists. */
    public RuleSet {
      chains = List.copyOf(chains);
      rules = List.copyOf(rules);
    }

    /** Nothing. */
    public static RuleSet empty() {
      return new RuleSet(List.of(), List.of());
    }
  }

  /**
   * A chain of rules.
   *
   * @param family as {@link #INET}
   * @param table whose
   * @param name its own
   * @param hook 0 prerouting, 1 input, 2 forward, 3 output, 4 postrouting; -1 for one that others
   *     jump to
   * @param priority the lowest is asked first
   * @param policy 0 to drop what no rule decides, 1 to accept it
   * @param type filter, nat or route; empty for one that others jump to
   */
  public record Chain(
      int family, String table, String name, int hook, int priority, int policy, String type) {}

  /**
   * A rule.
   *
   * @param family as {@link #INET}
   * @param table whose
   * @param chain in which chain
   * @param handle its number, by which it can be removed
   * @param expressions step by step
   */
  public record Rule(
      int family, String table, String chain, long handle, List<NftExpression> expressions) {
    /** Copies the list. */
    public Rule {
      expressions = List.copyOf(expressions);
    }
  }

  private final NetlinkSocket socket;

  private Nftables(NetlinkSocket socket) {
    this.socket = socket;
  }

  /**
   * Opens it in the network namespace of the calling thread.
   *
   * @throws NetlinkException EPROTONOSUPPORT if the kernel knows of no firewall
   */
  public static Nftables open() throws IOException {
    return new Nftables(NetlinkSocket.open(NetlinkSocket.NETFILTER));
  }

  /**
   * What there is; nothing if the kernel has no nftables.
   *
   * @throws NetlinkException EPERM without CAP_NET_ADMIN
   */
  public RuleSet read() throws IOException {
    try {
      List<Chain> chains = new ArrayList<>();
      for (NetlinkMessage each : socket.dump(request(GET_CHAIN), "ask for the firewall's chains")) {
        chains.add(chain(each));
      }
      List<Rule> rules = new ArrayList<>();
      for (NetlinkMessage each : socket.dump(request(GET_RULE), "ask for the firewall's rules")) {
        rules.add(rule(each));
      }
      return new RuleSet(chains, rules);
    } catch (NetlinkException e) {
      if (e.is(Errno.EOPNOTSUPP) || e.is(Errno.EINVAL)) {
        return RuleSet.empty();
      }
      throw e;
    }
  }

  /**
   * Changes tables, chains and rules: all of it or nothing.
   *
   * @param requests as {@link #make} begins them
   * @throws NetlinkException what the kernel says of the first that it refuses
   */
  public void change(List<NetlinkRequest> requests) throws IOException {
    List<NetlinkRequest> batch = new ArrayList<>();
    batch.add(new NetlinkRequest(BATCH_BEGIN, 0).u8(0).u8(0).be16(SUBSYSTEM >>> 8));
    batch.addAll(requests);
    batch.add(new NetlinkRequest(BATCH_END, 0).u8(0).u8(0).be16(SUBSYSTEM >>> 8));
    List<NetlinkMessage> _ = socket.ask(batch, "change the firewall");
  }

  /**
   * Begins a request to make something.
   *
   * @param message as 0 for a table, 3 for a chain, 6 for a rule: {@code NFT_MSG_NEW...}
   * @param family as {@link #INET}
   */
  public static NetlinkRequest make(int message, int family) {
    int flags = NetlinkRequest.ACKNOWLEDGE | (message == NEW_RULE ? NetlinkRequest.APPEND : CREATE);
    return new NetlinkRequest(SUBSYSTEM | message, flags).u8(family).zeros(NFGENMSG - 1);
  }

  private static NetlinkRequest request(int type) {
    return new NetlinkRequest(type, NetlinkRequest.DUMP).zeros(NFGENMSG);
  }

  private static Chain chain(NetlinkMessage message) {
    Attributes a = message.attributes(NFGENMSG);
    Attributes hook = a.nested(4);
    return new Chain(
        message.body().get(0),
        a.text(1, ""),
        a.text(3, ""),
        a.has(4) ? hook.be32(1, -1) : -1,
        hook.be32(2, 0),
        a.be32(5, 1),
        a.text(7, ""));
  }

  private static Rule rule(NetlinkMessage message) {
    Attributes a = message.attributes(NFGENMSG);
    List<NftExpression> expressions = new ArrayList<>();
    for (Attributes.Attribute each : a.nested(4).all()) {
      Attributes one = Attributes.of(each.value(), 0);
      expressions.add(expression(one.text(1, ""), one.nested(2)));
    }
    return new Rule(message.body().get(0), a.text(1, ""), a.text(2, ""), a.be64(3, 0), expressions);
  }

  private static NftExpression expression(String name, Attributes a) {
    return switch (name) {
      case "meta" -> new NftExpression.Meta(a.be32(1, 0), a.be32(2, -1));
      case "payload" ->
          new NftExpression.Payload(a.be32(1, 0), a.be32(2, -1), a.be32(3, 0), a.be32(4, 0));
      case "ct" -> new NftExpression.Connection(a.be32(1, 0), a.be32(2, -1));
      case "bitwise" ->
          new NftExpression.Bitwise(a.be32(1, 0), a.be32(2, 0), value(a, 4), value(a, 5));
      case "cmp" -> new NftExpression.Compare(a.be32(1, 0), a.be32(2, 0), value(a, 3));
      case "range" ->
          new NftExpression.Range(a.be32(1, 0), a.be32(2, 0) == 1, value(a, 3), value(a, 4));
      case "immediate" -> immediate(a);
      case "reject" -> new NftExpression.Reject();
      case "nat", "redir", "masq", "tproxy", "queue" -> new NftExpression.Diversion(name);
      case "counter" -> new NftExpression.Counter(a.be64(2, 0));
      case "target" -> target(a.text(1, ""));
      default -> new NftExpression.Other(name, name.equals("match") ? a.text(1, "") : "");
    };
  }

  /** NFTA_DATA_VALUE. */
  private static byte[] value(Attributes a, int type) {
    byte @Nullable [] bytes = a.nested(type).bytes(1);
    return bytes == null ? new byte[0] : bytes;
  }

  /** A constant for a register, or for register 0 a verdict: NFTA_DATA_VERDICT. */
  private static NftExpression immediate(Attributes a) {
    Attributes data = a.nested(2);
    if (!data.has(2)) {
      return new NftExpression.Other("immediate", "");
    }
    Attributes verdict = data.nested(2);
    return new NftExpression.Verdict(
        verdict.be32(1, NftExpression.Verdict.ACCEPT), verdict.text(2));
  }

  /** Those of iptables' extensions that decide. */
  static NftExpression target(String name) {
    return switch (name) {
      case "REJECT" -> new NftExpression.Reject();
      case "REDIRECT", "DNAT", "SNAT", "MASQUERADE", "TPROXY", "NFQUEUE" ->
          new NftExpression.Diversion(name);
      case "DROP" -> new NftExpression.Verdict(NftExpression.Verdict.DROP, null);
      default -> new NftExpression.Other("target", name);
    };
  }

  @Override
  public void close() {
    socket.close();
  }
}
