// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.EchoSocket;
import org.loopstack.cli.host.IcmpErrors;
import org.loopstack.wire.IpAddress;

/** A stack's echo socket as ping sees it: one destination, and errors in ping's words. */
final class CoreEchoSocket implements org.loopstack.cli.host.EchoSocket {
  private final EchoSocket socket;
  private final IpAddress target;

  CoreEchoSocket(EchoSocket socket, IpAddress target) {
    this.socket = socket;
    this.target = target;
  }

  @Override
  public long send(int sequence, byte[] data) throws IOException {
    return socket.send(target, sequence, data);
  }

  @Override
  public @Nullable Event receive(Duration timeout) throws IOException {
    return switch (socket.receive(timeout)) {
      case null -> null;
      case EchoSocket.Reply reply ->
          new Event.Reply(
              reply.from().toInetAddress(),
              reply.sequence(),
              reply.hopLimit(),
              reply.data(),
              reply.time());
      case EchoSocket.Failure failure ->
          new Event.Failure(
              failure.from().toInetAddress(),
              failure.sequence(),
              IcmpErrors.describe(target.isIpv6(), failure.type(), failure.code(), failure.mtu()));
    };
  }

  @Override
  public void wakeup() {
    socket.wakeup();
  }

  @Override
  public void close() {
    socket.close();
  }
}
