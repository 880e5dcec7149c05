// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;

/**
 * The IPv4 options of an echo or timestamp reply. RFC 1122 section 3.2.2.6: "If a Record Route
 * and/or Time Stamp option is received in an ICMP Echo Request, this option (these options) SHOULD
 * be updated to include the current host and included in the IP header of the Echo Reply message,
 * without 'truncation'." Left out: the reversal of a source route, which this host cannot follow.
 */
final class ReplyOptions {
  private static final int MOST = Ipv4Header.MAX_LENGTH - Ipv4Header.MIN_LENGTH;

  private ReplyOptions() {}

  /**
   * The options of a reply.
   *
   * @param at where the request's header begins, whose options are well-formed
   * @param self the address that replies
   * @param milliseconds since midnight UT
   * @return padded to a multiple of 4 bytes, or null if there are none
   */
  static byte @Nullable [] of(byte[] b, int at, IpAddress self, int milliseconds) {
    byte[] all = new byte[MOST];
    int length = 0;
    for (int o = Ipv4Options.first(b, at); o >= 0; o = Ipv4Options.next(b, at, o)) {
      int type = Ipv4Options.type(b, o);
      if (type != Ipv4Options.RECORD_ROUTE && type != Ipv4Options.TIMESTAMP) {
        continue;
      }
      System.arraycopy(b, o, all, length, Ipv4Options.length(b, o));
      if (type == Ipv4Options.RECORD_ROUTE) {
        Ipv4Options.record(all, length, self);
      } else {
        Ipv4Options.stamp(all, length, self, milliseconds);
      }
      length += Ipv4Options.length(b, o);
    }
    return length == 0 ? null : Arrays.copyOf(all, length + 3 & ~3);
  }
}
