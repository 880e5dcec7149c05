// SPDX-License-Identifier: Apache-2.0
package org.loopstack.capture.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.capture.CaptureReader;
import org.loopstack.capture.CapturedInterface;
import org.loopstack.capture.CapturedPacket;
import org.loopstack.capture.PcapngWriter;
import org.loopstack.testing.Programs;

/** Filters mean what they mean to tcpdump: of one file both choose the same packets. */
class TcpdumpAgreementTest {
  private static final int RAW = 101;
  private static final int ETHERNET = 1;
  private static final int COOKED = 113;

  private static final List<String> FILTERS =
      List.of(
          "",
          "ip",
          "ip6",
          "tcp",
          "udp",
          "sctp",
          "icmp",
          "icmp6",
          "igmp",
          "ah",
          "esp",
          "not tcp",
          "!udp and !tcp",
          "host 127.0.0.1",
          "host ::1",
          "src host fe80::1:2",
          "dst 10.1.2.3",
          "src 127.0.0.1 and dst 127.0.0.1",
          "src or dst host 10.1.2.3",
          "src and dst host ::1",
          "ip host 127.0.0.1 or ip6 host ::1",
          "host 127.0.0.1 or ::1",
          "not host 127.0.0.1",
          "net 10.0.0.0/8",
          "net 10",
          "net 10.1",
          "net 127.0.0.0 mask 255.0.0.0",
          "src net 10.1.0.0/16 or 127.0.0.0/8",
          "net fe80::/10",
          "ip6 net ff00::/8",
          "net ::/0",
          "net 0.0.0.0/0",
          "dst net ff02::fb",
          "port 80",
          "port 80 or 443 or 53",
          "port 80 and 443",
          "port (80 or 443)",
          "src port (80 or 443)",
          "port 80 or not 443",
          "port 80 or (443 and 53)",
          "port 80 and (tcp) or 443",
          "not port 80",
          "tcp port 80",
          "udp port domain",
          "sctp dst port 53",
          "tcp src port 443",
          "tcp dst port 80 or 443 or 53",
          "src and dst port 80",
          "portrange 6000-6008",
          "tcp dst portrange 6008-6000",
          "portrange 50-90",
          "proto 6",
          "ip proto 17",
          "ip6 proto 58",
          "ip proto \\tcp",
          "ip proto \\icmp or \\udp",
          "proto 2 or proto 50",
          "tcp or udp and port 53",
          "tcp and port 80 or udp and port 53",
          "(tcp and port 80) or (udp and port 53)",
          "tcp || udp && ip6",
          "not tcp and not udp or icmp",
          "not (tcp or udp)",
          "not not icmp",
          "less 40",
          "greater 70",
          "not less 60",
          "len > 50 and len <= 60",
          "length = 61",
          "ip multicast",
          "ip6 multicast",
          "tcp[13] = 2",
          "tcp[tcpflags] == tcp-syn",
          "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
          "tcp[tcpflags] & tcp-syn != 0 and tcp[tcpflags] & tcp-ack = 0",
          "tcp[tcpflags] & (tcp-push|tcp-ack) == (tcp-push|tcp-ack)",
          "tcp[tcpflags] & (tcp-ece|tcp-cwr|tcp-urg|tcp-rst) != 0",
          "not tcp[tcpflags] & tcp-ack != 0",
          "tcp[0:2] = 80",
          "tcp[2:2] > 400 and tcp[2:2] < 500",
          "ip[0] & 0xf > 5",
          "ip[6:2] & 0x1fff != 0",
          "ip[6] & 0x20 != 0",
          "ip[12:4] = 0x7f000001",
          "ip6[6] = 6 and ip6[40 + 13] & 2 != 0",
          "((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0",
          "udp[4:2] = 0",
          "icmp[icmptype] = icmp-echo",
          "icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply",
          "icmp[icmpcode] = 1",
          "icmp6[icmp6type] = icmp6-echo",
          "icmp6[icmp6type] == icmp6-echoreply or icmp6[icmp6code] = 2",
          "not icmp6[0] = 1",
          "ip[70] = 0",
          "not ip[70] = 1",
          "ip[len - 1] = 0",
          "ip[0] / 3 * 3 = ip[0]",
          "len % 7 = 3",
          "tcp[0] / ip[1] = 0",
          "tcp[1] << 2 + 1 = 640",
          "1 + 2 * 3 = 7 and tcp",
          "tcp[13] + 1 & 7 = 3",
          "ip[8] - 65 > 5",
          "-1 = 4294967295 and ip",
          "tcp[1] ^ 80 = 0",
          "0x50 = tcp[1]",
          "0120 = tcp[1]",
          "5 > 3 and ip6");

  @TempDir static Path directory;

  @BeforeAll
  static void tcpdumpIsThere() {
    Programs.assume("tcpdump", "whether filters mean the same to it");
  }

  /** A file whose packets passed a microsecond after another. */
  private static Path file(int linkType, byte[] prefix) throws IOException {
    Path file = directory.resolve("specimens-" + linkType + ".pcapng");
    try (PcapngWriter writer =
        new PcapngWriter(new BufferedOutputStream(Files.newOutputStream(file)))) {
      CapturedInterface link = writer.addInterface("x", linkType);
      int n = 0;
      for (byte[] specimen : Specimens.all()) {
        byte[] all = Arrays.copyOf(prefix, prefix.length + specimen.length);
        System.arraycopy(specimen, 0, all, prefix.length, specimen.length);
        if (prefix.length > 1 && specimen.length > 0) {
          boolean ipv6 = (specimen[0] & 0xf0) == 0x60;
          all[prefix.length - 2] = (byte) (ipv6 ? 0x86 : 0x08);
          all[prefix.length - 1] = (byte) (ipv6 ? 0xdd : 0);
        }
        writer.write(link, n++ * 1000L, null, all, 0, all.length, null);
      }
    }
    return file;
  }

  private static String ours(Path file, String filter) throws IOException {
    CaptureFilter parsed = CaptureFilter.parse(filter);
    List<Long> chosen = new ArrayList<>();
    for (CapturedPacket packet : CaptureReader.readAll(file)) {
      if (parsed.matches(
          packet.bytes().toByteArray(),
          packet.originalLength(),
          packet.source().linkType(),
          packet.direction())) {
        chosen.add(packet.epochNanos() / 1000);
      }
    }
    return chosen.toString();
  }

  private static String theirs(Path file, String filter) throws Exception {
    Path out = directory.resolve("chosen.pcap");
    Path errors = directory.resolve("errors.txt");
    // Not optimized: the optimizer refuses what is never true.
    Process tcpdump =
        new ProcessBuilder(
                "tcpdump", "-n", "-O", "-r", file.toString(), "-w", out.toString(), "--", filter)
            .redirectError(errors.toFile())
            .start();
    if (tcpdump.waitFor() != 0) {
      return Files.readString(errors);
    }
    List<Long> chosen = new ArrayList<>();
    for (CapturedPacket packet : CaptureReader.readAll(out)) {
      chosen.add(packet.epochNanos() / 1000);
    }
    return chosen.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {RAW, ETHERNET, COOKED})
  void bothChooseTheSamePackets(int linkType) throws Exception {
    Path file = file(linkType, new byte[linkType == RAW ? 0 : linkType == ETHERNET ? 14 : 16]);
    List<String> differences = new ArrayList<>();
    int some = 0;
    for (String filter : FILTERS) {
      String ours = ours(file, filter);
      String theirs = theirs(file, filter);
      some += ours.length() > 2 ? 1 : 0;
      if (!ours.equals(theirs)) {
        differences.add(filter + "\n  ours   " + ours + "\n  theirs " + theirs);
      }
    }

    assertThat(differences).isEmpty();
    assertThat(some).as("nearly every filter chooses something").isGreaterThan(90);
  }

  /** Whatever can be said, by seeds. */
  @Test
  void bothChooseTheSamePacketsByFiltersOfChance() throws Exception {
    Path file = file(RAW, new byte[0]);
    List<String> differences = new ArrayList<>();
    for (int seed = 0; seed < 150; seed++) {
      String filter = expression(new Random(seed), 3);
      String ours = ours(file, filter);
      String theirs = theirs(file, filter);
      if (!ours.equals(theirs)) {
        differences.add(seed + ": " + filter + "\n  ours   " + ours + "\n  theirs " + theirs);
      }
    }

    assertThat(differences).isEmpty();
  }

  private static String expression(Random random, int depth) {
    StringBuilder text = new StringBuilder(term(random, depth));
    for (int i = random.nextInt(3); i > 0; i--) {
      text.append(random.nextBoolean() ? " and " : " or ").append(term(random, depth));
    }
    return text.toString();
  }

  private static String term(Random random, int depth) {
    String not = random.nextInt(4) == 0 ? "not " : "";
    return not
        + switch (depth == 0 ? 0 : random.nextInt(4)) {
          case 0, 1 -> FILTERS.get(1 + random.nextInt(FILTERS.size() - 1));
          case 2 -> "(" + expression(random, depth - 1) + ")";
          default ->
              value(random, 2) + one(random, " = ", " != ", " < ", " >= ") + value(random, 2);
        };
  }

  private static String value(Random random, int depth) {
    return switch (depth == 0 ? random.nextInt(2) : random.nextInt(4)) {
      // Neither a division by zero nor too far a shift, which are refused.
      case 0 -> String.valueOf(1 + random.nextInt(30));
      case 1 ->
          one(random, "tcp", "udp", "ip", "ip6", "icmp", "icmp6")
              + "["
              + (1 + random.nextInt(24))
              + one(random, "", ":1", ":2", ":4")
              + "]";
      case 2 -> "len";
      default ->
          value(random, depth - 1)
              + one(random, " + ", " - ", " * ", " / ", " & ", " % ", " << ", " ^ ", " | ")
              + "("
              + value(random, depth - 1)
              + " + 1)";
    };
  }

  private static String one(Random random, String... of) {
    return of[random.nextInt(of.length)];
  }
}
