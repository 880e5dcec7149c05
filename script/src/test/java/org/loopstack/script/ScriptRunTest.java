// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.loopstack.script.ScriptResult.Verdict;

class ScriptRunTest {
  private static void passes(String text) {
    ScriptResult result = Scripts.run(text);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.PASSED);
  }

  private static void fails(String text, String... words) {
    ScriptResult result = Scripts.run(text);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.FAILED);
    assertThat(result.message()).contains(words);
  }

  private static void isSkipped(String text, String... words) {
    ScriptResult result = Scripts.run(text);
    assertThat(result.verdict()).as(result.message()).isEqualTo(Verdict.SKIPPED);
    assertThat(result.message()).contains(words);
  }

  @Test
  void aHandshakePasses() {
    passes(Scripts.SERVER);
  }

  @Test
  void aWrongAcknowledgmentIsShownWithPlaceScriptAndPacketsBefore() {
    fails(
        Scripts.SERVER.replace("S. 0:0(0) ack 1 ", "S. 0:0(0) ack 2 "),
        "t.pkt:5: acknowledgment: expected 2, actual 1",
        "script: +0 > S. 0:0(0) ack 2 <mss 1460>",
        "actual at 0.000000 s: > S. 0:0(0) ack 1 win 64240 <mss 1460>",
        "0.000000 < IP 192.0.2.1.40000 > 192.168.0.1.8080: Flags [S]");
  }

  @Test
  void everyFieldOfASegmentIsCompared() {
    String sent = Scripts.SERVER + "+0 write(4, ..., 100) = 100\n";
    passes(sent + "+0 > P. 1:101(100) ack 1");
    fails(sent + "+0 > . 1:101(100) ack 1", "flags: expected ., actual P.");
    fails(sent + "+0 > P. 2:102(100) ack 1", "sequence number: expected 2, actual 1");
    fails(sent + "+0 > P. 1:100(99) ack 1", "payload: expected 99, actual 100");
    fails(sent + "+0 > P. 1:101(100) ack 1 win 1", "window: expected 1, actual");
    fails(sent + "+0 > P. 1:101(100) ack 1 <nop,nop,sackOK>", "options: expected");
    fails(sent + "+0 > P. 1:101(100) ack 1 urg 3", "urgent pointer: expected 3");
    fails(sent + "+0 >[ce] P. 1:101(100) ack 1", "ECN bits: expected 3");
    fails(sent + "+0 >[tos 0x10] P. 1:101(100) ack 1", "TOS: expected 16");
    fails(sent + "+0 >[ttl 63] P. 1:101(100) ack 1", "TTL: expected 63, actual 64");
    fails(sent + "+0 > udp (100)", "expected UDP");
    fails(sent + "+0 > icmp unreachable", "expected ICMP");
  }

  @Test
  void aPacketThatComesAtAnotherTimeFails() {
    String sent = Scripts.SERVER + "+0 write(4, ..., 100) = 100\n+0 > P. 1:101(100) ack 1\n";
    passes(sent + "+0.2~+0.4 > P. 1:101(100) ack 1");
    passes(sent + "* > P. 1:101(100) ack 1");
    fails(sent + "+0.1 > P. 1:101(100) ack 1", "expected at 0.200000 s, tolerance 0.004000 s");
    fails(sent + "+2~+3 > P. 1:101(100) ack 1", "expected at 2.100000~3.100000 s");
    passes("--tolerance_usecs=400000\n" + sent + "+0.1 > P. 1:101(100) ack 1");
  }

  @Test
  void aPacketThatNeverComesFails() {
    fails(Scripts.SERVER + "+0 > P. 1:101(100) ack 1", "nothing was sent");
  }

  @Test
  void aPacketThatIsNotExpectedFails() {
    String two = Scripts.SERVER + "+0 write(4, ..., 1) = 1\n+0 write(4, ..., 1) = 1\n";
    fails(two + "+0 > P. 2:3(1) ack 1", "sequence number: expected 2, actual 1");
  }

  @Test
  void aPacketAfterTheEndFailsOnlyWhereItIsStrict() {
    String sent = Scripts.SERVER + "+0 write(4, ..., 100) = 100\n";
    passes(sent);
    fails("--strict\n" + sent, "the script has ended, and nobody expects", "P. 1:101(100) ack 1");
  }

  @Test
  void segmentsThatOneOfTheScriptStandsForAreJoined() {
    String sent = Scripts.SERVER + "+0 write(4, ..., 3000) = 3000\n";
    passes(sent + "+0 > P. 1:3001(3000) ack 1");
    passes(sent + "+0 > . 1:2001(2000) ack 1\n+0 > P. 2001:3001(1000) ack 1");
    fails("--strict_segments\n" + sent + "+0 > P. 1:3001(3000) ack 1", "flags");
  }

  @Test
  void aResultIsComparedWithItsError() {
    passes("0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 listen(3, 1) = 0");
    fails(Scripts.SERVER + "+0 read(4, ..., 10) = -1 EAGAIN (Try again)", "the call blocks");
    String nonBlocking = Scripts.SERVER + "+0 fcntl(4, F_SETFL, O_RDWR|O_NONBLOCK) = 0\n";
    passes(nonBlocking + "+0 read(4, ..., 10) = -1 EAGAIN (Resource temporarily unavailable)");
    fails(
        nonBlocking + "+0 read(4, ..., 10) = -1 EPIPE (Broken pipe)",
        "read returns -1 EAGAIN, expected -1 EPIPE");
    fails(nonBlocking + "+0 write(4, ..., 10) = 9", "write returns 10, expected 9");
  }

  @Test
  void aBlockingCallEndsWhenItIsSaidTo() {
    String read = Scripts.SERVER + "+0...0.1 read(4, ..., 10) = 10\n";
    passes(read + "+0.1 < P. 1:11(10) ack 1 win 65535");
    fails(read + "+0.2 < P. 1:11(10) ack 1 win 65535", "read returns at 0.300000 s");
    fails(read, "the call has not ended");
  }

  @Test
  void theStreamsBytesAreChecked() {
    String acked = Scripts.SERVER + "+0 < P. 1:11(10) ack 1 win 65535\n";
    passes(acked + "+0 read(4, ..., 4) = 4\n+0 read(4, ..., 6) = 6");
    String sent = Scripts.SERVER + "+0 write(4, \"abc\", 3) = 3\n+0 > P. 1:4(3) ack 1";
    passes(sent);
  }

  @Test
  void whatNobodyKnowsSkipsTheScriptAndSaysWhat() {
    isSkipped("0 `sysctl -q net.ipv4.tcp_nonsense=1`\n", "t.pkt:1: unknown sysctl", "nonsense");
    isSkipped("0 `reboot -f`\n", "there is no shell for: reboot -f");
    isSkipped(
        "0 `echo 2 > /sys/module/tcp_cubic/parameters/hystart_detect`\n", "there is no file /sys");
    isSkipped("0 `echo 7 > /proc/sys/net/ipv4/tcp_nonsense`\n", "unknown sysctl net.ipv4.tcp_n");
    isSkipped("--wire_client\n0 `true`\n", "unknown option --wire_client");
    isSkipped(Scripts.SERVER + "+0 select(1) = 5", "system call select");
    isSkipped("0 `tc qdisc replace dev tun0 root fq`\n", "there is no shell for: tc qdisc");
    isSkipped("0 `nstat | grep TcpExtBeyondWindow`\n", "there is no shell for: nstat");
    isSkipped(
        Scripts.SERVER + "+0 setsockopt(4, SOL_SOCKET, SO_NONSENSE, [1], 4) = 0",
        "option SO_NONSENSE is not supported");
    isSkipped(Scripts.SERVER + "+0 send(4, ..., 1, MSG_MORE) = 1", "flag MSG_MORE");
  }

  @Test
  void sysctlsChangeTheStack() {
    String server = "`sysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_timestamps=0`\n" + Scripts.SERVER;
    String offered = server.replace("win 65535 <mss 1000>", "win 65535 <mss 1000,sackOK,nop,nop>");
    passes(offered);
    passes(
        offered.replace(
            "`sysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_timestamps=0`",
            "`../common/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0`"));
    fails(offered.replace("tcp_sack=0", "tcp_sack=1"), "options: expected <mss 1460>");
  }

  @Test
  void aSettingThatChangesTooLateSkipsAndARestorationDoesNot() {
    String late = Scripts.SERVER + "+0 `sysctl net.ipv4.tcp_sack=0`\n";
    passes(late);
    isSkipped(late + "+0 close(4) = 0", "settings do not change while it runs");
  }

  @Test
  void assertionsLookIntoTheConnection() {
    passes(Scripts.SERVER + "+0 %{ assert tcpi_state == TCP_ESTABLISHED, tcpi_state }%");
    fails(
        Scripts.SERVER + "+0 %{ assert tcpi_state == TCP_LISTEN, tcpi_state }%",
        "not so: assert tcpi_state == TCP_LISTEN, tcpi_state (1)");
    isSkipped(Scripts.SERVER + "+0 %{ assert tcpi_nonsense == 1 }%", "nobody knows tcpi_nonsense");
  }

  @Test
  void sequenceNumbersBeginWhereTheyAreToldTo() {
    ScriptResult result =
        Scripts.run(Scripts.SERVER, ScriptOptions.DEFAULT.withIsns(0xffff_ffffL, 0x7fff_ffffL));
    assertThat(result.passed()).as(result.message()).isTrue();
    assertThat(result.trace().get(0)).contains("Flags [S], seq 2147483647");
    assertThat(result.trace().get(1)).contains("Flags [S.], seq 4294967295, ack 2147483648");
  }

  @Test
  void errorsInScriptsHaveAPlace() {
    fails("0 socket(..., SOCK_STREAM, IPPROTO_TCP = 3", "t.pkt:1: expected \")\"");
    fails("0 socket(\n\n+0 < S 0:1(0) win 1", "t.pkt:3:");
    fails("+0 < S 0:0(0)", "an inbound packet needs a window");
    fails("* read(3, ..., 1) = 1", "only an outbound packet");
    fails("+0 < X 0:0(0) win 1", "there is no TCP flag X");
    fails("", "nothing happens");
    fails("0 read(7, ..., 1) = 1", "nothing is open as 7");
  }

  @Test
  void icmpAndUdpAreSpoken() {
    passes(
        """
        0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
        +0 connect(3, ..., ...) = 0
        +0 write(3, ..., 100) = 100
        +0 > udp (100)
        +0.1 < udp (50)
        +0 read(3, ..., 100) = 50
        +0 write(3, ..., 7) = 7
        +0 > udp (7)
        +0.1 < icmp unreachable port_unreachable [udp (7)]
        +0 read(3, ..., 100) = -1 ECONNREFUSED (Connection refused)
        """);
    passes(
        """
        0 socket(..., SOCK_DGRAM, IPPROTO_UDP) = 3
        +0 bind(3, ..., ...) = 0
        +0 < udp (10)
        +0 recvfrom(3, ..., 100, 0, ..., ...) = 10
        """);
    passes("0 < udp 999>4 (10)\n+0 > icmp unreachable port_unreachable\n");
  }

  @Test
  void pollTellsWhatIsReady() {
    passes(
        Scripts.SERVER
            + """
            +0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLOUT}], 1, 0) = 1
            +0...0.05 poll([{fd=4, events=POLLIN, revents=0}], 1, 50) = 0
            +0...0.3 poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, -1) = 1
            +0.25 < P. 1:11(10) ack 1 win 65535
            """);
  }

  @Test
  void codeIsOneProgram() {
    passes(
        Scripts.SERVER
            + "+0 %{ LIMIT = 8; LIMIT += 3 - 1 }%\n+0 %{ assert tcpi_snd_cwnd == LIMIT }%\n");
    fails(
        Scripts.SERVER + "+0 %{ LIMIT = 11 }%\n+0 %{ assert tcpi_snd_cwnd == LIMIT }%\n", "not so");
  }

  @Test
  void anIcmpMessageMayQuoteBeforeItSaysWhatItIs() {
    String sent = Scripts.SERVER + "+0 write(4, ..., 1000) = 1000\n+0 > P. 1:1001(1000) ack 1\n";
    String smaller = "+0 > . 1:537(536) ack 1\n+0 > P. 537:1001(464) ack 1\n";
    passes(sent + "+0 < icmp unreachable frag_needed mtu 576 [1:1001(1000)]\n" + smaller);
    passes(sent + "+0 < [1:1001(1000)] icmp unreachable frag_needed mtu 576\n" + smaller);
    fails(
        sent + "+0 < [1:1001(1000)] . 1:1(0) ack 1 win 1", "only an ICMP message quotes a packet");
  }

  @Test
  void aScriptThatChoosesIpv6HasTheUsualMtu() {
    String offers = Scripts.SERVER.replace("mss 1460", "mss 1440");
    passes("--ip_version=ipv6\n" + offers);
    ScriptOptions ipv6 = ScriptOptions.DEFAULT.withIpVersion(IpVersion.IPV6);
    assertThat(Scripts.run(Scripts.SERVER, ipv6).verdict()).isEqualTo(Verdict.PASSED);
  }

  @Test
  void withinABurstPushMeansNothingUnlessStrict() {
    String burst = Scripts.SERVER + "+0 write(4, ..., 3000) = 3000\n";
    passes(burst + "+0 > . 1:3001(3000) ack 1");
    passes(burst + "+0 > P. 1:1001(1000) ack 1\n+0 > P. 1001:3001(2000) ack 1");
    fails(burst + "+0 > . 1:2001(2000) ack 1\n+0 > . 2001:3001(1000) ack 1", "flags: expected .");
    fails("--strict_segments\n" + burst + "+0 > P. 1:1001(1000) ack 1", "flags: expected P.");
  }

  @Test
  void theTimeOfABlockedCallIsItsOwnAlsoBetweenEvents() {
    fails(
        Scripts.SERVER
            + """
            +0...0.05 poll([{fd=4, events=POLLIN, revents=0}], 1, 60) = 0
            +1 close(4) = 0
            """,
        "poll returns at 0.160000 s, expected at 0.150000 s");
  }
}
