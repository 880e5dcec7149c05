// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;

@Timeout(60)
class NamespaceProcessesTest {
  @Test
  void thoseOfANetworkEndAlsoIfTheyWillNotAndNobodyElse() throws Exception {
    Process outside = new ProcessBuilder("cat").start();
    try (NetworkNamespace network = Networks.open()) {
      Process willing = network.call(() -> new ProcessBuilder("cat").start());
      Process deaf =
          network.call(
              () ->
                  new ProcessBuilder(
                          "sh", "-c", "trap '' TERM; echo ready; while read -r x; do :; done")
                      .start());
      Process spared = network.call(() -> new ProcessBuilder("cat").start());
      // It is deaf from this line on.
      assertThat(deaf.inputReader().readLine()).isEqualTo("ready");
      NamespaceProcesses processes =
          new NamespaceProcesses(network.identity(), each -> each.equals(spared.toHandle()));

      assertThat(processes.list()).containsExactlyInAnyOrder(willing.toHandle(), deaf.toHandle());
      // Apart, so that the willing one is not killed where the machine is too busy to let it end.
      NamespaceProcesses butTheDeaf =
          new NamespaceProcesses(
              network.identity(),
              each -> each.equals(spared.toHandle()) || each.equals(deaf.toHandle()));
      assertThat(butTheDeaf.end(Duration.ofSeconds(40))).isEqualTo(1);
      assertThat(willing.waitFor()).isEqualTo(128 + 15);
      assertThat(processes.end(Duration.ofMillis(200))).isEqualTo(1);
      assertThat(deaf.waitFor()).isEqualTo(128 + 9);
      assertThat(spared.isAlive()).isTrue();
      spared.destroyForcibly().waitFor();
      assertThat(outside.isAlive()).isTrue();
    } finally {
      outside.destroyForcibly().waitFor();
    }
  }

  @Test
  void aGuardianThatIsLetGoEndsNobody() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      Process other = network.call(() -> new ProcessBuilder("cat").start());
      try (Guardian guardian = Guardian.start(network)) {
        assertThat(guardian.process().isAlive()).isTrue();
      }

      assertThat(other.isAlive()).isTrue();
      other.destroyForcibly().waitFor();
    }
  }
}
