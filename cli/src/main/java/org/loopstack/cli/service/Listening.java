// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.service;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.NetworkChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;

/**
 * Sockets of one kind, bound to the same port of several addresses, of 127.0.0.1 and ::1 at least.
 */
final class Listening {
  static final InetAddress INET_LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  static final InetAddress INET6_LOOPBACK = InetAddress.ofLiteral("::1");

  private static final int TRIES = 100;

  private Listening() {}

  /** Opens a channel of a family. */
  @FunctionalInterface
  interface Opener<C extends NetworkChannel> {
    C open(SelectorProvider provider, StandardProtocolFamily family) throws IOException;
  }

  /**
   * Binds all.
   *
   * @param port 0 for one that is free on all
   * @param more addresses beside 127.0.0.1 and ::1
   * @throws UserException if the port is taken
   */
  static <C extends NetworkChannel> List<C> open(
      SelectorProvider provider, int port, List<InetAddress> more, Opener<C> opener)
      throws IOException {
    List<InetAddress> addresses = new ArrayList<>(List.of(INET_LOOPBACK, INET6_LOOPBACK));
    addresses.addAll(more);
    for (int tries = 0; ; tries++) {
      List<C> channels = new ArrayList<>();
      try {
        for (InetAddress address : addresses) {
          C channel =
              opener.open(
                  provider,
                  address instanceof Inet6Address
                      ? StandardProtocolFamily.INET6
                      : StandardProtocolFamily.INET);
          int chosen = channels.isEmpty() ? port : port(channels.getFirst());
          channels.add(channel);
          channel.bind(new InetSocketAddress(address, chosen));
        }
        return channels;
      } catch (IOException e) {
        closeAll(channels);
        if (!(e instanceof BindException)) {
          throw e;
        }
        if (isForbidden(e)) {
          throw new UserException(
              ExitStatus.NO_PERMISSION,
              "port "
                  + port
                  + " is for root and CAP_NET_BIND_SERVICE (sysctl"
                  + " net.ipv4.ip_unprivileged_port_start); --port chooses another one");
        }
        if (port != 0 || tries == TRIES) {
          throw new UserException(
              ExitStatus.TAKEN, "port " + port + " is taken; --port chooses another one");
        }
      }
    }
  }

  private static boolean isForbidden(IOException e) {
    return String.valueOf(e.getMessage()).startsWith("Permission denied");
  }

  static int port(NetworkChannel channel) throws IOException {
    if (channel.getLocalAddress() instanceof InetSocketAddress address) {
      return address.getPort();
    }
    throw new IOException("not bound");
  }

  static void closeAll(List<? extends Closeable> all) {
    for (Closeable one : all) {
      try {
        one.close();
      } catch (IOException e) {
        // It is closed all the same.
      }
    }
  }
}
