// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

class DatagramRoundTripTest {
  @Provide
  Arbitrary<IpDatagram> datagrams() {
    return WirePackets.datagrams();
  }

  @Property
  void parsingWhatWasEncodedGivesTheSameDatagram(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();

    assertThat(IpDatagram.parse(b, 0, b.length)).isEqualTo(datagram);
  }

  @Property
  void encodingWhatWasParsedGivesTheSameBytes(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();

    assertThat(IpDatagram.parse(b, 0, b.length).encode()).isEqualTo(b);
  }

  @Property
  void parsingDependsNeitherOnThePlaceNorOnWhatFollows(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();
    byte[] padded = new byte[b.length + 60];
    Arrays.fill(padded, (byte) 0xa5);
    System.arraycopy(b, 0, padded, 13, b.length);

    assertThat(IpDatagram.parse(padded, 13, b.length + 40)).isEqualTo(datagram);
  }

  @Property
  void everyChecksumThatIsEncodedIsRight(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();

    if (datagram instanceof Ipv4Datagram) {
      assertThat(Ipv4Header.isChecksumValid(b, 0)).isTrue();
    }
    TransportChecksums.Check expected =
        switch (datagram.payload()) {
          case OpaquePayload _ -> TransportChecksums.Check.NOT_CHECKABLE;
          case UdpDatagram udp when !udp.checksummed() -> TransportChecksums.Check.NONE;
          default -> TransportChecksums.Check.RIGHT;
        };
    assertThat(TransportChecksums.check(b, 0, b.length)).isEqualTo(expected);
  }

  @Property
  void everyDatagramCutShortIsRefused(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();

    for (int length = 0; length < b.length; length++) {
      byte[] cut = Arrays.copyOf(b, length);
      assertThat(catchReason(cut)).as("%d of %d bytes", length, b.length).isNotNull();
    }
  }

  private static @Nullable DropReason catchReason(byte[] b) {
    try {
      IpDatagram.parse(b, 0, b.length);
      return null;
    } catch (WireFormatException e) {
      return e.reason();
    }
  }
}
