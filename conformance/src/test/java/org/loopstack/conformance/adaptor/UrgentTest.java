// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.adaptor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;

class UrgentTest {
  private static void send(Pair pair) throws IOException {
    Expect.write(pair.client(), "ab");
    pair.client().socket().sendUrgentData('!');
    Expect.write(pair.client(), "cd");
    pair.client().close();
  }

  @Case(
      id = "adaptor.urgent.inline",
      title = "with SO_OOBINLINE the urgent byte is in the stream where it was sent",
      source = "Socket.setOOBInline Javadoc; RFC 6093")
  void inline(Net net) throws IOException {
    Pair pair = net.pair();
    pair.server().socket().setOOBInline(true);
    send(pair);
    Expect.read(pair.server(), "ab!cd");
    Expect.endOfStream(pair.server());
  }

  @Case(
      id = "adaptor.urgent.dropped",
      title = "without SO_OOBINLINE the urgent byte is left out of the stream",
      source = "Socket.setOOBInline Javadoc")
  void dropped(Net net) throws IOException {
    Pair pair = net.pair();
    Socket receiver = pair.server().socket();
    assertThat(receiver.getOOBInline()).isFalse();
    send(pair);
    Expect.read(pair.server(), "abcd");
    Expect.endOfStream(pair.server());
  }
}
