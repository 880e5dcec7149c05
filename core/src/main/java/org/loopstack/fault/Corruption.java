// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Randomness;
import org.loopstack.wire.Ipv4Header;
import org.loopstack.wire.TransportChecksums;

/**
 * How a rule damages datagrams. Immutable. Checksums are those of the datagram before, so that the
 * receiver finds the damage out, unless it is {@link #mended}. What is damaged lies behind the IP
 * header, unless {@link #inDatagram} or {@link #inPayload} says otherwise; a datagram that has
 * nothing there stays as it is.
 */
public final class Corruption {
  private enum Region {
    UPPER(""),
    DATAGRAM(" datagram"),
    PAYLOAD(" payload");

    private final String word;

    Region(String word) {
      this.word = word;
    }
  }

  private sealed interface Change {
    /** Changes {@code from..to-1}; returns whether there was something to change. */
    boolean apply(byte[] b, int from, int to, Randomness random);

    record RandomBits(int count) implements Change {
      @Override
      public boolean apply(byte[] b, int from, int to, Randomness random) {
        int bits = (to - from) * 8;
        BitSet chosen = new BitSet();
        for (int left = Math.min(count, bits); left > 0; ) {
          int bit = random.nextInt(bits);
          if (!chosen.get(bit)) {
            chosen.set(bit);
            flip(b, from, bit);
            left--;
          }
        }
        return bits > 0;
      }

      @Override
      public String toString() {
        return count + (count == 1 ? " bit" : " bits");
      }
    }

    record Flip(List<Integer> bits) implements Change {
      @Override
      public boolean apply(byte[] b, int from, int to, Randomness random) {
        boolean changed = false;
        for (int bit : bits) {
          if (bit < (to - from) * 8) {
            flip(b, from, bit);
            changed = true;
          }
        }
        return changed;
      }

      @Override
      public String toString() {
        return "flip " + bits.stream().map(String::valueOf).collect(Collectors.joining(","));
      }
    }

    @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
    record Overwrite(int offset, byte[] bytes) implements Change {
      @Override
      public boolean apply(byte[] b, int from, int to, Randomness random) {
        int length = Math.min(bytes.length, to - from - offset);
        if (length <= 0) {
          return false;
        }
        System.arraycopy(bytes, 0, b, from + offset, length);
        return true;
      }

      @Override
      public boolean equals(@Nullable Object o) {
        return o instanceof Overwrite other
            && other.offset == offset
            && Arrays.equals(other.bytes, bytes);
      }

      @Override
      public int hashCode() {
        return 31 * offset + Arrays.hashCode(bytes);
      }

      @Override
      public String toString() {
        return "at " + offset + " hex " + HexFormat.of().formatHex(bytes);
      }
    }

    /** Bits are counted as they are sent: bit 0 is the highest of the first byte. */
    private static void flip(byte[] b, int from, int bit) {
      b[from + (bit >> 3)] ^= (byte) (0x80 >> (bit & 7));
    }
  }

  private final Change change;
  private final Region region;
  private final boolean mended;

  private Corruption(Change change, Region region, boolean mended) {
    this.change = change;
    this.region = region;
    this.mended = mended;
  }

  private static Corruption of(Change change) {
    return new Corruption(change, Region.UPPER, false);
  }

  /**
   * So many bits are turned over, wherever chance says.
   *
   * @throws IllegalArgumentException if it is not 1 to 1000
   */
  public static Corruption randomBits(int count) {
    return of(new Change.RandomBits(Limits.check("number of bits", count, 1, 1000)));
  }

  /**
   * These bits are turned over, counted from 0, the highest bit of the first byte.
   *
   * @throws IllegalArgumentException if there is none, or one is not 0 to 524599
   */
  public static Corruption flip(int... bits) {
    if (bits.length == 0) {
      throw new IllegalArgumentException("The bits to turn over are at least one");
    }
    for (int bit : bits) {
      Limits.check("place of a bit", bit, 0, 65_575 * 8 - 1);
    }
    return of(new Change.Flip(Arrays.stream(bits).boxed().toList()));
  }

  /**
   * These bytes are put in the place of others, as far as there are any.
   *
   * @param offset of the first one, from 0 on
   * @throws IllegalArgumentException if there is none, or the offset is not 0 to 65574
   */
  public static Corruption overwrite(int offset, byte[] bytes) {
    if (bytes.length == 0) {
      throw new IllegalArgumentException("The bytes to write are at least one");
    }
    return of(new Change.Overwrite(Limits.check("offset", offset, 0, 65_574), bytes.clone()));
  }

  /** Anywhere in the datagram, its IP header included. */
  public Corruption inDatagram() {
    return new Corruption(change, Region.DATAGRAM, mended);
  }

  /** In the payload of TCP or UDP. */
  public Corruption inPayload() {
    return new Corruption(change, Region.PAYLOAD, mended);
  }

  /** With right checksums, so that the damage reaches whoever reads. */
  public Corruption mended() {
    return new Corruption(change, region, true);
  }

  /**
   * A damaged copy of the datagram.
   *
   * @return null if it has nothing that could be damaged
   */
  byte @Nullable [] damage(Transit datagram, Randomness random) {
    byte[] b = datagram.bytes();
    int to = Math.min(b.length, datagram.length());
    int from =
        switch (region) {
          case DATAGRAM -> 0;
          case UPPER ->
              datagram.transportAt() == Transit.NONE
                  ? 0
                  : datagram.transportAt() - datagram.packet().offset();
          case PAYLOAD -> datagram.hasPorts() ? datagram.payloadOffset() : to;
        };
    if (from >= to || !change.apply(b, from, to, random)) {
      return null;
    }
    if (mended) {
      mend(b);
    }
    return b;
  }

  /** Puts right checksums in, where there is something that has one. */
  static void mend(byte[] b) {
    if (Ipv4Header.validate(b, 0, b.length) == null) {
      Ipv4Header.updateChecksum(b, 0);
    }
    TransportChecksums.complete(b, 0, b.length);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof Corruption other
        && other.change.equals(change)
        && other.region == region
        && other.mended == mended;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * change.hashCode() + region.hashCode()) + Boolean.hashCode(mended);
  }

  /** As it is written in the text of a rule behind its verb: {@code 3 bits payload mended}. */
  @Override
  public String toString() {
    return change + region.word + (mended ? " mended" : "");
  }
}
