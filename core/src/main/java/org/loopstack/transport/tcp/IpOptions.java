// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.buffer.Packet;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;

/**
 * The IPv4 options that all datagrams of a connection carry, a source route above all (RFC 9293
 * section 3.9.2.1): the way that the user has given, or the way back of the one by which a peer has
 * come. Immutable.
 */
final class IpOptions {
  private static final int MOST = Ipv4Header.MAX_LENGTH - Ipv4Header.MIN_LENGTH;

  /** Type, length and pointer of a route, before its addresses. */
  private static final int ROUTE_HEAD = 3;

  private static final int FIRST_POINTER = 4;
  private static final int ADDRESS = 4;

  /** Where the datagrams go first: the first stop of the route, or the peer itself. */
  private final IpAddress firstHop;

  /** As they stand in the header, padded to a multiple of 4 bytes; not to be written. */
  private final byte[] options;

  private IpOptions(IpAddress firstHop, byte[] options) {
    this.firstHop = firstHop;
    this.options = options;
  }

  /**
   * What a user sets (IP_OPTIONS): well-formed options of at most 40 bytes, of which one may be a
   * source route with all its stops, the first one first.
   *
   * @return a padded copy
   * @throws ErrnoException EINVAL
   */
  static byte[] check(byte[] wanted) throws ErrnoException {
    if (wanted.length > MOST) {
      throw new ErrnoException(Errno.EINVAL);
    }
    byte[] header = header(wanted);
    int route = Ipv4Options.findSourceRoute(header, 0);
    boolean wrong =
        Ipv4Options.findInvalid(header, 0) >= 0
            || route >= 0
                && (Bytes.u8(header, route + 2) != FIRST_POINTER || stops(header, route) == 0);
    if (wrong) {
      throw new ErrnoException(Errno.EINVAL);
    }
    return Arrays.copyOfRange(header, Ipv4Header.MIN_LENGTH, header.length);
  }

  /** Options as part of a header that has nothing else, where {@link Ipv4Options} reads them. */
  private static byte[] header(byte[] options) {
    byte[] header = new byte[Ipv4Header.MIN_LENGTH + (options.length + 3 & ~3)];
    header[0] = (byte) (4 << 4 | header.length / 4);
    System.arraycopy(options, 0, header, Ipv4Header.MIN_LENGTH, options.length);
    return header;
  }

  private static int stops(byte[] b, int route) {
    return (Ipv4Options.length(b, route) - ROUTE_HEAD) / ADDRESS;
  }

  /**
   * What a connection sends.
   *
   * @param user what its user has set and {@link #check} has passed
   * @param arrived what a passive open has begun with, or null
   * @return null for no options
   */
  static @Nullable IpOptions of(byte[] user, @Nullable Packet arrived, IpAddress peer) {
    if (peer.isIpv6()) {
      return null;
    }
    IpOptions own = user.length == 0 ? null : forward(user, peer);
    // "An application MUST be able to specify a source route when it actively opens a TCP
    // connection (MUST-51), and this MUST take precedence over a source route received in a
    // datagram (MUST-52)."
    return own != null || arrived == null ? own : wayBack(arrived, peer);
  }

  /** RFC 791: the first stop is the destination of the datagram, and the peer the last stop. */
  private static IpOptions forward(byte[] user, IpAddress peer) {
    byte[] header = header(user);
    int route = Ipv4Options.findSourceRoute(header, 0);
    IpAddress hop = peer;
    if (route >= 0) {
      int from = route + ROUTE_HEAD;
      int last = from + (stops(header, route) - 1) * ADDRESS;
      hop = IpAddress.readIpv4(header, from);
      System.arraycopy(header, from + ADDRESS, header, from, last - from);
      peer.write(header, last);
    }
    return new IpOptions(hop, Arrays.copyOfRange(header, Ipv4Header.MIN_LENGTH, header.length));
  }

  /**
   * RFC 1122 section 3.2.1.8 (c): "When a return source route is built, it MUST be correctly formed
   * even if the recorded route included the source host": the stops in reverse order, then the
   * peer.
   *
   * @return null if the packet came without a route
   */
  static @Nullable IpOptions wayBack(Packet packet, IpAddress peer) {
    byte[] b = packet.head();
    int at = packet.offset();
    if (Ipv4Header.version(b, at) != 4 || Ipv4Header.headerLength(b, at) == Ipv4Header.MIN_LENGTH) {
      return null;
    }
    int route = Ipv4Options.findSourceRoute(b, at);
    int stops = route < 0 ? 0 : stops(b, route);
    // Case (c)'s example: a recorded route that begins with the peer itself.
    int first = stops > 0 && IpAddress.readIpv4(b, route + ROUTE_HEAD).equals(peer) ? 1 : 0;
    if (stops - first <= 0) {
      return null;
    }
    int count = stops - first;
    byte[] options = new byte[ROUTE_HEAD + count * ADDRESS + 3 & ~3];
    options[0] = b[route];
    options[1] = (byte) (ROUTE_HEAD + count * ADDRESS);
    options[2] = FIRST_POINTER;
    int out = ROUTE_HEAD;
    for (int stop = stops - 2; stop >= first; stop--, out += ADDRESS) {
      System.arraycopy(b, route + ROUTE_HEAD + stop * ADDRESS, options, out, ADDRESS);
    }
    peer.write(options, out);
    IpAddress last = IpAddress.readIpv4(b, route + ROUTE_HEAD + (stops - 1) * ADDRESS);
    return new IpOptions(last, options);
  }

  /** Where a connection's datagrams go first. */
  static IpAddress firstHop(@Nullable IpOptions options, IpAddress peer) {
    return options == null ? peer : options.firstHop;
  }

  /** How many bytes the options take in the header. */
  static int length(@Nullable IpOptions options) {
    return options == null ? 0 : options.options.length;
  }

  static byte @Nullable [] bytes(@Nullable IpOptions options) {
    return options == null ? null : options.options;
  }

  boolean isSame(IpOptions other) {
    return firstHop.equals(other.firstHop) && Arrays.equals(options, other.options);
  }
}
