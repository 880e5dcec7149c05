// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.loopstack.link.LinkTap.Direction;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;
import org.loopstack.wire.IpProtocol;

/** One thing that a datagram must be to match; its text is that of a rule. */
sealed interface Condition {
  /** Which of the two ends of a datagram is meant. */
  enum End {
    /** Where it comes from. */
    SOURCE("src "),
    /** Where it goes. */
    DESTINATION("dst "),
    /** Either of them. */
    EITHER("");

    private final String word;

    End(String word) {
      this.word = word;
    }
  }

  /** Whether the datagram is so. */
  boolean holds(Transit datagram);

  /** Its IP version is this one. */
  record Version(int version) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.version() == version;
    }

    @Override
    public String toString() {
      return "ip" + version;
    }
  }

  /** It carries this protocol. */
  record Protocol(int number) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.protocol() == number;
    }

    @Override
    public String toString() {
      return switch (number) {
        case IpProtocol.TCP -> "tcp";
        case IpProtocol.UDP -> "udp";
        case IpProtocol.ICMP -> "icmp";
        case IpProtocol.ICMPV6 -> "icmpv6";
        default -> "proto " + number;
      };
    }
  }

  /** It passes in this direction. */
  record Way(Direction direction) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.direction() == direction;
    }

    @Override
    public String toString() {
      return direction == Direction.IN ? "in" : "out";
    }
  }

  /** An end's address is in this prefix. */
  record Address(End end, IpPrefix prefix) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.hasAddresses()
          && switch (end) {
            case SOURCE -> prefix.contains(datagram.source());
            case DESTINATION -> prefix.contains(datagram.destination());
            case EITHER ->
                prefix.contains(datagram.source()) || prefix.contains(datagram.destination());
          };
    }

    @Override
    public String toString() {
      return end.word + text(prefix);
    }

    private static String text(IpPrefix prefix) {
      IpAddress network = prefix.network();
      return prefix.length() == network.length() * 8 ? "host " + network : "net " + prefix;
    }
  }

  /** It goes from one of two prefixes to the other, either way. */
  record Between(IpPrefix one, IpPrefix other) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      if (!datagram.hasAddresses()) {
        return false;
      }
      IpAddress source = datagram.source();
      IpAddress destination = datagram.destination();
      return one.contains(source) && other.contains(destination)
          || other.contains(source) && one.contains(destination);
    }

    @Override
    public String toString() {
      return "between " + Texts.prefix(one) + " " + Texts.prefix(other);
    }
  }

  /** An end's port is one of these. */
  record Port(End end, int first, int last) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.hasPorts()
          && switch (end) {
            case SOURCE -> isWithin(datagram.sourcePort());
            case DESTINATION -> isWithin(datagram.destinationPort());
            case EITHER -> isWithin(datagram.sourcePort()) || isWithin(datagram.destinationPort());
          };
    }

    private boolean isWithin(int port) {
      return first <= port && port <= last;
    }

    @Override
    public String toString() {
      return end.word + "port " + first + (last == first ? "" : "-" + last);
    }
  }

  /** It is a TCP segment with these control bits set and those clear. */
  record Flags(int set, int clear) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.isTcp() && (datagram.flags() & (set | clear)) == set;
    }

    @Override
    public String toString() {
      return "flags " + Texts.flags(set, clear);
    }
  }

  /** The datagram has so many bytes, IP header included. */
  record Size(int least, int most) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      int length = datagram.length();
      return least <= length && length <= most;
    }

    @Override
    public String toString() {
      return "size " + least + ".." + (most == Integer.MAX_VALUE ? "" : most);
    }
  }

  /** It carries data: a TCP segment or UDP datagram with a payload. */
  record Data() implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      return datagram.hasPorts() && datagram.payloadLength() > 0;
    }

    @Override
    public String toString() {
      return "data";
    }
  }

  /**
   * Its payload holds these bytes.
   *
   * @param offset where in the payload, or -1 for anywhere
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
  record Payload(int offset, byte[] bytes) implements Condition {
    @Override
    public boolean holds(Transit datagram) {
      if (datagram.payloadLength() < Math.max(offset, 0) + bytes.length) {
        return false;
      }
      byte[] all = datagram.bytes();
      int from = datagram.payloadOffset();
      int last = datagram.length() - bytes.length;
      if (offset >= 0) {
        return matches(all, from + offset);
      }
      for (int at = from; at <= last; at++) {
        if (matches(all, at)) {
          return true;
        }
      }
      return false;
    }

    private boolean matches(byte[] all, int at) {
      return Arrays.equals(all, at, at + bytes.length, bytes, 0, bytes.length);
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Payload other
          && other.offset == offset
          && Arrays.equals(other.bytes, bytes);
    }

    @Override
    public int hashCode() {
      return 31 * offset + Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      String where = offset < 0 ? "" : "at " + offset + " ";
      return "payload " + where + "hex " + HexFormat.of().formatHex(bytes);
    }
  }
}
