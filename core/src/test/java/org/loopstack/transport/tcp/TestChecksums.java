// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import org.loopstack.wire.InternetChecksum;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TcpHeader;

/** Puts right checksums into a datagram that a test has changed. */
final class TestChecksums {
  private TestChecksums() {}

  /** IPv4 without options, TCP. */
  static void fix(byte[] datagram) {
    int length = datagram.length - Ipv4Header.MIN_LENGTH;
    int pseudo =
        InternetChecksum.pseudoHeader(
            Ipv4Header.source(datagram, 0),
            Ipv4Header.destination(datagram, 0),
            IpProtocol.TCP,
            length);
    Ipv4Header.updateChecksum(datagram, 0);
    TcpHeader.updateChecksum(datagram, Ipv4Header.MIN_LENGTH, datagram.length, pseudo);
  }
}
