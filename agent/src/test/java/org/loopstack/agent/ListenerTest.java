// SPDX-License-Identifier: Apache-2.0
package org.loopstack.agent;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listens in both worlds, and is closed while connections come and are taken. */
@Timeout(60)
class ListenerTest {
  private static final int ROUNDS = 200;
  private static final int TAKERS = 3;

  private final TwoWorlds two = new TwoWorlds();

  @AfterEach
  void close() {
    two.close();
  }

  /** Accepts until there is nobody left to accept from. */
  private static FutureTask<Void> take(Listener listener) {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              while (true) {
                listener.accept(0).close();
              }
            });
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  private Socket connect(InetSocketAddress to) throws IOException {
    Socket client =
        to.getAddress().equals(TwoWorlds.OUTSIDE)
            ? RawSockets.ofMachine()
            : RawSockets.of(two.stack);
    client.connect(to);
    return client;
  }

  @Test
  void whatListensInOneWorldOnlyIsClosedInTheSameWords() throws Exception {
    Listener listener = Listener.open(two.worlds, TwoWorlds.inside(0), 50, Map.of());
    listener.close();
    assertThatThrownBy(() -> listener.accept(0))
        .isInstanceOf(SocketException.class)
        .hasMessage("Socket closed");
  }

  @Test
  void closingWakesAllWhoAcceptHoweverManyConnectionsAreOnTheWay() throws Exception {
    for (int i = 0; i < ROUNDS; i++) {
      Listener listener = Listener.open(two.worlds, new InetSocketAddress(0), 50, Map.of());
      List<Socket> clients = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        clients.add(connect(TwoWorlds.inside(listener.port())));
        clients.add(connect(TwoWorlds.outside(listener.port())));
      }
      List<FutureTask<Void>> takers = new ArrayList<>();
      for (int t = 0; t < i % (TAKERS + 1); t++) {
        takers.add(take(listener));
      }
      listener.close();
      takers.add(take(listener));

      for (FutureTask<Void> each : takers) {
        assertThatThrownBy(each::get)
            .cause()
            .isInstanceOf(SocketException.class)
            .hasMessage("Socket closed");
      }
      for (Socket each : clients) {
        each.close();
      }
    }
  }
}
