// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever the bytes are, nothing throws but {@link WireFormatException}, and nothing outside the
 * bounds is read: {@link WireProbe} sees the same in an array that ends where the packet ends, and
 * between bytes of any other value.
 */
class BrokenInputTest {
  private static final int MARGIN = 80;

  @Provide
  Arbitrary<byte[]> anyBytes() {
    Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(120);
    Arbitrary<Byte> first = Arbitraries.of((byte) 0x45, (byte) 0x4f, (byte) 0x60, (byte) 0x46);
    Arbitrary<byte[]> plausible =
        any.filter(b -> b.length > 0)
            .flatMap(
                b ->
                    first.map(
                        v -> {
                          byte[] copy = b.clone();
                          copy[0] = v;
                          return copy;
                        }));
    return Arbitraries.frequencyOf(Tuple.of(1, any), Tuple.of(3, plausible));
  }

  @Provide
  Arbitrary<IpDatagram> datagrams() {
    return WirePackets.datagrams();
  }

  @Provide
  Arbitrary<List<Integer>> places() {
    return Arbitraries.integers().between(0, 1 << 20).list().ofMinSize(1).ofMaxSize(4);
  }

  @Property
  void anyBytesAreReadWithinTheirBounds(@ForAll("anyBytes") byte[] bytes) {
    assertSeenAlike(bytes);
  }

  @Property
  void datagramsWithFlippedBitsAreReadWithinTheirBounds(
      @ForAll("datagrams") IpDatagram datagram, @ForAll("places") List<Integer> bits) {
    byte[] b = datagram.encode();
    for (int bit : bits) {
      // half of the flips go where they hurt: into the headers
      int i = (bit & 1) == 0 ? (bit >>> 4) % b.length : (bit >>> 4) % Math.min(b.length, 64);
      b[i] ^= (byte) (1 << (bit >>> 1 & 7));
    }
    assertSeenAlike(b);
  }

  @Property
  void datagramsWithWildBytesAreReadWithinTheirBounds(
      @ForAll("datagrams") IpDatagram datagram, @ForAll("places") List<Integer> values) {
    byte[] b = datagram.encode();
    for (int value : values) {
      b[(value >>> 8) % Math.min(b.length, 80)] = (byte) value;
    }
    assertSeenAlike(b);
  }

  @Property(tries = 200)
  void everyTruncationIsReadWithinItsBounds(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();
    for (int length = 0; length < b.length; length++) {
      assertSeenAlike(Arrays.copyOf(b, length));
    }
  }

  @Property(tries = 200)
  void datagramsThatEndTooEarlyButSayTheirLengthAreReadWithinTheirBounds(
      @ForAll("datagrams") IpDatagram datagram) {
    byte[] b = datagram.encode();
    boolean ipv4 = datagram instanceof Ipv4Datagram;
    for (int length = ipv4 ? 20 : 40; length < b.length; length++) {
      byte[] cut = Arrays.copyOf(b, length);
      if (ipv4) {
        Bytes.put16(cut, Ipv4Header.TOTAL_LENGTH, length);
      } else {
        Bytes.put16(cut, Ipv6Header.PAYLOAD_LENGTH, length - Ipv6Header.LENGTH);
      }
      assertSeenAlike(cut);
    }
  }

  @Property(tries = 200)
  void everyTruncationOfAPayloadIsReadWithinItsBounds(@ForAll("datagrams") IpDatagram datagram) {
    byte[] b = new byte[datagram.payload().length()];
    datagram.payload().encode(b, 0, datagram.source(), datagram.destination());
    for (int length = 0; length < b.length; length++) {
      assertSeenAlike(Arrays.copyOf(b, length));
    }
  }

  private static void assertSeenAlike(byte[] bytes) {
    String exact = WireProbe.probe(bytes, 0, bytes.length);
    for (int poison : new int[] {0x00, 0xff, 0x45}) {
      byte[] b = new byte[bytes.length + 2 * MARGIN];
      Arrays.fill(b, (byte) poison);
      System.arraycopy(bytes, 0, b, MARGIN, bytes.length);

      assertThat(WireProbe.probe(b, MARGIN, MARGIN + bytes.length)).isEqualTo(exact);

      assertThat(b).startsWith(poisoned(poison)).endsWith(poisoned(poison));
    }
  }

  private static byte[] poisoned(int poison) {
    byte[] b = new byte[MARGIN];
    Arrays.fill(b, (byte) poison);
    return b;
  }
}
