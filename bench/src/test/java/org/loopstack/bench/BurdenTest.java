// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.bench.rows.Rows;
import org.loopstack.fault.Fault;
import picocli.CommandLine;

class BurdenTest {
  private static final Burden BURDEN = new Burden(List.of(Fault.parse("drop udp size 35..35")), 5);

  private static boolean arrives(Side side) throws IOException {
    try (side;
        DatagramChannel from = side.openDatagram();
        DatagramChannel to = side.openDatagram()) {
      to.bind(Side.FREE_PORT).configureBlocking(false);
      from.send(ByteBuffer.allocate(7), to.getLocalAddress());
      return to.receive(ByteBuffer.allocate(9)) != null;
    }
  }

  @Test
  void liesOnEachStackOfItsSide() throws IOException {
    assertThat(arrives(new StackSide())).isTrue();
    assertThat(arrives(new StackSide(BURDEN))).isFalse();
    try (Side side = new StackSide(BURDEN)) {
      assertThat(arrives(side.another())).isFalse();
    }
    assertThat(BURDEN)
        .hasToString("the rule \"drop udp size 35..35\" and a ring of the last 5 packets");
  }

  @Test
  void isShownByTheRowsThatSendPackets() {
    assertThat(Rows.all().stream().filter(BURDEN::isShownBy).map(Row::name))
        .hasSizeGreaterThan(10)
        .noneMatch(name -> name.contains("memory") || name.contains("first"));
  }

  @Test
  void aBadRuleIsRefusedBeforeAnythingIsMeasured() {
    assertThat(new CommandLine(new BenchCommand()).execute("--fault", "dropp tcp"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(new CommandLine(new BenchCommand()).execute("--ring", "-1"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(new CommandLine(new BenchCommand()).execute("--ring", "9", "--check"))
        .isEqualTo(CommandLine.ExitCode.USAGE);
  }
}
