// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.loopstack.link.Wire;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IcmpHeader;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.Ipv4Options;
import org.loopstack.wire.TransportChecksums;

/** RFC 1122 section 3.2.1.8, and 3.2.2.6 for what an echo carries back. */
class Ipv4OptionsInputTest {
  private static final byte NOP = 1;

  private final TwoHosts two;

  Ipv4OptionsInputTest() throws ErrnoException {
    two = new TwoHosts();
  }

  private static byte[] datagram(int protocol, byte[] options, int payload) {
    byte[] b = new byte[20 + options.length + payload];
    System.arraycopy(options, 0, b, 20, options.length);
    if (protocol == IpProtocol.ICMP) {
      IcmpHeader.encode(b, 20 + options.length, IcmpHeader.ECHO_REQUEST, 0, 5);
    } else {
      Bytes.put16(b, 20 + options.length + 4, payload);
    }
    Ipv4Header.encode(
        b,
        0,
        20 + options.length,
        0,
        b.length,
        1,
        0,
        0,
        64,
        protocol,
        Host.ip("10.0.0.1"),
        Host.ip("10.0.0.2"));
    TransportChecksums.complete(b, 0, b.length);
    return b;
  }

  private static byte[] echo(byte... options) {
    return datagram(IpProtocol.ICMP, options, 16);
  }

  private static byte[] udp(byte... options) {
    return datagram(IpProtocol.UDP, options, 16);
  }

  @Tag("RFC791-3.1-RR")
  @Tag("RFC1122-3.2.2.6-OPTIONS")
  @Test
  void recordsItselfInTheRouteOfAnEcho() {
    two.inject(
        echo(
            (byte) 7, (byte) 11, (byte) 4, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0,
            (byte) 0, (byte) 0, (byte) 0, NOP));

    byte[] reply = two.b.sent.getFirst();
    assertThat(Ipv4Header.headerLength(reply, 0)).isEqualTo(32);
    assertThat(Ipv4Header.isChecksumValid(reply, 0)).isTrue();
    int option = Ipv4Options.find(reply, 0, Ipv4Options.RECORD_ROUTE);
    assertThat(reply[option + 2]).as("pointer").isEqualTo((byte) 8);
    assertThat(IpAddress.readIpv4(reply, option + 3)).isEqualTo(Host.ip("10.0.0.2"));
    assertThat(two.a.icmp.received.getFirst().data()).hasSize(8);
  }

  @Tag("RFC791-3.1-TS")
  @Tag("RFC1122-3.2.2.6-OPTIONS")
  @Test
  void stampsAnEchoWithItsTime() {
    two.clock.advance(Duration.ofSeconds(7));
    two.inject(
        echo((byte) 68, (byte) 8, (byte) 5, (byte) 0, (byte) 0, (byte) 0, (byte) 0, (byte) 0));

    byte[] reply = two.b.sent.getFirst();
    int option = Ipv4Options.find(reply, 0, Ipv4Options.TIMESTAMP);
    assertThat(Bytes.i32(reply, option + 4)).isEqualTo(7000);
  }

  @Tag("RFC791-3.1-OPTIONS")
  @Tag("RFC1122-3.2.1.8")
  @Test
  void ignoresAnOptionThatItDoesNotUnderstand() {
    two.inject(udp((byte) 0x5e, (byte) 4, (byte) 0, (byte) 0));

    assertThat(two.b.udp.received).hasSize(1);
    assertThat(two.b.udp.received.getFirst().data()).hasSize(8);
  }

  @Tag("RFC1122-3.2.1.8-ROUTE")
  @Test
  void passesNothingOnAndTakesACompletedSourceRouteOnlyIfItMay() throws Exception {
    byte[] completed =
        udp((byte) 131, (byte) 7, (byte) 8, (byte) 10, (byte) 0, (byte) 0, (byte) 9, NOP);
    byte[] further =
        udp((byte) 131, (byte) 7, (byte) 4, (byte) 10, (byte) 0, (byte) 0, (byte) 9, NOP);
    two.inject(completed);
    two.inject(further);
    assertThat(two.b.udp.received).isEmpty();
    assertThat(two.b.sent).isEmpty();
    assertThat(two.b.internet.counters().drops(DropReason.IP_OPTION_INVALID)).isEqualTo(2);

    var configuration = InternetConfiguration.LINUX.toBuilder().acceptSourceRoute(true).build();
    TwoHosts open = new TwoHosts(configuration, Wire.DEFAULT_MTU);
    open.inject(completed);
    open.inject(further);
    assertThat(open.b.udp.received).hasSize(1);
    assertThat(open.b.internet.counters().drops(DropReason.IP_OPTION_INVALID)).isEqualTo(1);
  }
}
