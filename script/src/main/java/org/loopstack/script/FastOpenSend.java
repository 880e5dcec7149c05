// SPDX-License-Identifier: Apache-2.0
package org.loopstack.script;

import org.jspecify.annotations.Nullable;
import org.loopstack.internet.ErrnoException;
import org.loopstack.transport.StreamEndpoint;
import org.loopstack.transport.TransportAddress;
import org.loopstack.transport.TransportOptions;
import org.loopstack.transport.tcp.TcpState;
import org.loopstack.transport.tcp.TcpStatus;

/**
 * A call with MSG_FASTOPEN: "the sendto or sendmsg call acts as both connect and send" (tcp(7)).
 * Who may wait does so until the other end has answered. It takes all the bytes it is given, where
 * Linux, if it may not wait, takes those that fit into the SYN.
 */
final class FastOpenSend implements PreparedCall.Attempt {
  /** What the call is made of. */
  interface Steps {
    /** Begins to connect. */
    void connect() throws ErrnoException;

    /** The sending that follows. */
    PreparedCall send();
  }

  private final ScriptSocket socket;
  private final StreamEndpoint stream;
  private final ScriptHost host;
  private final Steps steps;
  private @Nullable PreparedCall sending;
  private @Nullable Outcome sent;

  FastOpenSend(ScriptSocket socket, StreamEndpoint stream, ScriptHost host, Steps steps) {
    this.socket = socket;
    this.stream = stream;
    this.host = host;
    this.steps = steps;
  }

  @Override
  public @Nullable Outcome run() throws ErrnoException {
    PreparedCall second = sending;
    if (second == null) {
      ScriptSocket.set(stream, TransportOptions.TCP_FASTOPEN_CONNECT, true);
      steps.connect();
      second = steps.send();
      sending = second;
    }
    if (!stream.finishConnect()) {
      return null;
    }
    socket.connecting = false;
    socket.connected = true;
    if (sent == null) {
      sent = second.attempt().run();
    }
    if (socket.nonBlocking) {
      return sent;
    }
    if (isUnanswered()) {
      return null;
    }
    String error = socket.peekError();
    return error == null ? sent : Outcome.error(socket.takeError(error));
  }

  private boolean isUnanswered() {
    TransportAddress local = stream.localAddress();
    TransportAddress remote = stream.remoteAddress();
    TcpStatus status = local == null || remote == null ? null : host.status(local, remote);
    return status != null && status.state() == TcpState.SYN_SENT;
  }
}
