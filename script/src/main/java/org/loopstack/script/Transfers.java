// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;

/** The system calls that move data. */
final class Transfers {
  private static final Set<String> KNOWN_FLAGS =
      Set.of("MSG_DONTWAIT", "MSG_NOSIGNAL", "MSG_OOB", "MSG_WAITALL", "MSG_TRUNC");
  private static final int MAX = 1 << 26;

  private final SystemCalls.Target target;

  Transfers(SystemCalls.Target target) {
    this.target = target;
  }

  /** What a call that moves data is asked. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares requests.
  private record Request(int[] sizes, byte @Nullable [] text, Expression flags, Expression peer) {
    int total() {
      int sum = 0;
      for (int each : sizes) {
        sum += each;
      }
      return sum;
    }
  }

  private static Request request(CallSpec call, Position at) {
    Expression none = new Expression.Number(0);
    Expression any = new Expression.Anything();
    Expression data = SystemCalls.argument(call, 1, at);
    Request request =
        switch (call.name()) {
          case "readv", "writev" -> new Request(Expressions.sizes(data, at), null, none, any);
          case "recvmsg", "sendmsg" -> message(data, SystemCalls.argument(call, 2, at), at);
          default -> {
            long size = Symbols.number(SystemCalls.argument(call, 2, at), at);
            List<Expression> a = call.arguments();
            yield new Request(
                new int[] {Math.clamp(size, 0, MAX)},
                data instanceof Expression.Text(String s)
                    ? s.getBytes(StandardCharsets.ISO_8859_1)
                    : null,
                a.size() > 3 ? a.get(3) : none,
                a.size() > 4 ? a.get(4) : any);
          }
        };
    checkFlags(request.flags, at);
    return request;
  }

  private static Request message(Expression data, Expression flags, Position at) {
    if (!(data instanceof Expression.Struct header)) {
      throw ScriptException.failed(at, "a message is {msg_name(...)=..., msg_iov(N)=[...], ...}");
    }
    if (header.field("msg_control") != null) {
      throw ScriptException.unsupported(at, "control messages are not supported");
    }
    int[] sizes = Expressions.sizes(Expressions.field(header, "msg_iov", at), at);
    return new Request(sizes, null, flags, new Expression.Anything());
  }

  private static void checkFlags(Expression flags, Position at) {
    switch (flags) {
      case Expression.Or(Expression left, Expression right) -> {
        checkFlags(left, at);
        checkFlags(right, at);
      }
      case Expression.Name(String name) -> {
        if (!KNOWN_FLAGS.contains(name)) {
          throw ScriptException.unsupported(at, "flag " + name + " is not supported");
        }
      }
      default -> {
        if (Symbols.number(flags, at) != 0) {
          throw ScriptException.unsupported(at, "flags without names are not supported");
        }
      }
    }
  }

  // ---- receiving ----

  PreparedCall receive(ScriptSocket socket, CallSpec call, Position at) {
    Request request = request(call, at);
    boolean blocking = !socket.nonBlocking && !Expressions.has(request.flags, "MSG_DONTWAIT");
    DatagramEndpoint datagram = socket.datagram;
    if (datagram != null) {
      return PreparedCall.waiting(blocking, () -> datagram(datagram, request));
    }
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null) {
      return PreparedCall.immediate(() -> Outcome.error("ENOTCONN"));
    }
    if (Expressions.has(request.flags, "MSG_OOB")) {
      throw ScriptException.unsupported(at, "urgent data cannot be received out of band");
    }
    boolean all = Expressions.has(request.flags, "MSG_WAITALL");
    ByteBuffer buffer = ByteBuffer.allocate(request.total());
    return PreparedCall.waiting(blocking, () -> stream(socket, stream, buffer, all, request));
  }

  private static @Nullable Outcome stream(
      ScriptSocket socket, StreamEndpoint stream, ByteBuffer buffer, boolean all, Request request)
      throws ErrnoException {
    if (buffer.capacity() == 0) {
      return Outcome.ZERO;
    }
    int before = buffer.position();
    int n = stream.read(buffer);
    String difference = null;
    for (int i = before; i < buffer.position() && !socket.urgent; i++) {
      byte expected = request.text == null ? Payload.at(socket.received) : buffer.get(i);
      if (buffer.get(i) != expected) {
        difference = "byte " + socket.received + " of the stream is not what was sent there";
      }
      socket.received++;
    }
    if (n == 0 || n > 0 && all && buffer.hasRemaining()) {
      return null;
    }
    return new Outcome(buffer.position(), null, difference);
  }

  private static @Nullable Outcome datagram(DatagramEndpoint datagram, Request request)
      throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocate(request.total());
    return datagram.receive(buffer) == null ? null : Outcome.of(buffer.position());
  }

  // ---- sending ----

  PreparedCall send(ScriptSocket socket, CallSpec call, Position at) {
    Request request = request(call, at);
    boolean blocking = !socket.nonBlocking && !Expressions.has(request.flags, "MSG_DONTWAIT");
    DatagramEndpoint datagram = socket.datagram;
    if (datagram != null) {
      return PreparedCall.waiting(blocking, () -> datagram(socket, datagram, request, at));
    }
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null) {
      return PreparedCall.immediate(() -> Outcome.error("EPIPE"));
    }
    Flow flow = socket.flow;
    int position = flow == null ? 0 : flow.written.size();
    byte[] data =
        request.text == null ? Payload.of(position, request.total()) : request.text.clone();
    boolean urgent = Expressions.has(request.flags, "MSG_OOB");
    ByteBuffer buffer = ByteBuffer.wrap(data);
    return new PreparedCall(
        () -> stream(socket, stream, buffer, urgent, blocking),
        blocking,
        Outcome.error("EAGAIN"),
        org.loopstack.engine.Clock.NEVER);
  }

  private static @Nullable Outcome stream(
      ScriptSocket socket, StreamEndpoint stream, ByteBuffer buffer, boolean urgent, boolean all)
      throws ErrnoException {
    Flow flow = socket.flow;
    while (buffer.hasRemaining()) {
      // The last byte is the urgent one.
      boolean last = urgent && buffer.remaining() == 1;
      ByteBuffer part = buffer.slice(buffer.position(), buffer.remaining() - (urgent ? 1 : 0));
      int mark = buffer.position();
      byte[] noted = new byte[last ? 1 : part.remaining()];
      buffer.get(mark, noted);
      int n = last ? (stream.writeUrgent(noted[0]) ? 1 : 0) : stream.write(part);
      if (flow != null) {
        flow.written.write(noted, 0, n);
      }
      buffer.position(mark + n);
      if (n == 0) {
        return all || mark == 0 ? null : Outcome.of(mark);
      }
    }
    return Outcome.of(buffer.position());
  }

  private @Nullable Outcome datagram(
      ScriptSocket socket, DatagramEndpoint datagram, Request request, Position at)
      throws ErrnoException {
    TransportAddress peer = null;
    Settings s = target.settings();
    TransportAddress preset = new TransportAddress(s.remoteIp, s.connectPort);
    if (request.peer instanceof Expression.Struct || datagram.remoteAddress() == null) {
      peer = Expressions.address(request.peer, preset, at);
    }
    boolean taken = datagram.send(ByteBuffer.wrap(Payload.of(0, request.total())), peer);
    if (socket.flow == null) {
      TransportAddress local = datagram.localAddress();
      int port = local == null ? 0 : local.port();
      Flow flow =
          new Flow(
              true,
              Flow.Origin.ACTIVE,
              new TransportAddress(s.localIp, port),
              peer == null ? preset : peer);
      socket.flow = flow;
      target.underTest(flow);
    }
    return taken ? Outcome.of(request.total()) : null;
  }
}
