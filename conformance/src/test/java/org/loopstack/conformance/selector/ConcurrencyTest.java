// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.selector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Threads.PLATFORM;
import static org.loopstack.conformance.Threads.VIRTUAL;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Wait;

class ConcurrencyTest {
  /** A selector with one key that is ready to read. */
  private static SelectionKey readable(Net net, Selector selector) throws IOException {
    Pair pair = net.pair();
    SelectionKey key = Net.register(pair.client(), selector, SelectionKey.OP_READ);
    Expect.write(pair.server(), "x");
    return key;
  }

  private static void awaitReady(Selector selector) {
    Wait.until("the key is ready", () -> selector.selectNow() > 0);
    selector.selectedKeys().clear();
  }

  @Case(
      id = "selector.now.consumer",
      title = "selectNow(action) calls the action for what is ready and returns at once",
      source = "Selector.selectNow Javadoc")
  void nowConsumer(Net net) throws IOException {
    Selector selector = net.selector();
    List<SelectionKey> seen = new ArrayList<>();
    assertThat(selector.selectNow(seen::add)).isZero();
    SelectionKey key = readable(net, selector);
    awaitReady(selector);
    assertThat(selector.selectNow(seen::add)).isEqualTo(1);
    assertThat(seen).containsExactly(key);
    assertThat(key.isReadable()).isTrue();
    assertThat(selector.selectedKeys()).isEmpty();
  }

  @Case(
      id = "selector.consumer.repeated",
      title = "select(action) calls the action again for what stays ready",
      source = "Selector.select Javadoc",
      on = {PLATFORM, VIRTUAL})
  void repeated(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = readable(net, selector);
    for (int i = 0; i < 3; i++) {
      List<SelectionKey> seen = new ArrayList<>();
      assertThat(selector.select(seen::add)).isEqualTo(1);
      assertThat(seen).containsExactly(key);
    }
  }

  @Case(
      id = "selector.consumer.nested",
      title = "selecting from within the action: IllegalStateException",
      source = "Selector.select Javadoc")
  void nested(Net net) throws IOException {
    Selector selector = net.selector();
    readable(net, selector);
    awaitReady(selector);
    Expect.thrown(
        IllegalStateException.class,
        () ->
            selector.select(
                key -> {
                  try {
                    selector.selectNow();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                },
                1000));
  }

  @Case(
      id = "selector.consumer.exception",
      title = "an exception of the action is the caller's",
      source = "Selector.select Javadoc")
  void exception(Net net) throws IOException {
    Selector selector = net.selector();
    readable(net, selector);
    Expect.thrown(
        UnsupportedOperationException.class,
        "mine",
        () ->
            selector.select(
                key -> {
                  throw new UnsupportedOperationException("mine");
                }));
    assertThat(selector.select(1000)).isEqualTo(1);
  }

  @Case(
      id = "selector.consumer.close",
      title = "an action that closes the selector: ClosedSelectorException",
      source = "Selector.select Javadoc")
  void close(Net net) throws IOException {
    Selector selector = net.selector();
    readable(net, selector);
    Expect.thrown(
        ClosedSelectorException.class,
        () ->
            selector.select(
                key -> {
                  try {
                    selector.close();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }));
  }

  @Case(
      id = "selector.consumer.arguments",
      title = "no action: NullPointerException; a negative timeout: IllegalArgumentException",
      source = "Selector.select Javadoc")
  void arguments(Net net) throws IOException {
    Selector selector = net.selector();
    Expect.thrown(NullPointerException.class, () -> selector.select(null));
    Expect.thrown(NullPointerException.class, () -> selector.selectNow(null));
    Expect.thrown(IllegalArgumentException.class, () -> selector.select(key -> {}, -1));
  }

  @Case(
      id = "selector.concurrent.select",
      title = "a second select waits for the first, and one wakeup ends one of them",
      source = "Selector Javadoc, Concurrency",
      on = {PLATFORM, VIRTUAL})
  void select(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> first = net.start(selector::select);
    first.awaitBlocked();
    Task<Integer> second = net.start(selector::select);
    second.awaitBlocked();
    selector.wakeup();
    Wait.until("one of them returns", () -> first.isDone() || second.isDone());
    assertThat(first.isDone() && second.isDone()).isFalse();
    Task<Integer> other = first.isDone() ? second : first;
    other.awaitBlocked();
    selector.wakeup();
    assertThat(first.join()).isZero();
    assertThat(second.join()).isZero();
  }

  @Case(
      id = "selector.concurrent.now",
      title = "selectNow waits for a select in progress",
      source = "Selector Javadoc, Concurrency")
  void now(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    Task<Integer> now = net.start(selector::selectNow);
    now.awaitBlocked();
    assertThat(now.isDone()).isFalse();
    selector.wakeup();
    assertThat(select.join()).isZero();
    assertThat(now.join()).isZero();
  }

  @Case(
      id = "selector.concurrent.cancel",
      title = "a key cancelled during a select is invalid at once and gone when the select is over",
      source = "Selector Javadoc, Concurrency",
      on = {PLATFORM, VIRTUAL})
  void cancel(Net net) throws Exception {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = Net.register(pair.client(), selector, SelectionKey.OP_READ);
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    key.cancel();
    assertThat(key.isValid()).isFalse();
    selector.wakeup();
    assertThat(select.join()).isZero();
    assertThat(selector.keys()).isEmpty();
    assertThat(pair.client().isRegistered()).isFalse();
  }

  @Case(
      id = "selector.concurrent.close-channel",
      title = "closing a registered channel during a select: the peer sees the end at once",
      source = "SelectableChannel Javadoc; JAVA.md",
      on = {PLATFORM, VIRTUAL})
  void closeChannel(Net net) throws Exception {
    Selector selector = net.selector();
    Pair pair = net.pair();
    SelectionKey key = Net.register(pair.client(), selector, SelectionKey.OP_READ);
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    pair.client().close();
    Expect.endOfStream(pair.server());
    assertThat(key.isValid()).isFalse();
    selector.wakeup();
    assertThat(select.join()).isZero();
    assertThat(selector.keys()).isEmpty();
  }

  @Case(
      id = "selector.concurrent.register",
      title = "a channel registered during a select counts from the next one on, or at once",
      source = "SelectableChannel.register Javadoc",
      on = {PLATFORM, VIRTUAL})
  void register(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> select = net.start(selector::select);
    select.awaitBlocked();
    SelectionKey key = readable(net, selector);
    selector.wakeup();
    int count = select.join();
    assertThat(count + (count == 0 ? selector.select(1000) : 0)).isEqualTo(1);
    assertThat(selector.selectedKeys()).containsExactly(key);
  }

  @Case(
      id = "selector.concurrent.iterate-keys",
      title = "the keys can be gone through while channels are registered",
      source = "JAVA.md; seen on JDK 25")
  void iterateKeys(Net net) throws IOException {
    Selector selector = net.selector();
    Net.register(net.pair().client(), selector, 0);
    int seen = 0;
    for (SelectionKey key : selector.keys()) {
      assertThat(key.isValid()).isTrue();
      Net.register(net.pair().client(), selector, 0);
      seen++;
    }
    assertThat(seen).isPositive();
    assertThat(selector.keys()).hasSize(1 + seen);
  }

  @Case(
      id = "selector.wakeup.collapse",
      title = "two wakeups before a select end one select only",
      source = "Selector.wakeup Javadoc",
      on = {PLATFORM, VIRTUAL})
  void collapse(Net net) throws IOException {
    Selector selector = net.selector();
    assertThat(selector.wakeup()).isSameAs(selector);
    selector.wakeup();
    assertThat(selector.select()).isZero();
    long before = System.nanoTime();
    assertThat(selector.select(30)).isZero();
    assertThat(System.nanoTime() - before).isGreaterThan(25_000_000);
  }

  @Case(
      id = "selector.keys.read-only",
      title = "the key set cannot be changed, the selected-key set only be made smaller",
      source = "Selector.selectedKeys Javadoc")
  void readOnly(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = readable(net, selector);
    assertThat(selector.select(1000)).isEqualTo(1);
    Class<UnsupportedOperationException> refused = UnsupportedOperationException.class;
    Expect.thrown(refused, () -> selector.keys().clear());
    Expect.thrown(refused, () -> selector.keys().remove(key));
    Expect.thrown(refused, () -> selector.selectedKeys().add(key));
    assertThat(selector.selectedKeys().remove(key)).isTrue();
    assertThat(selector.selectedKeys()).isEmpty();
  }

  @Case(
      id = "selector.keys.cancel-selected",
      title = "a cancelled key leaves both sets at the next select",
      source = "Selector Javadoc, Selection")
  void cancelSelected(Net net) throws IOException {
    Selector selector = net.selector();
    SelectionKey key = readable(net, selector);
    assertThat(selector.select(1000)).isEqualTo(1);
    key.cancel();
    assertThat(selector.keys()).contains(key);
    assertThat(selector.selectedKeys()).contains(key);
    assertThat(selector.selectNow()).isZero();
    assertThat(selector.keys()).isEmpty();
    assertThat(selector.selectedKeys()).isEmpty();
    Expect.thrown(CancelledKeyException.class, key::readyOps);
  }

  @Case(
      id = "selector.close.uses",
      title = "a closed selector refuses to select, and does not mind a wakeup or another close",
      source = "Selector.close Javadoc")
  void uses(Net net) throws IOException {
    Selector selector = net.selector();
    assertThat(selector.isOpen()).isTrue();
    selector.close();
    selector.close();
    assertThat(selector.isOpen()).isFalse();
    selector.wakeup();
    Expect.thrown(ClosedSelectorException.class, selector::select);
    Expect.thrown(ClosedSelectorException.class, selector::selectNow);
    Expect.thrown(ClosedSelectorException.class, () -> selector.select(1));
    Expect.thrown(ClosedSelectorException.class, () -> selector.select(key -> {}));
  }

  @Case(
      id = "selector.close.in-line",
      title = "closing ends the select in progress, and the one in line: ClosedSelectorException",
      source = "Selector.close Javadoc; seen on JDK 25",
      on = {PLATFORM, VIRTUAL})
  void inLine(Net net) throws Exception {
    Selector selector = net.selector();
    Task<Integer> first = net.start(selector::select);
    first.awaitBlocked();
    Task<Integer> second = net.start(selector::select);
    second.awaitBlocked();
    selector.close();
    List<Boolean> refused = new ArrayList<>();
    for (Task<Integer> each : List.of(first, second)) {
      try {
        assertThat(each.join()).isZero();
      } catch (ClosedSelectorException e) {
        refused.add(true);
      }
    }
    assertThat(refused).hasSize(1);
  }
}
