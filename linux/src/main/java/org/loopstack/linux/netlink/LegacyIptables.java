// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.netlink.NftExpression.Compare;
import org.loopstack.linux.netlink.NftExpression.Meta;
import org.loopstack.linux.netlink.NftExpression.Payload;
import org.loopstack.linux.netlink.NftExpression.Range;
import org.loopstack.linux.netlink.NftExpression.Verdict;

/**
 * The rules of the old iptables, {@code iptables-legacy}, which nftables does not know of: read by
 * socket options ({@code ip_tables.h}), told in the words of {@link Nftables}. In the network
 * namespace of the calling thread; only CAP_NET_ADMIN may ask.
 */
public final class LegacyIptables {
  /** What the chains are of, in the place where nftables has filter, nat or route. */
  public static final String TYPE = "iptables-legacy";

  private static final int SOCK_RAW = 3;
  private static final int IPPROTO_RAW = 255;
  private static final int GET_INFO = 64;
  private static final int GET_ENTRIES = 65;
  private static final int INFO_LENGTH = 84;
  private static final int ENTRIES_HEADER = 40;
  private static final int NAME = 32;
  private static final int TARGET_HEADER = 32;
  private static final int HOOKS = 5;
  private static final String[] CHAINS = {
    "PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"
  };

  /** XT_RETURN. */
  private static final int RETURN = -5;

  private static final int REGISTER = 1;

  private final boolean ipv6;
  private final String table;
  private final ByteBuffer info;
  private final ByteBuffer entries;
  private final List<Nftables.Chain> chains = new ArrayList<>();
  private final List<Nftables.Rule> rules = new ArrayList<>();
  private final Map<Integer, String> chainAt = new HashMap<>();

  private LegacyIptables(boolean ipv6, String table, ByteBuffer info, ByteBuffer entries) {
    this.ipv6 = ipv6;
    this.table = table;
    this.info = info;
    this.entries = entries;
  }

  /**
   * The rules of a table.
   *
   * @param table one that is in use, of {@code /proc/net/ip_tables_names}: asking for another one
   *     would bring it into being
   * @throws LinuxException EPERM without CAP_NET_ADMIN
   */
  public static Nftables.RuleSet read(boolean ipv6, String table) throws IOException {
    int family = ipv6 ? 10 : 2;
    int level = ipv6 ? 41 : 0;
    int fd = LinuxException.check(Libc.socket(family, SOCK_RAW, IPPROTO_RAW), "open a raw socket");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = ask(arena, fd, level, GET_INFO, table, 0, INFO_LENGTH);
      int size = info.get(JAVA_INT, 80);
      MemorySegment entries =
          ask(arena, fd, level, GET_ENTRIES, table, size, ENTRIES_HEADER + size);
      return new LegacyIptables(ipv6, table, buffer(info), buffer(entries.asSlice(ENTRIES_HEADER)))
          .parse();
    } finally {
      int _ = Libc.close(fd);
    }
  }

  private static MemorySegment ask(
      Arena arena, int fd, int level, int option, String table, int size, int length)
      throws IOException {
    MemorySegment value = arena.allocate(length, 8);
    value.setString(0, table);
    if (size != 0) {
      value.set(JAVA_INT, NAME, size);
    }
    MemorySegment in = arena.allocateFrom(JAVA_INT, length);
    LinuxException.check(
        Libc.getsockopt(fd, level, option, value, in), "ask for the iptables " + table);
    return value;
  }

  private static ByteBuffer buffer(MemorySegment s) {
    return ByteBuffer.wrap(s.toArray(JAVA_BYTE)).order(ByteOrder.nativeOrder());
  }

  /** The length of struct ipt_ip or ip6t_ip6. */
  private int match() {
    return ipv6 ? 136 : 84;
  }

  /** The length of struct ipt_entry or ip6t_entry: the above, five numbers, two counters. */
  private int header() {
    return ipv6 ? 168 : 112;
  }

  private int target(int at) {
    return at + Short.toUnsignedInt(entries.getShort(at + match() + 4));
  }

  private int next(int at) {
    return at + Short.toUnsignedInt(entries.getShort(at + match() + 6));
  }

  private String targetName(int at) {
    return text(target(at) + 2, 29);
  }

  private String text(int at, int length) {
    int end = at;
    while (end < at + length && end < entries.limit() && entries.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - at];
    entries.get(at, bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private Nftables.RuleSet parse() {
    nameChains();
    String chain = "";
    int number = 0;
    for (int at = 0; at < entries.limit() && next(at) > at; at = next(at)) {
      String begun = chainAt.get(at);
      if (begun != null) {
        chain = begun;
        number = 0;
      }
      boolean isRule = !targetName(at).equals("ERROR") && !isPolicy(at);
      if (isRule) {
        number++;
        rules.add(new Nftables.Rule(family(), tableName(), chain, number, expressions(at)));
      }
    }
    return new Nftables.RuleSet(chains, rules);
  }

  private int family() {
    return ipv6 ? Nftables.IPV6 : Nftables.IPV4;
  }

  /** Not that of nftables' own table, which may be called the same. */
  private String tableName() {
    return table + " (legacy)";
  }

  private void nameChains() {
    int valid = info.getInt(NAME);
    for (int hook = 0; hook < HOOKS; hook++) {
      if ((valid & 1 << hook) != 0) {
        chainAt.put(info.getInt(NAME + 4 + 4 * hook), CHAINS[hook]);
        int underflow = info.getInt(NAME + 24 + 4 * hook);
        int policy = entries.getInt(target(underflow) + TARGET_HEADER) == -1 ? 0 : 1;
        chains.add(
            new Nftables.Chain(
                family(), tableName(), CHAINS[hook], hook, priority(), policy, TYPE));
      }
    }
    // A chain of the user's begins behind an entry with its name; the last entry ends the table.
    for (int at = 0; at < entries.limit() && next(at) > at; at = next(at)) {
      if (targetName(at).equals("ERROR") && next(at) < entries.limit()) {
        String name = text(target(at) + TARGET_HEADER, 30);
        chainAt.put(next(at), name);
        chains.add(new Nftables.Chain(family(), tableName(), name, -1, 0, 1, TYPE));
      }
    }
  }

  private int priority() {
    return switch (table) {
      case "raw" -> -300;
      case "mangle" -> -150;
      case "nat" -> -100;
      case "security" -> 50;
      default -> 0;
    };
  }

  private boolean isPolicy(int at) {
    int valid = info.getInt(NAME);
    for (int hook = 0; hook < HOOKS; hook++) {
      if ((valid & 1 << hook) != 0 && info.getInt(NAME + 24 + 4 * hook) == at) {
        return true;
      }
    }
    // What ends a chain of the user's returns.
    return false;
  }

  private List<NftExpression> expressions(int at) {
    List<NftExpression> all = new ArrayList<>();
    int addresses = ipv6 ? 16 : 4;
    int flags = entries.get(at + match() - (ipv6 ? 4 : 1));
    int masks = at + 2 * addresses;
    address(all, at, masks, ipv6 ? 8 : 12, (flags & 0x08) != 0);
    address(all, at + addresses, masks + addresses, ipv6 ? 24 : 16, (flags & 0x10) != 0);
    int names = at + 4 * addresses;
    link(all, names, Meta.INPUT_NAME, (flags & 0x01) != 0);
    link(all, names + 16, Meta.OUTPUT_NAME, (flags & 0x02) != 0);
    int protocol = entries.getShort(names + 64);
    if (protocol != 0) {
      all.add(new Meta(REGISTER, Meta.PROTOCOL));
      compare(all, (flags & 0x40) != 0, new byte[] {(byte) protocol});
    }
    matches(all, at);
    all.add(action(at));
    return all;
  }

  private static void compare(List<NftExpression> all, boolean inverted, byte[] value) {
    all.add(new Compare(REGISTER, inverted ? 1 : 0, value));
  }

  private byte[] bytes(int at, int length) {
    byte[] bytes = new byte[length];
    entries.get(at, bytes);
    return bytes;
  }

  private void address(List<NftExpression> all, int at, int maskAt, int offset, boolean inverted) {
    int length = ipv6 ? 16 : 4;
    byte[] mask = bytes(maskAt, length);
    byte[] none = new byte[length];
    if (!Arrays.equals(mask, none)) {
      all.add(new Payload(REGISTER, 1, offset, length));
      all.add(new NftExpression.Bitwise(REGISTER, REGISTER, mask, none));
      compare(all, inverted, bytes(at, length));
    }
  }

  /** A name of 16 bytes, and 32 bytes on its mask: as many as count. */
  private void link(List<NftExpression> all, int at, int key, boolean inverted) {
    int length = 0;
    while (length < 16 && entries.get(at + 32 + length) != 0) {
      length++;
    }
    if (length > 0) {
      all.add(new Meta(REGISTER, key));
      compare(all, inverted, bytes(at, length));
    }
  }

  /** struct xt_entry_match: length 2, name 29, revision 1, data. */
  private void matches(List<NftExpression> all, int entry) {
    int end = target(entry);
    for (int at = entry + header(); at + TARGET_HEADER <= end; ) {
      String name = text(at + 2, 29);
      int data = at + TARGET_HEADER;
      switch (name) {
        case "tcp" -> {
          ports(all, data, entries.get(data + 11));
          if (entries.get(data + 9) != 0) {
            all.add(new Payload(REGISTER, 2, 13, 1));
            all.add(new NftExpression.Bitwise(REGISTER, REGISTER, bytes(data + 9, 1), new byte[1]));
            compare(all, (entries.get(data + 11) & 0x04) != 0, bytes(data + 10, 1));
          }
        }
        case "udp" -> ports(all, data, entries.get(data + 8));
        default -> all.add(new NftExpression.Other("match", name));
      }
      int length = Short.toUnsignedInt(entries.getShort(at));
      if (length < TARGET_HEADER) {
        return;
      }
      at += length;
    }
  }

  /** Two ranges, of source and destination. */
  private void ports(List<NftExpression> all, int data, int flags) {
    for (int i = 0; i < 2; i++) {
      int from = Short.toUnsignedInt(entries.getShort(data + 4 * i));
      int to = Short.toUnsignedInt(entries.getShort(data + 4 * i + 2));
      if (from != 0 || to != 0xffff) {
        all.add(new Payload(REGISTER, 2, 2 * i, 2));
        all.add(new Range(REGISTER, (flags & 1 << i) != 0, network(from), network(to)));
      }
    }
  }

  private static byte[] network(int port) {
    return new byte[] {(byte) (port >>> 8), (byte) port};
  }

  private NftExpression action(int at) {
    String name = targetName(at);
    if (!name.isEmpty()) {
      return Nftables.target(name);
    }
    int verdict = entries.getInt(target(at) + TARGET_HEADER);
    if (verdict >= 0) {
      boolean goes = (entries.get(at + match() - (ipv6 ? 5 : 2)) & (ipv6 ? 0x04 : 0x02)) != 0;
      String chain = chainAt.get(verdict);
      return new Verdict(goes ? Verdict.GO_TO : Verdict.JUMP, chain);
    }
    return switch (verdict) {
      case -1 -> new Verdict(Verdict.DROP, null);
      case RETURN -> new Verdict(Verdict.RETURN, null);
      case -2 -> new Verdict(Verdict.ACCEPT, null);
      default -> new NftExpression.Diversion("queue");
    };
  }
}
