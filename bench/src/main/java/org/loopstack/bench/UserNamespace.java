// SPDX-License-Identifier: Apache-2.0
package org.loopstack.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of one's own, with its own 127.0.0.1, in which somebody who is not root may choose any
 * congestion control that the kernel has.
 */
final class UserNamespace {
  /** Put before a command line, it runs there. Needs util-linux and iproute2. */
  static final List<String> COMMAND =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--net",
          "sh",
          "-c",
          "ip link set lo up && exec \"$@\"",
          "sh");

  private UserNamespace() {}

  /** Whether this machine lets us. */
  static boolean isPossible() {
    List<String> probe = new ArrayList<>(COMMAND);
    probe.add("true");
    try {
      Process process =
          new ProcessBuilder(probe)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
