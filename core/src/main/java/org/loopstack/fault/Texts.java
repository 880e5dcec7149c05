// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;
import org.loopstack.wire.TcpHeader;

/** Quantities as people write them in a rule, and back. */
final class Texts {
  private static final String LETTERS = "FSRPAUEW";
  private static final Pattern QUANTITY = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([A-Za-z/%]*)");
  private static final BigDecimal BILLION = BigDecimal.valueOf(1_000_000_000);

  private Texts() {}

  /** 50ms, 1.5s, 250us. */
  static String duration(Duration d) {
    return nanos(d.isNegative() ? d.negated() : d, d.isNegative() ? "-" : "");
  }

  static String nanos(long nanos) {
    return duration(Duration.ofNanos(nanos));
  }

  private static String nanos(Duration d, String sign) {
    BigDecimal ns =
        BigDecimal.valueOf(d.getSeconds()).multiply(BILLION).add(BigDecimal.valueOf(d.getNano()));
    String unit;
    int shift;
    if (ns.signum() == 0) {
      return "0ms";
    } else if (ns.compareTo(BILLION) >= 0) {
      unit = "s";
      shift = 9;
    } else if (ns.compareTo(BigDecimal.valueOf(1_000_000)) >= 0) {
      unit = "ms";
      shift = 6;
    } else if (ns.compareTo(BigDecimal.valueOf(1000)) >= 0) {
      unit = "us";
      shift = 3;
    } else {
      unit = "ns";
      shift = 0;
    }
    return sign + plain(ns.movePointLeft(shift)) + unit;
  }

  static Duration parseDuration(String text) {
    Matcher m = QUANTITY.matcher(text);
    if (m.matches()) {
      BigDecimal scale =
          switch (m.group(2)) {
            case "ns" -> BigDecimal.ONE;
            case "us" -> BigDecimal.valueOf(1000);
            case "ms" -> BigDecimal.valueOf(1_000_000);
            case "s" -> BILLION;
            case "m", "min" -> BILLION.multiply(BigDecimal.valueOf(60));
            case "h" -> BILLION.multiply(BigDecimal.valueOf(3600));
            default -> BigDecimal.ZERO;
          };
      BigDecimal ns = new BigDecimal(m.group(1)).multiply(scale).setScale(0, RoundingMode.HALF_UP);
      if (scale.signum() != 0) {
        if (ns.toBigInteger().bitLength() > 62) {
          throw new IllegalArgumentException("A time is at most 365 days: " + text);
        }
        return Duration.ofNanos(ns.longValueExact());
      }
    }
    throw new IllegalArgumentException(
        "not a time with its unit (ns, us, ms, s, m or h), as 50ms: \"" + text + '"');
  }

  /** 1%, 0.1%. */
  static String percent(double probability) {
    return plain(BigDecimal.valueOf(probability).movePointRight(2)) + "%";
  }

  static double parseProbability(String text) {
    Matcher m = QUANTITY.matcher(text);
    if (m.matches() && m.group(2).equals("%")) {
      return Limits.checkProbability(new BigDecimal(m.group(1)).movePointLeft(2).doubleValue());
    }
    if (m.matches() && m.group(2).isEmpty()) {
      return Limits.checkProbability(Double.parseDouble(m.group(1)));
    }
    throw new IllegalArgumentException("not a probability, as 1% or 0.01: \"" + text + '"');
  }

  /** Bits per second: 10mbit, 1gbit, 56kbit. */
  static String rate(long bits) {
    if (bits % 1_000_000_000 == 0) {
      return bits / 1_000_000_000 + "gbit";
    }
    if (bits % 1_000_000 == 0) {
      return bits / 1_000_000 + "mbit";
    }
    return bits % 1000 == 0 ? bits / 1000 + "kbit" : bits + "bit";
  }

  static long parseRate(String text) {
    Matcher m = QUANTITY.matcher(text);
    if (m.matches()) {
      long scale =
          switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "bit", "bit/s" -> 1;
            case "kbit", "kbit/s" -> 1000;
            case "mbit", "mbit/s" -> 1_000_000;
            case "gbit", "gbit/s" -> 1_000_000_000;
            case "b/s" -> 8;
            case "kb/s" -> 8000;
            case "mb/s" -> 8_000_000;
            case "gb/s" -> 8_000_000_000L;
            default -> 0;
          };
      BigDecimal bits = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(scale));
      if (scale != 0 && bits.toBigInteger().bitLength() < 63) {
        return bits.longValue();
      }
    }
    throw new IllegalArgumentException(
        "not a rate with its unit (bit, kbit, mbit, gbit, B/s, kB/s, MB/s), as 10mbit: \""
            + text
            + '"');
  }

  static long parseBytes(String text) {
    Matcher m = QUANTITY.matcher(text);
    if (m.matches()) {
      long scale =
          switch (m.group(2)) {
            case "", "B" -> 1;
            case "kB" -> 1000;
            case "KiB" -> 1 << 10;
            case "MB" -> 1_000_000;
            case "MiB" -> 1 << 20;
            default -> 0;
          };
      BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(scale));
      if (scale != 0 && bytes.toBigInteger().bitLength() < 63) {
        return bytes.longValue();
      }
    }
    throw new IllegalArgumentException(
        "not a number of bytes (B, kB, KiB, MB, MiB), as 1500 or 64KiB: \"" + text + '"');
  }

  static String prefix(IpPrefix prefix) {
    IpAddress network = prefix.network();
    return prefix.length() == network.length() * 8 ? network.toString() : prefix.toString();
  }

  static IpPrefix parsePrefix(String text) {
    try {
      return IpPrefix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "not an address or prefix (127.0.0.1, 10.0.0.0/8, ::1, fd00::/8): \""
              + text
              + "\" ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  static String flags(int set, int clear) {
    return letters(set) + (clear == 0 ? "" : "!" + letters(clear));
  }

  private static String letters(int flags) {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < LETTERS.length(); i++) {
      if ((flags & TcpHeader.FIN << i) != 0) {
        all.append(LETTERS.charAt(i));
      }
    }
    return all.toString();
  }

  static Condition.Flags parseFlags(String text) {
    int set = 0;
    int clear = 0;
    boolean not = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '!' && !not) {
        not = true;
        continue;
      }
      int place = LETTERS.indexOf(c == '.' ? 'A' : c);
      int bit = place < 0 ? 0 : TcpHeader.FIN << place;
      if (bit == 0 || ((set | clear) & bit) != 0) {
        throw badFlags(text);
      }
      set |= not ? 0 : bit;
      clear |= not ? bit : 0;
    }
    if ((set | clear) == 0) {
      throw badFlags(text);
    }
    return new Condition.Flags(set, clear);
  }

  private static IllegalArgumentException badFlags(String text) {
    return new IllegalArgumentException(
        "not TCP flags (letters of FSRPAUEW, each once, those that are not set behind a !, as S!A):"
            + " \""
            + text
            + '"');
  }

  private static String plain(BigDecimal number) {
    BigDecimal stripped = number.stripTrailingZeros();
    return stripped.toPlainString();
  }
}
