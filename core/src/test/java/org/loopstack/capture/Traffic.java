// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.loopstack.EchoSocket;
import org.loopstack.Stack;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.Octets;

/** Something that can be captured, sent by the calling thread alone. */
final class Traffic {
  private Traffic() {}

  /** A TCP conversation, datagrams, an echo and a refusal at an address of the host. */
  static void of(Stack stack, String address) throws IOException {
    conversation(stack, address, 100_000);
    datagram(stack, address, 1);
    datagram(stack, address, 1000);
    IpAddress ip = IpAddress.parse(address);
    try (EchoSocket echo = stack.openEchoSocket(ip.isIpv6())) {
      echo.send(ip, 1, new byte[57]);
      EchoSocket.Event _ = echo.receive(Duration.ZERO);
    }
    try (DatagramChannel alone = stack.selectorProvider().openDatagramChannel()) {
      // Nobody is there: an ICMP error comes back.
      alone.send(ByteBuffer.wrap(new byte[9]), new InetSocketAddress(address, 9));
    }
  }

  /** One TCP connection that carries bytes, of which an odd count arrives. */
  static void conversation(Stack stack, String address, int length) throws IOException {
    byte[] data = new byte[length];
    new Random(length).nextBytes(data);
    try (ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel()) {
      server.bind(new InetSocketAddress(address, 0));
      try (SocketChannel client = stack.selectorProvider().openSocketChannel()) {
        client.connect(server.getLocalAddress());
        try (SocketChannel accepted = server.accept()) {
          ByteBuffer source = ByteBuffer.wrap(data);
          ByteBuffer target = ByteBuffer.allocate(length);
          client.configureBlocking(false);
          while (target.hasRemaining()) {
            client.write(source);
            accepted.read(target);
          }
        }
      }
    }
  }

  /** One UDP datagram over 8 bytes of header and the payload. */
  static void datagram(Stack stack, String address, int length) throws IOException {
    try (DatagramChannel socket = stack.selectorProvider().openDatagramChannel()) {
      socket.bind(new InetSocketAddress(address, 0));
      socket.send(ByteBuffer.allocate(length), socket.getLocalAddress());
    }
  }

  /** How long a UDP datagram over IPv4 is whose payload has that length. */
  static int datagramLength(int payload) {
    return 20 + 8 + payload;
  }

  static String describe(CapturedPacket packet) {
    Octets bytes = packet.bytes();
    boolean out = packet.direction() == LinkTap.Direction.OUT;
    return (out ? "out " : "in ")
        + HexFormat.of().toHexDigits((byte) bytes.at(0))
        + " "
        + bytes.length();
  }
}
