// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.loopstack.engine.Clock;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;

/** The calls that move bytes between sockets, pipes and files: none of them reaches a disk. */
final class FileCalls {
  private final Descriptors descriptors;
  private final Transfers transfers;
  private final Map<String, byte[]> files = new HashMap<>();

  FileCalls(Descriptors descriptors, Transfers transfers) {
    this.descriptors = descriptors;
    this.transfers = transfers;
  }

  /** A file of that many zeros, as a script's {@code dd} makes it. */
  void create(String path, int zeros) {
    files.put(path, new byte[zeros]);
  }

  void delete(String path) {
    files.remove(path);
  }

  Outcome open(CallSpec call, Position at) {
    byte[] contents = files.get(Expressions.text(SystemCalls.argument(call, 0, at)));
    return contents == null
        ? Outcome.error("ENOENT")
        : descriptors.open(new ScriptFile(contents), call, at);
  }

  Outcome pipe(CallSpec call, Position at) {
    if (!(SystemCalls.argument(call, 0, at) instanceof Expression.Array(List<Expression> ends))
        || ends.size() != 2) {
      throw ScriptException.failed(at, "pipe wants [READ, WRITE]");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    descriptors.put(Symbols.number(ends.get(0), at), new ScriptPipe(bytes), at);
    descriptors.put(Symbols.number(ends.get(1), at), new ScriptPipe(bytes), at);
    return Outcome.ZERO;
  }

  private long number(CallSpec call, int index, Position at) {
    return Symbols.number(SystemCalls.argument(call, index, at), at);
  }

  /** {@code sendfile(SOCKET, FILE, [OFFSET] or NULL, COUNT)}. */
  PreparedCall sendFile(CallSpec call, Position at) {
    ScriptSocket socket = descriptors.socket(number(call, 0, at), at);
    if (!(descriptors.get(number(call, 1, at), at) instanceof ScriptFile file)) {
      throw ScriptException.unsupported(at, "sendfile sends files only");
    }
    Expression offset = SystemCalls.argument(call, 2, at);
    boolean own = !Expressions.isName(offset, "NULL");
    long from = own ? Symbols.number(offset, at) : file.position();
    byte[] data = file.at(from, number(call, 3, at));
    if (!own) {
      file.advance(data.length);
    }
    return transfers.send(socket, data, at);
  }

  /** {@code splice(FROM, NULL, TO, NULL, LENGTH, FLAGS)} with a pipe on one side. */
  PreparedCall splice(CallSpec call, Position at) {
    Descriptor from = descriptors.get(number(call, 0, at), at);
    Descriptor to = descriptors.get(number(call, 2, at), at);
    int length = Math.clamp(number(call, 4, at), 0, ScriptPipe.CAPACITY);
    if (from instanceof ScriptPipe pipe && to instanceof ScriptSocket socket) {
      return transfers.send(socket, pipe.take(length), at);
    }
    if (from instanceof ScriptSocket socket
        && to instanceof ScriptPipe pipe
        && socket.stream != null) {
      StreamEndpoint stream = socket.stream;
      boolean waits = !Expressions.has(SystemCalls.argument(call, 5, at), "SPLICE_F_NONBLOCK");
      return new PreparedCall(
          () -> fill(socket, stream, pipe, length),
          waits && !socket.nonBlocking,
          Outcome.error("EAGAIN"),
          Clock.NEVER);
    }
    throw ScriptException.unsupported(at, "splice knows a stream and a pipe only");
  }

  private static @Nullable Outcome fill(
      ScriptSocket socket, StreamEndpoint stream, ScriptPipe pipe, int length)
      throws ErrnoException {
    ByteBuffer buffer = ByteBuffer.allocate(Math.min(length, pipe.room()));
    int n = stream.read(buffer);
    if (n == 0 && buffer.capacity() > 0) {
      return null;
    }
    pipe.bytes().write(buffer.array(), 0, Math.max(0, n));
    socket.received += Math.max(0, n);
    return Outcome.of(Math.max(0, n));
  }
}
