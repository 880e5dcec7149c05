// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.loopstack.wire.Bytes;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;

/** Datagrams to filter: all that a filter tells apart, and some that are broken. */
final class Specimens {
  private static final List<IpAddress> IPV4 =
      List.of(
          IpAddress.parse("127.0.0.1"),
          IpAddress.parse("10.1.2.3"),
          IpAddress.parse("224.0.0.251"));
  private static final List<IpAddress> IPV6 =
      List.of(IpAddress.parse("::1"), IpAddress.parse("fe80::1:2"), IpAddress.parse("ff02::fb"));
  private static final int[] PORTS = {80, 443, 53, 6004, 40_000};
  private static final int[] FLAGS = {0x02, 0x12, 0x10, 0x18, 0x11, 0x04, 0xc2};

  private Specimens() {}

  static List<byte[]> all() {
    List<byte[]> all = new ArrayList<>();
    int n = 0;
    for (int round = 0; round < 30; round++) {
      for (int protocol : new int[] {IpProtocol.TCP, IpProtocol.UDP, 132, 1, 58, 2, 50, 51}) {
        n++;
        byte[] upper = upper(protocol, n);
        IpAddress from = IPV4.get(n % 2);
        all.add(
            ipv4(
                from,
                IPV4.get(n % 3),
                protocol,
                upper,
                n % 5 == 0 ? 0x2000 : n % 7 == 0 ? 3 : 0,
                n % 4 == 0));
        all.add(ipv6(IPV6.get(n % 2), IPV6.get(n % 3), protocol, upper, n % 3));
      }
    }
    Random random = new Random(5);
    for (int i = 0; i < 120; i++) {
      byte[] whole = all.get(random.nextInt(all.size()));
      all.add(Arrays.copyOf(whole, random.nextInt(Math.min(whole.length, 60))));
      byte[] noise = new byte[random.nextInt(70)];
      random.nextBytes(noise);
      all.add(noise);
    }
    return all;
  }

  private static byte[] upper(int protocol, int n) {
    byte[] b = new byte[20 + n % 50];
    if (protocol == IpProtocol.ICMP || protocol == IpProtocol.ICMPV6) {
      b[0] = (byte) (protocol == IpProtocol.ICMP ? n % 13 : 1 + n % 2 * (126 + n % 3));
      b[1] = (byte) (n % 4);
      return b;
    }
    Bytes.put16(b, 0, PORTS[n % PORTS.length]);
    Bytes.put16(b, 2, PORTS[n / 3 % PORTS.length]);
    b[12] = (byte) (5 + n % 3 << 4);
    b[13] = (byte) FLAGS[n % FLAGS.length];
    return b;
  }

  private static byte[] ipv4(
      IpAddress from, IpAddress to, int protocol, byte[] upper, int fragment, boolean options) {
    int header = options ? 24 : 20;
    byte[] b = new byte[header + upper.length];
    b[0] = (byte) (0x40 | header / 4);
    Bytes.put16(b, 2, b.length);
    Bytes.put16(b, 6, fragment);
    b[8] = 64;
    b[9] = (byte) protocol;
    int _ = from.write(b, 12);
    int _ = to.write(b, 16);
    System.arraycopy(upper, 0, b, header, upper.length);
    return b;
  }

  /** Behind nothing, a Fragment header, or options. */
  private static byte[] ipv6(IpAddress from, IpAddress to, int protocol, byte[] upper, int kind) {
    int header = kind == 0 ? 40 : 48;
    byte[] b = new byte[header + upper.length];
    b[0] = 0x60;
    Bytes.put16(b, 4, b.length - 40);
    b[6] =
        (byte)
            (kind == 0
                ? protocol
                : kind == 1 ? IpProtocol.FRAGMENT : IpProtocol.DESTINATION_OPTIONS);
    int _ = from.writeIpv6(b, 8);
    int _ = to.writeIpv6(b, 24);
    if (kind != 0) {
      b[40] = (byte) protocol;
    }
    System.arraycopy(upper, 0, b, header, upper.length);
    return b;
  }
}
