// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.Stack;
import org.loopstack.StackConfiguration;
import org.loopstack.StackSnapshot.Socket;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpPrefix;

/** What ss, nstat and ip route of iproute2 6.1 print, of a stack in virtual time. */
class InspectorPrintersTest {
  private static final SocketPrinter.Choice PLAIN =
      new SocketPrinter.Choice(false, true, false, false, false, false, null, false);
  private static final SocketPrinter.Choice FULL =
      new SocketPrinter.Choice(true, false, true, true, true, true, _ -> "\"lo\",pid=7", true);

  private final VirtualClock clock = new VirtualClock();
  private final Stack stack =
      Stack.create(StackConfiguration.linux().toBuilder().clock(clock).build());
  private SocketChannel client;
  private int port;

  @BeforeEach
  void converse() throws Exception {
    ServerSocketChannel server = stack.selectorProvider().openServerSocketChannel();
    server.bind(new InetSocketAddress("127.0.0.1", 8080), 5);
    client = stack.selectorProvider().openSocketChannel();
    client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    client.connect(new InetSocketAddress("127.0.0.1", 8080));
    port = ((InetSocketAddress) client.getLocalAddress()).getPort();
    SocketChannel accepted = server.accept();
    client.write(ByteBuffer.allocate(10_000));
    accepted.read(ByteBuffer.allocate(10_000));
    accepted.write(ByteBuffer.allocate(5));
    DatagramChannel datagrams = stack.selectorProvider().openDatagramChannel();
    datagrams.bind(new InetSocketAddress("::1", 5353));
    clock.advance(Duration.ofSeconds(60));
  }

  @AfterEach
  void close() {
    stack.close();
  }

  private List<Socket> sockets(String filter) {
    SocketFilter parsed = new SocketFilter(List.of(filter.split(" ")));
    return stack.snapshot().sockets().stream().filter(parsed::accepts).toList();
  }

  private static String words(String line) {
    return line.strip().replaceAll("\\s+", " ");
  }

  @Test
  void socketsStandInTheColumnsOfSs() {
    String text = new SocketPrinter(PLAIN).text(sockets("state established"));
    List<String> lines = text.lines().toList();
    assertThat(words(lines.getFirst()))
        .isEqualTo("State Recv-Q Send-Q Local Address:Port Peer Address:Port Process");
    assertThat(lines.stream().skip(1).map(InspectorPrintersTest::words))
        .containsExactlyInAnyOrder(
            "ESTAB 0 0 127.0.0.1:8080 127.0.0.1:" + port,
            "ESTAB 5 0 127.0.0.1:" + port + " 127.0.0.1:8080");
    // The colons of a column stand below each other.
    assertThat(lines.stream().map(line -> line.indexOf(':')).distinct()).hasSize(1);
  }

  @Test
  void whatListensHasItsQueueAndItsBacklog() {
    assertThat(
            words(
                new SocketPrinter(PLAIN).text(sockets("state listening")).lines().toList().get(1)))
        .isEqualTo("LISTEN 0 5 127.0.0.1:8080 0.0.0.0:*");
  }

  @Test
  void theDetailsComeInTheOrderAndTheWordsOfSs() {
    String line = new SocketPrinter(FULL).text(sockets("state established sport = :" + port));
    assertThat(line)
        .contains("users:((\"lo\",pid=7)) timer:(keepalive,119min,0) opts:(")
        .contains("SO_KEEPALIVE")
        .contains(" skmem:(r")
        .containsPattern(
            " ts sack cubic wscale:\\d+,\\d+ rto:\\d+ .*mss:\\d+ pmtu:65536 rcvmss:\\d+"
                + " advmss:65495 cwnd:\\d+ bytes_sent:10000 bytes_acked:10001 bytes_received:5"
                + " segs_out:\\d+ segs_in:\\d+ data_segs_out:1 data_segs_in:1 .*lastsnd:60000"
                + " lastrcv:60000 lastack:\\d+ .*delivered:2 .*rcv_space:\\d+"
                + " rcv_ssthresh:\\d+.* snd_wnd:\\d+");
  }

  @Test
  void allThereIsToKnowIsInTheJson() {
    JsonObject one =
        JsonParser.parseString(SocketPrinter.json(sockets("sport = :" + port)))
            .getAsJsonArray()
            .get(0)
            .getAsJsonObject();
    assertThat(one.get("state").getAsString()).isEqualTo("ESTAB");
    assertThat(one.get("dport").getAsInt()).isEqualTo(8080);
    assertThat(one.getAsJsonObject("timer").get("kind").getAsString()).isEqualTo("keepalive");
    assertThat(one.getAsJsonObject("tcp_info").get("bytes_sent").getAsInt()).isEqualTo(10_000);
    assertThat(one.getAsJsonObject("skmem").get("drops").getAsInt()).isZero();
    assertThat(one.getAsJsonObject("opts").get("SO_KEEPALIVE").getAsString()).isEqualTo("on");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "state established                                        | 2",
        "state all                                                | 4",
        "state connected                                          | 2",
        "exclude established                                      | 2",
        "state listening                                          | 1",
        "state listening state closed                             | 2",
        "sport = :8080                                            | 2",
        "sport :8080                                              | 2",
        "sport eq 8080                                            | 2",
        "dport = :8080                                            | 1",
        "( sport = :8080 or dport = :8080 ) and not state         | -1",
        "(sport = :8080 or dport = :8080)                         | 3",
        "not sport = :8080                                        | 2",
        "! sport = :8080                                          | 2",
        "sport > :5352 sport < :5354                              | 1",
        "src 127.0.0.0/8                                          | 3",
        "src [::1]:5353                                           | 1",
        "src ::1                                                  | 1",
        "dst 127.0.0.1:8080                                       | 1",
        "dst :8080                                                | 1",
        "dst != 127.0.0.1                                         | 2",
        "state nowhere                                            | -1",
        "sport = :http                                            | -1",
        "sport = :70000                                           | -1",
        "dst 127.0.0                                              | -1",
        "( sport = :1                                             | -1",
        "sport =                                                  | -1",
        "dst > 127.0.0.1                                          | -1",
      })
  void filtersAreThoseOfSs(String filter, int count) {
    if (count < 0) {
      assertThatThrownBy(() -> sockets(filter)).isInstanceOf(IllegalArgumentException.class);
    } else {
      assertThat(sockets(filter)).hasSize(count);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "204, 204ms",
    "40, 040ms",
    "3250, 3.250ms",
    "59999, 59sec",
    "64000, 1min4sec",
    "7140000, 119min",
    "0, ''"
  })
  void timesAreShortenedAsSsDoes(long milliseconds, String printed) {
    assertThat(SocketDetailsPrinter.time(milliseconds)).isEqualTo(printed);
  }

  @ParameterizedTest
  @CsvSource({"15, 0.015", "204000, 204", "123456789, 123457", "1500, 1.5", "40000, 40"})
  void fractionsHaveSixDigitsAtMost(long micros, String printed) {
    assertThat(SocketDetailsPrinter.millis(micros)).isEqualTo(printed);
  }

  @Test
  void aSummaryCountsByProtocolAndVersion() {
    assertThat(SocketPrinter.summary(stack.snapshot().sockets()).lines().map(String::strip))
        .startsWith("Total: 4", "TCP:   3 (estab 2, closed 0, orphaned 0, timewait 0)")
        .anyMatch(line -> line.matches("UDP\\s+1\\s+0\\s+1"))
        .anyMatch(line -> line.matches("TCP\\s+3\\s+3\\s+0"));
  }

  @Test
  void countersAreLaidOutAsNstatDoes() {
    Map<String, Long> counters = new LinkedHashMap<>();
    counters.put("IpInReceives", 19L);
    counters.put("TcpInErrs", 0L);
    counters.put("TcpExtTCPOrigDataSent", 4L);
    assertThat(new CounterPrinter(List.of(), false).text(counters))
        .isEqualTo(
            """
            #kernel
            IpInReceives                    19                 0.0
            TcpExtTCPOrigDataSent           4                  0.0
            """);
    assertThat(new CounterPrinter(List.of("tcp*"), true).text(counters))
        .isEqualTo(
            """
            #kernel
            TcpInErrs                       0                  0.0
            TcpExtTCPOrigDataSent           4                  0.0
            """);
    assertThat(new CounterPrinter(List.of("*Err?"), true).json(counters))
        .isEqualTo("{\"kernel\":{\"TcpInErrs\":0}}\n");
  }

  @Test
  void dropsComeWithWhatTheyMean() {
    Map<DropReason, Long> drops = Map.of(DropReason.UDP_NO_PORT, 3L);
    assertThat(new CounterPrinter(List.of(), false).drops(drops))
        .isEqualTo(
            "UDP_NO_PORT                     3               no socket is bound to the UDP port\n");
    assertThat(new CounterPrinter(List.of(), false).jsonDrops(drops))
        .isEqualTo(
            "{\"drops\":{\"UDP_NO_PORT\":{\"count\":3,"
                + "\"description\":\"no socket is bound to the UDP port\"}}}\n");
  }

  private RoutePrinter routes() {
    return new RoutePrinter(stack.snapshot().interfaces());
  }

  @Test
  void theLocalTableIsThatOfIpRoute() {
    RoutePrinter ipv4 = routes();
    ipv4.addLocal(stack.snapshot().localRoutes(), false, null);
    assertThat(ipv4.text().lines().map(String::strip))
        .contains(
            "local 127.0.0.0/8 dev lo proto kernel scope host src 127.0.0.1",
            "local 127.0.0.1 dev lo proto kernel scope host src 127.0.0.1");
    assertThat(ipv4.json())
        .contains(
            "{\"type\":\"local\",\"dst\":\"127.0.0.1\",\"dev\":\"lo\",\"protocol\":\"kernel\","
                + "\"scope\":\"host\",\"prefsrc\":\"127.0.0.1\",\"flags\":[]}");
    RoutePrinter ipv6 = routes();
    ipv6.addLocal(stack.snapshot().localRoutes(), true, "local");
    assertThat(ipv6.text())
        .isEqualTo("local ::1 dev lo table local proto kernel metric 0 pref medium\n");
  }

  @Test
  void theMainTableTellsTheWaysOut() throws Exception {
    Wire wire = new Wire(stack.engine().scheduler(), 1500);
    var eth = stack.addInterface("eth0", wire.left(), "10.0.0.2/24");
    stack.routes().add(IpPrefix.parse("0.0.0.0/0"), IpAddress.parse("10.0.0.1"), eth);
    RoutePrinter printer = routes();
    printer.add(stack.snapshot().routes(), false, null);
    assertThat(printer.text().lines().map(String::strip))
        .containsExactlyInAnyOrder(
            "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.2",
            "default via 10.0.0.1 dev eth0");
    assertThat(way("192.0.2.1", null))
        .isEqualTo("192.0.2.1 via 10.0.0.1 dev eth0 src 10.0.0.2 \n    cache \n");
  }

  private String way(String to, @Nullable String from) throws Exception {
    IpAddress source = from == null ? null : IpAddress.parse(from);
    return RoutePrinter.way(stack.routes().to(IpAddress.parse(to), source), source, false);
  }

  @Test
  void theWayToAnAddressIsThatOfIpRouteGet() throws Exception {
    assertThat(way("127.0.0.1", null))
        .isEqualTo("local 127.0.0.1 dev lo src 127.0.0.1 \n    cache <local> \n");
    assertThat(way("127.0.0.1", "127.0.0.2"))
        .isEqualTo("local 127.0.0.1 from 127.0.0.2 dev lo \n    cache <local> \n");
    assertThat(way("::1", null))
        .isEqualTo(
            "local ::1 from :: dev lo table local proto kernel src ::1 metric 0 pref medium\n");
    assertThatThrownBy(() -> way("192.0.2.1", null)).hasMessageContaining("unreachable");
  }
}
