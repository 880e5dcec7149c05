// SPDX-License-Identifier: Apache-2.0
package org.loopstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SipHashTest {
  /** The key 00 01 .. 0f and the inputs 00 01 02 .. of the reference implementation's vectors. */
  private final SipHash hash = new SipHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

  @Test
  void agreesWithTheReferenceVectors() {
    assertThat(hash.hash()).isEqualTo(0x726fdb47dd0e0e31L);
    assertThat(hash.hash(0x0706050403020100L)).isEqualTo(0x93f5f5799a932462L);
    assertThat(hash.hash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)).isEqualTo(0x3f2acc7f57c29bdbL);
  }
}
