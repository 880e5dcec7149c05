// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.loopstack.buffer.Packet;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;
import org.loopstack.link.Wire;
import org.loopstack.wire.IpAddress;
import org.loopstack.wire.IpProtocol;

/** Many threads at once. */
@Timeout(60)
class ConcurrentHostTest {
  @Test
  void changesOfManyThreadsAreNeverLost() throws Exception {
    InternetLayer internet = new Host().internet;
    Interface lo = internet.loopback();
    List<Thread> threads = new ArrayList<>();
    for (int t = 1; t <= 4; t++) {
      int net = t;
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 1; i <= 50; i++) {
                      try {
                        lo.addAddress(InterfaceAddress.parse("10." + net + ".0." + i + "/32"));
                      } catch (ErrnoException e) {
                        throw new AssertionError(e);
                      }
                      if (i % 2 == 0) {
                        lo.removeAddress(IpAddress.parse("10." + net + ".0." + i));
                      }
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(lo.addresses()).hasSize(2 + 4 * 25).doesNotHaveDuplicates();
  }

  @Test
  void fragmentsOfManyThreadsAreAllPutTogether() throws Exception {
    VirtualClock clock = new VirtualClock();
    Wire wire = new Wire(Engine.system().scheduler());
    Host a = new Host(clock, InternetConfiguration.LINUX);
    Host b = new Host(clock, InternetConfiguration.LINUX);
    a.internet.addInterface("eth0", wire.left()).setUp(true);
    b.internet.addInterface("eth0", wire.right()).setUp(true);
    a.internet.interfaceAt(2).addAddress(InterfaceAddress.parse("10.0.0.1/24"));
    b.internet.interfaceAt(2).addAddress(InterfaceAddress.parse("10.0.0.2/24"));
    LongAdder bytes = new LongAdder();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    b.internet.register(
        IpProtocol.UDP,
        new UpperProtocol() {
          @Override
          public void receive(Packet packet, IpAddress source, IpAddress destination) {
            bytes.add(packet.transportLength());
          }

          @Override
          public void receiveError(IcmpError error) {}
        });
    Route route = a.route("10.0.0.2");
    int each = 500;
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofPlatform()
              .uncaughtExceptionHandler((thread, e) -> failure.set(e))
              .start(
                  () -> {
                    for (int i = 0; i < each; i++) {
                      assertThat(a.sendUdp(route, 4000)).isNull();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    // Whoever found the wire busy has left its datagrams to another thread: the last one of them.
    while (bytes.sum() < 4L * each * 4008 && failure.get() == null) {
      Thread.onSpinWait();
    }

    assertThat(failure.get()).isNull();
    assertThat(bytes.sum()).isEqualTo(4L * each * 4008);
    assertThat(b.internet.reassembler().memory()).isZero();
  }

  @Test
  void routesStayUsableWhileInterfacesComeAndGo() throws Exception {
    Host host = new Host();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread changer =
        Thread.ofPlatform()
            .uncaughtExceptionHandler((thread, e) -> failure.set(e))
            .start(
                () -> {
                  while (!stop.get()) {
                    Interface eth =
                        host.internet.addInterface("eth0", new Wire(new VirtualClock()).left());
                    eth.setUp(true);
                    host.internet.removeInterface(eth);
                  }
                });
    for (int i = 0; i < 2000; i++) {
      assertThat(host.sendUdp("127.0.0.1", 1)).isNull();
    }
    stop.set(true);
    changer.join();

    assertThat(failure.get()).isNull();
    assertThat(host.udp.received).hasSize(2000);
  }
}
