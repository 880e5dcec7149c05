// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import org.loopstack.wire.Bytes;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TrafficClass;

/** The mark that says "congestion experienced" (CE, RFC 3168 section 5). */
final class EcnMark {
  private EcnMark() {}

  /**
   * Marks a datagram whose bytes are its own, if its sender can hear it.
   *
   * @return whether it has got the mark
   */
  static boolean set(Transit datagram) {
    if (datagram.version() != 4 && datagram.version() != 6) {
      return false;
    }
    byte[] b = datagram.packet().head();
    int at = datagram.packet().offset();
    boolean ipv4 = datagram.version() == 4;
    int ecn = TrafficClass.ecn(ipv4 ? b[at + 1] : b[at + 1] >> 4);
    if (ecn != TrafficClass.ECT_0 && ecn != TrafficClass.ECT_1) {
      return false;
    }
    if (ipv4) {
      Bytes.put8(b, at + 1, b[at + 1] | TrafficClass.CE);
      Ipv4Header.updateChecksum(b, at);
    } else {
      Bytes.put8(b, at + 1, b[at + 1] | TrafficClass.CE << 4);
    }
    return true;
  }
}
