// SPDX-License-Identifier: Apache-2.0
package org.loopstack.internet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.loopstack.buffer.Packet;
import org.loopstack.link.Datagrams;
import org.loopstack.link.Link;
import org.loopstack.link.LinkFlag;
import org.loopstack.link.LinkReceiver;
import org.loopstack.link.LoopbackLink;
import org.loopstack.wire.TransportChecksums;

/** A link that somebody wrote: the example of {@link Link}, word for word. */
class OwnLinkTest {
  private static final class LossyLink implements Link {
    private final BlockingQueue<byte[]> out = new LinkedBlockingQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile @Nullable LinkReceiver receiver;

    @Override
    public int mtu() {
      return 1500;
    }

    @Override
    public Set<LinkFlag> flags() {
      return Set.of(LinkFlag.POINTOPOINT, LinkFlag.NOARP);
    }

    @Override
    public void attach(LinkReceiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public void transmit(Packet packet) {
      if (count.getAndIncrement() % 2 == 0) {
        out.add(Datagrams.bytes(packet));
      }
    }

    @Override
    public void close() {
      receiver = null;
    }

    void arrived(byte[] datagram) {
      LinkReceiver r = receiver;
      if (r != null) {
        r.receive(Packet.wrap(datagram, 0, datagram.length));
      }
    }
  }

  private final Host host = new Host();
  private final LossyLink link = new LossyLink();

  @Test
  void carriesDatagramsAwayAndBringsOthers() throws Exception {
    Interface mine = host.add("mine0", link, "10.0.0.2/24");

    host.sendUdp("10.0.0.1", 5);
    host.sendUdp("10.0.0.1", 5);
    link.arrived(ContainmentTest.datagram("10.0.0.1", "10.0.0.2"));

    assertThat(link.out).hasSize(1);
    byte[] datagram = link.out.remove();
    assertThat(TransportChecksums.check(datagram, 0, datagram.length))
        .isEqualTo(TransportChecksums.Check.RIGHT);
    assertThat(host.udp.received).hasSize(1);
    assertThat(mine.counters().transmittedPackets()).isEqualTo(2);
    assertThat(mine.counters().receivedPackets()).isEqualTo(1);
    assertThat(mine).hasToString("2: mine0: <POINTOPOINT,NOARP,UP,LOWER_UP> mtu 1500");
  }

  @Test
  void isClosedWithItsInterface() throws Exception {
    Interface mine = host.add("mine0", link, "10.0.0.2/24");
    host.internet.removeInterface(mine);

    link.arrived(ContainmentTest.datagram("10.0.0.1", "10.0.0.2"));

    assertThat(host.udp.received).isEmpty();
    assertThat(link.receiver).isNull();
  }

  @Test
  void mayThrowWithoutHarmToTheSender() throws Exception {
    Link broken =
        new Link() {
          @Override
          public int mtu() {
            return 1500;
          }

          @Override
          public Set<LinkFlag> flags() {
            return Set.of();
          }

          @Override
          public void attach(LinkReceiver receiver) {}

          @Override
          public void transmit(Packet packet) {
            throw new IllegalStateException("on purpose");
          }

          @Override
          public void close() {}
        };
    Interface mine = host.add("mine0", broken, "10.0.0.2/24");

    assertThat(host.sendUdp("10.0.0.1", 5)).isNull();
    assertThat(mine.counters().transmitErrors()).isEqualTo(1);
  }

  @Test
  void isRefusedWithANameThatLinuxRefusesOrAsASecondLoopback() {
    for (String name : new String[] {"", "a name", "a/b", "sixteen-letters-", ".", "lo"}) {
      assertThatThrownBy(() -> host.internet.addInterface(name, link))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> host.internet.addInterface("lo2", new LoopbackLink()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
