// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import java.util.ArrayList;
import java.util.List;
import org.loopstack.transport.Readiness;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.tcp.TcpState;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * A socket's state in the bits of {@code poll}. The endpoint tells of reading and writing; error
 * and hang-up follow, as in Linux's tcp_poll, from the pending error and from which halves have
 * ended.
 */
final class PollEvents {
  private static final List<String> NAMES =
      List.of(
          "POLLIN",
          "POLLPRI",
          "POLLOUT",
          "POLLERR",
          "POLLHUP",
          "POLLRDNORM",
          "POLLWRNORM",
          "POLLRDHUP");

  private PollEvents() {}

  static long of(ScriptSocket socket, SystemCalls.Target target) {
    int bits = socket.endpoint().readiness();
    long events = 0;
    if ((bits & (Readiness.READ | Readiness.ACCEPT)) != 0) {
      events |= Symbols.value("POLLIN") | Symbols.value("POLLRDNORM");
    }
    if ((bits & Readiness.WRITE) != 0) {
      events |= Symbols.value("POLLOUT") | Symbols.value("POLLWRNORM");
    }
    StreamEndpoint stream = socket.listener == null ? socket.stream : null;
    if (stream != null && stream.remoteAddress() != null) {
      events |= ends(socket, stream, target);
    }
    if (!socket.errors.isEmpty() || socket.peekError() != null) {
      events |= Symbols.value("POLLERR");
    }
    return events;
  }

  private static long ends(ScriptSocket socket, StreamEndpoint stream, SystemCalls.Target target) {
    TransportAddress local = stream.localAddress();
    TransportAddress remote = stream.remoteAddress();
    TcpStatus status = local == null || remote == null ? null : target.host().status(local, remote);
    TcpState state = status == null ? TcpState.CLOSED : status.state();
    boolean receives =
        switch (state) {
          case CLOSE_WAIT, LAST_ACK, CLOSING, TIME_WAIT, CLOSED -> false;
          default -> true;
        };
    boolean sends = state == TcpState.CLOSE_WAIT || receives && !socket.outputShut;
    if (state == TcpState.CLOSED || !receives && !sends) {
      return Symbols.value("POLLHUP") | Symbols.value("POLLRDHUP");
    }
    return receives ? 0 : Symbols.value("POLLRDHUP");
  }

  /** For people. */
  static String text(long events) {
    List<String> names = new ArrayList<>();
    for (String each : NAMES) {
      if ((events & Symbols.value(each)) != 0) {
        names.add(each);
      }
    }
    return names.isEmpty() ? "0" : String.join("|", names);
  }
}
