// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.ethernet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;
import org.loopstack.wire.IpAddress;

class NeighborTableTest {
  private static final IpAddress NEIGHBOR = IpAddress.parse("10.0.0.1");
  private static final byte[] HARDWARE = {2, 0, 0, 0, 0, 1};

  private final NeighborTable table = new NeighborTable();

  private static Packet packet() {
    return Packet.wrap(new byte[20], 0, 20);
  }

  private static long seconds(int n) {
    return TimeUnit.SECONDS.toNanos(n);
  }

  @Test
  void whatIsSentBeforeTheAnswerWaitsForItInOrderAndNoMoreThanSixteen() {
    Packet last = packet();
    for (int i = 0; i < 20; i++) {
      assertThat(table.resolve(NEIGHBOR, packet(), 0)).isNull();
    }
    assertThat(table.resolve(NEIGHBOR, last, 0)).isNull();

    assertThat(table.learn(NEIGHBOR, HARDWARE, false, 1)).hasSize(16).endsWith(last);
    assertThat(table.learn(NEIGHBOR, HARDWARE, false, 2)).isEmpty();
    assertThat(table.resolve(NEIGHBOR, packet(), 3)).isEqualTo(HARDWARE);
  }

  @Test
  void aNeighbourIsAskedForAtMostOnceASecond() {
    table.resolve(NEIGHBOR, packet(), 0);
    assertThat(table.shouldAsk(NEIGHBOR, 0)).isTrue();
    assertThat(table.shouldAsk(NEIGHBOR, seconds(1) - 1)).isFalse();
    assertThat(table.shouldAsk(NEIGHBOR, seconds(1))).isTrue();
  }

  @Test
  void whatHasWaitedForThreeRequestsInVainIsGivenUp() {
    for (int i = 0; i < 4; i++) {
      table.resolve(NEIGHBOR, packet(), seconds(i));
      assertThat(table.shouldAsk(NEIGHBOR, seconds(i))).isTrue();
    }
    assertThat(table.learn(NEIGHBOR, HARDWARE, false, seconds(5))).isEmpty();
  }

  @Test
  void oneNotHeardOfIsAskedForAgainAndForgottenAfterAMinute() {
    table.resolve(NEIGHBOR, packet(), 0);
    table.learn(NEIGHBOR, HARDWARE, false, 0);
    assertThat(table.shouldAsk(NEIGHBOR, seconds(29))).isFalse();
    assertThat(table.shouldAsk(NEIGHBOR, seconds(31))).isTrue();
    assertThat(table.resolve(NEIGHBOR, packet(), seconds(59))).isEqualTo(HARDWARE);
    assertThat(table.resolve(NEIGHBOR, packet(), seconds(61))).isNull();
  }

  @Test
  void anAnswerThatNobodyAskedForIsNotKeptUnlessItWasMeantForUs() {
    assertThat(table.learn(NEIGHBOR, HARDWARE, false, 0)).isEmpty();
    assertThat(table.resolve(NEIGHBOR, packet(), 0)).isNull();
    IpAddress other = IpAddress.parse("10.0.0.2");
    assertThat(table.learn(other, HARDWARE, true, 0)).isEmpty();
    assertThat(table.resolve(other, packet(), 0)).isEqualTo(HARDWARE);
  }
}
