// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Net.local;
import static org.loopstack.conformance.Net.register;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class SelectTest {
  private static final int READ = SelectionKey.OP_READ;
  private static final int WRITE = SelectionKey.OP_WRITE;

  @Case(
      id = "selector.select.wakeup",
      title = "wakeup ends a blocked select, which returns 0",
      source = "Selector.wakeup Javadoc",
      on = {PLATFORM, VIRTUAL})
  void wakeup(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    assertThat(selector.wakeup()).isSameAs(selector);
    assertThat(select.join()).isZero();
  }

  @Case(
      id = "selector.select.wakeup-before",
      title = "wakeups before select make one select return at once, and only one",
      source = "Selector.wakeup Javadoc, JAVA.md")
  void wakeupBefore(Net net) throws Exception {
    Selector selector = net.selector();
    selector.wakeup();
    selector.wakeup();
    assertThat(selector.select()).isZero();
    Task<Integer> second = net.start(selector::select);
    second.awaitBlocked();
    assertThat(second.isDone()).isFalse();
    selector.wakeup();
    second.join();
  }

  @Case(
      id = "selector.select.now-clears-wakeup",
      title = "selectNow clears an earlier wakeup",
      source = "Selector.selectNow Javadoc")
  void nowClearsWakeup(Net net) throws Exception {
    Selector selector = net.selector();
    selector.wakeup();
    assertThat(selector.selectNow()).isZero();
    Task<Integer> next = net.start(selector::select);
    next.awaitBlocked();
    assertThat(next.isDone()).isFalse();
    selector.wakeup();
    next.join();
  }

  @Case(
      id = "selector.select.timeout",
      title = "select with a timeout and nothing ready returns 0 when it is over",
      source = "Selector.select(long) Javadoc",
      on = {PLATFORM, VIRTUAL})
  void timeout(Net net) throws IOException {
    Selector selector = net.selector();
    register(net.boundUdp(), selector, READ);
    long start = System.nanoTime();
    assertThat(selector.select(30)).isZero();
    assertThat(System.nanoTime() - start).isGreaterThan(25_000_000L);
  }

  @Case(
      id = "selector.select.negative-timeout",
      title = "a negative timeout: IllegalArgumentException",
      source = "Selector.select(long) Javadoc")
  void negativeTimeout(Net net) throws IOException {
    Selector selector = net.selector();
    Expect.thrown(IllegalArgumentException.class, () -> selector.select(-1));
  }

  @Case(
      id = "selector.select.interrupt",
      title = "an interrupt ends a blocked select; the status is kept, the selector stays open",
      source = "Selector Javadoc, JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void interrupt(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Boolean> select =
        net.start(
            () -> {
              selector.select();
              return Thread.currentThread().isInterrupted();
            });
    select.awaitBlocked();
    select.thread().interrupt();
    assertThat(select.join()).isTrue();
    assertThat(selector.isOpen()).isTrue();
  }

  @Case(
      id = "selector.select.interrupted-before",
      title = "select on an interrupted thread returns at once",
      source = "Selector Javadoc",
      on = {PLATFORM, VIRTUAL})
  void interruptedBefore(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select =
        net.start(
            () -> {
              Thread.currentThread().interrupt();
              return selector.select();
            });
    assertThat(select.join()).isZero();
  }

  @Case(
      id = "selector.select.close",
      title = "closing the selector ends a blocked select",
      source = "Selector.close Javadoc, JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void close(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    selector.close();
    try {
      assertThat(select.join()).isZero();
    } catch (ClosedSelectorException allowed) {
      assertThat(selector.isOpen()).isFalse();
    }
  }

  @Case(
      id = "selector.select.event",
      title = "a datagram ends a blocked select",
      source = "Selector.select Javadoc",
      on = {PLATFORM, VIRTUAL})
  void event(Net net) throws Exception {
    Selector selector = net.selector();
    DatagramChannel channel = net.boundUdp();
    SelectionKey key = register(channel, selector, READ);
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    net.udp().send(Expect.ascii("x"), local(channel));
    assertThat(select.join()).isEqualTo(1);
    assertThat(selector.selectedKeys()).containsExactly(key);
    assertThat(key.isReadable()).isTrue();
  }

  @Case(
      id = "selector.select.register-meanwhile",
      title = "register does not wait for a blocked select; it takes effect after a wakeup",
      source = "Selector Javadoc, JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void registerMeanwhile(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    SelectionKey key = register(net.boundUdp(), selector, WRITE);
    selector.wakeup();
    select.join();
    Wait.ready(selector, key, WRITE);
  }

  @Case(
      id = "selector.select.level",
      title = "readiness is by level: as long as data is there, each select reports it",
      source = "Selector Javadoc")
  void level(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ);
    Expect.write(pair.server(), "ab");
    for (int i = 0; i < 3; i++) {
      Wait.ready(selector, key, READ);
    }
    pair.client().read(ByteBuffer.allocate(2));
    Wait.quiet(selector);
  }

  @Case(
      id = "selector.select.counts-changes",
      title = "a key that is selected already counts only when its ready set grows",
      source = "Selector.select Javadoc, JAVA.md")
  void countsChanges(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ | WRITE);
    assertThat(selector.select()).isEqualTo(1);
    assertThat(key.readyOps()).isEqualTo(WRITE);
    assertThat(selector.selectNow()).isZero();
    Expect.write(pair.server(), "x");
    Wait.until("the key is readable too", () -> selector.selectNow() == 1);
    assertThat(key.readyOps()).isEqualTo(READ | WRITE);
  }

  @Case(
      id = "selector.select.ready-set-kept",
      title = "the ready set of a selected key keeps what has passed until the key is removed",
      source = "Selector Javadoc, JAVA.md")
  void readySetKept(Net net) throws IOException {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = register(pair.client(), selector, READ | WRITE);
    Expect.write(pair.server(), "x");
    Wait.ready(selector, key, READ | WRITE);
    pair.client().read(ByteBuffer.allocate(1));
    selector.selectNow();
    assertThat(key.readyOps()).isEqualTo(READ | WRITE);
    selector.selectedKeys().remove(key);
    selector.selectNow();
    assertThat(key.readyOps()).isEqualTo(WRITE);
  }

  @Case(
      id = "selector.select.consumer",
      title = "select with an action hands it each ready key and leaves selectedKeys empty",
      source = "Selector.select(Consumer) Javadoc")
  void consumer(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = register(net.boundUdp(), selector, WRITE);
    List<SelectionKey> seen = new ArrayList<>();
    assertThat(selector.select(seen::add)).isEqualTo(1);
    assertThat(selector.selectNow(seen::add)).isEqualTo(1);
    assertThat(selector.select(seen::add, 1_000)).isEqualTo(1);
    assertThat(seen).containsExactly(key, key, key);
    assertThat(selector.selectedKeys()).isEmpty();
  }

  @Case(
      id = "selector.select.key-sets",
      title = "keys() is unmodifiable; selectedKeys() can be removed from, not added to",
      source = "Selector Javadoc")
  void keySets(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = register(net.boundUdp(), selector, WRITE);
    selector.select();
    Set<SelectionKey> selected = selector.selectedKeys();
    Class<UnsupportedOperationException> expected = UnsupportedOperationException.class;
    Expect.thrown(expected, () -> selector.keys().remove(key));
    Expect.thrown(expected, () -> selected.add(key));
    assertThat(selected.remove(key)).isTrue();
    assertThat(selected).isEmpty();
  }

  @Case(
      id = "selector.select.interest-zero",
      title = "a key without interest is never selected",
      source = "Selector Javadoc")
  void interestZero(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = register(net.boundUdp(), selector, WRITE);
    Wait.ready(selector, key, WRITE);
    key.interestOps(0);
    Wait.quiet(selector);
  }

  @Case(
      id = "selector.select.many",
      title = "of 50 channels exactly the 10 with data are selected",
      source = "Selector Javadoc")
  void many(Net net) throws IOException {
    Selector selector = net.selector();
    DatagramChannel sender = net.udp();
    List<SelectionKey> expected = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      DatagramChannel channel = net.boundUdp();
      SelectionKey key = register(channel, selector, READ);
      if (i % 5 == 0) {
        sender.send(Expect.ascii("x"), local(channel));
        expected.add(key);
      }
    }
    Wait.until(
        "all have been selected",
        () -> {
          selector.select(100);
          return selector.selectedKeys().size() == expected.size();
        });
    assertThat(selector.selectedKeys()).containsExactlyInAnyOrderElementsOf(expected);
  }
}
