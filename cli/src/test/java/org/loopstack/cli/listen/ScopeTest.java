// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, MACHINE",
    "127.9.9.9, MACHINE",
    "::1, MACHINE",
    "::ffff:127.0.0.1, MACHINE",
    "0.0.0.0, EVERYBODY",
    "::, EVERYBODY",
    "192.168.1.5, EVERYBODY",
    "2001:db8::1, EVERYBODY",
    "::ffff:192.168.1.5, EVERYBODY",
    "fe80::1, LINK"
  })
  void theAddressTellsFromWhereItCanBeReached(String address, Scope scope) {
    assertThat(Scope.of(Sockets.listening(address, 80), List.of(), true)).isEqualTo(scope);
  }

  @Test
  void theWildcardOfANetworkWithoutOtherAddressesIsForThisMachineOnly() {
    assertThat(Scope.of(Sockets.listening("0.0.0.0", 80), List.of(), false))
        .isEqualTo(Scope.MACHINE);
  }

  @ParameterizedTest
  @CsvSource({
    "6379, redis-server *:6379, Redis",
    "5432, postgres -D /data, a database",
    "3306, anything, MySQL or MariaDB",
    "2375, dockerd -H tcp://0.0.0.0:2375, Docker's API without TLS",
    "5005, java, 'the port of JDWP, Java''s debugger'",
    "7777, 'java -agentlib:jdwp=transport=dt_socket,server=y,address=*:7777 -jar app.jar',"
        + " a JVM with a debugger's port",
    "7070, node --inspect=0.0.0.0:7070 app.js, Node with an inspector"
  })
  void whatShouldNotBeReachedFromOutsideIsWarnedOf(int port, String commandLine, String name) {
    assertThat(Exposure.warning(true, port, Scope.EVERYBODY, List.of(Sockets.process(commandLine))))
        .startsWith(name + " can be reached by everybody: ")
        .endsWith("; bind it to 127.0.0.1");
    assertThat(Exposure.warning(true, port, Scope.MACHINE, List.of(Sockets.process(commandLine))))
        .isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "443, nginx: master process",
    "8080, 'java -agentlib:jdwp=transport=dt_socket,server=y,address=127.0.0.1:7777 -jar app.jar'",
    "22, sshd"
  })
  void whatIsMeantForOthersIsNotWarnedOf(int port, String commandLine) {
    assertThat(Exposure.warning(true, port, Scope.EVERYBODY, List.of(Sockets.process(commandLine))))
        .isNull();
  }

  @Test
  void datagramsHaveAListOfTheirOwn() {
    assertThat(Exposure.warning(false, 11_211, Scope.EVERYBODY, List.of()))
        .contains("an amplifier");
    assertThat(Exposure.warning(false, 6379, Scope.EVERYBODY, List.of())).isNull();
    assertThat(Exposure.warning(true, 6379, Scope.LINK, List.of()))
        .startsWith("Redis can be reached by the hosts of this link");
  }
}
