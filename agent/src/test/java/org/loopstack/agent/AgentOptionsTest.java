// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.PortMapping.Protocol;
import org.loopstack.socket.NameTable;

class AgentOptionsTest {
  @Test
  void noneAreThePlainLinuxStackBesideTheMachine() {
    AgentOptions options = AgentOptions.parse(null);

    assertThat(options.isolated()).isFalse();
    assertThat(options.published()).isEmpty();
    assertThat(options.capture()).isNull();
    assertThat(options.configuration().name()).startsWith("jvm-");
  }

  @Test
  void allOfThemAreRead() {
    AgentOptions options =
        AgentOptions.parse(
            "profile=freebsd,publish=8080,publish=9000:80,publish=5353:53/udp,"
                + "capture=a=b.pcapng,isolated");

    assertThat(options.isolated()).isTrue();
    assertThat(options.capture()).isEqualTo(Path.of("a=b.pcapng"));
    assertThat(options.published())
        .containsExactly(
            new PortMapping(Protocol.TCP, 8080, 8080),
            new PortMapping(Protocol.TCP, 9000, 80),
            new PortMapping(Protocol.UDP, 5353, 53));
  }

  @Test
  void namesAreTheStacks() {
    AgentOptions options = AgentOptions.parse("host=db.test@127.0.0.2,localhost=ipv6-first");

    assertThat(options.configuration().names().names()).containsOnlyKeys("db.test");
    assertThat(options.configuration().names().order()).isEqualTo(NameTable.Order.IPV6_FIRST);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "isolate | \"isolate\" is not an option; these are: ",
        "profile=minix | \"profile=minix\" is neither linux nor freebsd",
        "publish | publish wants a port",
        "publish=70000 | ports are from 1 to 65535",
        "host=db | host wants a name and an address",
        "host=db@nowhere | nowhere",
        "localhost=first | \"localhost=first\" is neither ipv4-first nor ipv6-first",
        "capture | capture wants a file: capture=FILE",
        "capture= | capture wants a file: capture=FILE",
        "isolated=perhaps | \"isolated=perhaps\": true or false",
        "isolated,, | \"\" is not an option",
      })
  void whatIsWrongIsSaidInALine(String options, String message) {
    assertThatThrownBy(() -> AgentOptions.parse(options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
