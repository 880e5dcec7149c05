// SPDX-License-Identifier: Apache-2.0
package org.loopstack.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.RunQueue;
import org.loopstack.engine.VirtualClock;
import org.loopstack.wire.Bytes;

/** What goes in at one end comes out at the other, in order, on somebody's thread. */
@Timeout(60)
class WireTest {
  private static Packet packet(int thread, int number) {
    Packet packet = Packet.allocate(0, 8);
    int at = packet.append(8);
    Bytes.put32(packet.head(), at, thread);
    Bytes.put32(packet.head(), at + 4, number);
    return packet;
  }

  @Test
  void deliversWhenTheSenderHoldsNothingAnyMore() {
    Wire wire = new Wire(new VirtualClock());
    List<Packet> received = new ArrayList<>();
    wire.left().attach(p -> {});
    wire.right().attach(received::add);
    RunQueue queue = RunQueue.current();

    queue.enter();
    wire.left().transmit(packet(0, 1));
    wire.left().transmit(packet(0, 2));
    assertThat(received).isEmpty();
    queue.exit();

    assertThat(received).hasSize(2);
  }

  @Test
  void anEndlessConversationDoesNotRecurse() {
    VirtualClock clock = new VirtualClock();
    Wire wire = new Wire(clock);
    int[] left = {100_000};
    Link[] ends = {wire.left(), wire.right()};
    int[] deepest = {0};
    for (int i = 0; i < 2; i++) {
      Link end = ends[i];
      end.attach(
          p -> {
            deepest[0] = Math.max(deepest[0], Thread.currentThread().getStackTrace().length);
            if (left[0]-- > 0) {
              end.transmit(p);
            }
          });
    }

    ends[0].transmit(packet(0, 0));
    while (left[0] > 0) {
      clock.runDue();
    }

    assertThat(deepest[0]).isLessThan(120);
  }

  @Test
  void keepsTheOrderOfEachOfManyThreadsAndLosesNothing() throws Exception {
    Wire wire = new Wire(Engine.system().scheduler());
    int threads = 4;
    int each = 20_000;
    CountDownLatch all = new CountDownLatch(threads * each);
    List<Integer> disorder = Collections.synchronizedList(new ArrayList<>());
    int[] next = new int[threads];
    wire.left().attach(p -> {});
    // One thread at a time delivers, so that the plain array is enough.
    wire.right()
        .attach(
            p -> {
              int thread = Bytes.i32(p.head(), p.offset());
              int number = Bytes.i32(p.head(), p.offset() + 4);
              if (next[thread]++ != number) {
                disorder.add(number);
              }
              all.countDown();
            });
    for (int t = 0; t < threads; t++) {
      int thread = t;
      Thread.ofPlatform()
          .start(
              () -> {
                for (int i = 0; i < each; i++) {
                  wire.left().transmit(packet(thread, i));
                }
              });
    }

    all.await();

    assertThat(disorder).isEmpty();
    assertThat(next).containsOnly(each);
  }

  @Test
  void aReceiverThatThrowsLosesItsDatagramOnly() {
    Wire wire = new Wire(new VirtualClock());
    List<Packet> received = new ArrayList<>();
    wire.left().attach(p -> {});
    wire.right()
        .attach(
            p -> {
              received.add(p);
              if (received.size() == 1) {
                throw new IllegalStateException("on purpose");
              }
            });

    wire.left().transmit(packet(0, 1));
    wire.left().transmit(packet(0, 2));

    assertThat(received).hasSize(2);
    assertThat(wire.failures()).isEqualTo(1);
  }

  @Test
  void aClosedEndNeitherSendsNorReceives() {
    Wire wire = new Wire(new VirtualClock());
    List<Packet> received = new ArrayList<>();
    wire.left().attach(received::add);
    wire.right().attach(received::add);

    wire.left().close();
    wire.left().transmit(packet(0, 1));
    wire.right().transmit(packet(0, 2));

    assertThat(received).isEmpty();
  }

  @Test
  void refusesAnMtuThatNoLinkHas() {
    VirtualClock clock = new VirtualClock();
    assertThatThrownBy(() -> new Wire(clock, 67)).hasMessageContaining("67");
    assertThatThrownBy(() -> new Wire(clock, 65_576)).hasMessageContaining("65576");
  }
}
