// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.List;

/**
 * In which order, and at which offsets, a system writes the options of its SYNs: a table, for this
 * is how systems are told apart from outside. Immutable.
 */
public final class SynLayout {
  /**
   * An option's place: at the next offset that leaves the remainder when divided by the modulus,
   * with NOPs up to there.
   */
  private record Place(int kind, int modulus, int remainder, int remainderWithoutTimestamps) {
    Place(int kind, int modulus, int remainder) {
      this(kind, modulus, remainder, remainder);
    }
  }

  /**
   * Linux (net/ipv4/tcp_output.c, tcp_options_write): MSS, SACK permitted, timestamps, NOP, window
   * scale; where one of SACK permitted and timestamps is missing, two NOPs are before the other.
   */
  public static final SynLayout LINUX =
      new SynLayout(
          List.of(
              new Place(TcpOptions.MSS, 4, 0),
              new Place(TcpOptions.SACK_PERMITTED, 4, 0, 2),
              new Place(TcpOptions.TIMESTAMPS, 4, 2),
              new Place(TcpOptions.WINDOW_SCALE, 4, 1)));

  /**
   * FreeBSD (sys/netinet/tcp_output.c, tcp_addoptions; seen in its test suite, snd-syn): MSS, NOP,
   * window scale, SACK permitted, timestamps; an end-of-options and zeros fill the last word.
   */
  public static final SynLayout FREEBSD =
      new SynLayout(
          List.of(
              new Place(TcpOptions.MSS, 4, 0),
              new Place(TcpOptions.WINDOW_SCALE, 2, 1),
              new Place(TcpOptions.SACK_PERMITTED, 2, 0),
              new Place(TcpOptions.TIMESTAMPS, 4, 2)));

  private final List<Place> places;

  private SynLayout(List<Place> places) {
    this.places = places;
  }

  /** How many bytes {@link #write} writes: a multiple of 4. */
  public int length(boolean sackPermitted, boolean timestamps, int windowScale) {
    int length = 0;
    for (Place place : places) {
      if (isWanted(place, sackPermitted, timestamps, windowScale)) {
        length = begin(place, length, timestamps) + sizeOf(place.kind);
      }
    }
    return length + 3 & ~3;
  }

  /**
   * Writes the options.
   *
   * @param windowScale 0 to 14, or -1 to offer none
   * @param last whether no other option follows, so that the list may be ended
   * @return the offset after what was written
   */
  public int write(
      byte[] b,
      int at,
      int mss,
      boolean sackPermitted,
      boolean timestamps,
      int timestampValue,
      int timestampEcho,
      int windowScale,
      boolean last) {
    int p = at;
    for (Place place : places) {
      if (!isWanted(place, sackPermitted, timestamps, windowScale)) {
        continue;
      }
      for (int begin = at + begin(place, p - at, timestamps); p < begin; ) {
        p = TcpOptionWriter.nop(b, p);
      }
      p =
          switch (place.kind) {
            case TcpOptions.MSS -> TcpOptionWriter.mss(b, p, mss);
            case TcpOptions.SACK_PERMITTED -> TcpOptionWriter.sackPermitted(b, p);
            case TcpOptions.TIMESTAMPS ->
                TcpOptionWriter.timestamps(b, p, timestampValue, timestampEcho);
            default -> TcpOptionWriter.windowScale(b, p, windowScale);
          };
    }
    if (!last) {
      return TcpOptionWriter.pad(b, at, p);
    }
    while ((p - at & 3) != 0) {
      Bytes.put8(b, p++, TcpOptions.END);
    }
    return p;
  }

  private static boolean isWanted(
      Place place, boolean sackPermitted, boolean timestamps, int windowScale) {
    return switch (place.kind) {
      case TcpOptions.SACK_PERMITTED -> sackPermitted;
      case TcpOptions.TIMESTAMPS -> timestamps;
      case TcpOptions.WINDOW_SCALE -> windowScale >= 0;
      default -> true;
    };
  }

  private static int begin(Place place, int from, boolean timestamps) {
    int remainder = timestamps ? place.remainder : place.remainderWithoutTimestamps;
    return from + Math.floorMod(remainder - from, place.modulus);
  }

  private static int sizeOf(int kind) {
    return switch (kind) {
      case TcpOptions.MSS -> 4;
      case TcpOptions.SACK_PERMITTED -> 2;
      case TcpOptions.TIMESTAMPS -> 10;
      default -> 3;
    };
  }
}
