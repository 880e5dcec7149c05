// SPDX-License-Identifier: Apache-2.0
package org.loopstack.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultParserTest {
  private static Duration millis(long n) {
    return Duration.ofMillis(n);
  }

  static Stream<Arguments> texts() {
    Match tcp = Match.tcp();
    Match any = Match.any();
    return Stream.of(
        Arguments.of(
            "drop tcp dst port 8080 flags S times 2",
            Fault.on(tcp.dstPort(8080).flags("S")).drop().times(2)),
        Arguments.of("latency 50ms jitter 10ms", Fault.latency(millis(50), millis(10))),
        Arguments.of("loss 1%", Fault.loss(0.01)),
        Arguments.of("loss 1% bursts 5", Fault.loss(0.01).bursts(5)),
        Arguments.of("latency 1.5s", Fault.latency(millis(1500))),
        Arguments.of(
            "latency 10us..35us ordered",
            Fault.on(any)
                .delay(
                    Delay.uniform(Duration.ofNanos(10_000), Duration.ofNanos(35_000)).ordered())),
        Arguments.of(
            "latency normal 50ms 5ms", Fault.on(any).delay(Delay.normal(millis(50), millis(5)))),
        Arguments.of(
            "latency list 0ms,10ms", Fault.on(any).delay(Delay.list(Duration.ZERO, millis(10)))),
        Arguments.of("jitter 10ms", Fault.jitter(millis(10))),
        Arguments.of("duplicate udp nth 3", Fault.on(Match.udp()).duplicate().nth(3)),
        Arguments.of("duplicate 2", Fault.on(any).duplicate(2)),
        Arguments.of("reorder every 10", Fault.on(any).reorder().every(10)),
        Arguments.of("reorder by 3 within 20ms", Fault.on(any).reorder(3, millis(20))),
        Arguments.of("corrupt 3 bits", Fault.on(any).corrupt(3)),
        Arguments.of(
            "corrupt flip 0,7 payload mended",
            Fault.on(any).corrupt(Corruption.flip(0, 7).inPayload().mended())),
        Arguments.of(
            "corrupt at 9 hex 11 datagram",
            Fault.on(any).corrupt(Corruption.overwrite(9, new byte[] {0x11}).inDatagram())),
        Arguments.of("corrupt 1 bit payload \"GET\"", Fault.on(any.payload("GET")).corrupt(1)),
        Arguments.of("truncate 100", Fault.on(any).truncate(100)),
        Arguments.of("truncate 100 mended", Fault.on(any).truncateMended(100)),
        Arguments.of("bandwidth 10mbit", Fault.bandwidth(10_000_000)),
        Arguments.of(
            "bandwidth 1MB/s burst 64KiB queue 100kB head-drop",
            Fault.on(any)
                .limit(
                    RateLimit.bitsPerSecond(8_000_000)
                        .burst(65_536)
                        .queue(100_000)
                        .discipline(RateLimit.Discipline.HEAD_DROP))),
        Arguments.of("blackhole", Fault.blackhole()),
        Arguments.of("link-down for 10s", Fault.linkDown().during(Duration.ofSeconds(10))),
        Arguments.of("partition 10.0.0.0/8 127.0.0.1", Fault.partition("10.0.0.0/8", "127.0.0.1")),
        Arguments.of("refuse dst port 8080", Fault.refuse(8080)),
        Arguments.of("reset tcp data nth 5", Fault.on(tcp.data()).reset().nth(5)),
        Arguments.of("resetAfter 10kB tcp", Fault.resetAfter(10_000)),
        Arguments.of(
            "answer host-unreachable syn", Fault.on(any.syn()).answer(IcmpError.HOST_UNREACHABLE)),
        Arguments.of("answer packet-too-big 1400", Fault.on(any).answerTooBig(1400)),
        Arguments.of("answer v4 3/13", Fault.on(any).answerIcmp(3, 13)),
        Arguments.of("answer v6 1/5", Fault.on(any).answerIcmpv6(1, 5)),
        Arguments.of("mtu 1280", Fault.mtu(1280)),
        Arguments.of("mtu 1280 silent", Fault.on(any).silentMtu(1280)),
        Arguments.of("slow-accept 2 tcp dst port 80", Fault.slowAccept(80, 2)),
        Arguments.of("slow-accept 2 every 100ms tcp", Fault.on(tcp).slowAccept(2, millis(100))),
        Arguments.of("drop-syn tcp dst port 80 times 1", Fault.dropSyn(80).times(1)),
        Arguments.of(
            "drop ip6 src fd00::/8 dst host ::1 src port 1000-2000 size 100..200",
            Fault.on(any.ipv6().src("fd00::/8").dst("::1").srcPort(1000, 2000).size(100, 200))
                .drop()),
        Arguments.of(
            "drop host 127.0.0.1 port 53 proto 17 out",
            Fault.on(any.host("127.0.0.1").port(53).protocol(17).outgoing()).drop()),
        Arguments.of(
            "drop payload at 4 hex 0aff",
            Fault.on(any.payloadAt(4, new byte[] {0x0a, (byte) 0xff})).drop()),
        Arguments.of("drop payload \"a \\\"b\\\" c\"", Fault.on(any.payload("a \"b\" c")).drop()),
        Arguments.of(
            "drop size 1000.. skip 2 every 3 probability 50% after 1s for 2m per-connection named"
                + " x",
            Fault.on(any.size(1000, Integer.MAX_VALUE))
                .drop()
                .skip(2)
                .every(3)
                .probability(0.5)
                .after(Duration.ofSeconds(1))
                .during(Duration.ofMinutes(2))
                .perConnection()
                .named("x")));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void aTextIsTheRuleThatTheBuilderMakesAndIsPrintedSoThatItCanBeReadAgain(
      String text, Fault rule) {
    assertThat(Fault.parse(text)).isEqualTo(rule).hasSameHashCodeAs(rule);
    assertThat(Fault.parse(rule.toString())).as(rule.toString()).isEqualTo(rule);
  }

  @Test
  void theTextIsTheShortestThatPeopleWrite() {
    assertThat(Fault.on(Match.tcp().dstPort(8080).syn()).drop().times(2))
        .hasToString("drop tcp dst port 8080 flags S!A times 2");
    assertThat(Fault.on(Match.udp()).loss(0.015).named("x")).hasToString("loss 1.5% udp named x");
    assertThat(Fault.partition("127.0.0.1", "127.0.0.2"))
        .hasToString("partition between 127.0.0.1 127.0.0.2");
    assertThat(Fault.bandwidth(1_500_000)).hasToString("bandwidth 1500kbit");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                        | A rule begins with what it does, one of drop, loss,",
        "dorp tcp                  | \"dorp\" is none of what a rule can do: drop, loss,",
        "drop tpc                  | \"tpc\" is none of what can follow: tcp, udp,",
        "loss                      | a probability is missing behind \"loss\"",
        "loss 150%                 | A probability is 0 to 1 (in the text of a rule 0% to 100%):"
            + " 1.5",
        "loss much                 | not a probability, as 1% or 0.01: \"much\"",
        "latency 50                | not a time with its unit (ns, us, ms, s, m or h), as 50ms:"
            + " \"50\"",
        "latency 10ms jitter 50ms  | The jitter is at most the latency",
        "latency 400h jitter 1ms for 9000h | The time of the rule is 0 to 365 days: 32400000s",
        "bandwidth 10              | not a rate with its unit",
        "bandwidth 0mbit           | The rate in bits per second is 1 to 1000000000000: 0",
        "drop port 70000           | The port is 0 to 65535: 70000",
        "drop port 90-80           | A range of ports begins with the lower one: 90-80",
        "drop port http            | not a whole number: \"http\"",
        "drop src 127.0.0.300      | not an address or prefix (127.0.0.1, 10.0.0.0/8, ::1,"
            + " fd00::/8):",
        "drop flags X              | not TCP flags (letters of FSRPAUEW,",
        "drop tcp udp              | A datagram carries one protocol: tcp and udp",
        "drop ip4 ip6              | A datagram is IPv4 or IPv6: ip4 and ip6",
        "drop between 127.0.0.1 ::1| No datagram passes between IPv4 and IPv6: 127.0.0.1 and ::1",
        "drop times 0              | The number of times is at least 1: 0",
        "drop size 9..3            | A range of sizes begins with the smaller one: 9..3",
        "drop payload hex 1        | not bytes as hexadecimal digits, two for each: \"1\"",
        "drop payload \"abc        | the quotation mark before abc is never closed",
        "drop named a/b            | The name of a rule has 1 to 64 letters, digits,",
        "mtu 67                    | The MTU is 68 to 65575: 67",
        "truncate 0                | The length is 1 to 65575: 0",
        "duplicate 101             | The number of copies is 1 to 100: 101",
        "corrupt 0 bits            | The number of bits is 1 to 1000: 0",
        "answer nonsense           | \"nonsense\" is no answer, they are net-unreachable,",
        "answer v4 8/0             | The type of an ICMP error is 3, 4, 5, 11 or 12: 8",
        "reset udp                 | reset is about TCP, and what matches is not: udp",
        "reset-after 10 times 2    | reset-after 10 counts by itself: times cannot be said with it",
        "loss 60% bursts 1         | a burst has at least 1.5 datagrams on the average: 1.0",
        "drop bursts 3             | Bursts come with a probability above 0% and below 100%: 100%",
      })
  void aBadRuleIsRefusedWithTheWordAndWhatIsAllowed(String text, String reason) {
    assertThatThrownBy(() -> Fault.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason.strip())
        .hasMessageContaining(text.isEmpty() ? "\"\"" : "In \"" + text + "\": ");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void aProbabilityIsCheckedByTheBuilderToo(double value) {
    assertThatThrownBy(() -> Fault.loss(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(": " + value);
  }
}
