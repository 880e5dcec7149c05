// SPDX-License-Identifier: Apache-2.0
package org.loopstack.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.loopstack.transport.ListenerEndpoint;
import org.loopstack.transport.StreamEndpoint;

/** Whole conversations of two endpoints over the loopback, in virtual time. */
class ConversationTest {
  private final TcpHost host = new TcpHost();

  @Test
  void twoEndsTalkAndCloseAndNothingIsLeft() throws Exception {
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    assertThat(client.finishConnect()).isTrue();
    assertThat(TcpHost.write(client, "hello")).isEqualTo(5);
    assertThat(TcpHost.read(server)).isEqualTo("hello");
    assertThat(TcpHost.write(server, "world")).isEqualTo(5);
    assertThat(TcpHost.read(client)).isEqualTo("world");

    client.shutdownOutput();
    assertThat(TcpHost.read(server)).isEqualTo("<end>");
    server.close();
    assertThat(TcpHost.read(client)).isEqualTo("<end>");
    client.close();
    listener.close();
    host.clock.advance(Duration.ofSeconds(61));

    assertThat(host.tcp.statuses()).isEmpty();
    assertThat(host.ports.claims()).isZero();
    assertThat(host.clock.nextDeadline()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aSynOnTheLoopbackLooksAsOnLinux() throws Exception {
    ListenerEndpoint unused = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    assertThat(client.finishConnect()).isTrue();
    assertThat(host.trace.getFirst())
        .contains("Flags [S]", "win 65495", "options [mss 65495,sackOK,TS val", "nop,wscale 7]");
    assertThat(host.trace).hasSize(3);
  }

  @Test
  void bulkDataArrivesWholeAndInOrder() throws Exception {
    ListenerEndpoint listener = host.listen(8080, 5);
    StreamEndpoint client = host.connect(8080);
    StreamEndpoint server = listener.accept();
    byte[] sent = new byte[20_000_000];
    new Random(3).nextBytes(sent);
    ByteBuffer out = ByteBuffer.wrap(sent);
    ByteBuffer in = ByteBuffer.allocate(sent.length);
    Random sizes = new Random(4);
    while (in.hasRemaining()) {
      out.limit(Math.min(sent.length, out.position() + 1 + sizes.nextInt(300_000)));
      int written = client.write(out);
      int before = in.position();
      in.limit(Math.min(sent.length, before + 1 + sizes.nextInt(300_000)));
      int read = server.read(in);
      in.limit(sent.length);
      assertThat(in.position()).isEqualTo(before + read);
      if (written == 0 && read == 0) {
        host.clock.advance(Duration.ofMillis(1));
      }
    }
    assertThat(in.array()).isEqualTo(sent);
    // Nothing had to be sent twice, and no delayed acknowledgment had to be waited for.
    assertThat(host.tcp.statuses()).allMatch(s -> s.retransmissions() == 0);
    assertThat(host.clock.nanos()).isZero();
  }
}
