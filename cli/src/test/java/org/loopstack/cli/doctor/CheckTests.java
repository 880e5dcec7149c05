// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.doctor;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.loopstack.linux.namespace.NetworkNamespace;

/** What tests of checks do. */
public final class CheckTests {
  private CheckTests() {}

  /** Looks in a network. */
  public static List<Finding> look(NetworkNamespace network, Check check) throws IOException {
    return network.call(() -> check.look(new TestMachine()));
  }

  /** Runs a command in a network; skips the test where there is none of that name. */
  public static void run(NetworkNamespace network, String line) throws IOException {
    Process process;
    try {
      process =
          network.call(() -> new ProcessBuilder(line.split(" ")).redirectErrorStream(true).start());
    } catch (IOException e) {
      abort("there is no such command here: " + e.getMessage());
      return;
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        abort("not possible here: " + line + ": " + said.strip());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Listens in a network. */
  public static ServerSocketChannel listen(NetworkNamespace network, String address, int port)
      throws IOException {
    return network.call(
        () ->
            ServerSocketChannel.open(
                    address.contains(":")
                        ? StandardProtocolFamily.INET6
                        : StandardProtocolFamily.INET)
                .bind(new InetSocketAddress(address, port)));
  }
}
