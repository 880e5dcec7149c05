// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.loopstack.cli.host.KernelStack;

/** What ip and ping of iproute2 6.1 and iputils print, to the byte. */
class PrintedFormatsTest {
  @Test
  void addressesAreLaidOutAsIpDoes() {
    assertThat(AddressPrinter.text(List.of(KernelStack.LO)))
        .isEqualTo(
            """
            1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default \
            qlen 1000
                link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
                inet 127.0.0.1/8 scope host lo
                   valid_lft forever preferred_lft forever
                inet6 ::1/128 scope host
                   valid_lft forever preferred_lft forever
            """);
  }

  @Test
  void addressesInJsonAreThoseOfIpDashJ() {
    String printedByIp =
        """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,\
        "qdisc":"noqueue","operstate":"UNKNOWN","group":"default","txqlen":1000,\
        "link_type":"loopback","address":"00:00:00:00:00:00","broadcast":"00:00:00:00:00:00",\
        "addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host",\
        "label":"lo","valid_life_time":4294967295,"preferred_life_time":4294967295},\
        {"family":"inet6","local":"::1","prefixlen":128,"scope":"host",\
        "valid_life_time":4294967295,"preferred_life_time":4294967295}]}]
        """;
    assertThat(AddressPrinter.json(List.of(KernelStack.LO))).isEqualTo(printedByIp);
    assertThat(JsonParser.parseString(printedByIp).isJsonArray()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.000",
    "7, 0.007",
    "999, 0.999",
    "1000, 1.00",
    "1234, 1.23",
    "1235, 1.24",
    "9994, 9.99",
    "9995, 10.0",
    "12345, 12.3",
    "99949, 99.9",
    "99950, 100",
    "100499, 100",
    "2500500, 2501"
  })
  void roundTripTimesHaveAsManyDigitsAsPingPrints(long micros, String printed) {
    assertThat(new PingStatistics(56).time(micros)).isEqualTo(" time=" + printed + " ms");
  }

  @Test
  void withoutRoomForATimeThereIsNone() {
    PingStatistics statistics = new PingStatistics(15);
    assertThat(statistics.time(7)).isEmpty();
    statistics.sent();
    statistics.reply(1, 7);
    assertThat(statistics.summary("::1", 0))
        .isEqualTo(
            """

            --- ::1 ping statistics ---
            1 packets transmitted, 1 received, 0% packet loss, time 0ms

            """);
  }

  @Test
  void summaryHasMinimumAverageMaximumAndDeviation() {
    PingStatistics statistics = new PingStatistics(56);
    int sequence = 0;
    for (long micros : new long[] {30, 50, 41}) {
      statistics.sent();
      assertThat(statistics.reply(++sequence, micros)).isFalse();
    }
    assertThat(statistics.summary("127.0.0.1", 2043))
        .isEqualTo(
            """

            --- 127.0.0.1 ping statistics ---
            3 packets transmitted, 3 received, 0% packet loss, time 2043ms
            rtt min/avg/max/mdev = 0.030/0.040/0.050/0.009 ms
            """);
  }

  @Test
  void summaryCountsLossDuplicatesErrorsAndWhatWasInFlight() {
    PingStatistics statistics = new PingStatistics(56);
    statistics.sent();
    statistics.sent();
    statistics.sent();
    statistics.reply(1, 1000);
    assertThat(statistics.reply(1, 1000)).isTrue();
    statistics.reply(3, 1000);
    statistics.error();
    assertThat(statistics.summary("x", 5))
        .isEqualTo(
            """

            --- x ping statistics ---
            3 packets transmitted, 2 received, +1 duplicates, +1 errors, 33.3333% packet loss, \
            time 5ms
            rtt min/avg/max/mdev = 1.000/1.000/1.000/0.000 ms, pipe 3
            """);
  }

  @Test
  void summaryOfSilenceEndsWithAnEmptyLine() {
    PingStatistics statistics = new PingStatistics(56);
    statistics.sent();
    statistics.sent();
    assertThat(statistics.summary("127.0.0.1", 1015))
        .isEqualTo(
            """

            --- 127.0.0.1 ping statistics ---
            2 packets transmitted, 0 received, 100% packet loss, time 1015ms

            """);
  }
}
