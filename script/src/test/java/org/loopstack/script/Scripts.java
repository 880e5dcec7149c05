// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.nio.file.Path;

/** Runs scripts that stand in a test. */
final class Scripts {
  static final String SERVER =
      """
      0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
      +0 bind(3, ..., ...) = 0
      +0 listen(3, 1) = 0
      +0 < S 0:0(0) win 65535 <mss 1000>
      +0 > S. 0:0(0) ack 1 <mss 1460>
      +0.1 < . 1:1(0) ack 1 win 65535
      +0 accept(3, ..., ...) = 4
      """;

  private Scripts() {}

  static ScriptResult run(String text) {
    return run(text, ScriptOptions.DEFAULT);
  }

  static ScriptResult run(String text, ScriptOptions options) {
    return ScriptRunner.run(new ScriptRunner.Case("t.pkt", Path.of("t.pkt"), text), options);
  }
}
