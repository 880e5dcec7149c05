// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv6Header;
import org.loopstack.wire.TransportChecksums;

/** No link has addresses below IP: nothing is discovered, announced or reported. */
class NoNeighborsTest {
  private final TwoHosts two;

  NoNeighborsTest() throws ErrnoException {
    two = new TwoHosts();
  }

  /** Solicitations of routers and neighbours, advertisements of both, redirects. */
  @Tag("RFC4861-6.1.1-SILENT")
  @Tag("RFC4861-6.2.4")
  @Tag("RFC4861-7.2.4")
  @Tag("RFC4861-8.3")
  @Tag("RFC8504-5.4")
  @ParameterizedTest
  @CsvSource({
    "133, ff02::2",
    "134, ff02::1",
    "135, 2001:db8::2",
    "135, ff02::1",
    "136, ff02::1",
    "137, fe80::2"
  })
  void discoveryIsIgnoredInSilence(int type, String destination) {
    byte[] b = new byte[40 + 40];
    IcmpHeader.encode(b, 40, type, 0, 0);
    Ipv6Header.encode(
        b, 0, 0, 0, 40, IpProtocol.ICMPV6, 255, Host.ip("fe80::1"), Host.ip(destination));
    TransportChecksums.complete(b, 0, b.length);
    two.inject(b);

    assertThat(two.b.sent).isEmpty();
    assertThat(two.b.udp.errors).isEmpty();
  }

  @Tag("RFC4861-7.2.2")
  @Tag("RFC8504-6.3")
  @Test
  void theFirstDatagramOnALinkIsTheUsers() throws Exception {
    assertThat(two.b.sendUdp("2001:db8::1", 1)).isNull();

    assertThat(two.b.sent).hasSize(1);
    assertThat(Ipv6Header.nextHeader(two.b.sent.getFirst(), 0)).isEqualTo(IpProtocol.UDP);
    assertThat(two.a.udp.received).hasSize(1);
  }

  @Tag("RFC8504-5.11")
  @Test
  void joiningAGroupIsNotReported() throws Exception {
    two.b.internet.groups().join(Host.ip("ff05::5"), two.atB.index());

    assertThat(two.b.sent).isEmpty();
  }
}
