// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.udp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Family.IPV6;
import static org.loopstack.conformance.Family.MAPPED;
import static org.loopstack.conformance.Net.at;
import static org.loopstack.conformance.Net.ip;
import static org.loopstack.conformance.Net.port;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Wait;

class MulticastTest {
  private static final InetAddress GROUP = ip("232.7.7.7");
  private static final InetAddress SOURCE = ip("127.0.0.1");

  /** A channel on the wildcard whose multicasts go out on lo. */
  private static DatagramChannel member(Net net) throws IOException {
    DatagramChannel channel = net.udp().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.setOption(StandardSocketOptions.IP_MULTICAST_IF, net.lo());
    return channel.bind(net.wildcard(0));
  }

  private static void send(DatagramChannel from, InetAddress group, int port, String text)
      throws IOException {
    from.send(Expect.ascii(text), new InetSocketAddress(group, port));
  }

  private static InetSocketAddress receive(DatagramChannel channel, String expected)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(100);
    InetSocketAddress from = (InetSocketAddress) channel.receive(buffer);
    assertThat(Expect.text(buffer)).isEqualTo(expected);
    return from;
  }

  private static void receivesNothing(Net net, DatagramChannel channel) throws IOException {
    channel.configureBlocking(false);
    Selector selector = net.selector();
    SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
    Wait.quiet(selector);
    key.cancel();
    selector.selectNow();
    channel.configureBlocking(true);
  }

  @Case(
      id = "udp.multicast.member",
      title = "a member on lo receives what is sent to its group on lo, from 127.0.0.1",
      source = "FACTS 34; RFC 1112 6.1",
      over = {IPV4, MAPPED})
  void received(Net net) throws IOException {
    DatagramChannel receiver = member(net);
    receiver.join(GROUP, net.lo());
    DatagramChannel sender = member(net);
    send(sender, GROUP, port(receiver), "to the group");
    assertThat(receive(receiver, "to the group")).isEqualTo(at("127.0.0.1", port(sender)));
  }

  @Case(
      id = "udp.multicast.joined-by-another",
      title = "who has left a group does not hear what another member on its port does",
      source = "JDK 25 on Linux, observed: it switches IP_MULTICAST_ALL off",
      over = {IPV4, MAPPED})
  void joinedByAnother(Net net) throws IOException {
    DatagramChannel joined = member(net);
    joined.join(GROUP, net.lo());
    DatagramChannel other = net.udp().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    other.bind(net.wildcard(port(joined)));
    MembershipKey left = other.join(GROUP, net.lo());
    DatagramChannel sender = member(net);
    send(sender, GROUP, port(joined), "to both");
    receive(joined, "to both");
    receive(other, "to both");

    left.drop();
    send(sender, GROUP, port(joined), "to one");

    receive(joined, "to one");
    receivesNothing(net, other);
  }

  @Case(
      id = "udp.multicast.own-copy",
      title = "a sender that is a member gets a copy",
      source = "FACTS 34; RFC 1112 6.1",
      over = {IPV4, MAPPED})
  void ownCopy(Net net) throws IOException {
    DatagramChannel channel = member(net);
    channel.join(GROUP, net.lo());
    send(channel, GROUP, port(channel), "echo");
    receive(channel, "echo");
  }

  @Case(
      id = "udp.multicast.loop-off",
      title = "on lo a member gets its copy although IP_MULTICAST_LOOP is off",
      source = "FACTS 34",
      over = {IPV4, MAPPED})
  void loopOff(Net net) throws IOException {
    DatagramChannel channel = member(net);
    channel.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
    channel.join(GROUP, net.lo());
    send(channel, GROUP, port(channel), "still");
    receive(channel, "still");
  }

  @Case(
      id = "udp.multicast.every-member",
      title = "every member on the port receives a copy",
      source = "RFC 1112 6.1; RFC 1122 4.1.3.5",
      over = {IPV4, MAPPED})
  void everyMember(Net net) throws IOException {
    DatagramChannel one = member(net);
    DatagramChannel two = net.udp().setOption(StandardSocketOptions.SO_REUSEADDR, true);
    two.bind(net.wildcard(port(one)));
    one.join(GROUP, net.lo());
    two.join(GROUP, net.lo());
    send(member(net), GROUP, port(one), "both");
    receive(one, "both");
    receive(two, "both");
  }

  @Case(
      id = "udp.multicast.drop",
      title = "after drop the key is invalid and nothing is received any more",
      source = "MembershipKey.drop Javadoc",
      over = {IPV4, MAPPED})
  void drop(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey key = channel.join(GROUP, net.lo());
    key.drop();
    assertThat(key.isValid()).isFalse();
    send(member(net), GROUP, port(channel), "too late");
    receivesNothing(net, channel);
    key.drop();
  }

  @Case(
      id = "udp.multicast.source-join",
      title = "a source-specific member receives from that source only",
      source = "FACTS 35; RFC 3678 2",
      over = {IPV4, MAPPED})
  void sourceJoin(Net net) throws IOException {
    DatagramChannel wanted = member(net);
    DatagramChannel other = member(net);
    wanted.join(GROUP, net.lo(), SOURCE);
    other.join(GROUP, net.lo(), ip("127.0.0.9"));
    DatagramChannel sender = member(net);
    send(sender, GROUP, port(wanted), "mine");
    send(sender, GROUP, port(other), "not mine");
    receive(wanted, "mine");
    receivesNothing(net, other);
  }

  @Case(
      id = "udp.multicast.block",
      title = "block keeps a source out, unblock lets it in again",
      source = "FACTS 35; RFC 3678 2; MembershipKey.block Javadoc",
      over = {IPV4, MAPPED})
  void block(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey key = channel.join(GROUP, net.lo());
    DatagramChannel sender = member(net);
    assertThat(key.block(SOURCE)).isSameAs(key);
    send(sender, GROUP, port(channel), "blocked");
    receivesNothing(net, channel);
    key.unblock(SOURCE);
    send(sender, GROUP, port(channel), "heard");
    receive(channel, "heard");
  }

  @Case(
      id = "udp.multicast.block-errors",
      title = "unblock of what is not blocked, and block on a dropped key: IllegalStateException",
      source = "MembershipKey.block, unblock Javadoc",
      over = {IPV4, MAPPED})
  void blockErrors(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey key = channel.join(GROUP, net.lo());
    Expect.thrown(IllegalStateException.class, () -> key.unblock(SOURCE));
    Expect.thrown(IllegalArgumentException.class, () -> key.block(ip("::1")));
    key.drop();
    Expect.thrown(IllegalStateException.class, () -> key.block(SOURCE));
    Expect.thrown(IllegalStateException.class, () -> key.unblock(SOURCE));
  }

  @Case(
      id = "udp.multicast.key",
      title = "a membership key knows its channel, group, interface and source",
      source = "MembershipKey Javadoc",
      over = {IPV4, MAPPED})
  void key(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey any = channel.join(GROUP, net.lo());
    assertThat(any.channel()).isSameAs(channel);
    assertThat(any.group()).isEqualTo(GROUP);
    assertThat(any.networkInterface()).isEqualTo(net.lo());
    assertThat(any.sourceAddress()).isNull();
    assertThat(any.isValid()).isTrue();
    InetAddress second = ip("232.7.7.8");
    MembershipKey specific = channel.join(second, net.lo(), SOURCE);
    assertThat(specific.sourceAddress()).isEqualTo(SOURCE);
  }

  @Case(
      id = "udp.multicast.join-again",
      title = "joining the same group again returns the same key",
      source = "MulticastChannel.join Javadoc",
      over = {IPV4, MAPPED})
  void joinAgain(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey key = channel.join(GROUP, net.lo());
    assertThat(channel.join(GROUP, net.lo())).isSameAs(key);
    Expect.thrown(IllegalStateException.class, () -> channel.join(GROUP, net.lo(), SOURCE));
  }

  @Case(
      id = "udp.multicast.close-drops",
      title = "closing the channel invalidates its membership keys",
      source = "MembershipKey.isValid Javadoc",
      over = {IPV4, MAPPED})
  void closeDrops(Net net) throws IOException {
    DatagramChannel channel = member(net);
    MembershipKey key = channel.join(GROUP, net.lo());
    channel.close();
    assertThat(key.isValid()).isFalse();
  }

  @Case(
      id = "udp.multicast.not-a-group",
      title = "joining 127.0.0.1 or ::1: IllegalArgumentException",
      source = "MulticastChannel.join Javadoc")
  void notAGroup(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(IllegalArgumentException.class, () -> channel.join(net.loopback(), net.lo()));
  }

  @Case(
      id = "udp.multicast.ipv6-group-on-ipv4",
      title = "an IPv4 channel cannot join ff02::1: IllegalArgumentException",
      source = "MulticastChannel.join Javadoc",
      over = {IPV4})
  void ipv6GroupOnIpv4(Net net) throws IOException {
    DatagramChannel channel = net.udp();
    Expect.thrown(IllegalArgumentException.class, () -> channel.join(ip("ff02::1"), net.lo()));
  }

  @Case(
      id = "udp.multicast.ipv6-unreachable",
      title = "a multicast to ff01::1 on lo: SocketException, \"Network is unreachable\"",
      source = "FACTS 28",
      over = {IPV6})
  void ipv6Unreachable(Net net) throws IOException {
    DatagramChannel channel = member(net);
    Expect.thrown(
        SocketException.class,
        "Network is unreachable",
        () -> send(channel, ip("ff01::1"), 9, "x"));
  }
}
