// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.wire.TcpHeader.ACK;
import static org.loopstack.wire.TcpHeader.PSH;
import static org.loopstack.wire.TcpHeader.SYN;

import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.RunQueue;
import org.loopstack.link.Datagrams;
import org.loopstack.link.LinkTap;
import org.loopstack.wire.IpDatagram;
import org.loopstack.wire.Ipv4Datagram;
import org.loopstack.wire.Octets;
import org.loopstack.wire.TcpSegment;

/** What TCP asks of IP, when it pushes, and how it acknowledges several segments at a time. */
class SegmentsOnTheWireTest {
  private static List<Ipv4Datagram> tapped(TcpFixture f) {
    List<Ipv4Datagram> out = new ArrayList<>();
    f.link
        .taps()
        .add(
            (direction, packet) -> {
              byte[] b = Datagrams.bytes(packet);
              if (direction == LinkTap.Direction.OUT
                  && IpDatagram.parse(b, 0, b.length) instanceof Ipv4Datagram datagram) {
                out.add(datagram);
              }
            });
    return out;
  }

  @Tag("RFC9293-MUST-48")
  @Tag("RFC9293-SHLD-21")
  @Tag("RFC9293-SHLD-22")
  @Tag("RFC1122-3.2.1.6")
  @Test
  void theUserChoosesTheDifferentiatedServicesField() throws Exception {
    TcpFixture f = new TcpFixture().accept();
    List<Ipv4Datagram> out = tapped(f);
    f.write("a");
    f.endpoint().setOption(StandardSocketOptions.IP_TOS, 0xb8);
    f.peerAcknowledges(f.iss + 2);
    f.write("b");
    f.endpoint().setOption(StandardSocketOptions.IP_TOS, 0x28);
    f.peerAcknowledges(f.iss + 3);
    f.write("c");
    assertThat(out).extracting(d -> d.trafficClass() & 0xfc).containsExactly(0, 0xb8, 0x28);
  }

  @Tag("RFC9293-MUST-49")
  @ParameterizedTest
  @ValueSource(ints = {1, 64, 255})
  void theTimeToLiveCanBeChosen(int ttl) throws Exception {
    TcpFixture f = new TcpFixture(TcpConfiguration.linux().toBuilder().ttl(ttl).build());
    List<Ipv4Datagram> out = tapped(f);
    f.accept();
    f.write("a");
    assertThat(out).hasSizeGreaterThanOrEqualTo(2).allMatch(d -> d.ttl() == ttl);
  }

  @Tag("RFC9293-MUST-50")
  @Test
  void anIpOptionThatNobodyUnderstandsIsIgnored() throws Exception {
    TcpFixture f = new TcpFixture();
    f.listen(1);
    // Router alert (RFC 2113) and one that does not exist.
    Octets options = Octets.of(0x94, 4, 0, 0, 0x5e, 4, 1, 2);
    TcpSegment syn = f.peer(SYN).segment();
    f.inject(
        new Ipv4Datagram(0, 0, true, false, 0, 64, TcpFixture.PEER, TcpFixture.US, options, syn)
            .encode());
    assertThat(f.sentOne().flags()).isEqualTo(SYN | ACK);
  }

  @Tag("RFC9293-MUST-60")
  @Tag("RFC9293-MUST-61")
  @Tag("RFC9293-SHLD-27")
  @Tag("RFC9293-MAY-16")
  @Test
  void theLastSegmentOfWhatIsQueuedIsPushedAndNoneWaitsForEver() throws Exception {
    TcpFixture f = new TcpFixture().accept();
    f.write(2500);
    // Each write is a push; the segments are as large as they can be all the same.
    f.write("x");
    f.write("y");
    List<TcpSegment> sent = f.sent();
    assertThat(sent).extracting(s -> s.data().length()).containsExactly(1000, 1000, 500);
    assertThat(sent).extracting(s -> s.has(PSH)).containsExactly(false, false, true);
    f.peerAcknowledges(f.iss + 1 + 2500);
    TcpSegment rest = f.sentOne();
    assertThat(rest.data().length()).isEqualTo(2);
    assertThat(rest.has(PSH)).isTrue();
  }

  @Tag("RFC9293-MUST-58")
  @Tag("RFC9293-MUST-59")
  @Test
  void severalQueuedSegmentsAreAllProcessedAndAcknowledgedAtOnce() throws Exception {
    TcpFixture f = new TcpFixture().accept();
    RunQueue queue = RunQueue.current();
    queue.enter();
    try {
      for (int i = 0; i < 8; i++) {
        f.peerSends("x".repeat(1000));
      }
      f.sentNothing();
    } finally {
      queue.exit();
    }
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.irs + 1 + 8000);
    assertThat(f.read()).hasSize(8000);
  }

  @Tag("RFC9293-SHLD-31")
  @Tag("RFC9293-MAY-13")
  @Test
  void aSegmentOutOfOrderIsKeptAndReported() throws Exception {
    TcpFixture f = new TcpFixture().accept();
    f.peer(ACK).seq(f.peerNext + 3).data("def").send();
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext);
    f.peerSends("abc");
    assertThat(f.sentOne().acknowledgment()).isEqualTo(f.peerNext + 3);
    assertThat(f.read()).isEqualTo("abcdef");
  }
}
