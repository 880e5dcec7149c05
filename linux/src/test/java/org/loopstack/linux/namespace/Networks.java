// SPDX-License-Identifier: Apache-2.0
package org.loopstack.linux.namespace;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.concurrent.Callable;
import org.loopstack.linux.ffi.Errno;
import org.loopstack.linux.ffi.LinuxException;
import org.loopstack.linux.tun.TunDevice;

/** Networks for tests, made and gone with them; where that is not allowed the test is skipped. */
public final class Networks {
  private Networks() {}

  /** A network of its own, in which interfaces of this process can be made. */
  public static NetworkNamespace open() {
    try {
      NetworkNamespace made = NetworkNamespace.create();
      made.run(() -> TunDevice.open(TunDevice.Kind.TUN, "trial").close());
      return made;
    } catch (IOException | UnsupportedOperationException e) {
      return abort("not allowed here, run the tests as root: " + e.getMessage());
    }
  }

  /** Does what a stricter machine may not allow or not have, and skips the test then. */
  public static <T> T orSkip(Callable<T> task) throws Exception {
    try {
      return task.call();
    } catch (FileSystemException e) {
      return abort("not allowed here: " + e.getMessage());
    } catch (LinuxException e) {
      for (Errno each :
          List.of(Errno.EPERM, Errno.EACCES, Errno.ENOENT, Errno.ENODEV, Errno.EOPNOTSUPP)) {
        if (e.errno() == each.number()) {
          return abort("not to be had here: " + e.getMessage());
        }
      }
      throw e;
    }
  }

  /** Runs a command in a network and returns what it says; skips the test where it is not there. */
  public static String run(NetworkNamespace network, String... command) throws IOException {
    Process process;
    try {
      process = network.call(() -> new ProcessBuilder(command).redirectErrorStream(true).start());
    } catch (IOException e) {
      return abort("there is no " + command[0] + " here: " + e.getMessage());
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new AssertionError(String.join(" ", command) + ": " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return said;
  }
}
