// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import org.jspecify.annotations.Nullable;

/**
 * The way from an IPv6 header over its extension headers to the upper layer (RFC 8200 section 4): a
 * reusable holder of what one datagram has. {@link #walk} allocates nothing and replaces what was
 * held before.
 *
 * <p>Hop-by-Hop Options, Destination Options, Routing, Fragment and Authentication headers are
 * passed; whatever else comes is the upper layer, ESP and "no next header" too. The headers may
 * come in any order and any number of times, "except for the Hop-by-Hop Options header, which is
 * restricted to appear immediately after an IPv6 header only" (4.1). No option but Pad1, PadN and
 * Router Alert is understood, and no type of Routing header (type 0: RFC 5095); of the rest the
 * action bits and Segments Left say what to do. An Authentication header is passed unchecked;
 * {@link #authenticationAt} tells whether there is one.
 *
 * <p>Limits, against datagrams made to waste time (RFC 8504 section 5.3): {@link #MAX_HEADERS}
 * headers, {@link #MAX_OPTIONS} options other than padding in one header, {@link #MAX_PADDING}
 * bytes of padding in a row. What exceeds them is dropped in silence.
 *
 * <p>Not thread-safe: a holder belongs to one thread at a time.
 */
public final class Ipv6ExtensionHeaders {
  /** The most extension headers that are walked. */
  public static final int MAX_HEADERS = 16;

  /** The most options in one header, padding not counted. */
  public static final int MAX_OPTIONS = 8;

  /** The most bytes of padding in a row: more is never needed to align. */
  public static final int MAX_PADDING = 7;

  private static final int PAD_1 = 0;
  private static final int PAD_N = 1;
  private static final int ROUTER_ALERT = 5;
  private static final int NO_ICMP = -1;

  private int upperProtocol;
  private int upperAt;
  private int nextHeaderFieldAt;
  private int fragmentAt;
  private int fragmentNextHeaderFieldAt;
  private int authenticationAt;
  private boolean routerAlert;
  private int icmpCode;
  private int icmpPointer;

  // While walking.
  private int headerAt;
  private boolean multicast;
  private boolean firstFragment;

  /** A holder that has walked nothing. */
  public Ipv6ExtensionHeaders() {
    reset(0, 0);
  }

  private void reset(int at, int nextHeader) {
    upperProtocol = nextHeader;
    upperAt = at + Ipv6Header.LENGTH;
    nextHeaderFieldAt = at + Ipv6Header.NEXT_HEADER;
    fragmentAt = -1;
    fragmentNextHeaderFieldAt = -1;
    authenticationAt = -1;
    routerAlert = false;
    icmpCode = NO_ICMP;
    icmpPointer = 0;
    headerAt = at;
    firstFragment = false;
  }

  /**
   * Walks the datagram whose IPv6 header is at {@code at} and accepted by {@link
   * Ipv6Header#validate}.
   *
   * <p>In a fragment that is not the first, the walk ends after the Fragment header, and what
   * follows is no header. In a first fragment it goes on, to see that the chain is whole (RFC 8200
   * section 4.5), but leaves options and routing headers behind the Fragment header for after the
   * reassembly.
   *
   * @return {@code null}, or why the datagram is dropped; then {@link #icmpCode} tells whether to
   *     answer
   */
  public @Nullable DropReason walk(byte[] b, int at) {
    return walk(b, at, Ipv6Header.end(b, at), true);
  }

  /**
   * Walks as much as there is of a datagram that an ICMPv6 error holds: nothing is refused but what
   * ends before its upper layer begins, and no limit or action bit applies.
   *
   * @param limit the end of the ICMPv6 message
   * @return whether an upper layer was found; its header may still be cut off by {@code limit}
   */
  public boolean walkEmbedded(byte[] b, int at, int limit) {
    return walk(b, at, limit, false) == null;
  }

  private @Nullable DropReason walk(byte[] b, int at, int end, boolean strict) {
    reset(at, Ipv6Header.nextHeader(b, at));
    multicast = Bytes.u8(b, at + Ipv6Header.DESTINATION) == 0xff;
    for (int count = 0; isExtension(upperProtocol); count++) {
      if (upperProtocol == IpProtocol.HOP_BY_HOP && upperAt != at + Ipv6Header.LENGTH) {
        // 4: "The same action should be taken if a node encounters a Next Header value of zero in
        // any header other than an IPv6 header."
        return refuse(Icmpv6Header.UNRECOGNIZED_NEXT_HEADER, nextHeaderFieldAt);
      }
      int length = lengthOf(b, upperProtocol, upperAt, end);
      if (length > end - upperAt) {
        return incomplete();
      }
      if (strict) {
        if (count == MAX_HEADERS) {
          return DropReason.EXTENSION_HEADER_INVALID;
        }
        if (!firstFragment && !isAcceptable(b, upperProtocol, upperAt, length)) {
          return DropReason.EXTENSION_HEADER_INVALID;
        }
      }
      if (pass(b, length)) {
        return null;
      }
    }
    return strict && firstFragment && end - upperAt < minimumLength(upperProtocol)
        ? incomplete()
        : null;
  }

  /** Steps over the header at {@code upperAt}; true if what follows it is no header. */
  private boolean pass(byte[] b, int length) {
    boolean later = false;
    if (upperProtocol == IpProtocol.FRAGMENT) {
      boolean before = fragmentAt >= 0 && !Ipv6FragmentHeader.isAtomic(b, fragmentAt);
      if (!before) { // of several the first that is a real one counts: reassembly walks again
        fragmentAt = upperAt;
        fragmentNextHeaderFieldAt = nextHeaderFieldAt;
        later = Ipv6FragmentHeader.fragmentOffset(b, upperAt) != 0;
        firstFragment = !later && Ipv6FragmentHeader.moreFragments(b, upperAt);
      }
    } else if (upperProtocol == IpProtocol.AUTHENTICATION) {
      authenticationAt = upperAt;
    }
    nextHeaderFieldAt = upperAt;
    upperProtocol = Bytes.u8(b, upperAt);
    upperAt += length;
    return later;
  }

  static boolean isExtension(int protocol) {
    return switch (protocol) {
      case IpProtocol.HOP_BY_HOP,
          IpProtocol.ROUTING,
          IpProtocol.FRAGMENT,
          IpProtocol.AUTHENTICATION,
          IpProtocol.DESTINATION_OPTIONS ->
          true;
      default -> false;
    };
  }

  /** The length of an extension header; beyond the end if even its first 8 bytes are. */
  static int lengthOf(byte[] b, int protocol, int at, int end) {
    if (end - at < 8 || protocol == IpProtocol.FRAGMENT) {
      return Ipv6FragmentHeader.LENGTH;
    }
    int field = Bytes.u8(b, at + 1);
    // RFC 4302 2.2: "This 8-bit field specifies the length of AH in 32-bit words (4-byte units),
    // minus 2"; RFC 8200: "in 8-octet units, not including the first 8 octets".
    return protocol == IpProtocol.AUTHENTICATION ? Math.max(8, (field + 2) * 4) : (field + 1) * 8;
  }

  private static int minimumLength(int protocol) {
    return switch (protocol) {
      case IpProtocol.TCP -> TcpHeader.MIN_LENGTH;
      case IpProtocol.UDP -> UdpHeader.LENGTH;
      case IpProtocol.ICMPV6 -> Icmpv6Header.LENGTH;
      case IpProtocol.NO_NEXT_HEADER -> 0;
      default -> 1;
    };
  }

  private boolean isAcceptable(byte[] b, int protocol, int at, int length) {
    return switch (protocol) {
      case IpProtocol.HOP_BY_HOP, IpProtocol.DESTINATION_OPTIONS ->
          areOptionsAcceptable(b, at + 2, at + length);
      case IpProtocol.ROUTING -> isRoutingAcceptable(b, at);
      default -> true;
    };
  }

  private boolean isRoutingAcceptable(byte[] b, int at) {
    // 4.4: "If Segments Left is non-zero, the node must discard the packet and send an ICMP
    // Parameter Problem, Code 0, message to the packet's Source Address, pointing to the
    // unrecognized Routing Type."
    if (Bytes.u8(b, at + 3) == 0) {
      return true;
    }
    refuse(Icmpv6Header.ERRONEOUS_HEADER, at + 2);
    return false;
  }

  private boolean areOptionsAcceptable(byte[] b, int from, int end) {
    int options = 0;
    int padding = 0;
    int p = from;
    while (p < end) {
      int type = Bytes.u8(b, p);
      int length = 1;
      if (type != PAD_1) {
        if (end - p < 2 || Bytes.u8(b, p + 1) > end - p - 2) {
          return false;
        }
        length = 2 + Bytes.u8(b, p + 1);
      }
      if (type == PAD_1 || type == PAD_N) {
        padding += length;
      } else {
        padding = 0;
        options++;
      }
      if (padding > MAX_PADDING || options > MAX_OPTIONS || !isOptionAcceptable(type, p)) {
        return false;
      }
      p += length;
    }
    return true;
  }

  /**
   * "Option Type identifiers are internally encoded such that their highest-order 2 bits specify
   * the action" (4.2).
   */
  private boolean isOptionAcceptable(int type, int at) {
    if (type == ROUTER_ALERT) {
      routerAlert = true;
    }
    int action = type >>> 6;
    boolean answer = action == 2 || action == 3 && !multicast;
    if (answer) {
      refuse(Icmpv6Header.UNRECOGNIZED_OPTION, at);
    }
    return action == 0;
  }

  /**
   * 4.5: "If the first fragment does not include all headers through an Upper-Layer header, then
   * that fragment should be discarded and an ICMP Parameter Problem, Code 3, message should be sent
   * to the source of the fragment, with the Pointer field set to zero."
   */
  private DropReason incomplete() {
    return firstFragment
        ? refuse(Icmpv6Header.INCOMPLETE_HEADER_CHAIN, headerAt)
        : DropReason.EXTENSION_HEADER_INVALID;
  }

  private DropReason refuse(int code, int at) {
    icmpCode = code;
    icmpPointer = at - headerAt;
    return DropReason.EXTENSION_HEADER_INVALID;
  }

  /**
   * The protocol of the upper layer, or of what a later fragment is a part of; see {@link
   * IpProtocol}.
   */
  public int upperProtocol() {
    return upperProtocol;
  }

  /** Where the upper layer begins; in a later fragment, where its data begins. */
  public int upperAt() {
    return upperAt;
  }

  /** Where the byte is that names the upper layer: what "unrecognized next header" points to. */
  public int nextHeaderFieldAt() {
    return nextHeaderFieldAt;
  }

  /**
   * Where the {@link Ipv6FragmentHeader} is, or -1. It may be an atomic one, which needs no
   * reassembly.
   */
  public int fragmentAt() {
    return fragmentAt;
  }

  /**
   * Where the byte is that says that the Fragment header follows; reassembly changes it. -1 without
   * one.
   */
  public int fragmentNextHeaderFieldAt() {
    return fragmentNextHeaderFieldAt;
  }

  /** Where the last Authentication header is, or -1. */
  public int authenticationAt() {
    return authenticationAt;
  }

  /** Is there a Router Alert option (RFC 2711)? */
  public boolean routerAlert() {
    return routerAlert;
  }

  /**
   * After a refusal: the code of the ICMPv6 parameter problem to send, or -1 to drop in silence.
   */
  public int icmpCode() {
    return icmpCode;
  }

  /** After a refusal: the pointer of the parameter problem, counted from the IPv6 header. */
  public int icmpPointer() {
    return icmpPointer;
  }
}
