// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.loopstack.wire.TcpHeader;

class LanguageTest {
  private final Map<String, String> defines = new HashMap<>();

  private Script parse(String text) {
    List<Preprocessor.Line> lines = new Preprocessor(defines).process("t", text, null);
    return Parser.parse("t", lines, defines);
  }

  private Event only(String text) {
    List<Event> events = parse(text).events();
    assertThat(events).hasSize(1);
    return events.getFirst();
  }

  private PacketSpec.TcpPacket tcp(String text) {
    return (PacketSpec.TcpPacket) ((Event.PacketEvent) only(text)).packet();
  }

  @Test
  void timesAreAbsoluteRelativeRangedOrAny() {
    String packet = " > . 1:1(0) ack 1";
    assertThat(only("0.5" + packet).time())
        .isEqualTo(new EventTime(EventTime.Kind.ABSOLUTE, 500_000_000, 500_000_000));
    assertThat(only("+.001" + packet).time())
        .isEqualTo(new EventTime(EventTime.Kind.RELATIVE, 1_000_000, 1_000_000));
    assertThat(only("1~2" + packet).time().kind()).isEqualTo(EventTime.Kind.ABSOLUTE_RANGE);
    assertThat(only("+1~+2.5" + packet).time())
        .isEqualTo(new EventTime(EventTime.Kind.RELATIVE_RANGE, 1_000_000_000L, 2_500_000_000L));
    assertThat(only("*" + packet).time().kind()).isEqualTo(EventTime.Kind.ANY);
  }

  @Test
  void aBlockingCallHasAnEnd() {
    Event.CallEvent call = (Event.CallEvent) only("0.100...0.200 read(4, ..., 10) = 10");
    assertThat(call.time().from()).isEqualTo(100_000_000L);
    assertThat(call.end()).isEqualTo(200_000_000L);
    assertThat(call.call().arguments()).hasSize(3);
  }

  @Test
  void flagsAreLetters() {
    assertThat(tcp("0 > SEW 0:0(0)").flags())
        .isEqualTo(TcpHeader.SYN | TcpHeader.ECE | TcpHeader.CWR);
    assertThat(tcp("0 > FPU. 0:1(1) ack 1").flags())
        .isEqualTo(TcpHeader.FIN | TcpHeader.PSH | TcpHeader.URG | TcpHeader.ACK);
    assertThat(tcp("0 > - 0:0(0)").flags()).isZero();
    assertThat(tcp("0 > R.5 0:0(0) ack 1").flags())
        .isEqualTo(TcpHeader.RST | TcpHeader.ACK | TcpHeader.AE | TcpHeader.ECE);
  }

  @Test
  void optionsAreRead() {
    assertThat(
            tcp("0 > S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7,FO 3021b9,eol>")
                .options())
        .containsExactly(
            new TcpOption.Mss(1460),
            new TcpOption.SackPermitted(),
            new TcpOption.Timestamps(1, 2),
            new TcpOption.Nop(),
            new TcpOption.WindowScale(7),
            new TcpOption.FastOpen("3021b9", false),
            new TcpOption.End());
    assertThat(tcp("0 > . 1:1(0) ack 1 <nop,nop,sack 1:2 5:9>").options())
        .contains(
            new TcpOption.Sack(List.of(new TcpOption.Block(1, 2), new TcpOption.Block(5, 9))));
    assertThat(tcp("0 > . 1:1(0) ack 1 <...>").options()).isNull();
  }

  @Test
  void optionsSurviveTheWire() {
    List<TcpOption> options =
        tcp("0 > S 0:0(0) <mss 1,sack 1:2 4294967295:9,TS val 4294967295 ecr 2,FOEXP 12,md5 ab>")
            .options();
    byte[] bytes = OptionCodec.encode(options);
    assertThat(OptionCodec.decode(bytes, 0, bytes.length)).isEqualTo(options);
  }

  @Test
  void marksPortsAndSequenceNumbersAreRead() {
    PacketSpec.TcpPacket p =
        tcp("0 <[tos 0x1a, ttl 7] 40 > 50 P. 4294967290:4(10) ack 5 win 6 urg 7");
    assertThat(p.ip()).isEqualTo(new PacketSpec.IpMarks(PacketSpec.TosCheck.TOS, 0x1a, 7, 0));
    assertThat(p.ports()).isEqualTo(new PacketSpec.Ports(40, 50));
    assertThat(p.sequence()).isEqualTo(4294967290L);
    assertThat(p.length()).isEqualTo(10);
    assertThat(p.acknowledgment()).isEqualTo(5);
    assertThat(p.window()).isEqualTo(6);
    assertThat(p.urgentPointer()).isEqualTo(7);
  }

  @Test
  void commentsOfAllKindsArePassedOver() {
    assertThat(parse("// a\n# b\n/* c\n d */ 0 `true` // e\n").events()).hasSize(1);
  }

  @Test
  void thePreprocessorKeepsWhatItIsToldTo() {
    String text = "#ifdef A\n0 `a`\n#else\n0 `b`\n#endif\n#ifndef A\n0 `c`\n#endif\n";
    assertThat(commands(text)).containsExactly("b", "c");
    defines.put("A", "1");
    assertThat(commands(text)).containsExactly("a");
    assertThat(commands("#if 0\n0 `a`\n#endif\n#define X foo\n0 `b`")).containsExactly("b");
    assertThatThrownBy(() -> parse("#ifdef A\n0 `a`\n")).hasMessage("#ifdef without #endif");
    assertThatThrownBy(() -> parse("#endif")).hasMessage("there is no #ifdef for this");
  }

  private List<String> commands(String text) {
    List<String> all = new ArrayList<>();
    for (Event each : parse(text).events()) {
      all.add(((Event.CommandEvent) each).command());
    }
    return all;
  }

  @Test
  void definedWordsAreReplaced() {
    Event.CallEvent call =
        (Event.CallEvent) only("--define=CC=\"reno\"\n0 setsockopt(3, SOL_TCP, X, CC, 4) = 0");
    assertThat(call.call().arguments().get(3)).isEqualTo(new Expression.Text("reno"));
  }

  @Test
  void structuresAreRead() {
    Event.CallEvent call =
        (Event.CallEvent)
            only(
                "0 f(3, {sa_family = AF_INET, sin_port = htons(80), sin_addr ="
                    + " inet_addr(\"1.2.3.4\")}, [{..., 10}, {..., 20}], A|B) = -1 EAGAIN (Try"
                    + " it)");
    assertThat(call.call().errno()).isEqualTo("EAGAIN");
    var any =
        new org.loopstack.transport.TransportAddress(org.loopstack.wire.IpAddress.IPV4_ANY, 0);
    assertThat(Expressions.address(call.call().arguments().get(1), any, call.position()).toString())
        .isEqualTo("1.2.3.4:80");
    assertThat(Expressions.sizes(call.call().arguments().get(2), call.position()))
        .containsExactly(10, 20);
  }

  @Test
  void snippetsReckonAsPythonDoes() {
    Position at = new Position("t", 1);
    Map<String, Object> names = new HashMap<>(Map.of("x", 7L));
    for (String truth :
        List.of(
            "x == 7",
            "1 < x <= 7",
            "not x == 8",
            "x & 3 == 3 and x",
            "x | 8 == 15",
            "-x == -7",
            "x // 2 == 3",
            "x % 4 == 3",
            "(x + 1) * 2 == 16",
            "abs(-x) == x",
            "min(x, 3) == 3",
            "x << 1 == 14",
            "x == 8 or x == 7",
            "'a' == \"a\"",
            "x / 2 == 3.5",
            "0x10 == 16")) {
      Snippet.run("assert " + truth + ", x  # why\n", names, at);
    }
    for (String lie : List.of("x != 7", "x < 7", "x and 0", "not 1", "7 < x < 9", "'a' == 'b'")) {
      assertThatThrownBy(() -> Snippet.run("assert " + lie + ", x", names, at))
          .hasMessage("not so: assert " + lie + ", x (7)");
    }
    Snippet.run("y = x + 1; print(y)\nassert y == 8", names, at);
    assertThatThrownBy(() -> Snippet.run("for i in x: pass", names, at))
        .hasMessageStartingWith("only simple Python");
  }

  @Test
  void aTemplateIsEveryCombinationOfItsCases() {
    String text =
        """
        %axis state
        %case one seq=1 reply="a $(seq+1)"
        %case two seq=4294967295 reply="b $(seq+2)"
        %axis kind
        %case x k=F
        %case y k=""
        $(k) $(seq) $(reply)
        %if k=F only $(axis2)
        """;
    List<Template.Expansion> all = Template.expand("t", text);
    assertThat(all).hasSize(4);
    assertThat(all.get(0).name()).isEqualTo("[one/x]");
    assertThat(all.get(0).text().strip()).isEqualTo("F 1 a 2\nonly x");
    assertThat(all.get(3).text().strip()).isEqualTo("4294967295 b 1");
    assertThatThrownBy(() -> Template.expand("t", "$(nobody)"))
        .hasMessage("no case says what nobody is");
  }
}
