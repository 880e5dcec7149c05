// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Wait;

class KeyTest {
  private static final int READ = SelectionKey.OP_READ;
  private static final int WRITE = SelectionKey.OP_WRITE;

  @Case(
      id = "selector.key.registered",
      title = "a registration knows its channel, selector, interest and attachment",
      source = "SelectableChannel.register Javadoc")
  void registered(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    channel.configureBlocking(false);
    SelectionKey key = channel.register(selector, READ, "mine");
    assertThat(key.channel()).isSameAs(channel);
    assertThat(key.selector()).isSameAs(selector);
    assertThat(key.interestOps()).isEqualTo(READ);
    assertThat(key.readyOps()).isZero();
    assertThat(key.attachment()).isEqualTo("mine");
    assertThat(key.isValid()).isTrue();
    assertThat(channel.isRegistered()).isTrue();
    assertThat(channel.keyFor(selector)).isSameAs(key);
    assertThat(selector.keys()).containsExactly(key);
  }

  @Case(
      id = "selector.key.register-again",
      title = "registering again changes interest and attachment of the same key",
      source = "SelectableChannel.register Javadoc")
  void registerAgain(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, selector, READ);
    assertThat(channel.register(selector, WRITE, "new")).isSameAs(key);
    assertThat(key.interestOps()).isEqualTo(WRITE);
    assertThat(key.attachment()).isEqualTo("new");
    assertThat(selector.keys()).hasSize(1);
  }

  @Case(
      id = "selector.key.two-selectors",
      title = "a channel can be registered with two selectors",
      source = "SelectableChannel Javadoc")
  void twoSelectors(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    Selector one = net.selector();
    Selector two = net.selector();
    SelectionKey first = register(channel, one, WRITE);
    SelectionKey second = register(channel, two, WRITE);
    assertThat(second).isNotSameAs(first);
    Wait.ready(one, first, WRITE);
    Wait.ready(two, second, WRITE);
  }

  @Case(
      id = "selector.key.invalid-ops",
      title = "an interest in operations that the channel lacks: IllegalArgumentException",
      source = "SelectionKey.interestOps Javadoc")
  void invalidOps(Net net) throws IOException {
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, net.selector(), READ);
    Expect.thrown(IllegalArgumentException.class, () -> key.interestOps(SelectionKey.OP_ACCEPT));
    Expect.thrown(IllegalArgumentException.class, () -> key.interestOpsOr(SelectionKey.OP_CONNECT));
    assertThat(key.interestOps()).isEqualTo(READ);
  }

  @Case(
      id = "selector.key.interest-or-and",
      title = "interestOpsOr and interestOpsAnd change the set and return the old one",
      source = "SelectionKey.interestOpsOr Javadoc")
  void interestOrAnd(Net net) throws IOException {
    SelectionKey key = register(net.boundUdp(), net.selector(), READ);
    assertThat(key.interestOpsOr(WRITE)).isEqualTo(READ);
    assertThat(key.interestOps()).isEqualTo(READ | WRITE);
    assertThat(key.interestOpsAnd(~READ)).isEqualTo(READ | WRITE);
    assertThat(key.interestOps()).isEqualTo(WRITE);
  }

  @Case(
      id = "selector.key.attach",
      title = "attach returns what was attached before",
      source = "SelectionKey.attach Javadoc")
  void attach(Net net) throws IOException {
    SelectionKey key = register(net.boundUdp(), net.selector(), READ);
    assertThat(key.attach("one")).isNull();
    assertThat(key.attach("two")).isEqualTo("one");
    assertThat(key.attachment()).isEqualTo("two");
  }

  @Case(
      id = "selector.key.cancel",
      title = "a cancelled key is invalid at once and gone after the next select",
      source = "SelectionKey.cancel Javadoc, JAVA.md")
  void cancel(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, selector, WRITE);
    selector.select();
    assertThat(selector.selectedKeys()).containsExactly(key);
    key.cancel();
    key.cancel();
    assertThat(key.isValid()).isFalse();
    assertThat(channel.isRegistered()).isTrue();
    assertThat(selector.keys()).containsExactly(key);
    selector.selectNow();
    assertThat(channel.isRegistered()).isFalse();
    assertThat(selector.keys()).isEmpty();
    assertThat(selector.selectedKeys()).isEmpty();
  }

  @Case(
      id = "selector.key.cancelled-use",
      title = "using a cancelled key: CancelledKeyException",
      source = "SelectionKey.interestOps Javadoc")
  void cancelledUse(Net net) throws IOException {
    SelectionKey key = register(net.boundUdp(), net.selector(), READ);
    key.cancel();
    Class<CancelledKeyException> expected = CancelledKeyException.class;
    Expect.thrown(expected, key::interestOps);
    Expect.thrown(expected, () -> key.interestOps(READ));
    Expect.thrown(expected, key::readyOps);
    Expect.thrown(expected, key::isReadable);
    assertThat(key.channel()).isNotNull();
    assertThat(key.selector()).isNotNull();
  }

  @Case(
      id = "selector.key.register-cancelled",
      title = "registering again between cancel and select: CancelledKeyException, after it works",
      source = "SelectableChannel.register Javadoc, JAVA.md")
  void registerCancelled(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, selector, READ);
    key.cancel();
    Expect.thrown(CancelledKeyException.class, () -> channel.register(selector, READ));
    selector.selectNow();
    assertThat(channel.register(selector, READ)).isNotSameAs(key);
  }

  @Case(
      id = "selector.key.close-channel",
      title = "closing a channel cancels its keys",
      source = "SelectableChannel.implCloseChannel Javadoc")
  void closeChannel(Net net) throws IOException {
    Selector selector = net.selector();
    SocketChannel channel = net.pair().client();
    SelectionKey key = register(channel, selector, READ);
    channel.close();
    assertThat(key.isValid()).isFalse();
    assertThat(selector.keys()).containsExactly(key);
    assertThat(selector.selectNow()).isZero();
    assertThat(selector.keys()).isEmpty();
  }

  @Case(
      id = "selector.key.close-selector",
      title = "closing a selector cancels its keys and leaves the channels open",
      source = "Selector.close Javadoc")
  void closeSelector(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    selector.close();
    selector.close();
    assertThat(selector.isOpen()).isFalse();
    assertThat(key.isValid()).isFalse();
    assertThat(pair.client().isRegistered()).isFalse();
    pair.client().configureBlocking(true);
    Expect.write(pair.server(), "on");
    Expect.read(pair.client(), "on");
  }

  @Case(
      id = "selector.key.closed-selector",
      title = "using a closed selector: ClosedSelectorException",
      source = "Selector Javadoc")
  void closedSelector(Net net) throws IOException {
    Selector selector = net.selector();
    selector.close();
    DatagramChannel channel = net.boundUdp();
    channel.configureBlocking(false);
    Class<ClosedSelectorException> expected = ClosedSelectorException.class;
    Expect.thrown(expected, selector::select);
    Expect.thrown(expected, selector::selectNow);
    Expect.thrown(expected, () -> selector.select(1));
    Expect.thrown(expected, selector::keys);
    Expect.thrown(expected, selector::selectedKeys);
    Expect.thrown(expected, () -> channel.register(selector, READ));
    assertThat(selector.wakeup()).isSameAs(selector);
  }

  @Case(
      id = "selector.key.closed-channel",
      title = "registering a closed channel: ClosedChannelException",
      source = "SelectableChannel.register Javadoc")
  void closedChannel(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    channel.configureBlocking(false);
    channel.close();
    Expect.thrown(ClosedChannelException.class, () -> channel.register(selector, READ));
  }
}
