// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.DatagramEndpoint;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.tcp.TcpState;
import org.loopstack.transport.tcp.TcpStatus;

/** The system calls that move data. */
final class Transfers {
  private final SystemCalls.Target target;

  Transfers(SystemCalls.Target target) {
    this.target = target;
  }

  private static boolean waits(ScriptSocket socket, TransferRequest request) {
    return !socket.nonBlocking && !request.has("MSG_DONTWAIT");
  }

  // ---- receiving ----

  PreparedCall receive(ScriptSocket socket, CallSpec call, Position at) {
    TransferRequest request = TransferRequest.of(call, at);
    boolean blocking = waits(socket, request);
    if (request.has("MSG_ERRQUEUE")) {
      return PreparedCall.waiting(false, () -> errorQueue(socket, request, at));
    }
    DatagramEndpoint datagram = socket.datagram;
    if (datagram != null) {
      return PreparedCall.waiting(blocking, () -> datagram(datagram, request));
    }
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null) {
      return PreparedCall.immediate(() -> Outcome.error("ENOTCONN"));
    }
    if (request.has("MSG_OOB")) {
      if (request.has("MSG_PEEK")) {
        throw ScriptException.unsupported(at, "the urgent byte can be received once only");
      }
      return PreparedCall.immediate(() -> urgentByte(stream));
    }
    boolean all = request.has("MSG_WAITALL");
    ByteBuffer buffer = ByteBuffer.allocate(request.total());
    return PreparedCall.waiting(blocking, () -> stream(socket, stream, buffer, all, request, at));
  }

  private @Nullable Outcome stream(
      ScriptSocket socket,
      StreamEndpoint stream,
      ByteBuffer buffer,
      boolean all,
      TransferRequest request,
      Position at)
      throws ErrnoException {
    if (buffer.capacity() == 0) {
      return Outcome.ZERO;
    }
    int before = buffer.position();
    boolean marked = isMarked(stream);
    int n = stream.read(buffer);
    if (marked && !isMarked(stream)) {
      // The urgent byte has been left out.
      socket.received++;
    }
    String error = n <= 0 ? socket.takeError() : null;
    if (error != null) {
      return Outcome.error(error);
    }
    String difference = null;
    for (int i = before; i < buffer.position(); i++) {
      byte expected = request.text() == null ? Payload.at(socket.received) : buffer.get(i);
      if (buffer.get(i) != expected) {
        difference = "byte " + socket.received + " of the stream is not what was sent there";
      }
      socket.received++;
    }
    if (n == 0 || n > 0 && all && buffer.hasRemaining()) {
      return null;
    }
    if (difference == null && request.control() != null) {
      difference =
          ControlMessage.difference(
              request.control(), messages(socket, stream), target.settings().tolerance, at);
    }
    return new Outcome(buffer.position(), null, difference);
  }

  /** recv with MSG_OOB, which never waits. */
  private static Outcome urgentByte(StreamEndpoint stream) throws ErrnoException {
    Integer urgent = stream.option(TransportOptions.TCP_URGENT_BYTE);
    int value = urgent == null ? -1 : urgent;
    return switch (value) {
      case -1 -> Outcome.error("EINVAL");
      case -2 -> Outcome.error("EAGAIN");
      default -> Outcome.of(1);
    };
  }

  /** Whether the next byte is an urgent one that reads leave out. */
  private static boolean isMarked(StreamEndpoint stream) throws ErrnoException {
    return Boolean.TRUE.equals(stream.option(TransportOptions.TCP_AT_MARK))
        && !Boolean.TRUE.equals(stream.option(TransportOptions.SO_OOBINLINE));
  }

  /** What comes with data: with TCP_INQ how much more there is, and 1 at the end of the stream. */
  private List<ControlMessage> messages(ScriptSocket socket, StreamEndpoint stream) {
    if (!socket.tellsQueue) {
      return List.of();
    }
    TransportAddress local = stream.localAddress();
    TransportAddress remote = stream.remoteAddress();
    TcpStatus status = local == null || remote == null ? null : target.host().status(local, remote);
    boolean ended = status == null || hasEnded(status.state());
    int queued = stream.available();
    return List.of(ControlMessage.of("SOL_TCP", "TCP_CM_INQ", queued == 0 && ended ? 1 : queued));
  }

  private static boolean hasEnded(TcpState state) {
    return switch (state) {
      case CLOSE_WAIT, LAST_ACK, CLOSING, TIME_WAIT, CLOSED -> true;
      default -> false;
    };
  }

  private Outcome errorQueue(ScriptSocket socket, TransferRequest request, Position at) {
    ErrorQueue.Entry entry = socket.errors.poll();
    if (entry == null) {
      return Outcome.error("EAGAIN");
    }
    String difference =
        request.control() == null
            ? null
            : ControlMessage.difference(
                request.control(), entry.messages(), target.settings().tolerance, at);
    long flags =
        Symbols.value("MSG_ERRQUEUE") | (entry.hasPayload() ? Symbols.value("MSG_TRUNC") : 0);
    Expression wanted = request.resultFlags();
    if (difference == null && wanted != null && Symbols.number(wanted, at) != flags) {
      difference = "msg_flags are " + flags;
    }
    return new Outcome(0, null, difference);
  }

  private static @Nullable Outcome datagram(DatagramEndpoint datagram, TransferRequest request)
      throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocate(request.total());
    return datagram.receive(buffer) == null ? null : Outcome.of(buffer.position());
  }

  // ---- sending ----

  PreparedCall send(ScriptSocket socket, CallSpec call, Position at) {
    TransferRequest request = TransferRequest.of(call, at);
    boolean blocking = waits(socket, request);
    if (Expressions.isName(SystemCalls.argument(call, 1, at), "NULL")) {
      return PreparedCall.immediate(() -> Outcome.error("EFAULT"));
    }
    DatagramEndpoint datagram = socket.datagram;
    if (datagram != null) {
      return PreparedCall.waiting(blocking, () -> datagram(socket, datagram, request, at));
    }
    Flow flow = socket.flow;
    int position = flow == null ? 0 : flow.written.size();
    byte[] data = request.text() == null ? Payload.of(position, request.total()) : request.text();
    return send(socket, data, request.has("MSG_OOB"), request.has("MSG_ZEROCOPY"), blocking);
  }

  /** Sends bytes that came from elsewhere. */
  PreparedCall send(ScriptSocket socket, byte[] data, Position at) {
    if (socket.stream == null) {
      throw ScriptException.unsupported(at, "only a stream can be sent to");
    }
    return send(socket, data, false, false, !socket.nonBlocking);
  }

  private PreparedCall send(
      ScriptSocket socket, byte[] data, boolean urgent, boolean zeroCopy, boolean blocking) {
    StreamEndpoint stream = socket.stream;
    if (stream == null || socket.listener != null) {
      return PreparedCall.immediate(() -> Outcome.error("EPIPE"));
    }
    ByteBuffer buffer = ByteBuffer.wrap(data);
    boolean notified = zeroCopy && socket.zeroCopy && data.length > 0;
    return new PreparedCall(
        () -> {
          Outcome outcome = stream(socket, stream, buffer, urgent, blocking);
          if (outcome != null && outcome.result() > 0) {
            sent(socket, notified);
          }
          return outcome;
        },
        blocking,
        Outcome.error("EAGAIN"),
        Clock.NEVER);
  }

  private void sent(ScriptSocket socket, boolean notified) {
    if (notified) {
      socket.errors.zeroCopy(socket.sent);
    }
    if (socket.timestamping != 0) {
      long id = socket.sent - socket.timestampBase - 1;
      socket.errors.stamp(socket.timestamping, id, socket.sent);
    }
  }

  private static @Nullable Outcome stream(
      ScriptSocket socket, StreamEndpoint stream, ByteBuffer buffer, boolean urgent, boolean all)
      throws ErrnoException {
    String error = socket.takeError();
    if (error != null) {
      return Outcome.error(error);
    }
    Flow flow = socket.flow;
    while (buffer.hasRemaining()) {
      // The last byte is the urgent one.
      boolean last = urgent && buffer.remaining() == 1;
      ByteBuffer part = buffer.slice(buffer.position(), buffer.remaining() - (urgent ? 1 : 0));
      int mark = buffer.position();
      byte[] noted = new byte[last ? 1 : part.remaining()];
      buffer.get(mark, noted);
      int n = last ? (stream.writeUrgent(noted[0]) ? 1 : 0) : stream.write(part);
      socket.sent += n;
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
      ScriptSocket socket, DatagramEndpoint datagram, TransferRequest request, Position at)
      throws ErrnoException {
    TransportAddress peer = null;
    Settings s = target.settings();
    TransportAddress preset = new TransportAddress(s.remoteIp, s.connectPort);
    if (request.peer() instanceof Expression.Struct || datagram.remoteAddress() == null) {
      peer = Expressions.address(request.peer(), preset, at);
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
