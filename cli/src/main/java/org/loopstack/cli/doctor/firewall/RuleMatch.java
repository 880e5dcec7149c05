// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.netlink.NftExpression;
import org.loopstack.linux.netlink.NftExpression.Bitwise;
import org.loopstack.linux.netlink.NftExpression.Compare;
import org.loopstack.linux.netlink.NftExpression.Connection;
import org.loopstack.linux.netlink.NftExpression.Meta;
import org.loopstack.linux.netlink.NftExpression.Other;
import org.loopstack.linux.netlink.NftExpression.Payload;
import org.loopstack.linux.netlink.NftExpression.Range;
import org.loopstack.linux.netlink.Nftables;

/**
 * Goes through a rule with a packet, as the kernel does. What cannot be known beforehand (limits,
 * sets, chance, marks) makes the answer uncertain.
 */
final class RuleMatch {
  /** IPPROTO and so on of the kernel: NFPROTO_IPV4, NFPROTO_IPV6. */
  private static final byte IPV4 = 2;

  private static final byte IPV6 = 10;
  private static final short LOOPBACK_TYPE = 772;
  private static final int NAME_LENGTH = 16;

  private final SamplePacket packet;
  private final int hook;
  private final int loopbackIndex;
  private final Map<Integer, byte[]> registers = new HashMap<>();

  /** The registers whose value tells that this is the loopback. */
  private final Set<Integer> telling = new HashSet<>();

  private boolean matches = true;
  private boolean sure = true;
  private boolean namesLoopback;
  private @Nullable NftExpression action;

  private RuleMatch(SamplePacket packet, int hook, int loopbackIndex) {
    this.packet = packet;
    this.hook = hook;
    this.loopbackIndex = loopbackIndex;
  }

  /**
   * Goes through.
   *
   * @param hook where the packet is, as of {@link Nftables.Chain}
   */
  static RuleMatch of(Nftables.Rule rule, SamplePacket packet, int hook, int loopbackIndex) {
    RuleMatch match = new RuleMatch(packet, hook, loopbackIndex);
    for (NftExpression each : rule.expressions()) {
      match.step(each);
      if (!match.matches || match.action != null) {
        break;
      }
    }
    return match;
  }

  /** Whether the packet may come to the rule's end. */
  boolean matches() {
    return matches;
  }

  /** Whether it does in any case. */
  boolean isSure() {
    return sure;
  }

  /** Whether the rule asks for the loopback, or its addresses, by name. */
  boolean namesLoopback() {
    return namesLoopback;
  }

  /** What the rule then does, or null for nothing. */
  @Nullable NftExpression action() {
    return action;
  }

  private void step(NftExpression expression) {
    switch (expression) {
      case Meta meta -> load(meta.register(), meta(meta.key()), meta.key() >= 4 && meta.key() <= 9);
      case Payload payload -> load(payload.register(), bytes(payload), isAddress(payload));
      case Connection connection ->
          load(
              connection.register(),
              connection.key() == 0 ? number(packet.connectionState()) : null,
              false);
      case Bitwise bitwise ->
          load(bitwise.register(), combine(bitwise), telling.contains(bitwise.source()));
      case Compare compare -> compare(compare);
      case Range range -> range(range);
      case Other other -> sure &= isHarmless(other);
      case NftExpression.Counter _ -> {}
      case NftExpression.Verdict verdict -> action = verdict;
      case NftExpression.Reject reject -> action = reject;
      case NftExpression.Diversion diversion -> action = diversion;
    }
  }

  /** What goes on in any case: comments, logs, and the like. */
  private static boolean isHarmless(Other other) {
    return switch (other.name()) {
      case "log", "notrack", "immediate", "objref" -> true;
      case "match" -> other.detail().equals("comment");
      case "target" -> other.detail().equals("LOG") || other.detail().equals("NFLOG");
      default -> false;
    };
  }

  private void load(int register, byte @Nullable [] value, boolean tells) {
    if (value == null) {
      registers.remove(register);
    } else {
      registers.put(register, value);
    }
    if (tells) {
      telling.add(register);
    } else {
      telling.remove(register);
    }
  }

  private byte @Nullable [] meta(int key) {
    boolean in = hook == 0 || hook == 1;
    boolean out = hook == 3 || hook == 4;
    return switch (key) {
      case Meta.INPUT_INDEX -> number(in ? loopbackIndex : 0);
      case Meta.OUTPUT_INDEX -> number(out ? loopbackIndex : 0);
      case Meta.INPUT_NAME -> name(in);
      case Meta.OUTPUT_NAME -> name(out);
      case Meta.INPUT_TYPE -> in ? type() : null;
      case Meta.OUTPUT_TYPE -> out ? type() : null;
      case Meta.FAMILY -> new byte[] {packet.isIpv6() ? IPV6 : IPV4};
      case Meta.PROTOCOL -> new byte[] {(byte) packet.protocol()};
      default -> null;
    };
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  private static byte[] type() {
    return ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort(LOOPBACK_TYPE).array();
  }

  private static byte[] name(boolean there) {
    return Arrays.copyOf((there ? "lo" : "").getBytes(StandardCharsets.US_ASCII), NAME_LENGTH);
  }

  private byte @Nullable [] bytes(Payload payload) {
    byte[] header =
        switch (payload.base()) {
          case 1 -> packet.network();
          case 2 -> packet.transportHeader();
          default -> new byte[0];
        };
    int end = payload.offset() + payload.length();
    boolean inside = payload.offset() >= 0 && payload.length() > 0 && end <= header.length;
    return inside ? Arrays.copyOfRange(header, payload.offset(), end) : null;
  }

  private boolean isAddress(Payload payload) {
    int first = packet.isIpv6() ? 8 : 12;
    return payload.base() == 1 && payload.offset() >= first;
  }

  private byte @Nullable [] combine(Bitwise bitwise) {
    byte[] source = registers.get(bitwise.source());
    int length = bitwise.mask().length;
    if (source == null || length == 0 || source.length < length || bitwise.xor().length < length) {
      return null;
    }
    byte[] result = new byte[length];
    for (int i = 0; i < length; i++) {
      result[i] = (byte) (source[i] & bitwise.mask()[i] ^ bitwise.xor()[i]);
    }
    return result;
  }

  private void compare(Compare compare) {
    byte[] value = registers.get(compare.register());
    if (value == null || value.length < compare.value().length) {
      sure = false;
      return;
    }
    int order = order(value, compare.value());
    matches =
        switch (compare.operation()) {
          case 0 -> order == 0;
          case 1 -> order != 0;
          case 2 -> order < 0;
          case 3 -> order <= 0;
          case 4 -> order > 0;
          default -> order >= 0;
        };
    namesLoopback |= matches && compare.operation() == 0 && telling.contains(compare.register());
  }

  /** Of as many bytes as there are to compare with: {@code lo*} is two. */
  private static int order(byte[] value, byte[] with) {
    return Arrays.compareUnsigned(value, 0, with.length, with, 0, with.length);
  }

  private void range(Range range) {
    byte[] value = registers.get(range.register());
    if (value == null || value.length < range.from().length) {
      sure = false;
      return;
    }
    boolean inside = order(value, range.from()) >= 0 && order(value, range.to()) <= 0;
    matches = inside != range.outside();
  }
}
