// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6ExtensionHeadersTest {
  private static final int AT = 5;
  private static final IpAddress LO = IpAddress.IPV6_LOOPBACK;
  private static final IpAddress GROUP = IpAddress.parse("ff01::1");

  private final Ipv6ExtensionHeaders walker = new Ipv6ExtensionHeaders();

  /** A datagram whose payload is given in hexadecimal, with its first protocol. */
  private static byte[] datagram(IpAddress destination, int protocol, String hex) {
    byte[] payload = HexFormat.of().parseHex(hex.replace(" ", ""));
    byte[] b = new byte[AT + 40 + payload.length];
    Ipv6Header.encode(b, AT, 0, 0, payload.length, protocol, 64, LO, destination);
    System.arraycopy(payload, 0, b, AT + 40, payload.length);
    return b;
  }

  private static final String UDP = "0001 0002 0008 0000";

  @Test
  void withoutExtensionHeadersTheUpperLayerFollows() {
    assertThat(walker.walk(datagram(LO, 17, UDP), AT)).isNull();

    assertThat(walker.upperProtocol()).isEqualTo(IpProtocol.UDP);
    assertThat(walker.upperAt()).isEqualTo(AT + 40);
    assertThat(walker.nextHeaderFieldAt()).isEqualTo(AT + 6);
    assertThat(walker.fragmentAt()).isEqualTo(-1);
    assertThat(walker.authenticationAt()).isEqualTo(-1);
    assertThat(walker.icmpCode()).isEqualTo(-1);
  }

  @Tag("RFC8200-4-ORDER")
  @Test
  void everyKindOfHeaderIsPassed() {
    String hopByHop = "3c00 05020000 0100";
    String destination = "2b00 0104 00000000";
    String routing = "3300 0000 00000000";
    String authentication = "2c02 0000 00000001 00000001 01020304";
    String fragment = "3c00 0000 00000007";
    String last = "1101 1e05 0102030405 0105 0000000000";
    byte[] b =
        datagram(LO, 0, hopByHop + destination + routing + authentication + fragment + last + UDP);

    assertThat(walker.walk(b, AT)).isNull();
    assertThat(walker.upperProtocol()).isEqualTo(IpProtocol.UDP);
    assertThat(walker.upperAt()).isEqualTo(AT + 40 + 8 + 8 + 8 + 16 + 8 + 16);
    assertThat(walker.routerAlert()).isTrue();
    assertThat(walker.authenticationAt()).isEqualTo(AT + 64);
    assertThat(walker.fragmentAt()).isEqualTo(AT + 80);
    assertThat(walker.fragmentNextHeaderFieldAt()).isEqualTo(AT + 64);
    assertThat(Ipv6FragmentHeader.isAtomic(b, walker.fragmentAt())).isTrue();
  }

  /** What is refused, and how: the ICMPv6 code and pointer, or -1 for silence. */
  @Tag("RFC8504-5.2-UNKNOWN")
  @Tag("RFC8504-5.2-RH0")
  @Tag("RFC8200-4.2-UNKNOWN")
  @ParameterizedTest
  @CsvSource({
    // hop-by-hop after another header
    "60, 0000 0104 00000000  1100 0104 00000000, 1, 40",
    // options with the four actions: skip is no refusal, see below
    "0, 1100 4004 00000000, -1, 0",
    "0, 1100 8004 00000000, 2, 42",
    "0, 1100 c004 00000000, 2, 42",
    "60, 1100 0100 c202 0000, 2, 44",
    // an option longer than its header; one without a length
    "0, 1100 1e05 00000000, -1, 0",
    "0, 1100 0103 000000 1e, -1, 0",
    // padding of 8 bytes
    "0, 1101 0106 000000000000 1e00 1e00 1e00, -1, 0",
    // segments left; routing type 0 too
    "43, 1100 0001 00000000, 0, 42",
    "43, 1100 4d01 00000000, 0, 42",
    // the header is longer than the datagram
    "0, 1103 0104 00000000, -1, 0"
  })
  void whatIsRefusedIsAnsweredAsTheRfcSays(int protocol, String hex, int code, int pointer) {
    byte[] b = datagram(LO, protocol, hex + UDP);

    assertThat(walker.walk(b, AT)).isEqualTo(DropReason.EXTENSION_HEADER_INVALID);
    assertThat(walker.icmpCode()).isEqualTo(code);
    assertThat(walker.icmpPointer()).isEqualTo(pointer);
  }

  @Tag("RFC8504-5.2-CHAIN")
  @ParameterizedTest
  @ValueSource(strings = {"3c00 0001 00000007", "1100 0001 00000007 0000"})
  void aFirstFragmentWithoutTheUpperHeaderIsAnsweredByCodeThree(String hex) {
    assertThat(walker.walk(datagram(LO, 44, hex), AT)).isNotNull();
    assertThat(walker.icmpCode()).isEqualTo(Icmpv6Header.INCOMPLETE_HEADER_CHAIN);
    assertThat(walker.icmpPointer()).isZero();
  }

  @Tag("RFC8200-4.2-UNKNOWN")
  @Test
  void anUnknownOptionToSkipIsSkipped() {
    assertThat(walker.walk(datagram(LO, 0, "1100 3e04 00000000" + UDP), AT)).isNull();
  }

  @Test
  void anOptionOfActionThreeToAMulticastIsDroppedInSilence() {
    walker.walk(datagram(GROUP, 0, "1100 c004 00000000" + UDP), AT);
    assertThat(walker.icmpCode()).isEqualTo(-1);

    walker.walk(datagram(GROUP, 0, "1100 8004 00000000" + UDP), AT);
    assertThat(walker.icmpCode()).isEqualTo(Icmpv6Header.UNRECOGNIZED_OPTION);
  }

  @Tag("RFC8504-5.3-PADDING")
  @Test
  void sevenBytesOfPaddingPassAndEightDoNot() {
    String seven = "1101 3e00 0105 0000000000 3e03 000000";
    String eight = "1101 3e00 0106 000000000000 3e02 0000";
    String ones = "1101 3e00 0000000000000000 3e02 0000";

    assertThat(walker.walk(datagram(LO, 60, seven + UDP), AT)).isNull();
    assertThat(walker.walk(datagram(LO, 60, eight + UDP), AT)).isNotNull();
    assertThat(walker.walk(datagram(LO, 60, ones + UDP), AT)).isNotNull();
  }

  @Tag("RFC8504-5.3-OPTIONS")
  @Test
  void eightOptionsPassAndNineDoNot() {
    String eight = "1102" + "3e00".repeat(8) + "0104 00000000";
    String nine = "1102" + "3e00".repeat(9) + "0102 0000";

    assertThat(walker.walk(datagram(LO, 60, eight + UDP), AT)).isNull();
    assertThat(walker.walk(datagram(LO, 60, nine + UDP), AT)).isNotNull();
    assertThat(walker.icmpCode()).isEqualTo(-1);
  }

  @Test
  void sixteenHeadersPassAndSeventeenDoNot() {
    String header = "3c00 0104 00000000";
    String last = "1100 0104 00000000";

    assertThat(walker.walk(datagram(LO, 60, header.repeat(15) + last + UDP), AT)).isNull();
    assertThat(walker.walk(datagram(LO, 60, header.repeat(16) + last + UDP), AT)).isNotNull();
  }

  @Test
  void aLaterFragmentIsNotReadBeyondItsHeader() {
    byte[] b = datagram(LO, 44, "0000 0008 00000007 ff");

    assertThat(walker.walk(b, AT)).isNull();
    assertThat(walker.fragmentAt()).isEqualTo(AT + 40);
    assertThat(walker.upperProtocol()).isZero();
    assertThat(walker.upperAt()).isEqualTo(AT + 48);
    assertThat(Ipv6FragmentHeader.fragmentOffset(b, AT + 40)).isEqualTo(8);
    assertThat(Ipv6FragmentHeader.moreFragments(b, AT + 40)).isFalse();
    assertThat(Ipv6FragmentHeader.identification(b, AT + 40)).isEqualTo(7);
  }

  /** RFC 8200 section 4.5 and RFC 7112. */
  @ParameterizedTest
  @CsvSource({
    "1100 0001 00000007 0001 0002 0008 00, 3", // seven bytes of UDP
    "0600 0001 00000007 00010002 00000000 00000000 50100000 000000, 3", // 19 of TCP
    "3a00 0001 00000007 80000000 000000, 3",
    "3c00 0001 00000007 1101 0104 00000000, 3", // a header cut off
    "fd00 0001 00000007, 3",
    "3c00 0001 00000007 1100 c004 00000000 0001000200080000, -1" // an option for after reassembly
  })
  void theFirstFragmentHoldsTheWholeHeaderChain(String hex, int code) {
    DropReason reason = walker.walk(datagram(LO, 44, hex), AT);

    assertThat(reason == null).isEqualTo(code < 0);
    assertThat(walker.icmpCode()).isEqualTo(code);
    assertThat(walker.icmpPointer()).isZero();
  }

  @Test
  void aDatagramInErrorIsWalkedAsFarAsItGoes() {
    byte[] b = datagram(LO, 60, "1100 c004 00000000" + UDP);
    int payloadLength = Ipv6Header.payloadLength(b, AT);
    Bytes.put16(b, AT + Ipv6Header.PAYLOAD_LENGTH, payloadLength + 1000);

    assertThat(walker.walkEmbedded(b, AT, b.length)).isTrue();
    assertThat(walker.upperAt()).isEqualTo(AT + 48);
    assertThat(walker.walkEmbedded(b, AT, AT + 48)).isTrue();
    assertThat(walker.walkEmbedded(b, AT, AT + 47)).isFalse();
  }

  @Test
  void mappedAddressesAreRefusedOnTheWire() {
    byte[] b = datagram(LO, 17, UDP);
    byte[] mapped = new byte[16];
    IpAddress.IPV4_LOOPBACK.writeIpv6(mapped, 0);

    byte[] source = b.clone();
    System.arraycopy(mapped, 0, source, AT + Ipv6Header.SOURCE, 16);
    assertThat(Ipv6Header.validate(source, AT, b.length)).isEqualTo(DropReason.MARTIAN_SOURCE);
    byte[] destination = b.clone();
    System.arraycopy(mapped, 0, destination, AT + Ipv6Header.DESTINATION, 16);
    assertThat(Ipv6Header.validate(destination, AT, b.length))
        .isEqualTo(DropReason.MARTIAN_DESTINATION);
  }

  @Test
  void anIpv6HeaderIsRefusedForWhatIsWrongWithIt() {
    byte[] b = datagram(LO, 17, UDP);

    assertThat(Ipv6Header.validate(b, AT, b.length)).isNull();
    assertThat(Ipv6Header.validate(b, AT, b.length - 1)).isEqualTo(DropReason.IP_TOTAL_LENGTH);
    assertThat(Ipv6Header.validate(b, AT, AT + 39)).isEqualTo(DropReason.IP_HEADER_TRUNCATED);
    byte[] version = Arrays.copyOf(b, b.length);
    version[AT] = 0x45;
    assertThat(Ipv6Header.validate(version, AT, b.length)).isEqualTo(DropReason.IP_VERSION);
  }
}
