// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Random;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;

class SizeTest {
  /** 65,535 less the headers of IPv4 and UDP. */
  private static final int LARGEST_IPV4 = 65_507;

  /** 65,535 less the header of UDP: IPv6 does not count its own. */
  private static final int LARGEST_IPV6 = 65_527;

  @Case(
      id = "udp.size.largest-ipv4",
      title = "a payload of 65,507 bytes passes whole over IPv4",
      source = "FACTS 12; RFC 791 3.1",
      over = {IPV4, MAPPED})
  void largestIpv4(Net net) throws IOException {
    passes(net, LARGEST_IPV4);
  }

  @Case(
      id = "udp.size.largest-ipv6",
      title = "a payload of 65,527 bytes passes whole over IPv6, in fragments if need be",
      source = "RFC 8200 3, 4.5",
      over = {IPV6})
  void largestIpv6(Net net) throws IOException {
    passes(net, LARGEST_IPV6);
  }

  @Case(
      id = "udp.size.fragmented-ipv6",
      title = "a payload of 65,507 bytes passes whole over IPv6",
      source = "FACTS 12; RFC 8200 4.5",
      over = {IPV6})
  void fragmentedIpv6(Net net) throws IOException {
    passes(net, LARGEST_IPV4);
  }

  private static void passes(Net net, int size) throws IOException {
    DatagramChannel server = net.boundUdp();
    byte[] payload = new byte[size];
    new Random(size).nextBytes(payload);
    assertThat(net.udp().send(ByteBuffer.wrap(payload), server.getLocalAddress())).isEqualTo(size);
    ByteBuffer received = ByteBuffer.allocate(size + 1);
    server.receive(received);
    assertThat(received.flip()).isEqualTo(ByteBuffer.wrap(payload));
  }

  @Case(
      id = "udp.size.too-long-ipv4",
      title = "65,508 bytes over IPv4: SocketException, \"Message too long\"",
      source = "FACTS 12; RFC 791 3.1",
      over = {IPV4, MAPPED})
  void tooLongIpv4(Net net) throws IOException {
    tooLong(net, LARGEST_IPV4 + 1);
  }

  @Case(
      id = "udp.size.too-long-ipv6",
      title = "65,528 bytes over IPv6: SocketException, \"Message too long\"",
      source = "RFC 8200 3",
      over = {IPV6})
  void tooLongIpv6(Net net) throws IOException {
    tooLong(net, LARGEST_IPV6 + 1);
  }

  private static void tooLong(Net net, int size) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    ByteBuffer payload = ByteBuffer.allocate(size);
    Expect.thrown(
        SocketException.class,
        "Message too long",
        () -> client.send(payload, server.getLocalAddress()));
    assertThat(payload.position()).isZero();
  }

  @Case(
      id = "udp.size.too-long-connected",
      title = "writing 70,000 bytes to a connected channel: IOException, \"Message too long\"",
      source = "FACTS 12")
  void tooLongConnected(Net net) throws IOException {
    DatagramChannel client = net.udpTo(net.boundUdp());
    Expect.thrown(
        IOException.class, "Message too long", () -> client.write(ByteBuffer.allocate(70_000)));
  }

  @Case(id = "udp.size.empty", title = "a datagram without payload is received", source = "RFC 768")
  void empty(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.boundUdp();
    assertThat(client.send(ByteBuffer.allocate(0), server.getLocalAddress())).isZero();
    ByteBuffer buffer = ByteBuffer.allocate(10);
    assertThat(server.receive(buffer)).isEqualTo(client.getLocalAddress());
    assertThat(buffer.position()).isZero();
  }

  @Case(
      id = "udp.size.empty-connected",
      title = "a connected channel's read of a datagram without payload returns -1",
      source = "RFC 768; seen on JDK 25")
  void emptyConnected(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udpTo(server);
    server.send(ByteBuffer.allocate(0), client.getLocalAddress());
    server.send(Expect.ascii("next"), client.getLocalAddress());
    ByteBuffer buffer = ByteBuffer.allocate(10);
    assertThat(client.read(buffer)).isEqualTo(-1);
    assertThat(buffer.position()).isZero();
    Expect.read(client, "next");
    server.send(ByteBuffer.allocate(0), client.getLocalAddress());
    assertThat(client.read(new ByteBuffer[] {buffer, ByteBuffer.allocate(1)})).isEqualTo(-1);
    client.configureBlocking(false);
    assertThat(client.read(buffer)).isZero();
  }

  @Case(
      id = "udp.size.read-nothing",
      title = "a connected channel's read without room returns 0 at once and takes no datagram",
      source = "ReadableByteChannel.read Javadoc; seen on JDK 25")
  void readNothing(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udpTo(server);
    ByteBuffer none = ByteBuffer.allocate(0);
    assertThat(client.read(none)).isZero();
    server.send(Expect.ascii("next"), client.getLocalAddress());
    assertThat(client.read(none)).isZero();
    assertThat(client.read(new ByteBuffer[] {none, none})).isZero();
    assertThat(client.read(new ByteBuffer[0])).isZero();
    Expect.read(client, "next");
  }

  @Case(
      id = "udp.size.write-nothing",
      title = "a connected channel's write of no bytes returns 0 and makes no datagram",
      source = "WritableByteChannel.write Javadoc; seen on JDK 25")
  void writeNothing(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udpTo(server);
    server.connect(client.getLocalAddress());
    ByteBuffer none = ByteBuffer.allocate(0);
    assertThat(client.write(none)).isZero();
    assertThat(client.write(new ByteBuffer[] {none, none})).isZero();
    client.write(Expect.ascii("next"));
    Expect.read(server, "next");
  }

  @Case(
      id = "udp.size.truncated",
      title = "what does not fit the buffer of a receive is discarded",
      source = "DatagramChannel.receive Javadoc")
  void truncated(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udp();
    client.send(Expect.ascii("abcdef"), server.getLocalAddress());
    client.send(Expect.ascii("next"), server.getLocalAddress());
    ByteBuffer buffer = ByteBuffer.allocate(4);
    server.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("abcd");
    server.receive(buffer.clear());
    assertThat(Expect.text(buffer)).isEqualTo("next");
  }

  @Case(
      id = "udp.size.truncated-read",
      title = "what does not fit the buffer of a read is discarded",
      source = "DatagramChannel.read Javadoc")
  void truncatedRead(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udpTo(server);
    server.connect(client.getLocalAddress());
    client.write(Expect.ascii("abcdef"));
    client.write(Expect.ascii("next"));
    ByteBuffer buffer = ByteBuffer.allocate(4);
    assertThat(server.read(buffer)).isEqualTo(4);
    assertThat(server.read(buffer.clear())).isEqualTo(4);
    assertThat(Expect.text(buffer)).isEqualTo("next");
  }

  @Case(
      id = "udp.size.receive-into-full",
      title = "a receive into a full buffer takes and discards a datagram",
      source = "DatagramChannel.receive Javadoc")
  void receiveIntoFull(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.boundUdp();
    client.send(Expect.ascii("gone"), server.getLocalAddress());
    client.send(Expect.ascii("next"), server.getLocalAddress());
    assertThat(server.receive(ByteBuffer.allocate(0))).isEqualTo(client.getLocalAddress());
    ByteBuffer buffer = ByteBuffer.allocate(9);
    server.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("next");
  }

  @Case(
      id = "udp.size.gather-scatter",
      title = "a gathering write is one datagram, a scattering read takes one",
      source = "DatagramChannel.write Javadoc")
  void gatherScatter(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    DatagramChannel client = net.udpTo(server);
    server.connect(client.getLocalAddress());
    assertThat(client.write(new ByteBuffer[] {Expect.ascii("abc"), Expect.ascii("defg")}))
        .isEqualTo(7);
    ByteBuffer[] targets = {ByteBuffer.allocate(2), ByteBuffer.allocate(3)};
    assertThat(server.read(targets)).isEqualTo(5);
    assertThat(Expect.text(targets[0])).isEqualTo("ab");
    assertThat(Expect.text(targets[1])).isEqualTo("cde");
  }

  @Case(
      id = "udp.size.direct-read-only",
      title = "direct and read-only buffers are sent, direct ones received into",
      source = "DatagramChannel.send Javadoc")
  void buffers(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    net.udp().send(Expect.ascii("text").asReadOnlyBuffer(), server.getLocalAddress());
    ByteBuffer direct = ByteBuffer.allocateDirect(10);
    server.receive(direct);
    assertThat(direct.flip()).isEqualTo(Expect.ascii("text"));
    net.udp().send(direct, server.getLocalAddress());
    ByteBuffer buffer = ByteBuffer.allocate(10);
    server.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo("text");
  }

  @Case(
      id = "udp.size.read-only-target",
      title = "receiving into a read-only buffer: IllegalArgumentException",
      source = "DatagramChannel.receive Javadoc")
  void readOnlyTarget(Net net) throws IOException {
    DatagramChannel server = net.boundUdp();
    Expect.thrown(
        IllegalArgumentException.class,
        () -> server.receive(ByteBuffer.allocate(1).asReadOnlyBuffer()));
  }
}
