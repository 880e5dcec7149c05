// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.internet.InternetConfiguration;
import org.loopstack.internet.InternetLayer;
import org.loopstack.transport.AddressFamily;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.PortRange;
import org.loopstack.transport.PortTable;
import org.loopstack.transport.TransportAddress;
import org.loopstack.wire.IpAddress;

/** A host with a loopback and UDP, in virtual time. */
final class UdpHost {
  final Engine engine = Engine.virtual(new VirtualClock(), 1);
  final InternetLayer internet = new InternetLayer(engine, InternetConfiguration.LINUX);
  final PortTable ports =
      new PortTable(PortTable.Sharing.DATAGRAMS, engine.randomness(), PortRange.DEFAULT);
  final UdpProtocol udp = new UdpProtocol(internet, ports, UdpConfiguration.linux());

  DatagramEndpoint open() throws ErrnoException {
    return udp.openDatagram(AddressFamily.INET6);
  }

  DatagramEndpoint bound(String address, int port) throws ErrnoException {
    DatagramEndpoint endpoint = open();
    endpoint.bind(at(address, port));
    return endpoint;
  }

  DatagramEndpoint bound4(String address, int port) throws ErrnoException {
    DatagramEndpoint endpoint = udp.openDatagram(AddressFamily.INET);
    endpoint.bind(at(address, port));
    return endpoint;
  }

  static IpAddress ip(String address) {
    return IpAddress.parse(address);
  }

  static TransportAddress at(String address, int port) {
    return new TransportAddress(ip(address), port);
  }

  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  static void send(DatagramEndpoint from, String text, @Nullable TransportAddress to)
      throws ErrnoException {
    assertThat(from.send(bytes(text), to)).isTrue();
  }

  /** What the endpoint receives next, as text, or null if nothing waits. */
  static @Nullable String receive(DatagramEndpoint endpoint) throws ErrnoException {
    ByteBuffer target = ByteBuffer.allocate(100);
    return endpoint.receive(target) == null
        ? null
        : new String(target.array(), 0, target.position(), StandardCharsets.UTF_8);
  }

  static void assertRefused(Errno errno, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }
}
