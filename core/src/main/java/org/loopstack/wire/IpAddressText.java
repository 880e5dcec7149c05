// SPDX-License-Identifier: Apache-2.0
package org.loopstack.wire;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The text forms of addresses: RFC 4291 section 2.2 is read, RFC 5952 section 4 is written. */
final class IpAddressText {
  private IpAddressText() {}

  static IpAddress parse(String s) {
    @Nullable IpAddress address = null;
    if (s.indexOf(':') >= 0) {
      address = parseIpv6(s);
    } else {
      long bits = parseIpv4(s, 0);
      if (bits >= 0) {
        address = IpAddress.ofIpv4((int) bits);
      }
    }
    if (address == null) {
      throw new IllegalArgumentException("not an IP address: \"" + s + "\"");
    }
    return address;
  }

  /** The 32 bits of the dotted quad that fills {@code s} from {@code from} on, or -1. */
  private static long parseIpv4(String s, int from) {
    long bits = 0;
    int at = from;
    for (int part = 0; part < 4; part++) {
      if (part > 0 && (at >= s.length() || s.charAt(at++) != '.')) {
        return -1;
      }
      int start = at;
      int value = 0;
      while (at < s.length() && isDigit(s.charAt(at)) && at - start < 3) {
        value = value * 10 + (s.charAt(at++) - '0');
      }
      boolean leadingZero = at - start > 1 && s.charAt(start) == '0';
      if (at == start || value > 255 || leadingZero) {
        return -1;
      }
      bits = bits << 8 | value;
    }
    return at == s.length() ? bits : -1;
  }

  /** Reads up to eight groups; what follows "::" is read as if it were the end, and moved there. */
  private static @Nullable IpAddress parseIpv6(String s) {
    int[] groups = new int[8];
    int count = 0;
    int gap = -1;
    int at = 0;
    int n = s.length();
    if (s.startsWith("::")) {
      gap = 0;
      at = 2;
    }
    while (at < n) {
      if (count == 8) {
        return null;
      }
      int end = hexEnd(s, at);
      if (end < n && s.charAt(end) == '.') {
        long bits = count > 6 ? -1 : parseIpv4(s, at);
        if (bits < 0) {
          return null;
        }
        groups[count++] = (int) (bits >>> 16);
        groups[count++] = (int) (bits & 0xffff);
        break;
      }
      if (end == at || end - at > 4) {
        return null;
      }
      groups[count++] = HexFormat.fromHexDigits(s, at, end);
      at = end;
      if (at == n) {
        break;
      }
      if (s.startsWith("::", at) && gap < 0) {
        gap = count;
        at += 2;
      } else if (s.charAt(at) == ':' && at + 1 < n && s.charAt(at + 1) != ':') {
        at++;
      } else {
        return null;
      }
    }
    return gap < 0 && count < 8 || gap >= 0 && count == 8 ? null : assemble(groups, count, gap);
  }

  private static IpAddress assemble(int[] groups, int count, int gap) {
    long high = 0;
    long low = 0;
    int zeros = 8 - count;
    for (int i = 0; i < 8; i++) {
      long group;
      if (gap < 0 || i < gap) {
        group = groups[i];
      } else {
        group = i < gap + zeros ? 0 : groups[i - zeros];
      }
      if (i < 4) {
        high = high << 16 | group;
      } else {
        low = low << 16 | group;
      }
    }
    return IpAddress.ofIpv6(high, low);
  }

  private static int hexEnd(String s, int at) {
    int end = at;
    while (end < s.length() && HexFormat.isHexDigit(s.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  static String print(IpAddress a) {
    if (a.isIpv4()) {
      int v = a.ipv4Bits();
      return (v >>> 24) + "." + (v >>> 16 & 0xff) + "." + (v >>> 8 & 0xff) + "." + (v & 0xff);
    }
    int gapAt = -1;
    int gapLength = 1; // "::" MUST NOT be used to shorten just one 16-bit 0 field (4.2.2)
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && group(a, i + run) == 0) {
        run++;
      }
      if (run > gapLength) { // the longest run, of equal ones the first (4.2.3)
        gapAt = i;
        gapLength = run;
      }
      i += run;
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < 8; i++) {
      if (i == gapAt) {
        text.append("::");
        i += gapLength - 1;
      } else {
        boolean afterGap = gapAt >= 0 && i == gapAt + gapLength;
        if (i > 0 && !afterGap) {
          text.append(':');
        }
        text.append(Integer.toHexString(group(a, i)));
      }
    }
    return text.toString();
  }

  private static int group(IpAddress a, int i) {
    long half = i < 4 ? a.high() : a.low();
    return (int) (half >>> (48 - 16 * (i & 3))) & 0xffff;
  }
}
