// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class TcpCongestionTest {
  @Test
  void acceptedSocketHasCubicWhereThatIsPermitted() {
    assumeTrue(Congestion.isCubicPermitted());
    assertThat(Congestion.find().kernel()).isEqualTo("cubic");
    assertThat(Congestion.find().warning()).isEmpty();
  }

  @Test
  void algorithmThatIsSetIsTheOneThatIsAsked() throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      TcpCongestion congestion = TcpCongestion.open();
      congestion.set(channel, "reno");
      assertThat(congestion.get(channel)).isEqualTo("reno");
    }
  }

  @Test
  void unknownAlgorithmIsAnError() throws IOException {
    try (SocketChannel channel = SocketChannel.open()) {
      TcpCongestion congestion = TcpCongestion.open();
      assertThatThrownBy(() -> congestion.set(channel, "nosuch"))
          .isInstanceOf(IOException.class)
          .hasMessage("setting congestion control nosuch: errno 2");
    }
  }
}
