// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.linux.namespace.Interfaces;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.namespace.Networks;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;

/** On the loopback of a network of the test's own. */
@Timeout(60)
class RawSocketTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private NetworkNamespace network;

  @BeforeEach
  void open() throws Exception {
    network = Networks.open();
    new Interfaces(network).setUp("lo");
  }

  @AfterEach
  void close() {
    if (network != null) {
      network.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 20", "::1, 0"})
  void aRawSocketReceivesCopiesOfItsProtocolAndSendsIt(String address, int headerLength)
      throws Exception {
    IpAddress target = IpAddress.parse(address);
    try (RawSocket raw = network.call(() -> RawSocket.open(target.isIpv6(), IpProtocol.UDP));
        DatagramChannel server = network.call(DatagramChannel::open)) {
      server.bind(new InetSocketAddress(target.toInetAddress(), 5353));
      // A UDP datagram by hand: ports 1234 and 5353, 11 bytes, without a checksum over IPv4.
      byte[] udp = {4, (byte) 0xd2, 0x14, (byte) 0xe9, 0, 11, 0, 0, 'a', 'b', 'c'};
      if (target.isIpv6()) {
        server.send(
            ByteBuffer.wrap(new byte[] {1}), new InetSocketAddress(target.toInetAddress(), 5353));
      } else {
        raw.send(target, udp);
      }
      RawSocket.Datagram copy = raw.receive(PATIENCE);
      ByteBuffer got = ByteBuffer.allocate(10);
      server.receive(got);

      assertThat(copy.source()).isEqualTo(target);
      assertThat(copy.timeToLive()).isEqualTo(64);
      assertThat(copy.data()).hasSize(headerLength + 8 + got.position());
      if (target.isIpv4()) {
        assertThat(got.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {'a', 'b', 'c'}));
        assertThat(Ipv4Header.protocol(copy.data(), 0)).isEqualTo(IpProtocol.UDP);
        assertThatThrownBy(() -> raw.send(IpAddress.IPV6_LOOPBACK, udp))
            .isInstanceOf(IllegalArgumentException.class);
      } else {
        assertThatThrownBy(raw::includeHeader).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void aHeaderWrittenByHandIsSentAsItIs() throws Exception {
    try (RawSocket raw = network.call(() -> RawSocket.open(false, 253))) {
      raw.includeHeader();
      byte[] datagram = new byte[24];
      datagram[0] = 0x45;
      datagram[8] = 77;
      datagram[9] = (byte) 253;
      byte[] ends = {127, 0, 0, 9, 127, 0, 0, 1};
      System.arraycopy(ends, 0, datagram, 12, 8);
      raw.send(IpAddress.IPV4_LOOPBACK, datagram);
      RawSocket.Datagram copy = raw.receive(PATIENCE);

      assertThat(copy.source()).isEqualTo(IpAddress.parse("127.0.0.9"));
      assertThat(copy.timeToLive()).isEqualTo(77);
      assertThat(Ipv4Header.isChecksumValid(copy.data(), 0)).isTrue();
    }
    assertThatThrownBy(() -> RawSocket.open(false, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
