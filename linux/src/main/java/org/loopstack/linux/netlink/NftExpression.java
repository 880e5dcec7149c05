// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A step of a rule of nftables, as the kernel's small machine has it: something is loaded into a
 * register, compared, and a verdict is given. Numbers are the kernel's ({@code nf_tables.h}).
 */
// Byte arrays are handed over, not kept; nobody compares expressions.
@SuppressWarnings("ArrayRecordComponent")
public sealed interface NftExpression {
  /**
   * Loads something about a packet.
   *
   * @param key as {@link #INPUT_NAME}
   */
  record Meta(int register, int key) implements NftExpression {
    /** The index of the interface that it came by. */
    public static final int INPUT_INDEX = 4;

    /** The index of the interface that it leaves by. */
    public static final int OUTPUT_INDEX = 5;

    /** The name of the interface that it came by. */
    public static final int INPUT_NAME = 6;

    /** The name of the interface that it leaves by. */
    public static final int OUTPUT_NAME = 7;

    /** The kind of interface that it came by. */
    public static final int INPUT_TYPE = 8;

    /** The kind of interface that it leaves by. */
    public static final int OUTPUT_TYPE = 9;

    /** The IP version, as a family. */
    public static final int FAMILY = 15;

    /** The protocol above IP. */
    public static final int PROTOCOL = 16;
  }

  /**
   * Loads bytes of a packet.
   *
   * @param base 0 of the link's header, 1 of IP's, 2 of the transport's
   */
  record Payload(int register, int base, int offset, int length) implements NftExpression {}

  /**
   * Loads what is known of its connection.
   *
   * @param key 0 for the state
   */
  record Connection(int register, int key) implements NftExpression {}

  /** Combines a register with a mask: {@code (source & mask) ^ xor}. */
  record Bitwise(int source, int register, byte[] mask, byte[] xor) implements NftExpression {}

  /**
   * Goes on only if a register compares so.
   *
   * @param operation 0 equal, 1 not equal, 2 less, 3 not greater, 4 greater, 5 not less
   */
  record Compare(int register, int operation, byte[] value) implements NftExpression {}

  /**
   * Goes on only if a register lies between.
   *
   * @param outside whether it has to lie outside instead
   */
  record Range(int register, boolean outside, byte[] from, byte[] to) implements NftExpression {}

  /**
   * Decides.
   *
   * @param code 0 drop, 1 accept, 3 to a program; -3 jump, -4 go to, -5 return, -1 go on
   * @param chain where to, or null
   */
  record Verdict(int code, @Nullable String chain) implements NftExpression {
    /** NF_DROP. */
    public static final int DROP = 0;

    /** NF_ACCEPT. */
    public static final int ACCEPT = 1;

    /** NFT_JUMP. */
    public static final int JUMP = -3;

    /** NFT_GOTO. */
    public static final int GO_TO = -4;

    /** NFT_RETURN. */
    public static final int RETURN = -5;
  }

  /** Answers with an error or a reset, and drops. */
  record Reject() implements NftExpression {}

  /**
   * Leads somewhere else.
   *
   * @param name as {@code nat}, {@code redir}, {@code masq}, {@code tproxy}, {@code queue}
   */
  record Diversion(String name) implements NftExpression {}

  /** Counts, and changes nothing. */
  record Counter(long packets) implements NftExpression {}

  /**
   * Something else, of which it is not known whether it goes on.
   *
   * @param name as {@code lookup}, {@code limit}, {@code match}
   * @param detail as the name of an extension of iptables'; may be empty
   */
  record Other(String name, String detail) implements NftExpression {}
}
