// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The congestion control of both sides. The kernel's is to be CUBIC: BBR's pacing makes a loopback
 * several times slower, and the comparison worthless.
 *
 * @param setter sets it on each of the kernel's sockets; null where that is not needed or does not
 *     go
 * @param kernel which one the kernel's sockets have, as one of them has answered where it can be
 *     asked
 * @param machineDefault what the machine has by default
 * @param loopstack which one ours has
 * @param warning why the kernel's is not CUBIC; empty if it is
 */
public record Congestion(
    @Nullable TcpCongestion setter,
    String kernel,
    String machineDefault,
    String loopstack,
    String warning) {
  private static final Path SYSCTL = Path.of("/proc/sys/net/ipv4");

  /**
   * What a stack has unless its configuration says otherwise, and ours is configured by default.
   */
  private static final String OURS = "cubic (RFC 9438)";

  private static final int CAP_NET_ADMIN = 12;

  /** Finds out what this JVM can have. */
  static Congestion find() {
    String machineDefault = sysctl("tcp_congestion_control");
    try {
      TcpCongestion setter = TcpCongestion.open();
      return new Congestion(setter, accepted(setter), machineDefault, OURS, "");
    } catch (IOException e) {
      String warning =
          machineDefault.equals(TcpCongestion.CUBIC)
              ? ""
              : "the kernel's side does not use CUBIC (" + e.getMessage() + ")";
      return new Congestion(null, machineDefault, machineDefault, OURS, warning);
    }
  }

  /** Sets it on a listener and asks what it has accepted. */
  private static String accepted(TcpCongestion setter) throws IOException {
    try (Side side = new KernelSide(setter);
        ServerSocketChannel listener = side.listen(1);
        SocketChannel client = side.connect(listener.getLocalAddress());
        SocketChannel server = listener.accept()) {
      String name = setter.get(server);
      if (!name.equals(setter.get(client))) {
        throw new IOException("an accepted socket has " + name);
      }
      return name;
    }
  }

  /** Whether this process could have CUBIC as it is, by /proc alone. */
  static boolean isCubicPermitted() {
    return sysctl("tcp_congestion_control").equals(TcpCongestion.CUBIC)
        || Arrays.asList(sysctl("tcp_allowed_congestion_control").split(" "))
            .contains(TcpCongestion.CUBIC)
        || mayAdministerNetwork();
  }

  private static boolean mayAdministerNetwork() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        if (line.startsWith("CapEff:")) {
          long capabilities = Long.parseUnsignedLong(line.substring(7).strip(), 16);
          return (capabilities >>> CAP_NET_ADMIN & 1) != 0;
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return false;
  }

  private static String sysctl(String name) {
    try {
      return Files.readString(SYSCTL.resolve(name)).strip();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
