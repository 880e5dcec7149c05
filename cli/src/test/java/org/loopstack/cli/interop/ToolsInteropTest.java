// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.cli.service.EchoService;
import org.loopstack.wire.DropReason;

/** The tools that people look at a network with. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ToolsInteropTest {
  private static final int PORT = 65_432;

  @TempDir Path folder;

  private TunWorld world;

  @BeforeEach
  void open() throws Exception {
    world = TunWorld.open(folder);
    List<InetAddress> addresses =
        List.of(InetAddress.ofLiteral(TunWorld.OURS), InetAddress.ofLiteral(TunWorld.OURS6));
    world.with(EchoService.start(world.ours(), PORT, addresses));
  }

  @AfterEach
  void close() throws Exception {
    if (world != null) {
      world.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {TunWorld.OURS, TunWorld.OURS6})
  void ncSendsAFileAndGetsItBack(String host) throws Exception {
    TunWorld.needs("nc.openbsd");
    byte[] data = new byte[1_000_000];
    new Random(2).nextBytes(data);
    Files.write(folder.resolve("data"), data);
    world.shell("nc.openbsd -N " + host + " " + PORT + " <data >got");

    assertThat(Files.mismatch(folder.resolve("got"), folder.resolve("data"))).isEqualTo(-1);
    assertThat(world.shell("printf abc | nc.openbsd -u -w 20 -W 1 " + host + " " + PORT))
        .isEqualTo("abc");
    assertThat(world.shell("nc.openbsd -z -w 5 " + host + " 9 || echo refused"))
        .isEqualTo("refused\n");
    world.inspect();
  }

  @Test
  void telnetTalks() throws Exception {
    TunWorld.needs("telnet");
    // It ends when the connection does, which is when the line has come back.
    String said =
        world.shell(
            "mkfifo in; telnet "
                + TunWorld.OURS
                + " "
                + PORT
                + " <in >out 2>&1 & exec 3>in;"
                + " echo through >&3; i=0;"
                + " until grep -q '^through' out || [ $i -gt 100000 ]; do i=$((i + 1)); done;"
                + " exec 3>&-; cat out");

    assertThat(said).contains("Connected to " + TunWorld.OURS).contains("\nthrough");
  }

  @ParameterizedTest
  @ValueSource(strings = {TunWorld.OURS, TunWorld.OURS6})
  void everyPingOfAFloodIsAnsweredAndLargeOnesToo(String host) throws Exception {
    // Without -w it waits for the last ones no longer than twice the usual round trip. With it, it
    // goes on until so many are answered: what is then still under way it calls lost.
    assertThat(world.run("ping", "-f", "-q", "-c", "5000", "-w", "50", host))
        .containsPattern(" (5\\d{3}|\\d{5,}) received");
    // What the kernel tells the groups of its neighbours is for nobody here, nor what it says
    // first.
    assertThat(world.onTun().counters().drops().keySet())
        .isSubsetOf(DropReason.MULTICAST_NOT_MEMBER, DropReason.LINK_DOWN);
    assertThat(world.run("ping", "-q", "-i", "0.01", "-c", "20", "-w", "50", "-s", "60000", host))
        .containsPattern(" ([2-9]\\d|\\d{3,}) received");
    world.inspect();
  }

  @Test
  void nmapSeesWhatIsOpenAndWhatIsNot() throws Exception {
    String tcp =
        world.run("nmap", "-n", "-Pn", "-sS", "-p", "1-300," + PORT, "--reason", TunWorld.OURS);
    assertThat(tcp).containsPattern("65432/tcp +open +unknown +syn-ack").contains("300 closed tcp");
    String udp =
        world.run(
            "nmap",
            "-n",
            "-Pn",
            "-sU",
            "-p",
            "7,9,53",
            "--max-retries",
            "3",
            "--reason",
            TunWorld.OURS);
    // Closed is what an ICMP error says, and only a closed port gets one.
    assertThat(udp).contains("7/udp  closed", "9/udp  closed", "53/udp closed", "port-unreach");
    String system =
        world.run("nmap", "-n", "-Pn", "-O", "-p", "1-20," + PORT, "--osscan-guess", TunWorld.OURS);
    assertThat(system).contains("65432/tcp open");
    assertThat(world.run("ping", "-c", "1", TunWorld.OURS)).contains("1 received");
    world.inspect();
  }

  @ParameterizedTest
  @ValueSource(strings = {TunWorld.OURS, TunWorld.OURS6})
  void digIsAnsweredOverUdpAndByATruncatedAnswerLedToTcp(String host) throws Exception {
    world.with(TinyNameServer.start(world.ours(), host));
    String[] dig = {"dig", "+short", "+time=10", "@" + host};

    assertThat(world.run(dig[0], dig[1], dig[2], dig[3], "one.test")).isEqualTo("192.0.2.1\n");
    assertThat(world.run(dig[0], dig[1], dig[2], dig[3], "+tcp", "one.test"))
        .isEqualTo("192.0.2.1\n");
    assertThat(world.run(dig[0], dig[2], dig[3], "many.test"))
        .contains("retrying in TCP mode")
        .contains("ANSWER: 100,");
    world.inspect();
  }
}
