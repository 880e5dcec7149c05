// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.math.BigInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpPrefixTest {
  @Provide
  Arbitrary<IpAddress> addresses() {
    return Arbitraries.oneOf(WirePackets.ipv4(), WirePackets.ipv6());
  }

  @Property
  void aPrefixHoldsWhatBeginsWithTheSameBits(
      @ForAll("addresses") IpAddress network,
      @ForAll("addresses") IpAddress other,
      @ForAll @IntRange(max = 128) int wanted,
      @ForAll @IntRange(max = 127) int flipped) {
    int bits = network.length() * 8;
    int length = Math.min(wanted, bits);
    IpPrefix prefix = IpPrefix.of(network, length);
    BigInteger near = number(network).flipBit(bits - 1 - flipped % bits);

    assertThat(prefix.contains(network)).isTrue();
    assertThat(prefix.contains(address(near, network.isIpv4())))
        .isEqualTo(flipped % bits >= length);
    boolean expected =
        network.isIpv4() == other.isIpv4()
            && number(network)
                .shiftRight(bits - length)
                .equals(number(other).shiftRight(bits - length));
    assertThat(prefix.contains(other)).isEqualTo(expected);
  }

  @Property
  void textReadsBackAsTheSamePrefix(
      @ForAll("addresses") IpAddress network, @ForAll @IntRange(max = 32) int length) {
    IpPrefix prefix = IpPrefix.of(network, length);

    assertThat(IpPrefix.parse(prefix.toString())).isEqualTo(prefix);
  }

  private static BigInteger number(IpAddress a) {
    byte[] b = new byte[a.length()];
    a.write(b, 0);
    return new BigInteger(1, b);
  }

  private static IpAddress address(BigInteger n, boolean ipv4) {
    return ipv4
        ? IpAddress.ofIpv4(n.intValue())
        : IpAddress.ofIpv6(n.shiftRight(64).longValue(), n.longValue());
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.0/8, 127.255.255.255, 255.0.0.0",
    "192.0.2.64/26, 192.0.2.127, 255.255.255.192",
    "0.0.0.0/0, 255.255.255.255, 0.0.0.0",
    "192.0.2.1/32, 192.0.2.1, 255.255.255.255",
    "192.0.2.1, 192.0.2.1, 255.255.255.255"
  })
  void anIpv4PrefixHasABroadcastAndAMask(String text, String broadcast, String netmask) {
    IpPrefix prefix = IpPrefix.parse(text);

    assertThat(prefix.broadcast()).hasToString(broadcast);
    assertThat(prefix.netmask()).hasToString(netmask);
  }

  @Test
  void anIpv6PrefixHasNeither() {
    assertThatIllegalStateException().isThrownBy(IpPrefix.IPV6_LOOPBACK::broadcast);
    assertThatIllegalStateException().isThrownBy(IpPrefix.IPV6_LOOPBACK::netmask);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1/8",
        "127.0.0.0/33",
        "::/129",
        "127.0.0.0/-1",
        "127.0.0.0/",
        "127.0.0.0/08",
        "/8",
        "::1/64",
        "127.0.0.0/8/8",
        "127.0.0.0/1000",
        "lo/8"
      })
  void anythingElseIsRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> IpPrefix.parse(text));
  }

  @Test
  void theIpv6PrefixOfAllMappedAddressesIsNotAllOfIpv4() {
    assertThat(IpPrefix.parse("::/0").contains(IpAddress.IPV4_LOOPBACK)).isFalse();
    assertThat(IpPrefix.parse("0.0.0.0/0").contains(IpAddress.IPV6_LOOPBACK)).isFalse();
  }
}
