// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Slice;

/**
 * The urgent byte of what has arrived (RFC 9293 section 3.8.5): where it stands in the stream, and
 * what becomes of it.
 *
 * <p>RFC 6093 section 3.2 says what systems have made of it: there is one urgent byte at a time, a
 * read stops in front of it, and it is taken out of the stream, to be read by a call of its own,
 * unless the user wants it to stay (SO_OOBINLINE). So it is here, in all as on Linux: one that a
 * read has passed is lost, and so is one that a newer one follows while it is next.
 */
final class UrgentMark {
  /** {@link #takeByte}: there is none. */
  static final int NONE = -1;

  /** {@link #takeByte}: it has been announced and not arrived. */
  static final int AWAITED = -2;

  private final ReceiveBuffer buffer;
  private TcpSettings settings;

  /** Whether there is a mark; if so, how many bytes the user has to read to stand before it. */
  private boolean present;

  private int ahead;
  private boolean arrived;
  private boolean taken;
  private byte value;

  UrgentMark(ReceiveBuffer buffer, TcpSettings settings) {
    this.buffer = buffer;
    this.settings = settings;
  }

  /** The user has changed something. */
  void setSettings(TcpSettings changed) {
    settings = changed;
  }

  /**
   * The peer has announced a byte that has not arrived.
   *
   * @param missing how many bytes before it have not arrived either
   */
  void announce(int missing) {
    if (isNext() && !settings.urgentInline && buffer.size() > 0) {
      var _ = buffer.take(1);
    }
    present = true;
    arrived = false;
    taken = false;
    ahead = buffer.size() + missing;
  }

  /** The byte has arrived. */
  void arrived(byte urgent) {
    arrived = true;
    value = urgent;
  }

  /** What waited is thrown away. */
  void clear() {
    present = false;
  }

  /** Whether the next byte to be read is the urgent one: SIOCATMARK. */
  boolean isNext() {
    return present && ahead == 0;
  }

  /** The byte, which can be asked for once, or {@link #NONE} or {@link #AWAITED}. */
  int takeByte() {
    if (!present || taken || settings.urgentInline) {
      return NONE;
    }
    if (!arrived) {
      return AWAITED;
    }
    taken = true;
    return Byte.toUnsignedInt(value);
  }

  /** How much a read could find, now or in several calls. */
  int readable() {
    int size = buffer.size();
    return isNext() && size > 0 && !settings.urgentInline ? size - 1 : size;
  }

  /** How much there is up to the urgent byte: FIONREAD. */
  int available() {
    int size = buffer.size();
    return present && !settings.urgentInline ? Math.min(ahead, size) : size;
  }

  /** Takes bytes for the user: up to the mark or from behind it, never across. */
  @Nullable Slice take(int limit) {
    if (!present) {
      return buffer.take(limit);
    }
    int size = buffer.size();
    if (ahead > 0) {
      Slice before = buffer.take(Math.min(limit, ahead));
      ahead -= size - buffer.size();
      return before;
    }
    if (size == 0) {
      return null;
    }
    present = false;
    if (!settings.urgentInline) {
      var _ = buffer.take(1);
    }
    return buffer.take(limit);
  }

  /** What rests with the connection. */
  void carry(StateCarrier c) {
    present = c.carry(present);
    ahead = c.carry(ahead);
    arrived = c.carry(arrived);
    taken = c.carry(taken);
    value = (byte) c.carry((int) value);
  }
}
