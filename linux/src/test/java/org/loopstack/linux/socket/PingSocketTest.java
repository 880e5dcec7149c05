// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.wire.IpAddress;

@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PingSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static NetworkNamespace network(boolean allowed) throws Exception {
    NetworkNamespace network = Networks.open();
    new Interfaces(network).setUp("lo");
    network.setVariable("ipv4/ping_group_range", allowed ? "0 2147483647" : "1 0");
    return network;
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, true", "127.9.9.9, true", "::1, true", "127.0.0.1, false", "::1, false"})
  void repliesComeBackWithWhatWasSent(String host, boolean allowed) throws Exception {
    IpAddress target = IpAddress.parse(host);
    byte[] data = new byte[1000];
    data[999] = 7;
    try (NetworkNamespace network = network(allowed);
        PingSocket socket = network.call(() -> PingSocket.open(target, 33))) {
      assertThat(socket.isRaw()).isEqualTo(!allowed);
      for (int sequence : new int[] {1, 2, 65_535}) {
        socket.send(sequence, data);

        assertThat(socket.receive(PATIENCE))
            .isInstanceOfSatisfying(
                PingSocket.Event.Reply.class,
                reply -> {
                  assertThat(reply.from()).isEqualTo(target);
                  assertThat(reply.sequence()).isEqualTo(sequence);
                  assertThat(reply.hopLimit()).isEqualTo(64);
                  assertThat(reply.data()).isEqualTo(data);
                });
      }
      assertThat(socket.receive(Duration.ZERO)).isNull();
    }
  }

  @Test
  void whereThereIsNoWayNoneIsOpened() throws Exception {
    try (NetworkNamespace network = network(true)) {
      String said = Networks.run(network, "ip", "route", "add", "prohibit", "198.51.100.0/24");
      assertThat(said).isEmpty();
      assertThatThrownBy(
              () -> network.call(() -> PingSocket.open(IpAddress.parse("198.51.100.1"), 64)))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES.number()));
      assertThatThrownBy(
              () -> network.call(() -> PingSocket.open(IpAddress.parse("192.0.2.1"), 64)))
          .isInstanceOfSatisfying(
              LinuxException.class,
              e -> assertThat(e.errno()).isEqualTo(Errno.ENETUNREACH.number()));
    }
  }

  @Test
  void aWaitEndsWhenSomebodySaysSo() throws Exception {
    try (NetworkNamespace network = network(true);
        PingSocket socket = network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 64))) {
      Thread.ofPlatform().start(socket::wakeup);

      assertThat(socket.receive(PATIENCE)).isNull();
      assertThat(socket.receive(Duration.ofMillis(1))).isNull();
      socket.send(1, new byte[0]);
      assertThat(socket.receive(PATIENCE)).isInstanceOf(PingSocket.Event.Reply.class);
    }
  }

  @Test
  void aRequestThatIsTooLongIsRefused() throws Exception {
    try (NetworkNamespace network = network(true);
        PingSocket socket = network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 64))) {
      assertThatThrownBy(() -> socket.send(1, new byte[65_508]))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EMSGSIZE.number()));
      socket.send(2, new byte[65_507]);
      assertThat(socket.receive(PATIENCE)).isInstanceOf(PingSocket.Event.Reply.class);
    }
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void anErrorSaysWhoCouldNotBeReachedAndWhichRequestItWas(boolean allowed) throws Exception {
    IpAddress target = IpAddress.parse("198.51.100.7");
    try (NetworkNamespace network = network(allowed)) {
      // The kernel looks for a neighbour in vain, and says so itself.
      assertThat(Networks.run(network, "ip", "link", "add", "v0", "type", "veth")).isEmpty();
      assertThat(Networks.run(network, "ip", "addr", "add", "198.51.100.1/24", "dev", "v0"))
          .isEmpty();
      assertThat(Networks.run(network, "ip", "link", "set", "v0", "up")).isEmpty();
      assertThat(Networks.run(network, "ip", "link", "set", "veth0", "up")).isEmpty();
      try (PingSocket socket = network.call(() -> PingSocket.open(target, 64))) {
        socket.send(77, new byte[8]);

        assertThat(socket.receive(PATIENCE))
            .isEqualTo(new PingSocket.Event.Failure(IpAddress.parse("198.51.100.1"), 77, 3, 1, 0));
      }
    }
  }

  @Test
  void whoeverWaitsIsToldWhenItIsClosed() throws Exception {
    try (NetworkNamespace network = network(true)) {
      PingSocket socket = network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 64));
      CompletableFuture<Boolean> told = new CompletableFuture<>();
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  told.complete(socket.receive(PATIENCE) != null);
                } catch (ClosedChannelException e) {
                  told.complete(true);
                } catch (IOException e) {
                  told.completeExceptionally(e);
                }
              });
      socket.close();

      assertThat(told.get()).isTrue();
      assertThatThrownBy(() -> socket.send(1, new byte[0]))
          .isInstanceOf(ClosedChannelException.class);
      socket.close();
    }
  }

  @Test
  void severalRawOnesOfAProcessTakeTheirOwnReplies() throws Exception {
    try (NetworkNamespace network = network(false);
        PingSocket one = network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 64));
        PingSocket other = network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 64))) {
      one.send(5, new byte[3]);
      assertThat(one.receive(PATIENCE)).isInstanceOf(PingSocket.Event.Reply.class);
      other.send(6, new byte[0]);

      assertThat(other.receive(PATIENCE))
          .isInstanceOfSatisfying(
              PingSocket.Event.Reply.class, reply -> assertThat(reply.sequence()).isEqualTo(6));
    }
  }

  @Test
  void aBroadcastIsRefusedThoughASocketIsAllowed() throws Exception {
    try (NetworkNamespace network = network(true)) {
      assertThat(network.call(() -> PingSocket.isAllowed(false))).isTrue();
      assertThat(network.call(() -> PingSocket.isAllowed(true))).isTrue();
      assertThatThrownBy(
              () -> network.call(() -> PingSocket.open(IpAddress.parse("127.255.255.255"), 64)))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES.number()));
      assertThatThrownBy(() -> network.call(() -> PingSocket.open(IpAddress.IPV4_LOOPBACK, 0)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
