// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The agent's jar in JVMs of its own, with programs that know nothing of it. */
@Timeout(300)
class AgentJarTest {
  /** The lines of a program that succeeds. */
  private static List<String> said(String agent, String... arguments) throws Exception {
    return said(agent, List.of(), arguments);
  }

  private static List<String> said(String agent, List<String> properties, String... arguments)
      throws Exception {
    return Program.said(agent, AgentProgram.class, properties, arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void loopbackTrafficOpensNoSocketOfTheMachine(String options) throws Exception {
    assertThat(said(options, "loopback"))
        .containsExactly(
            "socket s",
            "datagram d",
            "channel c",
            "asynchronous a",
            "sockets of the machine []",
            "sockets of the machine []");
  }

  @Test
  void aWildcardListenerIsReachedAtTheMachinesAddressAndOnTheStack() throws Exception {
    List<String> seen = said("", "outside");
    assumeFalse(seen.equals(List.of("no address")), "this machine has nothing but its loopback");

    assertThat(seen).contains("outside o", "inside i");
    int sockets = Integer.parseInt(seen.getLast().replaceAll("\\D", ""));
    assertThat(sockets).as("a listener, and both ends of one connection").isGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void noThreadIsLeftWhenAllIsClosed(String options) throws Exception {
    assertThat(said(options, "threads")).containsExactly("threads []");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void aJvmEndsWithItsMainMethodWhateverIsOpen(String options) throws Exception {
    assertThat(said(options, "leave-open")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated,"})
  void aPublishedPortIsReachedFromOutside(String options) throws Exception {
    String host = said(null, "free-port").getFirst();
    try (Program server =
        Program.startMain(
            options + "publish=" + host + ":8080",
            AgentProgram.class,
            List.of(),
            "serve",
            "8080")) {
      assertThat(server.awaitLine(".*")).isEqualTo("ready");

      assertThat(said(null, "fetch", "http://127.0.0.1:" + host + "/"))
          .containsExactly("from the stack");

      server.endInput();
      assertThat(server.exitCode()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "profile=windows", "publish=70000", "publish", "isolated=1"})
  void aWrongOptionIsOneLineAndStatusTwo(String options) throws Exception {
    try (Program program = Program.startMain(options, AgentProgram.class, List.of(), "loopback")) {
      assertThat(program.exitCode()).isEqualTo(2);
      assertThat(program.output().lines())
          .singleElement()
          .asString()
          .startsWith("loopstack-agent: ");
    }
  }

  @Test
  void theApplicationsOwnSocketImplFactoryIsAsked() throws Exception {
    assertThat(said("", "factory"))
        .singleElement()
        .asString()
        .startsWith("made 1 connected [")
        .contains("127.0.0.1:9");
  }

  @Test
  void theSocksProxyOfThePropertiesIsAsked() throws Exception {
    List<String> properties = List.of("-DsocksProxyHost=127.0.0.1", "-DsocksProxyPort=1080");

    assertThat(said("", properties, "socks", "1080")).contains("socks 5");
  }

  @Test
  void theApplicationsOwnSelectorProviderStays() throws Exception {
    String own = "sun.nio.ch.EPollSelectorProvider";
    List<String> properties = List.of("-Djava.nio.channels.spi.SelectorProvider=" + own);

    assertThat(said("", properties, "provider")).containsExactly(own);
  }
}
