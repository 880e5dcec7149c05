// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {
  @Provide
  Arbitrary<IpAddress> addresses() {
    return Arbitraries.oneOf(WirePackets.ipv4(), WirePackets.ipv6(), sparse());
  }

  /** Addresses with runs of zero groups, which the short form is about. */
  private static Arbitrary<IpAddress> sparse() {
    return Arbitraries.of(0, 0, 0, 1, 0xabcd)
        .array(Integer[].class)
        .ofSize(8)
        .map(
            g -> {
              byte[] b = new byte[16];
              for (int i = 0; i < 8; i++) {
                Bytes.put16(b, 2 * i, g[i]);
              }
              return IpAddress.readIpv6(b, 0);
            });
  }

  @Property
  void textReadsBackAsTheSameAddress(@ForAll("addresses") IpAddress address) {
    assertThat(IpAddress.parse(address.toString())).isEqualTo(address);
  }

  @Property
  void theJdkReadsTheTextAsTheSameAddress(@ForAll("addresses") IpAddress address) {
    InetAddress expected = InetAddress.ofLiteral(address.toString());

    assertThat(IpAddress.of(expected)).isEqualTo(address);
    assertThat(address.toInetAddress()).isEqualTo(expected);
    assertThat(address.isLoopback()).isEqualTo(expected.isLoopbackAddress());
    assertThat(address.isAny()).isEqualTo(expected.isAnyLocalAddress());
    assertThat(address.isMulticast()).isEqualTo(expected.isMulticastAddress());
    assertThat(address.isLinkLocal()).isEqualTo(expected.isLinkLocalAddress());
  }

  @Property
  void bytesReadBackAsTheSameAddress(@ForAll("addresses") IpAddress address) {
    byte[] b = new byte[20];
    int end = address.write(b, 2);

    assertThat(end).isEqualTo(2 + address.length());
    IpAddress read = address.isIpv4() ? IpAddress.readIpv4(b, 2) : IpAddress.readIpv6(b, 2);
    assertThat(read).isEqualTo(address).hasSameHashCodeAs(address);
    address.writeIpv6(b, 0);
    assertThat(IpAddress.readIpv6(b, 0)).isEqualTo(address);
    assertThat(IpAddress.isIpv4Mapped(b, 0)).isEqualTo(address.isIpv4());
  }

  @Property
  void orderIsThatOfTheBytes(
      @ForAll("addresses") IpAddress one, @ForAll("addresses") IpAddress other) {
    byte[] a = new byte[16];
    byte[] b = new byte[16];
    one.writeIpv6(a, 0);
    other.writeIpv6(b, 0);

    int expected = Integer.signum(Arrays.compareUnsigned(a, b));
    assertThat(Integer.signum(one.compareTo(other))).isEqualTo(expected);
    assertThat(one.equals(other)).isEqualTo(expected == 0);
  }

  /**
   * RFC 5952: 1 and 2.1 (leading zeros), 2.2 and 4.2 (zero compression), 2.3 and 4.3 (case), 5
   * (mapped).
   */
  @Tag("RFC8504-11.1")
  @ParameterizedTest
  @CsvSource({
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8::1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8::0:1:0:0:1, 2001:db8::1:0:0:1",
    "2001:0db8::1:0:0:1, 2001:db8::1:0:0:1",
    "2001:db8:0:0:1::1, 2001:db8::1:0:0:1",
    "2001:db8:0000:0:1::1, 2001:db8::1:0:0:1",
    "2001:DB8:0:0:1::1, 2001:db8::1:0:0:1",
    "2001:db8:aaaa:bbbb:cccc:dddd::1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
    "2001:db8:aaaa:bbbb:cccc:dddd:0:1, 2001:db8:aaaa:bbbb:cccc:dddd:0:1",
    "2001:db8:0:0:0::1, 2001:db8::1",
    "2001:db8::, 2001:db8::",
    "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
    "0:0:0:0:0:0:0:1, ::1",
    "0:0:0:0:0:0:0:0, ::",
    "1:0:0:0:0:0:0:0, 1::",
    "::ffff:192.0.2.1, 192.0.2.1",
    "::FFFF:c000:201, 192.0.2.1",
    "::13.1.68.3, ::d01:4403",
    "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
    "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304",
    "127.0.0.1, 127.0.0.1",
    "255.255.255.255, 255.255.255.255"
  })
  void literalsAreReadInAnyFormAndPrintedInOne(String literal, String canonical) {
    assertThat(IpAddress.parse(literal)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "localhost",
        "127.1",
        "127.0.0",
        "127.0.0.1.",
        "127.0.0.1.2",
        ".127.0.0.1",
        "127.0.0.256",
        "127.0.0.01",
        "127.0.0.1 ",
        " 127.0.0.1",
        "0x7f.0.0.1",
        "127..0.1",
        "1.2.3.-4",
        "2130706433",
        "::1%lo",
        "[::1]",
        ":",
        ":::",
        "::1::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:",
        ":1:2:3:4:5:6:7",
        "12345::",
        "g::",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::ffff:1.2.3.04",
        "1.2.3.4::",
        "::1/128",
        "\u0661.2.3.4",
        "::\u0661"
      })
  void anythingElseIsRefusedWithTheBadValue(String literal) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> IpAddress.parse(literal))
        .withMessageContaining("\"" + literal + "\"");
  }

  @Property
  void anyTextIsReadOrRefused(@ForAll("likeAddresses") String text) {
    IpAddress read;
    try {
      read = IpAddress.parse(text);
    } catch (IllegalArgumentException e) {
      return;
    }
    assertThat(IpAddress.of(InetAddress.ofLiteral(text))).isEqualTo(read);
  }

  @Provide
  Arbitrary<String> likeAddresses() {
    return Arbitraries.strings().withChars("01afF9.::").ofMaxLength(20);
  }

  @Test
  void aMappedAddressOfTheJdkIsIpv4AndAScopeIsLeftOut() throws UnknownHostException {
    byte[] b = {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
    InetAddress scoped = Inet6Address.getByAddress(null, b, 3);

    assertThat(IpAddress.of(scoped)).isEqualTo(IpAddress.parse("fe80::7"));
    assertThat(((Inet6Address) IpAddress.of(scoped).toInetAddress()).getScopeId()).isZero();
    IpAddress mapped = IpAddress.ofIpv6(0, 0x0000_ffff_7f00_0001L);
    assertThat(mapped).isSameAs(IpAddress.IPV4_LOOPBACK);
    assertThat(mapped.toInetAddress()).isInstanceOf(Inet4Address.class);
  }

  @Test
  void commonAddressesAreNotAllocatedAgain() {
    byte[] b = new byte[16];
    b[15] = 1;
    assertThat(IpAddress.readIpv6(b, 0)).isSameAs(IpAddress.IPV6_LOOPBACK);
    assertThat(IpAddress.ofIpv4(0x7f000001)).isSameAs(IpAddress.IPV4_LOOPBACK);
    assertThat(IpAddress.ofIpv6(0, 0)).isSameAs(IpAddress.IPV6_ANY);
  }

  @ParameterizedTest
  @CsvSource({
    "127.255.255.255, loopback",
    "128.0.0.1, none",
    "126.255.255.255, none",
    "::1, loopback",
    "::2, none",
    "0.0.0.0, any",
    "::, any",
    "0.0.0.1, none",
    "224.0.0.0, multicast",
    "239.255.255.255, multicast",
    "240.0.0.0, reserved",
    "255.255.255.254, reserved",
    "255.255.255.255, broadcast",
    "223.255.255.255, none",
    "ff02::1, multicast",
    "feff::1, none",
    "169.254.0.1, linkLocal",
    "169.255.0.1, none",
    "fe80::1, linkLocal",
    "febf::1, linkLocal",
    "fec0::1, none",
    "fc00::1, uniqueLocal",
    "fdff::1, uniqueLocal",
    "fbff::1, none"
  })
  void everyAddressHasItsKind(String literal, String kind) {
    IpAddress a = IpAddress.parse(literal);

    assertThat(a.isLoopback()).isEqualTo(kind.equals("loopback"));
    assertThat(a.isAny()).isEqualTo(kind.equals("any"));
    assertThat(a.isMulticast()).isEqualTo(kind.equals("multicast"));
    assertThat(a.isReserved()).isEqualTo(kind.equals("reserved"));
    assertThat(a.isBroadcast()).isEqualTo(kind.equals("broadcast"));
    assertThat(a.isLinkLocal()).isEqualTo(kind.equals("linkLocal"));
    assertThat(a.isUniqueLocal()).isEqualTo(kind.equals("uniqueLocal"));
  }

  @ParameterizedTest
  @CsvSource({
    "ff01::1, 1",
    "ff02::1, 2",
    "ff13::1, 3",
    "ff05::1, 5",
    "ff18::1, 8",
    "ff0e::1, 14",
    "224.0.0.251, 2",
    "224.0.1.0, 14",
    "239.255.0.1, 3",
    "239.192.0.1, 8",
    "239.195.255.255, 8",
    "239.196.0.1, 14",
    "127.0.0.1, 0",
    "::1, 0"
  })
  void multicastHasItsScope(String literal, int scope) {
    assertThat(IpAddress.parse(literal).multicastScope()).isEqualTo(scope);
  }

  @Property
  void hashesOfNeighboursDiffer(@ForAll @Size(2) Set<Integer> bits) {
    assertThat(bits.stream().map(IpAddress::ofIpv4).map(IpAddress::hashCode).distinct().count())
        .isEqualTo(2);
  }
}
