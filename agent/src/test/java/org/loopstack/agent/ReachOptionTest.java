// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.agent.AgentOptions.Reached;
import org.loopstack.relay.PortMapping.Protocol;

class ReachOptionTest {
  @Test
  void theStacksPortComesFirst() {
    AgentOptions options =
        AgentOptions.parse("reach=5432,isolated,reach=3306:23306,reach=53:5353/udp");

    assertThat(options.isolated()).isTrue();
    assertThat(options.published()).isEmpty();
    assertThat(options.reached())
        .containsExactly(
            new Reached(Protocol.TCP, 5432, 5432),
            new Reached(Protocol.TCP, 3306, 23306),
            new Reached(Protocol.UDP, 53, 5353));
  }

  @Test
  void itWantsAPort() {
    assertThatThrownBy(() -> AgentOptions.parse("reach"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("reach wants a port: reach=PORT[:HOSTPORT][/udp]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "http", "0", "5432:70000", "1:2:3", "53/sctp"})
  void whatIsNoPortIsSaidInALine(String value) {
    assertThatThrownBy(() -> AgentOptions.parse("reach=" + value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "\"reach="
                + value
                + "\" is not reach=PORT[:HOSTPORT][/udp] with ports from 1 to 65535");
  }
}
