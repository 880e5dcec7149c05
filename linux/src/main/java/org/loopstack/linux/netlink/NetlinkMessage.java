// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of netlink(7): what {@code struct nlmsghdr} says, and what follows it. Immutable, as
 * long as nobody writes to what it was read from.
 */
final class NetlinkMessage {
  /** The length of {@code struct nlmsghdr}. */
  static final int HEADER = 16;

  /** NLMSG_ERROR: an error, or with the number 0 an acknowledgment. */
  static final int ERROR = 2;

  /** NLMSG_DONE: the end of an answer of several parts. */
  static final int DONE = 3;

  /** NLM_F_MULTI: other parts follow. */
  static final int MULTI = 0x2;

  /** NLM_F_DUMP_INTR: something has changed while it was being told. */
  static final int INTERRUPTED = 0x10;

  /** NLM_F_CAPPED, of errors: the request that follows is its header only. */
  static final int CAPPED = 0x100;

  /** NLM_F_ACK_TLVS, of errors: attributes explain it. */
  static final int EXPLAINED = 0x200;

  private final int type;
  private final int flags;
  private final int sequence;
  private final ByteBuffer body;

  private NetlinkMessage(int type, int flags, int sequence, ByteBuffer body) {
    this.type = type;
    this.flags = flags;
    this.sequence = sequence;
    this.body = body;
  }

  /**
   * The messages of a datagram.
   *
   * @param what was asked, for the error
   * @throws NetlinkException if a length is wrong
   */
  static List<NetlinkMessage> parse(ByteBuffer datagram, String what) throws NetlinkException {
    ByteBuffer b = datagram.duplicate().order(ByteOrder.nativeOrder());
    List<NetlinkMessage> all = new ArrayList<>();
    while (b.remaining() >= HEADER) {
      int at = b.position();
      int length = b.getInt(at);
      if (length < HEADER || length > b.remaining()) {
        throw new NetlinkException(what, "a message of " + length + " bytes");
      }
      ByteBuffer body = b.slice(at + HEADER, length - HEADER).order(ByteOrder.nativeOrder());
      all.add(
          new NetlinkMessage(
              Short.toUnsignedInt(b.getShort(at + 4)),
              Short.toUnsignedInt(b.getShort(at + 6)),
              b.getInt(at + 8),
              body));
      b.position(Math.min(b.limit(), at + Attributes.align(length)));
    }
    return all;
  }

  /** What it is. */
  int type() {
    return type;
  }

  /** Whether a flag is set. */
  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The number of the request that it answers. */
  int sequence() {
    return sequence;
  }

  /** What follows the header, from 0 on, in the machine's byte order. */
  ByteBuffer body() {
    return body.duplicate().order(ByteOrder.nativeOrder());
  }

  /**
   * The attributes behind a structure.
   *
   * @param after the structure's length
   */
  Attributes attributes(int after) {
    return Attributes.of(body, after);
  }
}
