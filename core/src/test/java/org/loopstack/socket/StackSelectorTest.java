// SPDX-License-Identifier: Apache-2.0
package org.loopstack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.loopstack.engine.Engine;
import org.loopstack.engine.VirtualClock;

/** The selector's contract, over pipes, which are ready as soon as they are told to be. */
class StackSelectorTest {
  private final StackSelectorProvider provider = NoEndpoints.provider();
  private final Selector selector = provider.openSelector();

  @AfterEach
  void close() {
    provider.closeAll();
  }

  private Pipe pipe() throws IOException {
    Pipe pipe = provider.openPipe();
    pipe.source().configureBlocking(false);
    pipe.sink().configureBlocking(false);
    return pipe;
  }

  private SelectionKey register(Pipe pipe) throws IOException {
    return pipe.source().register(selector, SelectionKey.OP_READ);
  }

  private static void write(Pipe pipe) throws IOException {
    assertThat(pipe.sink().write(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  @Test
  void selectsWhatIsReadyAndNothingElse() throws Exception {
    Pipe first = pipe();
    SelectionKey key = register(first);
    SelectionKey other = register(pipe());
    assertThat(selector.selectNow()).isZero();
    write(first);
    assertThat(selector.select()).isEqualTo(1);
    assertThat(selector.selectedKeys()).containsExactly(key);
    assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_READ);
    assertThat(selector.keys()).containsExactlyInAnyOrder(key, other);
  }

  @Test
  void staysReadyUntilItIsNot() throws Exception {
    Pipe pipe = pipe();
    register(pipe);
    write(pipe);
    for (int i = 0; i < 3; i++) {
      assertThat(selector.select()).isEqualTo(1);
      selector.selectedKeys().clear();
    }
    pipe.source().read(ByteBuffer.allocate(1));
    assertThat(selector.selectNow()).isZero();
    write(pipe);
    assertThat(selector.selectNow()).isEqualTo(1);
  }

  @Test
  void aKeyThatIsSelectedStillIsNotCountedAgain() throws Exception {
    Pipe pipe = pipe();
    register(pipe);
    write(pipe);
    assertThat(selector.select()).isEqualTo(1);
    assertThat(selector.select()).isZero();
    assertThat(selector.selectedKeys()).hasSize(1);
  }

  @Test
  void wakeupsBeforeASelectionEndOneSelection() throws Exception {
    register(pipe());
    selector.wakeup().wakeup();
    assertThat(selector.select()).isZero();
    Background<Integer> next = Background.start(() -> selector.select()).awaitParked();
    selector.wakeup();
    assertThat(next.result()).isZero();
  }

  @Test
  void selectNowUsesUpAWakeup() throws Exception {
    selector.wakeup();
    selector.selectNow();
    Background<Integer> next = Background.start(() -> selector.select()).awaitParked();
    selector.wakeup();
    next.result();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void isWokenByWhatBecomesReady(boolean virtual) throws Exception {
    Pipe pipe = pipe();
    register(pipe);
    for (int i = 0; i < 100; i++) {
      Background<Integer> selecting = Background.start(virtual, () -> selector.select());
      selecting.awaitParked();
      write(pipe);
      assertThat(selecting.result()).isEqualTo(1);
      selector.selectedKeys().clear();
      pipe.source().read(ByteBuffer.allocate(1));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anInterruptEndsASelectionAndKeepsTheStatus(boolean virtual) throws Exception {
    Background<Boolean> selecting =
        Background.start(
            virtual, () -> selector.select() == 0 && Thread.currentThread().isInterrupted());
    selecting.awaitParked().interrupt();
    assertThat(selecting.result()).isTrue();
    assertThat(selector.isOpen()).isTrue();
  }

  @Test
  void closingEndsASelection() throws Exception {
    SelectionKey key = register(pipe());
    Background<Integer> selecting = Background.start(() -> selector.select()).awaitParked();
    selector.close();
    assertThat(selecting.result()).isZero();
    assertThat(key.isValid()).isFalse();
    assertThat(key.channel().isRegistered()).isFalse();
    assertThatThrownBy(selector::selectNow).isInstanceOf(ClosedSelectorException.class);
    assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
    assertThatThrownBy(selector::selectedKeys).isInstanceOf(ClosedSelectorException.class);
    assertThat(selector.wakeup()).isSameAs(selector);
  }

  @Test
  void registeringDuringASelectionReturnsAtOnceAndCountsForTheNext() throws Exception {
    Background<Integer> selecting = Background.start(() -> selector.select()).awaitParked();
    Pipe pipe = pipe();
    write(pipe);
    register(pipe);
    write(pipe);
    selecting.awaitParked();
    assertThat(selecting.isDone()).isFalse();
    selector.wakeup();
    assertThat(selecting.result()).isZero();
    assertThat(selector.select()).isEqualTo(1);
  }

  @Test
  void anInterestSetThatChangesDuringASelectionCountsForTheNext() throws Exception {
    Pipe pipe = pipe();
    SelectionKey key = pipe.source().register(selector, 0);
    write(pipe);
    Background<Integer> selecting = Background.start(() -> selector.select()).awaitParked();
    key.interestOps(SelectionKey.OP_READ);
    write(pipe);
    selecting.awaitParked();
    assertThat(selecting.isDone()).isFalse();
    selector.wakeup();
    assertThat(selecting.result()).isZero();
    assertThat(selector.selectNow()).isEqualTo(1);
    assertThat(key.interestOpsAnd(0)).isEqualTo(SelectionKey.OP_READ);
    selector.selectedKeys().clear();
    assertThat(selector.selectNow()).isZero();
    assertThat(key.interestOpsOr(SelectionKey.OP_READ)).isZero();
    assertThat(selector.selectNow()).isEqualTo(1);
  }

  @Test
  void aCancelledKeyIsInvalidAtOnceAndGoneAtTheNextSelection() throws Exception {
    Pipe pipe = pipe();
    SelectionKey key = register(pipe);
    write(pipe);
    selector.select();
    key.cancel();
    assertThat(key.isValid()).isFalse();
    assertThatThrownBy(key::readyOps).isInstanceOf(CancelledKeyException.class);
    assertThat(selector.keys()).contains(key);
    assertThat(pipe.source().isRegistered()).isTrue();
    assertThatThrownBy(() -> register(pipe)).isInstanceOf(CancelledKeyException.class);
    assertThat(selector.selectNow()).isZero();
    assertThat(selector.keys()).isEmpty();
    assertThat(selector.selectedKeys()).isEmpty();
    assertThat(pipe.source().isRegistered()).isFalse();
    assertThat(register(pipe)).isNotSameAs(key);
  }

  @Test
  void aKeyThatIsCancelledDuringASelectionIsGoneAtItsEnd() throws Exception {
    SelectionKey key = register(pipe());
    Background<Integer> selecting = Background.start(() -> selector.select()).awaitParked();
    key.cancel();
    selector.wakeup();
    selecting.result();
    assertThat(selector.keys()).isEmpty();
  }

  @Test
  void theSetsChangeOnlyAsSpecified() throws Exception {
    SelectionKey key = register(pipe());
    assertThatThrownBy(() -> selector.keys().remove(key))
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> selector.selectedKeys().add(key))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void anActionSeesEachReadyKeyAndTheSelectedSetStaysEmpty() throws Exception {
    Pipe first = pipe();
    Pipe second = pipe();
    register(first).attach("first");
    register(second).attach("second");
    write(first);
    write(second);
    List<Object> seen = new ArrayList<>();
    assertThat(selector.select(key -> seen.add(key.attachment()))).isEqualTo(2);
    assertThat(seen).containsExactlyInAnyOrder("first", "second");
    assertThat(selector.selectedKeys()).isEmpty();
    assertThat(selector.selectNow(key -> seen.add(key))).isEqualTo(2);
  }

  @Test
  void anActionCannotSelect() throws Exception {
    Pipe pipe = pipe();
    register(pipe);
    write(pipe);
    assertThatThrownBy(() -> selector.select(key -> nested()))
        .isInstanceOf(IllegalStateException.class);
  }

  private void nested() {
    try {
      selector.selectNow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aKeyIsNotLostWhenAnActionBeforeItFails() throws Exception {
    Pipe first = pipe();
    Pipe second = pipe();
    register(first);
    register(second);
    write(first);
    write(second);
    assertThatThrownBy(
            () ->
                selector.select(
                    key -> {
                      throw new IllegalArgumentException("mine");
                    }))
        .hasMessage("mine");
    assertThat(selector.selectNow()).isEqualTo(2);
  }

  @Test
  void aForeignChannelIsRefused() throws Exception {
    Pipe foreign = NoEndpoints.provider().openPipe();
    foreign.source().configureBlocking(false);
    assertThatThrownBy(() -> foreign.source().register(selector, SelectionKey.OP_READ))
        .isInstanceOf(IllegalSelectorException.class);
  }

  @Test
  void aTimeoutIsOneOfTheStacksClock() throws Exception {
    VirtualClock clock = new VirtualClock();
    StackSelectorProvider simulated =
        new StackSelectorProvider(new NoEndpoints(Engine.virtual(clock, 1)));
    try (Selector simulatedSelector = simulated.openSelector()) {
      Background<Integer> selecting =
          Background.start(() -> simulatedSelector.select(60_000)).awaitParked();
      clock.advance(Duration.ofMillis(59_999));
      selecting.awaitParked();
      assertThat(selecting.isDone()).isFalse();
      clock.advance(Duration.ofMillis(1));
      assertThat(selecting.result()).isZero();
    }
    assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Two pipes played back and forth by two selecting threads, so that each wakes the other. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noWakingIsLost(boolean virtual) throws Exception {
    Pipe there = pipe();
    Pipe back = pipe();
    AtomicInteger rallies = new AtomicInteger();
    Background<Integer> one = Background.start(virtual, () -> play(there, back, rallies, 20_000));
    Background<Integer> two = Background.start(virtual, () -> play(back, there, rallies, 20_000));
    write(there);
    assertThat(one.result() + two.result()).isEqualTo(40_000);
    assertThat(rallies.get()).isEqualTo(40_000);
  }

  private Integer play(Pipe from, Pipe to, AtomicInteger rallies, int count) throws IOException {
    ByteBuffer ball = ByteBuffer.allocate(1);
    try (Selector own = provider.openSelector()) {
      from.source().register(own, SelectionKey.OP_READ);
      int got = 0;
      while (got < count) {
        own.select();
        own.selectedKeys().clear();
        if (from.source().read(ball.clear()) == 1) {
          got++;
          rallies.incrementAndGet();
          to.sink().write(ball.flip());
        }
      }
      return got;
    }
  }
}
