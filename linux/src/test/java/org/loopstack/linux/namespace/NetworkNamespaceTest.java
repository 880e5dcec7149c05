// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.tun.TunDevice;

class NetworkNamespaceTest {
  @Test
  void aNewNetworkIsAnotherThanTheMachinesAndHasALoopbackThatIsDown() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      Interfaces interfaces = new Interfaces(network);

      assertThat(network.identity())
          .startsWith("net:[")
          .isNotEqualTo(NetworkNamespace.identity(Path.of("/proc/self/ns/net")));
      assertThat(interfaces.isUp("lo")).isFalse();
      interfaces.setUp("lo");
      assertThat(interfaces.isUp("lo")).isTrue();
      interfaces.setMtu("lo", 1500);
      assertThat(interfaces.mtu("lo")).isEqualTo(1500);
      assertThatThrownBy(() -> interfaces.index("nosuch"))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV.number()))
          .hasMessageContaining("nosuch");
    }
  }

  @Test
  void whatIsMadeInANetworkIsNotSeenOutsideAndGoesWhenItIsClosed() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      List<String> before = machine();
      TunDevice device = network.call(() -> TunDevice.open(TunDevice.Kind.TAP, "tap%d"));

      assertThat(device.name()).isEqualTo("tap0");
      assertThat(new Interfaces(network).index("tap0")).isPositive();
      assertThat(machine()).isEqualTo(before);
      device.close();

      assertThatThrownBy(() -> new Interfaces(network).index("tap0"))
          .isInstanceOf(LinuxException.class);
    }
  }

  @Test
  void aProcessStartedInANetworkIsInItAndAnotherThreadCanEnterByIt() throws Exception {
    try (NetworkNamespace network = Networks.open()) {
      Process cat = network.call(() -> new ProcessBuilder("cat").start());
      try (NetworkNamespace entered =
          NetworkNamespace.enter(Path.of("/proc/" + cat.pid() + "/ns/net"))) {
        assertThat(entered.identity()).isEqualTo(network.identity());
      } finally {
        cat.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void aVariableIsSetInThatNetworkAlone() throws Exception {
    String before = defaultTtl();
    try (NetworkNamespace network = Networks.open()) {
      network.setVariable("ipv4/ip_default_ttl", "77");

      assertThat(network.call(NetworkNamespaceTest::defaultTtl)).isEqualTo("77");
      assertThat(defaultTtl()).isEqualTo(before);
    }
  }

  /** In one read: the kernel gives nothing to a second. */
  private static String defaultTtl() throws Exception {
    try (InputStream in = Files.newInputStream(Path.of("/proc/sys/net/ipv4/ip_default_ttl"))) {
      return new String(in.readNBytes(100), StandardCharsets.US_ASCII).strip();
    }
  }

  private static List<String> machine() throws Exception {
    return NetworkInterface.networkInterfaces().map(NetworkInterface::getName).toList();
  }
}
