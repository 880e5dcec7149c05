// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Randomness;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.TcpHeader;
import org.loopstack.wire.TcpOptionWriter;

class FastOpenKeyTest {
  private static final String KEY = "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4";
  private static final String ZERO = "00000000-00000000-00000000-00000000";

  private static String cookie(String key, String server, String client) {
    FastOpen fastOpen =
        new FastOpen(
            Randomness.seeded(1), TcpConfiguration.linux().toBuilder().fastOpenKey(key).build(), 0);
    FourTuple ends = new FourTuple(IpAddress.parse(server), 8080, IpAddress.parse(client), 40_000);
    return HexFormat.of().formatHex(fastOpen.cookie(ends, 0));
  }

  /** The kernel's selftests give these cookies to packetdrill (net/packetdrill/ksft_runner.sh). */
  @Test
  void withTheSameKeyTheCookiesAreLinux() {
    assertThat(cookie(KEY, "192.168.0.1", "192.0.2.1")).isEqualTo("3021b9d889017eeb");
    assertThat(cookie(ZERO, "192.168.0.1", "192.0.2.1")).isEqualTo("b7c12350a90dc8f5");
    String server = "fd3d:0a0b:17d6::1";
    String client = "fd3d:fa7b:d17d::1";
    assertThat(cookie(KEY, server, client)).isEqualTo("c1d1e9742a47a9bc");
    assertThat(cookie(ZERO, server, client)).isEqualTo("82af1a8f9a205c34");
  }

  @Test
  void aKeyOfAnotherFormIsRefused() {
    assertThatThrownBy(() -> TcpConfiguration.linux().toBuilder().fastOpenKey("a1a1a1a1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a1a1a1a1");
  }

  private static Segment syn(byte[] cookie) {
    byte[] header = new byte[20 + 12];
    TcpHeader.encode(header, 0, 40_000, 8080, 1, 0, header.length, TcpHeader.SYN, 1000, 0);
    int end = TcpOptionWriter.fastOpen(header, 20, cookie, 0, cookie.length);
    assertThat(TcpOptionWriter.pad(header, 20, end)).isEqualTo(header.length);
    Packet packet = Packet.wrap(header, 0, header.length);
    packet.setTransport(0, IpProtocol.TCP);
    return new Segment(packet);
  }

  @Tag("RFC7413-4.1.2")
  @Test
  void aCookieByTheBackupKeyIsGoodButOutdated() {
    TcpConfiguration old = TcpConfiguration.linux().toBuilder().fastOpenKey(KEY).build();
    TcpConfiguration next =
        TcpConfiguration.linux().toBuilder().fastOpenKey(ZERO + "," + KEY).build();
    FastOpen now = new FastOpen(Randomness.seeded(1), next, 0);
    Segment syn = syn(new FastOpen(Randomness.seeded(2), old, 0).cookie(TcpFixture.ENDS, 0));
    assertThat(now.isValid(TcpFixture.ENDS, syn, 0)).isTrue();
    assertThat(now.isOutdated(TcpFixture.ENDS, syn, 0)).isTrue();
    Segment fresh = syn(now.cookie(TcpFixture.ENDS, 0));
    assertThat(now.isValid(TcpFixture.ENDS, fresh, 0)).isTrue();
    assertThat(now.isOutdated(TcpFixture.ENDS, fresh, 0)).isFalse();
    assertThat(now.isValid(TcpFixture.ENDS, syn(new byte[8]), 0)).isFalse();
  }

  @Tag("RFC7413-4.1.2")
  @Test
  void aKeyOfOurOwnIsRenewedAndTheLastOneStaysGoodForAsLong() {
    TcpConfiguration hourly =
        TcpConfiguration.linux().toBuilder().fastOpenKeyLifetime(3_600_000_000_000L).build();
    FastOpen fastOpen = new FastOpen(Randomness.seeded(1), hourly, 0);
    Segment syn = syn(fastOpen.cookie(TcpFixture.ENDS, 0));
    long hour = 3_600_000_000_000L;
    assertThat(fastOpen.isOutdated(TcpFixture.ENDS, syn, hour - 1)).isFalse();
    assertThat(fastOpen.isValid(TcpFixture.ENDS, syn, hour)).isTrue();
    assertThat(fastOpen.isOutdated(TcpFixture.ENDS, syn, hour)).isTrue();
    assertThat(fastOpen.isValid(TcpFixture.ENDS, syn, 2 * hour - 1)).isTrue();
    assertThat(fastOpen.isValid(TcpFixture.ENDS, syn, 2 * hour)).isFalse();
    // After a long silence no key that is too old comes back as the last one.
    Segment later = syn(fastOpen.cookie(TcpFixture.ENDS, 2 * hour));
    assertThat(fastOpen.isValid(TcpFixture.ENDS, later, 9 * hour)).isFalse();
  }
}
