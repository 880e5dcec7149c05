// SPDX-License-Identifier: Apache-2.0
package org.loopstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.IpAddress;

class EchoSocketTest {
  private final VirtualClock clock = new VirtualClock();
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());

  @AfterEach
  void close() {
    stack.close();
  }

  private static IpAddress ip(String text) {
    return IpAddress.parse(text);
  }

  private EchoSocket open(IpAddress target) throws IOException {
    return stack.openEchoSocket(target.isIpv6());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 56",
    "127.9.9.9, 0",
    "127.0.0.1, 65507",
    "::1, 56",
    "::1, 65527",
    "0.0.0.0, 1"
  })
  void aReplyComesFromThePingedAddressWithAllData(String text, int size) throws IOException {
    IpAddress target = ip(text);
    byte[] data = new byte[size];
    new Random(size).nextBytes(data);
    try (EchoSocket ping = open(target)) {
      long sent = ping.send(target, 3, data);
      EchoSocket.Reply reply = (EchoSocket.Reply) ping.receive(Duration.ZERO);
      assertThat(reply).isNotNull();
      assertThat(reply.from()).isEqualTo(target.isAny() ? IpAddress.IPV4_LOOPBACK : target);
      assertThat(reply.sequence()).isEqualTo(3);
      assertThat(reply.hopLimit()).isEqualTo(64);
      assertThat(reply.data()).isEqualTo(data);
      assertThat(reply.time()).isEqualTo(sent);
      assertThat(ping.receive(Duration.ZERO)).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void twoSocketsDoNotSeeEachOthersReplies(String text) throws IOException {
    try (EchoSocket one = open(ip(text));
        EchoSocket other = open(ip(text))) {
      assertThat(one.identifier()).isNotEqualTo(other.identifier());
      one.send(ip(text), 1, new byte[8]);
      assertThat(other.receive(Duration.ZERO)).isNull();
      assertThat(one.receive(Duration.ZERO)).isInstanceOf(EchoSocket.Reply.class);
    }
  }

  @Test
  void whatCannotBeSentSaysWhy() throws IOException {
    try (EchoSocket ping = stack.openEchoSocket(false)) {
      assertThatThrownBy(() -> ping.send(ip("127.0.0.1"), 1, new byte[65_508]))
          .isInstanceOf(IOException.class)
          .hasMessage("Message too long");
      assertThatThrownBy(() -> ping.send(ip("10.0.0.1"), 1, new byte[1]))
          .hasMessage("Network is unreachable");
      assertThatThrownBy(() -> ping.send(ip("::1"), 1, new byte[1]))
          .hasMessage("Address family not supported by protocol");
      assertThatThrownBy(() -> ping.send(ip("127.255.255.255"), 1, new byte[1]))
          .hasMessage("Permission denied");
      assertThatThrownBy(() -> ping.setTimeToLive(256)).hasMessageContaining("256");
    }
  }

  @Test
  void aRequestWithAnotherTimeToLiveIsStillAnswered() throws IOException {
    try (EchoSocket ping = stack.openEchoSocket(false)) {
      ping.setTimeToLive(1);
      ping.send(ip("127.0.0.1"), 1, new byte[1]);
      assertThat(ping.receive(Duration.ZERO)).isInstanceOf(EchoSocket.Reply.class);
    }
  }

  @Test
  void anInterfaceThatIsDownDoesNotAnswer() throws IOException {
    StackConfiguration linux = StackConfiguration.linux().toBuilder().clock(clock).build();
    try (Stack near = Stack.create(linux);
        Stack far = Stack.create(linux)) {
      Wire wire = new Wire(clock);
      near.addInterface("eth0", wire.left(), "10.0.0.1/24");
      StackInterface end = far.addInterface("eth0", wire.right(), "10.0.0.2/24");
      try (EchoSocket ping = near.openEchoSocket(false)) {
        ping.send(ip("10.0.0.2"), 1, new byte[100]);
        assertThat(ping.receive(Duration.ZERO)).isInstanceOf(EchoSocket.Reply.class);
        end.setUp(false);
        ping.send(ip("10.0.0.2"), 2, new byte[100]);
        assertThat(ping.receive(Duration.ZERO)).isNull();
      }
    }
  }

  @Test
  void aFragmentThatNeverComesIsReportedAsTimeExceeded() throws IOException {
    StackConfiguration linux = StackConfiguration.linux().toBuilder().clock(clock).build();
    try (Stack near = Stack.create(linux);
        Stack far = Stack.create(linux)) {
      Wire toFar = new Wire(clock);
      Wire fromNear = new Wire(clock);
      near.addInterface("eth0", fromNear.left(), "10.0.0.1/24");
      far.addInterface("eth0", toFar.right(), "10.0.0.2/24");
      // In between somebody loses every datagram but the first.
      int[] passed = new int[1];
      fromNear
          .right()
          .attach(
              packet -> {
                if (passed[0]++ == 0) {
                  toFar.left().transmit(packet);
                }
              });
      toFar.left().attach(packet -> fromNear.right().transmit(packet));
      try (EchoSocket ping = near.openEchoSocket(false)) {
        ping.send(ip("10.0.0.2"), 9, new byte[2000]);
        assertThat(ping.receive(Duration.ZERO)).isNull();
        clock.advance(Duration.ofSeconds(31));
        EchoSocket.Failure failure = (EchoSocket.Failure) ping.receive(Duration.ZERO);
        assertThat(failure).isNotNull();
        assertThat(failure.from()).isEqualTo(ip("10.0.0.2"));
        assertThat(failure.to()).isEqualTo(ip("10.0.0.2"));
        assertThat(failure.sequence()).isEqualTo(9);
        assertThat(failure.type()).isEqualTo(IcmpHeader.TIME_EXCEEDED);
        assertThat(failure.code()).isEqualTo(IcmpHeader.REASSEMBLY_TIME_EXCEEDED);
      }
    }
  }

  @Test
  void wakeupEndsTheNextWait() throws IOException {
    try (EchoSocket ping = stack.openEchoSocket(false)) {
      ping.wakeup();
      assertThat(ping.receive(Duration.ofDays(1))).isNull();
      ping.send(ip("127.0.0.1"), 1, new byte[1]);
      assertThat(ping.receive(Duration.ofDays(1))).isInstanceOf(EchoSocket.Reply.class);
    }
  }

  @Test
  void anInterruptEndsTheWaitAndStays() throws IOException {
    try (EchoSocket ping = stack.openEchoSocket(false)) {
      Thread.currentThread().interrupt();
      assertThat(ping.receive(Duration.ofDays(1))).isNull();
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void afterACloseNothingIsSentOrReceived() throws IOException {
    EchoSocket ping = stack.openEchoSocket(false);
    EchoSocket other = stack.openEchoSocket(true);
    ping.close();
    assertThatThrownBy(() -> ping.receive(Duration.ofDays(1)))
        .isInstanceOf(ClosedChannelException.class);
    stack.close();
    assertThatThrownBy(() -> other.send(ip("::1"), 1, new byte[1]))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> other.receive(Duration.ofDays(1)))
        .isInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> stack.openEchoSocket(false))
        .isInstanceOf(ClosedChannelException.class);
  }
}
