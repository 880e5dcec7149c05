// SPDX-License-Identifier: Apache-2.0
package org.loopstack.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.engine.Clock;
import org.loopstack.wire.IpAddress;

class ArrowsTest {
  @Test
  void arrowsPointDownhillOnly() throws URISyntaxException {
    Path classes =
        Path.of(IpAddress.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Set<Arrow> arrows = ClassArrows.below(classes);

    assertThat(arrows)
        .as("the class files were read")
        .anyMatch(arrow -> arrow.from().equals("org.loopstack.transport.Endpoint"));
    assertThat(Rules.violations(arrows)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "wire.TcpHeader, link.Link, 'wire may use only buffer, engine'",
    "engine.RunQueue, buffer.Packet, engine is used by all and uses none",
    "buffer.Packet, engine.Clock, buffer is used by all and uses none",
    "link.LoopbackLink, internet.Route, 'link may use only buffer, engine, wire'",
    "internet.IpInput, transport.Endpoint, 'internet may use only buffer, engine, event, link,"
        + " wire'",
    "transport.Endpoint, link.Link, 'transport may use only buffer, engine, internet,"
        + " transport.info, wire'",
    "transport.Endpoint, transport.tcp.TcpEndpoint,"
        + " 'transport may use only buffer, engine, internet, transport.info, wire'",
    "transport.tcp.TcpEndpoint, transport.udp.UdpEndpoint, 'transport.tcp may use only buffer,"
        + " engine, event, internet, transport, transport.info, wire'",
    "socket.Channel, transport.tcp.TcpEndpoint,"
        + " 'socket may use only buffer, engine, internet, link, transport, wire'",
    "link.LoopbackLink, Stack, 'link may use only buffer, engine, wire'",
    "fault.Fault, transport.Endpoint, fault uses the public types only",
    "attic.Box, wire.TcpHeader, package attic has no place among the layers; give it one in Rules",
  })
  void anArrowUphillIsNamedWithItsRule(String from, String to, String rule) {
    Arrow arrow = Arrow.toClass("org.loopstack." + from, "org.loopstack." + to);

    assertThat(Rules.violations(Set.of(arrow)))
        .containsExactly("org.loopstack." + from + " -> org.loopstack." + to + ": " + rule);
  }

  @ParameterizedTest
  @CsvSource({
    "wire.TcpHeader, buffer.Packet",
    "link.LoopbackLink, wire.Ipv4Header",
    "internet.IpInput, link.Link",
    "transport.Endpoint, internet.Route",
    "transport.tcp.TcpEndpoint, transport.Endpoint",
    "socket.Channel, transport.StreamEndpoint",
    "Stack, transport.tcp.TcpEndpoint",
    "wire.TcpHeader, wire.IpAddress",
    "capture.Pcapng, link.Link",
  })
  void anArrowDownhillIsFine(String from, String to) {
    Arrow arrow = Arrow.toClass("org.loopstack." + from, "org.loopstack." + to);

    assertThat(Rules.violations(Set.of(arrow))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "transport.tcp.IsnGenerator, java.security.SecureRandom, ''",
    "internet.Reassembly, java.lang.System, nanoTime",
    "link.LoopbackLink, java.util.concurrent.locks.ReentrantLock, lock",
    "wire.Ipv4Header, java.time.Instant, now",
    "transport.udp.UdpEndpoint, java.lang.Thread, sleep",
    "transport.Endpoint, java.lang.System, nanoTime",
    "socket.Channel, java.util.Random, nextInt",
    "Stack, java.lang.ThreadLocal, get",
  })
  void theMachineIsReachedThroughTheEngineOnly(String from, String to, String method) {
    Arrow arrow = new Arrow("org.loopstack." + from, to, method);

    assertThat(Rules.violations(Set.of(arrow)))
        .containsExactly(
            arrow
                + ": clocks, threads, randomness and locks live in engine and in"
                + " transport.Endpoint");
  }

  @ParameterizedTest
  @CsvSource({
    "engine.SystemClock, java.lang.System, nanoTime",
    "transport.Endpoint, java.util.concurrent.locks.ReentrantLock, lock",
    "transport.Endpoint$Inbox, java.util.concurrent.locks.ReentrantLock, lock",
    "socket.SocketChannel, java.lang.Thread, currentThread",
    "socket.Selector, java.util.concurrent.locks.LockSupport, park",
    "internet.Counters, java.util.concurrent.atomic.LongAdder, increment",
    "transport.Demultiplexer, java.util.concurrent.ConcurrentHashMap, get",
    "wire.TcpHeader, java.lang.System, arraycopy",
  })
  void leavesAndThoseWhoMustMayUseTheMachine(String from, String to, String method) {
    assertThat(Rules.violations(Set.of(new Arrow("org.loopstack." + from, to, method)))).isEmpty();
  }

  @Test
  void everyKindOfReferenceIsSeen() throws IOException {
    Set<Arrow> arrows;
    try (var bytes = Example.class.getResourceAsStream("ArrowsTest$Example.class")) {
      assertThat(bytes).isNotNull();
      arrows = ClassArrows.of(ClassFile.of().parse(bytes.readAllBytes()));
    }
    String from = Example.class.getName();

    assertThat(arrows)
        .as("a field's type, a generic argument, an array's element, a call")
        .contains(
            Arrow.toClass(from, IpAddress.class.getName()),
            Arrow.toClass(from, Clock.class.getName()),
            Arrow.toClass(from, Runnable.class.getName()),
            new Arrow(from, "java.lang.System", "nanoTime"));
  }

  /** A class whose arrows the test knows. */
  @SuppressWarnings("unused")
  private static final class Example {
    private IpAddress address;
    private Set<Clock> clocks;

    Object tasks() {
      return System.nanoTime() == 0 ? null : new Runnable[1];
    }
  }
}
