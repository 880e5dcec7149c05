// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.tool;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.HostNames;
import org.loopstack.cli.host.Session;
import org.loopstack.wire.IpAddress;

/**
 * Datagrams between standard input and output and a port, each behind its length in two bytes: what
 * {@code lo run --answer} carries them to a stack with. It ends with the input.
 */
public final class ConnectDatagrams {
  private static final int LENGTH = 2;
  private static final int MAX_DATAGRAM = 65_535;

  private final Session session;
  private final InetSocketAddress remote;

  /**
   * Prepares to connect.
   *
   * @param host an address or a name
   * @param port 1 to 65535
   * @throws org.loopstack.cli.host.UserException if the name means nothing
   */
  public ConnectDatagrams(Session session, String host, HostNames.Family family, int port) {
    this.session = session;
    InetAddress address = session.stack().resolve(host, family).getFirst();
    this.remote = new InetSocketAddress(address, port);
  }

  /** Carries both ways and returns the exit status. */
  public int run() throws IOException {
    StandardProtocolFamily family =
        IpAddress.of(remote.getAddress()).isIpv4()
            ? StandardProtocolFamily.INET
            : StandardProtocolFamily.INET6;
    try (DatagramChannel channel = session.stack().selectorProvider().openDatagramChannel(family)) {
      session.onInterrupt(() -> close(channel));
      channel.connect(remote);
      Thread.ofVirtual().name("lo-connect-input").start(() -> sendInput(channel));
      return printWhatComes(channel);
    }
  }

  private int printWhatComes(DatagramChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(LENGTH + MAX_DATAGRAM);
    PrintStream out = session.out();
    while (true) {
      try {
        // Not read(): that takes an empty datagram for an end.
        var _ = channel.receive(buffer.clear().position(LENGTH));
        buffer.putShort(0, (short) (buffer.position() - LENGTH));
        out.write(buffer.array(), 0, buffer.position());
        if (out.checkError()) {
          return ExitStatus.BROKEN_PIPE;
        }
      } catch (PortUnreachableException e) {
        // About one that was sent: nobody had the port then, and somebody may have it now.
      } catch (ClosedChannelException e) {
        return session.isInterrupted() ? ExitStatus.INTERRUPTED : ExitStatus.OK;
      }
    }
  }

  private void sendInput(DatagramChannel channel) {
    DataInputStream in = new DataInputStream(session.in());
    try {
      while (true) {
        byte[] datagram = new byte[in.readUnsignedShort()];
        in.readFully(datagram);
        send(channel, datagram);
      }
    } catch (IOException e) {
      // The end of the input, or of the channel.
      close(channel);
    }
  }

  private void send(DatagramChannel channel, byte[] datagram) throws IOException {
    try {
      // Not write(): that sends nothing for an empty one.
      channel.send(ByteBuffer.wrap(datagram), remote);
    } catch (PortUnreachableException e) {
      // About an earlier one, in this one's place.
      channel.send(ByteBuffer.wrap(datagram), remote);
    }
  }

  private static void close(DatagramChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is closed all the same.
    }
  }
}
