// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.host;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void whatMovesTheCursorOrTurnsTheTextRoundIsShownAndNotDone() {
    assertThat(Printable.of("sh -c 'a b' \u00e4 \ud83d\ude00"))
        .isEqualTo("sh -c 'a b' \u00e4 \ud83d\ude00");
    assertThat(Printable.of("one\ntwo\tthree\r")).isEqualTo("one\\ntwo\\tthree\\r");
    assertThat(Printable.of("\u001b[2Jgone\u0007\u009b")).isEqualTo("\\x1b[2Jgone\\x07\\x9b");
    assertThat(Printable.of("txt\u202eexe")).isEqualTo("txt\\x202eexe");
    assertThat(Printable.of("")).isEmpty();
  }
}
