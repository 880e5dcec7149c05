// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where logs are kept: {@code $XDG_STATE_HOME/loopstack}, else {@code ~/.local/state/loopstack}, as
 * the XDG base directory specification says; where neither can be made, the runtime directory.
 */
final class StateDirectory {
  private StateDirectory() {}

  /** The directory, made if need be. */
  static Path of(Environment environment) throws IOException {
    String xdg = environment.variables().get("XDG_STATE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(xdg);
    try {
      return Files.createDirectories(
          base.resolve("loopstack"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      return environment.runtimeDirectory().path();
    }
  }
}
