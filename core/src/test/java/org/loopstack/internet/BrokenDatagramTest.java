// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.loopstack.buffer.Packet;
import org.loopstack.buffer.Slice;
import org.loopstack.wire.IpProtocol;
import org.loopstack.wire.Ipv4Header;

/** No datagram, however broken, makes input throw. */
class BrokenDatagramTest {
  private static void feed(byte[] bytes, int split) throws ErrnoException {
    TwoHosts two = new TwoHosts();
    Interface[] in = {two.atB, two.b.internet.loopback()};
    for (Interface each : in) {
      for (boolean copy : new boolean[] {false, true}) {
        Packet packet = Packet.wrap(bytes.clone(), 0, bytes.length);
        if (split < bytes.length) {
          packet = Packet.wrap(bytes.clone(), 0, split);
          Slice body = new Slice(bytes.clone(), split, bytes.length - split);
          packet.setBody(body, bytes.length - split);
        }
        packet.setInterfaceIndex(each.index());
        two.b.internet.input().receive(each, packet, copy);
      }
    }
    two.clock.advance(Duration.ofMinutes(2));
    assertThat(two.b.internet.reassembler().memory()).isZero();
  }

  @Property(tries = 1000)
  void anyBytes(@ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(max = 200) int split) {
    assertThatCode(() -> feed(bytes, split)).doesNotThrowAnyException();
  }

  /** Valid datagrams with a few bytes changed get deeper than noise does. */
  @Property(tries = 3000)
  void almostValidDatagrams(
      @ForAll boolean ipv6,
      @ForAll @IntRange(max = 9) int changes,
      @ForAll @IntRange(max = 120) int split,
      @ForAll long seed) {
    Random random = new Random(seed);
    byte[] payload = new byte[8 + random.nextInt(80)];
    random.nextBytes(payload);
    int[] protocols = {
      IpProtocol.UDP,
      IpProtocol.ICMP,
      IpProtocol.ICMPV6,
      IpProtocol.HOP_BY_HOP,
      IpProtocol.ROUTING,
      IpProtocol.FRAGMENT,
      IpProtocol.DESTINATION_OPTIONS,
      253
    };
    byte[] b =
        ContainmentTest.datagram(
            ipv6 ? "2001:db8::1" : "10.0.0.1", ipv6 ? "2001:db8::2" : "10.0.0.2");
    int header = ipv6 ? 40 : 20;
    b = Arrays.copyOf(b, header + payload.length);
    System.arraycopy(payload, 0, b, header, payload.length);
    int protocol = protocols[random.nextInt(protocols.length)];
    b[ipv6 ? 6 : 9] = (byte) protocol;
    if (ipv6) {
      b[5] = (byte) payload.length;
    } else {
      b[3] = (byte) b.length;
      b[0] = (byte) (0x45 + random.nextInt(3));
    }
    for (int i = 0; i < changes; i++) {
      b[random.nextInt(b.length)] = (byte) random.nextInt();
    }
    if (Ipv4Header.validate(b, 0, b.length) == null) {
      Ipv4Header.updateChecksum(b, 0);
    }
    byte[] datagram = b;
    assertThatCode(() -> feed(datagram, split)).doesNotThrowAnyException();
  }
}
