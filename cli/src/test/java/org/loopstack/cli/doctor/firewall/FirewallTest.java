// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor.firewall;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.cli.doctor.CheckTests.listen;
import static org.loopstack.cli.doctor.CheckTests.look;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.loopstack.cli.doctor.Finding;
import org.loopstack.cli.doctor.Severity;
import org.loopstack.cli.doctor.check.FirewallCheck;
import org.loopstack.cli.machine.TestNetwork;
import org.loopstack.linux.namespace.NetworkNamespace;
import org.loopstack.linux.netlink.NftExpression;
import org.loopstack.linux.netlink.NftExpression.Verdict;
import org.loopstack.linux.netlink.Nftables;

/** Rules in a network of their own: what the doctor says of them, and what the kernel does. */
@EnabledOnOs(OS.LINUX)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FirewallTest {
  private static final int INPUT = 1;
  private static final int OUTPUT = 3;
  private static final int PORT = 8080;

  /** Whether a client in fact gets to a server there. */
  private static boolean connects(NetworkNamespace network, String address) throws IOException {
    try (ServerSocketChannel _ = listen(network, address, PORT)) {
      return network.call(
          () -> {
            try (Socket socket = new Socket()) {
              socket.connect(new InetSocketAddress(address, PORT), 300);
              return true;
            } catch (IOException e) {
              return false;
            }
          });
    }
  }

  private static List<Finding> judge(NetworkNamespace network, NftRules rules) throws IOException {
    rules.addTo(network);
    return look(network, new FirewallCheck(PORT));
  }

  @Test
  void noRulesAreNoObstacle() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(judge(network, new NftRules())).isEmpty();
      assertThat(connects(network, "127.0.0.1")).isTrue();
    }
  }

  @Test
  void aRuleThatDropsIsFoundAndMended() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, false);
      rules.rule("in", rules.fromLoopback(), rules.counter(), rules.verdict(Verdict.DROP, null));
      List<Finding> found = judge(network, rules);

      assertThat(found).hasSize(1);
      assertThat(found.getFirst().severity()).isEqualTo(Severity.ERROR);
      assertThat(found.getFirst().seen())
          .matches("the firewall's rule \\d+ of inet test in drops TCP to 127.0.0.1 port 8080");
      assertThat(found.getFirst().mend()).matches("nft delete rule inet test in handle \\d+");
      assertThat(connects(network, "127.0.0.1")).isFalse();
      assertThat(connects(network, "::1")).isFalse();
    }
  }

  @Test
  void whatTheKernelTellsOfARuleIsUnderstood() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, true).chain("more");
      rules.rule("in", rules.fromLoopback(), rules.counter(), rules.verdict(Verdict.JUMP, "more"));
      rules.addTo(network);
      Nftables.RuleSet read = NftRules.read(network);

      assertThat(read.chains()).hasSize(2);
      assertThat(read.chains().getFirst())
          .isEqualTo(new Nftables.Chain(Nftables.INET, "test", "in", INPUT, 0, 0, "filter"));
      assertThat(read.chains().getLast().hook()).isEqualTo(-1);
      assertThat(read.rules()).hasSize(1);
      assertThat(read.rules().getFirst().expressions())
          .hasSize(4)
          .satisfies(
              e -> {
                assertThat(e.get(0)).isEqualTo(new NftExpression.Meta(1, 6));
                assertThat(e.get(1))
                    .isInstanceOfSatisfying(
                        NftExpression.Compare.class,
                        c -> assertThat(new String(c.value()).trim()).isEqualTo("lo"));
                assertThat(e.get(2)).isEqualTo(new NftExpression.Counter(0));
                assertThat(e.get(3)).isEqualTo(new Verdict(Verdict.JUMP, "more"));
              });
    }
  }

  @Test
  void aRuleForAnotherPortOrInterfaceIsNoObstacle() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, false);
      rules
          .rule("in", rules.tcp(), rules.port(PORT + 1), rules.verdict(Verdict.DROP, null))
          .rule("in", rules.toLoopback(), rules.verdict(Verdict.DROP, null));
      assertThat(judge(network, rules)).isEmpty();
      assertThat(connects(network, "127.0.0.1")).isTrue();
    }
  }

  @Test
  void aPortThatIsRefusedOnItsWayOutIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("out", OUTPUT, false);
      rules.rule("out", rules.tcp(), rules.port(PORT), rules.reset());
      assertThat(judge(network, rules))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.seen()).contains(" of inet test out rejects TCP to 127.0.0.1");
                assertThat(f.why()).contains("refused though somebody listens");
              });
      assertThat(connects(network, "127.0.0.1")).isFalse();
    }
  }

  @Test
  void aPolicyThatDropsIsFoundUnlessTheLoopbackIsAccepted() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      assertThat(judge(network, new NftRules().base("in", INPUT, true)))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.seen()).contains("chain inet test in drops what no rule accepts");
                assertThat(f.mend()).isEqualTo("nft insert rule inet test in iif lo accept");
              });
      assertThat(connects(network, "127.0.0.1")).isFalse();
    }
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, true);
      rules.rule("in", rules.fromLoopback(), rules.verdict(Verdict.ACCEPT, null));
      assertThat(judge(network, rules)).isEmpty();
      assertThat(connects(network, "127.0.0.1")).isTrue();
    }
  }

  @Test
  void chainsThatAreJumpedToAreFollowedAndReturnedFrom() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, false).chain("a").chain("b");
      rules
          .rule("in", rules.fromLoopback(), rules.verdict(Verdict.JUMP, "a"))
          .rule("a", rules.tcp(), rules.verdict(Verdict.RETURN, null))
          .rule("a", rules.verdict(Verdict.DROP, null))
          .rule("in", rules.tcp(), rules.verdict(Verdict.GO_TO, "b"))
          .rule("b", rules.counter());
      assertThat(judge(network, rules))
          .extracting(Finding::seen)
          .singleElement()
          .satisfies(seen -> assertThat(seen).contains("of inet test a drops UDP"));
      assertThat(connects(network, "127.0.0.1")).isTrue();
    }
  }

  @Test
  void rulesOfTheOldIptablesAreFoundToo() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      LegacyRules.addTo(network);
      assertThat(look(network, new FirewallCheck(PORT)))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.severity()).isEqualTo(Severity.ERROR);
                assertThat(f.seen())
                    .isEqualTo(
                        "the firewall's rule 1 of ip filter (legacy) mine drops TCP to 127.0.0.1"
                            + " port 8080");
                assertThat(f.mend()).isEqualTo("iptables-legacy -t filter -D mine 1");
              });
      assertThat(connects(network, "127.0.0.1")).isFalse();
      assertThat(connects(network, "::1")).isTrue();
      assertThat(look(network, new FirewallCheck(PORT + 1))).isEmpty();
    }
  }

  @Test
  void anAnswerThatIsDroppedIsFound() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, true);
      rules.rule("in", rules.tcp(), rules.port(PORT), rules.verdict(Verdict.ACCEPT, null));
      assertThat(judge(network, rules))
          .singleElement()
          .satisfies(
              f ->
                  assertThat(f.seen())
                      .contains("none accepts the answer to TCP to 127.0.0.1 port 8080 on lo"));
      assertThat(connects(network, "127.0.0.1")).isFalse();
    }
  }

  @Test
  void aRuleThatDropsAtTimesIsAWarning() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, false);
      rules.rule("in", rules.fromLoopback(), rules.limit(), rules.verdict(Verdict.DROP, null));
      assertThat(judge(network, rules))
          .singleElement()
          .satisfies(
              f -> {
                assertThat(f.severity()).isEqualTo(Severity.WARNING);
                assertThat(f.seen()).contains("at times drops");
              });
    }
  }

  @Test
  void aLimitThatIsNotAboutTheLoopbackIsNotMentioned() throws Exception {
    try (NetworkNamespace network = TestNetwork.up()) {
      NftRules rules = new NftRules().base("in", INPUT, false);
      rules.rule("in", rules.tcp(), rules.limit(), rules.verdict(Verdict.DROP, null));
      assertThat(judge(network, rules)).isEmpty();
    }
  }
}
