// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.cli.service.EchoService;
import org.loopstack.relay.PortMapping;
import org.loopstack.relay.PortMapping.Protocol;
import org.loopstack.relay.PortTakenException;
import org.loopstack.relay.Publisher;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PublisherTest {
  private static final SelectorProvider KERNEL = SelectorProvider.provider();
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @Test
  void takenPortGivesWayToTheNextFreeOne() throws IOException {
    try (Publisher publisher = new Publisher(KERNEL, KERNEL);
        ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int hostPort = publisher.publishNear(Set.of(Protocol.TCP), taken.getLocalPort());
      assertThat(hostPort).isGreaterThan(taken.getLocalPort());
      assertThat(publisher.mappings())
          .containsExactly(new PortMapping(Protocol.TCP, hostPort, taken.getLocalPort()));
    }
  }

  @Test
  void portTakenForOneProtocolGivesWayForBoth() throws IOException {
    try (Publisher publisher = new Publisher(KERNEL, KERNEL);
        DatagramSocket taken = new DatagramSocket(0, LOOPBACK)) {
      int port = taken.getLocalPort();
      int hostPort = publisher.publishNear(Set.of(Protocol.TCP, Protocol.UDP), port);
      assertThat(hostPort).isGreaterThan(port);
      assertThat(publisher.mappings())
          .containsExactlyInAnyOrder(
              new PortMapping(Protocol.TCP, hostPort, port),
              new PortMapping(Protocol.UDP, hostPort, port));
    }
  }

  @Test
  void takenPortThatWasAskedForExactlyIsAnError() throws IOException {
    try (Publisher publisher = new Publisher(KERNEL, KERNEL);
        ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      PortMapping mapping = new PortMapping(Protocol.TCP, taken.getLocalPort(), 80);
      assertThatThrownBy(() -> publisher.publish(mapping))
          .isInstanceOf(PortTakenException.class)
          .hasMessageStartingWith("port " + taken.getLocalPort() + " of this machine is taken");
      assertThat(publisher.mappings()).isEmpty();
    }
  }

  @Test
  void eachAddressLeadsToTheSameAddressOfTheStack() throws IOException {
    try (Publisher publisher = new Publisher(KERNEL, KERNEL);
        EchoService echo = EchoService.start(KERNEL, 0)) {
      int hostPort = publisher.publishNear(Set.of(Protocol.TCP), echo.port());
      for (String address : new String[] {"127.0.0.1", "::1"}) {
        try (Socket client = new Socket()) {
          client.connect(new InetSocketAddress(InetAddress.ofLiteral(address), hostPort));
          client.getOutputStream().write(9);
          assertThat(client.getInputStream().read()).as(address).isEqualTo(9);
        }
      }
    }
  }

  @Test
  void mappingsAreReadAndBadOnesExplained() {
    assertThat(PortMapping.parse("9000:80")).isEqualTo(new PortMapping(Protocol.TCP, 9000, 80));
    assertThat(PortMapping.parse("1:65535/tcp"))
        .isEqualTo(new PortMapping(Protocol.TCP, 1, 65_535));
    assertThat(PortMapping.parse("53:53/udp")).isEqualTo(new PortMapping(Protocol.UDP, 53, 53));
    for (String bad :
        new String[] {"", "80", ":80", "80:", "a:80", "80:80/sctp", "1:2:3", "-1:2"}) {
      assertThatThrownBy(() -> PortMapping.parse(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("\"" + bad + "\" is not HOSTPORT:PORT or HOSTPORT:PORT/udp");
    }
    for (String bad : new String[] {"0:80", "80:0", "65536:80", "80:99999"}) {
      assertThatThrownBy(() -> PortMapping.parse(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("ports are from 1 to 65535");
    }
  }
}
