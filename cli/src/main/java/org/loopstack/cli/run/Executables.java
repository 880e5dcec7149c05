// SPDX-License-Identifier: Apache-2.0
package org.loopstack.cli.run;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.loopstack.linux.ffi.Errno;

/**
 * Whether a program can be run, for where it is another program that runs it and would tell of it
 * in its own words.
 */
final class Executables {
  /** What execvp(3) looks in without the variable. */
  private static final String DEFAULT_PATH = "/bin:/usr/bin";

  private Executables() {}

  /**
   * What execvp(3) would fail with: "If the specified filename includes a slash character, then
   * PATH is ignored"; else the first that may be run counts, and one that may not be run only if
   * there is no other.
   *
   * @return 0 if it would not
   */
  static int errno(String program) {
    return errno(program, System.getenv("PATH"));
  }

  static int errno(String program, @Nullable String path) {
    try {
      if (program.isEmpty()) {
        return Errno.ENOENT.number();
      }
      if (program.indexOf('/') >= 0) {
        return errno(Path.of(program));
      }
      int worst = Errno.ENOENT.number();
      for (String folder : (path == null ? DEFAULT_PATH : path).split(":", -1)) {
        int errno = errno(Path.of(folder.isEmpty() ? "." : folder, program));
        if (errno == 0) {
          return 0;
        }
        worst = errno == Errno.EACCES.number() ? errno : worst;
      }
      return worst;
    } catch (InvalidPathException e) {
      return Errno.ENOENT.number();
    }
  }

  private static int errno(Path file) {
    if (!Files.exists(file)) {
      return Errno.ENOENT.number();
    }
    return Files.isRegularFile(file) && Files.isExecutable(file) ? 0 : Errno.EACCES.number();
  }
}
