// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.loopstack.engine.Randomness;
import org.loopstack.wire.IpAddress;

class FastOpenKeyTest {
  private static final String KEY = "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4";
  private static final String ZERO = "00000000-00000000-00000000-00000000";

  private static String cookie(String key, String server, String client) {
    FastOpen fastOpen =
        new FastOpen(
            Randomness.seeded(1),
            TcpConfiguration.linux().toBuilder().fastOpenKey(key).build().fastOpenKey());
    FourTuple ends = new FourTuple(IpAddress.parse(server), 8080, IpAddress.parse(client), 40_000);
    return HexFormat.of().formatHex(fastOpen.cookie(ends));
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
}
