// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Pair;
import org.loopstack.conformance.Wait;

class BufferTest {
  @Case(
      id = "tcp.buffer.direct",
      title = "direct and read-only buffers are written, direct ones read",
      source = "SocketChannel.write Javadoc")
  void directBuffers(Net net) throws IOException {
    Pair pair = net.pair();
    ByteBuffer direct = ByteBuffer.allocateDirect(4).put(Expect.ascii("dire")).flip();
    assertThat(pair.client().write(direct)).isEqualTo(4);
    assertThat(pair.client().write(Expect.ascii("ct").asReadOnlyBuffer())).isEqualTo(2);
    ByteBuffer target = ByteBuffer.allocateDirect(6);
    while (target.hasRemaining()) {
      pair.server().read(target);
    }
    ByteBuffer copy = ByteBuffer.allocate(6).put(target.flip());
    assertThat(Expect.text(copy)).isEqualTo("direct");
  }

  @Case(
      id = "tcp.buffer.gather",
      title = "a gathering write sends the buffers of the range in order",
      source = "GatheringByteChannel.write Javadoc")
  void gather(Net net) throws IOException {
    Pair pair = net.pair();
    ByteBuffer[] sources = {
      Expect.ascii("no"), Expect.ascii("one,"), Expect.ascii(""), Expect.ascii("two"),
    };
    assertThat(pair.client().write(sources, 1, 3)).isEqualTo(7);
    Expect.read(pair.server(), "one,two");
    assertThat(sources[0].remaining()).isEqualTo(2);
    assertThat(sources[3].hasRemaining()).isFalse();
  }

  @Case(
      id = "tcp.buffer.scatter",
      title = "a scattering read fills the buffers of the range in order",
      source = "ScatteringByteChannel.read Javadoc")
  void scatter(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "abcdef");
    Wait.until("all has arrived", () -> pair.server().socket().getInputStream().available() == 6);
    ByteBuffer[] targets = {ByteBuffer.allocate(9), ByteBuffer.allocate(2), ByteBuffer.allocate(9)};
    assertThat(pair.server().read(targets, 1, 2)).isEqualTo(6);
    assertThat(Expect.text(targets[1])).isEqualTo("ab");
    assertThat(Expect.text(targets[2])).isEqualTo("cdef");
    assertThat(targets[0].position()).isZero();
  }

  @Case(
      id = "tcp.buffer.empty-buffers",
      title = "reading into, or writing from, an empty buffer moves nothing and does not block",
      source = "ReadableByteChannel.read Javadoc")
  void emptyBuffers(Net net) throws IOException {
    Pair pair = net.pair();
    assertThat(pair.client().read(ByteBuffer.allocate(0))).isZero();
    assertThat(pair.client().write(ByteBuffer.allocate(0))).isZero();
  }

  @Case(
      id = "tcp.buffer.nothing-to-read",
      title = "a non-blocking read with nothing there returns 0",
      source = "SocketChannel.read Javadoc")
  void nothingToRead(Net net) throws IOException {
    SocketChannel client = net.pair().client();
    client.configureBlocking(false);
    ByteBuffer target = ByteBuffer.allocate(8);
    assertThat(client.read(target)).isZero();
    assertThat(target.position()).isZero();
  }

  @Case(
      id = "tcp.buffer.partial-read",
      title = "a blocking read returns what is there, without filling the buffer",
      source = "SocketChannel.read Javadoc")
  void partialRead(Net net) throws IOException {
    Pair pair = net.pair();
    Expect.write(pair.client(), "abc");
    assertThat(pair.server().read(ByteBuffer.allocate(100))).isBetween(1, 3);
  }
}
