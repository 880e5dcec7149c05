// SPDX-License-Identifier: Apache-2.0
package org.loopstack.conformance.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.loopstack.conformance.Family.IPV4;
import static org.loopstack.conformance.Net.register;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import org.loopstack.conformance.Case;
import org.loopstack.conformance.Expect;
import org.loopstack.conformance.Net;
import org.loopstack.conformance.Task;
import org.loopstack.conformance.Threads;
import org.loopstack.conformance.Wait;

class PipeTest {
  @Case(
      id = "channel.pipe.transfer",
      title = "what is written to the sink is read from the source, in order",
      source = "Pipe Javadoc",
      over = {IPV4})
  void transfer(Net net) throws IOException {
    Pipe pipe = net.pipe();
    Expect.write(pipe.sink(), "one");
    Expect.write(pipe.sink(), "two");
    Expect.read(pipe.source(), "onetwo");
  }

  @Case(
      id = "channel.pipe.end",
      title = "closing the sink ends the source after the data",
      source = "Pipe.SourceChannel Javadoc",
      over = {IPV4})
  void end(Net net) throws IOException {
    Pipe pipe = net.pipe();
    Expect.write(pipe.sink(), "last");
    pipe.sink().close();
    Expect.read(pipe.source(), "last");
    Expect.endOfStream(pipe.source());
  }

  @Case(
      id = "channel.pipe.broken",
      title = "writing when the source is closed: IOException, \"Broken pipe\"",
      source = "seen on JDK 25",
      over = {IPV4})
  void broken(Net net) throws IOException {
    Pipe pipe = net.pipe();
    pipe.source().close();
    Expect.thrown(IOException.class, "Broken pipe", () -> pipe.sink().write(Expect.ascii("x")));
  }

  @Case(
      id = "channel.pipe.closed",
      title = "reading a closed source, writing a closed sink: ClosedChannelException",
      source = "Pipe Javadoc",
      over = {IPV4})
  void closed(Net net) throws IOException {
    Pipe pipe = net.pipe();
    pipe.source().close();
    pipe.sink().close();
    ByteBuffer one = ByteBuffer.allocate(1);
    Expect.thrown(ClosedChannelException.class, () -> pipe.source().read(one));
    Expect.thrown(ClosedChannelException.class, () -> pipe.sink().write(one));
  }

  @Case(
      id = "channel.pipe.readiness",
      title = "the source is readable when there is data, the sink writable while there is room",
      source = "Pipe Javadoc; SelectionKey Javadoc",
      over = {IPV4})
  void readiness(Net net) throws IOException {
    Pipe pipe = net.pipe();
    Selector selector = net.selector();
    SelectionKey source = register(pipe.source(), selector, SelectionKey.OP_READ);
    Wait.quiet(selector);
    SelectionKey sink = register(pipe.sink(), selector, SelectionKey.OP_WRITE);
    Wait.ready(selector, sink, SelectionKey.OP_WRITE);
    while (pipe.sink().write(ByteBuffer.allocate(1 << 16)) > 0) {}
    sink.interestOps(SelectionKey.OP_WRITE);
    Wait.ready(selector, source, SelectionKey.OP_READ);
    source.interestOps(0);
    Wait.quiet(selector);
  }

  @Case(
      id = "channel.pipe.cancelled",
      title = "an end can be made blocking again as soon as its key is cancelled",
      source = "SelectableChannel.configureBlocking Javadoc",
      over = {IPV4})
  void cancelled(Net net) throws IOException {
    Pipe pipe = net.pipe();
    Selector selector = net.selector();
    SelectionKey source = register(pipe.source(), selector, SelectionKey.OP_READ);
    SelectionKey sink = register(pipe.sink(), selector, SelectionKey.OP_WRITE);
    Wait.ready(selector, sink, SelectionKey.OP_WRITE);
    source.cancel();
    sink.cancel();
    pipe.source().configureBlocking(true);
    pipe.sink().configureBlocking(true);
    pipe.sink().write(Expect.ascii("x"));
    assertThat(pipe.source().read(ByteBuffer.allocate(2))).isEqualTo(1);
    selector.selectNow();
    assertThat(selector.keys()).isEmpty();
    assertThat(pipe.source().isRegistered()).isFalse();
  }

  @Case(
      id = "channel.pipe.gather-scatter",
      title = "gathering writes and scattering reads work on a pipe",
      source = "Pipe Javadoc",
      over = {IPV4})
  void gatherScatter(Net net) throws IOException {
    Pipe pipe = net.pipe();
    assertThat(pipe.sink().write(new ByteBuffer[] {Expect.ascii("ab"), Expect.ascii("cd")}))
        .isEqualTo(4);
    ByteBuffer[] targets = {ByteBuffer.allocate(3), ByteBuffer.allocate(3)};
    assertThat(pipe.source().read(targets)).isEqualTo(4);
    assertThat(Expect.text(targets[0])).isEqualTo("abc");
  }

  @Case(
      id = "channel.pipe.blocks",
      title = "a blocked read of a pipe returns with the next write",
      source = "Pipe Javadoc",
      over = {IPV4},
      on = {Threads.PLATFORM, Threads.VIRTUAL})
  void blocks(Net net) throws Exception {
    Pipe pipe = net.pipe();
    Task<Integer> reader = net.start(() -> pipe.source().read(ByteBuffer.allocate(9)));
    reader.awaitBlocked();
    Expect.write(pipe.sink(), "x");
    assertThat(reader.join()).isEqualTo(1);
  }

  @Case(
      id = "channel.pipe.valid-ops",
      title = "a source can be read, a sink written",
      source = "Pipe.SourceChannel.validOps Javadoc",
      over = {IPV4})
  void validOps(Net net) throws IOException {
    Pipe pipe = net.pipe();
    assertThat(pipe.source().validOps()).isEqualTo(SelectionKey.OP_READ);
    assertThat(pipe.sink().validOps()).isEqualTo(SelectionKey.OP_WRITE);
  }
}
