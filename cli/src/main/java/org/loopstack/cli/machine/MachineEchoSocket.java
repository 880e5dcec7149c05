// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.machine;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.loopstack.cli.host.EchoSocket;
import org.loopstack.cli.host.IcmpErrors;
import org.loopstack.linux.socket.PingSocket;
import org.loopstack.wire.IpAddress;

/** The kernel's ping socket as ping sees it. */
final class MachineEchoSocket implements EchoSocket {
  private final PingSocket socket;
  private final IpAddress target;

  MachineEchoSocket(PingSocket socket, IpAddress target) {
    this.socket = socket;
    this.target = target;
  }

  @Override
  public long send(int sequence, byte[] data) throws IOException {
    long now = System.nanoTime();
    socket.send(sequence, data);
    return now;
  }

  @Override
  public @Nullable Event receive(Duration timeout) throws IOException {
    return switch (socket.receive(timeout)) {
      case null -> null;
      case PingSocket.Event.Reply reply ->
          new Event.Reply(
              reply.from().toInetAddress(),
              reply.sequence(),
              reply.hopLimit(),
              reply.data(),
              System.nanoTime());
      case PingSocket.Event.Failure failure ->
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
