// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.loopstack.linux.ffi.Libc;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.namespace.NetworkNamespace;

/**
 * Puts this into the table filter of the old iptables: {@code -N mine; -A mine -p tcp --dport 8080
 * -j DROP; -A INPUT -i lo -s 127.0.0.0/8 -j mine}.
 */
final class LegacyRules {
  private static final int HEADER = 112;
  private static final int STANDARD = 40;
  private static final int ERROR = 64;
  private static final int TCP_MATCH = 48;
  private static final int ACCEPT = -2;
  private static final int DROP = -1;
  private static final int RETURN = -5;

  private final ByteBuffer entries = ByteBuffer.allocate(4096).order(ByteOrder.nativeOrder());
  private int count;

  private LegacyRules() {}

  static void addTo(NetworkNamespace network) throws IOException {
    try {
      network.run(() -> new LegacyRules().replace());
    } catch (LinuxException e) {
      abort("no iptables-legacy here: " + e.getMessage());
    }
  }

  private int begin(int matches, int target) {
    int at = entries.position();
    entries.putShort(at + 88, (short) (HEADER + matches));
    entries.putShort(at + 90, (short) (HEADER + matches + target));
    entries.position(at + HEADER + matches + target);
    count++;
    return at;
  }

  private int standard(int matches, int verdict) {
    int at = begin(matches, STANDARD);
    entries.putShort(at + HEADER + matches, (short) STANDARD);
    entries.putInt(at + HEADER + matches + 32, verdict);
    return at;
  }

  private void text(int at, String text) {
    entries.put(at, text.getBytes(StandardCharsets.US_ASCII));
  }

  private void error(String name) {
    int at = begin(0, ERROR);
    entries.putShort(at + HEADER, (short) ERROR);
    text(at + HEADER + 2, "ERROR");
    text(at + HEADER + 32, name);
  }

  private void replace() throws IOException {
    int mine = 4 * (HEADER + STANDARD) + HEADER + ERROR;
    int jump = standard(0, mine);
    entries.put(jump, new byte[] {127, 0, 0, 0});
    entries.put(jump + 8, new byte[] {(byte) 0xff, 0, 0, 0});
    text(jump + 16, "lo");
    entries.put(jump + 48, new byte[] {-1, -1, -1});
    int input = standard(0, ACCEPT);
    int forward = standard(0, ACCEPT);
    int output = standard(0, ACCEPT);
    error("mine");
    int drop = standard(TCP_MATCH, DROP);
    entries.putShort(drop + 80, (short) 6);
    entries.putShort(drop + HEADER, (short) TCP_MATCH);
    text(drop + HEADER + 2, "tcp");
    int data = drop + HEADER + 32;
    entries.putShort(data + 2, (short) 0xffff);
    entries.putShort(data + 4, (short) 8080).putShort(data + 6, (short) 8080);
    int _ = standard(0, RETURN);
    error("ERROR");
    set(new int[] {0, forward, output}, new int[] {input, forward, output});
  }

  private void set(int[] begins, int[] ends) throws IOException {
    int fd = LinuxException.check(Libc.socket(2, 3, 255), "open a raw socket");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(84, 8);
      info.setString(0, "filter");
      LinuxException.check(
          Libc.getsockopt(fd, 0, 64, info, arena.allocateFrom(JAVA_INT, 84)), "ask for filter");
      int old = info.get(JAVA_INT, 76);
      int size = entries.position();
      MemorySegment all = arena.allocate(96 + size, 8);
      all.setString(0, "filter");
      all.set(JAVA_INT, 32, 0x0e);
      all.set(JAVA_INT, 36, count);
      all.set(JAVA_INT, 40, size);
      for (int i = 0; i < 3; i++) {
        all.set(JAVA_INT, 48 + 4 * i, begins[i]);
        all.set(JAVA_INT, 68 + 4 * i, ends[i]);
      }
      all.set(JAVA_INT, 84, old);
      all.set(ADDRESS, 88, arena.allocate(16L * old, 8));
      MemorySegment.copy(entries.array(), 0, all, JAVA_BYTE, 96, size);
      LinuxException.check(Libc.setsockopt(fd, 0, 64, all), "replace filter");
    } finally {
      int _ = Libc.close(fd);
    }
  }
}
