// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.transport.udp.UdpHost.assertRefused;
import static org.loopstack.transport.udp.UdpHost.at;
import static org.loopstack.transport.udp.UdpHost.ip;
import static org.loopstack.transport.udp.UdpHost.receive;
import static org.loopstack.transport.udp.UdpHost.send;

import java.net.StandardSocketOptions;
import org.junit.jupiter.api.Test;
import org.loopstack.internet.Errno;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.wire.DropReason;
import org.loopstack.wire.IpAddress;

class UdpMulticastTest {
  private static final int LO = 1;
  private static final IpAddress GROUP = ip("239.1.2.3");
  private static final IpAddress SENDER = ip("127.0.0.1");

  private final UdpHost host = new UdpHost();

  private DatagramEndpoint receiver() throws ErrnoException {
    DatagramEndpoint socket = host.open();
    socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    socket.bind(at("::", 7));
    return socket;
  }

  private void sendToGroup(String from, String text) throws ErrnoException {
    DatagramEndpoint client = host.bound(from, 0);
    send(client, text, new TransportAddress(GROUP, 7, LO));
    client.close();
  }

  @Test
  void eachMemberGetsACopy() throws ErrnoException {
    DatagramEndpoint a = receiver();
    DatagramEndpoint b = receiver();
    a.join(GROUP, LO, null);
    b.join(GROUP, LO, null);
    sendToGroup("127.0.0.1", "all");
    assertThat(receive(a)).isEqualTo("all");
    assertThat(receive(b)).isEqualTo("all");
    assertThat(receive(a)).isNull();
  }

  @Test
  void anIpv6GroupIsUnreachableOnTheLoopbackAsOnLinux() throws ErrnoException {
    DatagramEndpoint a = receiver();
    a.join(ip("ff02::1:2"), LO, null);
    assertRefused(
        Errno.ENETUNREACH,
        () -> a.send(UdpHost.bytes("x"), new TransportAddress(ip("ff02::1:2"), 7, LO)));
  }

  @Test
  void onceAllHaveLeftNothingArrives() throws ErrnoException {
    DatagramEndpoint a = receiver();
    a.join(GROUP, LO, null);
    a.leave(GROUP, LO, null);
    sendToGroup("127.0.0.1", "nobody");
    assertThat(receive(a)).isNull();
    assertRefused(Errno.EADDRNOTAVAIL, () -> a.leave(GROUP, LO, null));
  }

  @Test
  void closingLeavesTheGroup() throws ErrnoException {
    DatagramEndpoint member = receiver();
    DatagramEndpoint other = receiver();
    member.join(GROUP, LO, null);
    sendToGroup("127.0.0.1", "joined by another");
    assertThat(receive(other)).isEqualTo("joined by another");
    member.close();
    sendToGroup("127.0.0.1", "by nobody");
    assertThat(receive(other)).isNull();
  }

  @Test
  void withMulticastAllOffOnlyWhoHasJoinedHears() throws ErrnoException {
    DatagramEndpoint member = receiver();
    DatagramEndpoint other = receiver();
    other.setOption(TransportOptions.IP_MULTICAST_ALL, false);
    member.join(GROUP, LO, null);
    sendToGroup("127.0.0.1", "to the member");
    assertThat(receive(member)).isEqualTo("to the member");
    assertThat(receive(other)).isNull();
    other.join(GROUP, LO, null);
    sendToGroup("127.0.0.1", "to both");
    assertThat(receive(other)).isEqualTo("to both");
    other.leave(GROUP, LO, null);
    sendToGroup("127.0.0.1", "to the member again");
    assertThat(receive(other)).isNull();
  }

  @Test
  void aSourceSpecificMemberHearsItsSourcesOnly() throws ErrnoException {
    DatagramEndpoint a = receiver();
    a.join(GROUP, LO, SENDER);
    sendToGroup("127.0.0.2", "no");
    sendToGroup("127.0.0.1", "yes");
    assertThat(receive(a)).isEqualTo("yes");
    assertThat(receive(a)).isNull();
    assertThat(host.internet.counters().drops(DropReason.SOURCE_FILTERED)).isEqualTo(1);
    a.join(GROUP, LO, ip("127.0.0.2"));
    sendToGroup("127.0.0.2", "now");
    assertThat(receive(a)).isEqualTo("now");
    a.leave(GROUP, LO, SENDER);
    sendToGroup("127.0.0.1", "no more");
    assertThat(receive(a)).isNull();
    a.leave(GROUP, LO, ip("127.0.0.2"));
    assertRefused(Errno.EADDRNOTAVAIL, () -> a.leave(GROUP, LO, null));
  }

  @Test
  void aBlockedSourceIsNotHeardUntilUnblocked() throws ErrnoException {
    DatagramEndpoint a = receiver();
    a.join(GROUP, LO, null);
    a.block(GROUP, LO, SENDER);
    sendToGroup("127.0.0.1", "blocked");
    sendToGroup("127.0.0.2", "free");
    assertThat(receive(a)).isEqualTo("free");
    assertThat(receive(a)).isNull();
    assertRefused(Errno.EADDRNOTAVAIL, () -> a.block(GROUP, LO, SENDER));
    a.unblock(GROUP, LO, SENDER);
    sendToGroup("127.0.0.1", "again");
    assertThat(receive(a)).isEqualTo("again");
    assertRefused(Errno.EADDRNOTAVAIL, () -> a.unblock(GROUP, LO, SENDER));
  }

  @Test
  void filtersOfOneSocketAreNotThoseOfAnother() throws ErrnoException {
    DatagramEndpoint a = receiver();
    DatagramEndpoint b = receiver();
    a.join(GROUP, LO, null);
    b.join(GROUP, LO, null);
    a.block(GROUP, LO, SENDER);
    sendToGroup("127.0.0.1", "x");
    assertThat(receive(a)).isNull();
    assertThat(receive(b)).isEqualTo("x");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws ErrnoException {
    DatagramEndpoint a = receiver();
    assertRefused(Errno.EINVAL, () -> a.join(ip("127.0.0.1"), LO, null));
    assertRefused(Errno.ENODEV, () -> a.join(GROUP, 99, null));
    a.join(GROUP, LO, null);
    assertRefused(Errno.EADDRINUSE, () -> a.join(GROUP, LO, null));
    assertRefused(Errno.EINVAL, () -> a.join(GROUP, LO, SENDER));
    assertRefused(Errno.EINVAL, () -> a.block(ip("239.9.9.9"), LO, SENDER));
    a.leave(GROUP, LO, null);
    sendToGroup("127.0.0.1", "after refusals nobody is a member");
    assertThat(receive(a)).isNull();
  }

  @Test
  void aSocketBoundToAGroupHearsThatGroupOnlyAndSendsFromTheHost() throws ErrnoException {
    DatagramEndpoint bound = host.bound("239.1.2.3", 7);
    bound.join(GROUP, LO, null);
    sendToGroup("127.0.0.1", "group");
    send(host.open(), "unicast", at("127.0.0.1", 7));
    assertThat(receive(bound)).isEqualTo("group");
    assertThat(receive(bound)).isNull();
    DatagramEndpoint peer = host.bound("127.0.0.1", 8);
    send(bound, "from me", at("127.0.0.1", 8));
    assertThat(receive(peer)).isEqualTo("from me");
  }

  @Test
  void onTheLoopbackDatagramsArriveEvenWithoutMulticastLoop() throws ErrnoException {
    DatagramEndpoint a = receiver();
    a.join(GROUP, LO, null);
    a.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
    send(a, "still", new TransportAddress(GROUP, 7, LO));
    assertThat(receive(a)).isEqualTo("still");
  }
}
