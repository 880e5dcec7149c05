// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.Stack;

/** Blocking sockets of the stack hold up virtual threads alone, never their carriers. */
@Timeout(600)
class ManyThreadsTest {
  @ParameterizedTest
  @ValueSource(strings = {"sockets", "channels"})
  void underTheAgentTenThousandBlockingConversationsOnTwoCarriersAllFinishAndPinNone(String door)
      throws Exception {
    assertThatAllFinish("", door, "jvm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"sockets", "channels"})
  void onAStackTenThousandBlockingConversationsOnTwoCarriersAllFinishAndPinNone(String door)
      throws Exception {
    assertThatAllFinish(null, door, "instance");
  }

  private static void assertThatAllFinish(String agent, String door, String world)
      throws Exception {
    try (Program program =
        Program.startJvm(
            agent,
            "-Xmx2g",
            "-Djdk.virtualThreadScheduler.parallelism=2",
            "-Djdk.virtualThreadScheduler.maxPoolSize=2",
            "-cp",
            source(ManyThreadsProgram.class) + File.pathSeparator + source(Stack.class),
            ManyThreadsProgram.class.getName(),
            "10000",
            door,
            world)) {
      int _ = program.exitCode();
      assertThat(program.output()).isEqualTo("finished 10000\npinned 0");
    }
  }

  private static String source(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation().getPath();
  }
}
