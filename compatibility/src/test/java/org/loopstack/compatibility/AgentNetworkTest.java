// SPDX-License-Identifier: Apache-2.0
package org.loopstack.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an unmodified program sees of its network under the agent, besides its sockets. */
@Timeout(300)
class AgentNetworkTest {
  private static List<String> said(String agent, String... arguments) throws Exception {
    return Program.said(agent, AgentNetworkProgram.class, List.of(), arguments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void theLoopbackInterfaceIsTheStacks(String options) throws Exception {
    assertThat(said(options, "interfaces"))
        .contains("loopback [127.0.0.1/8, 0:0:0:0:0:0:0:1/128]")
        .contains("up true", "found true");
  }

  @Test
  void anIsolatedJvmHasNoOtherInterface() throws Exception {
    assertThat(said("isolated", "interfaces")).contains("others false");
  }

  @Test
  void theOthersAreTheMachines() throws Exception {
    String alone =
        said(null, "interfaces").stream().filter(e -> e.startsWith("others")).toList().getFirst();
    assertThat(said("", "interfaces")).contains(alone);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void loopbackAddressesAreReachable(String options) throws Exception {
    assertThat(said(options, "reachable"))
        .containsExactly("127.0.0.1 true", "127.9.8.7 true", "::1 true");
  }

  @Test
  void whatIsOutsideOfAnIsolatedJvmIsUnreachableHoweverItIsTried() throws Exception {
    assertThat(said("isolated", "unreachable"))
        .containsExactly(
            "socket Network is unreachable",
            "channel Network is unreachable",
            "asynchronous Network is unreachable",
            "datagrams Network is unreachable",
            "datagram channel Network is unreachable",
            "reachable false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          localhost=ipv4-first | [127.0.0.1, 0:0:0:0:0:0:0:1]
          localhost=ipv6-first | [0:0:0:0:0:0:0:1, 127.0.0.1]
          """)
  void localhostAndWhatIsBelowItIsTheLoopbackInTheOrderAskedFor(String options, String addresses)
      throws Exception {
    assertThat(said(options, "names", "localhost", "db.localhost", "a.b.LocalHost."))
        .containsExactly(
            "localhost " + addresses, "db.localhost " + addresses, "a.b.LocalHost. " + addresses);
  }

  @Test
  void whoeverHasToldJavaTheOrderGetsThatOrder() throws Exception {
    assertThat(
            Program.said(
                "localhost=ipv4-first",
                AgentNetworkProgram.class,
                List.of("-Djava.net.preferIPv6Addresses=true"),
                "names",
                "localhost"))
        .containsExactly("localhost [0:0:0:0:0:0:0:1, 127.0.0.1]");
  }

  @Test
  void namesOfTheHostsOptionAreKnownAndOthersUnknownWhereThereIsNoMachine() throws Exception {
    assertThat(said("isolated,host=db.test@127.0.0.2", "names", "db.test", "other.test"))
        .containsExactly("db.test [127.0.0.2]", "other.test is unknown");
  }

  @Test
  void theApplicationsOwnFactoriesAreAsked() throws Exception {
    assertThat(said("", "factories"))
        .containsExactly("none", "none", "none", "servers 1 datagrams 2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void unixDomainChannelsAreTheMachines(String options) throws Exception {
    assertThat(said(options, "unix")).containsExactly("unix u true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "isolated"})
  void nothingIsInheritedWhereNothingWasLeft(String options) throws Exception {
    assertThat(said(options, "inherited")).containsExactly("inherited null");
  }
}
