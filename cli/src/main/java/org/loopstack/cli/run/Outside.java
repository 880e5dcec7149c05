// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.loopstack.cli.host.ExitStatus;
import org.loopstack.cli.host.UserException;
import org.loopstack.link.Link;
import org.loopstack.relay.gateway.Gateway;

/**
 * The gateway of a program in a user namespace, in a process that stays outside: whoever enters
 * such a namespace cuts himself off. The two are connected by a socket in a folder of this user's,
 * and the one outside ends with the connection.
 */
public final class Outside {
  /** The word that makes {@code lo} that process. */
  public static final String COMMAND = "outside";

  /** Where the second life finds the socket. */
  static final String PROPERTY = "lo.outside";

  private Outside() {}

  /**
   * Starts the process, before this one enters the namespace.
   *
   * @return where it listens
   */
  static Path start() throws IOException {
    Path socket = Files.createTempDirectory("lo-").resolve("outside");
    List<String> command = new ArrayList<>();
    command.add(Path.of("/proc/self/exe").toRealPath().toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "org.loopstack.cli.Lo"));
    command.addAll(List.of(COMMAND, socket.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    process.getOutputStream().close();
    // It says so when it listens.
    if (process.getInputStream().read() < 0) {
      throw new UserException(ExitStatus.SOFTWARE, "the gateway outside has not started");
    }
    return socket;
  }

  /**
   * Is that process: returns when the connection has ended.
   *
   * @param socket where to listen, in a folder that is nobody else's; both are removed at once
   * @param listening called when somebody may connect
   */
  public static void serve(Path socket, Runnable listening)
      throws IOException, InterruptedException {
    SocketChannel connection;
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(socket));
      listening.run();
      connection = listener.accept();
    } finally {
      Files.deleteIfExists(socket);
      Path folder = socket.getParent();
      if (folder != null) {
        Files.deleteIfExists(folder);
      }
    }
    SocketLink link = new SocketLink(connection, Gateway.MTU);
    try (Gateway _ = Gateway.at(link, SelectorProvider.provider())) {
      link.awaitEnd();
    }
  }

  /** Joins a link in the namespace with the process outside. */
  static Link connect(Link inside) throws IOException {
    SocketLink out =
        new SocketLink(
            SocketChannel.open(UnixDomainSocketAddress.of(System.getProperty(PROPERTY))),
            Gateway.MTU);
    inside.attach(out::transmit);
    out.attach(inside::transmit);
    return out;
  }

  /** Whether there is one to connect to. */
  static boolean isThere() {
    return System.getProperty(PROPERTY) != null;
  }
}
